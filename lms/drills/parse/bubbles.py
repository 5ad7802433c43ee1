"""What the customer and the system say: the quotes of a scene."""

import re
from dataclasses import dataclass, field

from lms.content.grammar.amounts import normal
from lms.content.grammar.blocks import Block
from lms.content.grammar.findings import Fix
from lms.content.grammar.keywords import Word, find_word, folded, nearest
from lms.content.grammar.traps import one_line
from lms.core.texts import text
from lms.drills.parse.frame import Frame
from lms.drills.parse.rules import COMPARED, compared_by
from lms.drills.spec import LEAST_MOOD, MOST_MOOD, Bubble, Compared
from lms.questions.rich import rich
from lms.questions.spec import Span

LONGEST_NAME = 20
LEAST_ROWS = 2
_SAID = re.compile(r"\s*([^：:（(\n]{1,30}?)\s*(?:[（(]([^（）()\n]{0,40})[）)])?\s*[：:]\s*")
_BELOW = re.compile(rf"(?:情绪|mood)? ?(?P<sign>{COMPARED}) ?(?P<limit>\d{{1,3}})", re.IGNORECASE)
_PIECES = re.compile(r"[；;]")
_ROW = re.compile(r"\s*([^：:，。？！,.?!“”\"]{1,20}?)\s*(?:：|:(?!//)(?!(?<=\d:)\d))\s*(\S.*?)\s*", re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A bubble while its lines are collected; lines of the source, 1-based."""

    speaker: str
    below: int | None
    first: int
    last: int
    said: list[str] = field(default_factory=list)


def read_bubbles(frame: Frame, block: Block) -> tuple[Bubble, ...]:
    """Return the bubbles of a quote. Two of them without an empty `>` line between are two all the same."""
    found: list[_Open] = []
    fresh = True  # at the start of a paragraph
    for offset, line in enumerate(block.text.split("\n")):
        number = block.first + offset
        if not line.strip():
            fresh = True
            if found:
                found[-1].said.append("")
            continue
        opened = _opened(frame, number, line, is_first=not found, fresh=fresh)
        fresh = False
        if opened is not None:
            found.append(opened)
        elif found:
            found[-1].said.append(line.rstrip())
            found[-1].last = number
    return tuple(bubble for each in found if (bubble := _bubble(frame, each)) is not None)


def order_card(source: str) -> tuple[tuple[str, str], ...]:
    """Return name and value of each line of an order card; () where a message of the system is none.

    It is one where there are at least two pieces between ； and each of them is 名：值.
    """
    pieces = _PIECES.split(source.strip().rstrip("；;。"))
    if len(pieces) < LEAST_ROWS or "\n\n" in source:
        return ()
    rows = [_ROW.fullmatch(piece) for piece in pieces]
    return tuple((row[1], row[2]) for row in rows if row) if all(rows) else ()


def _opened(frame: Frame, number: int, line: str, *, is_first: bool, fresh: bool) -> _Open | None:
    """Return the bubble that a line begins, None where it goes on with the one before."""
    match = _SAID.match(line)
    name = match[1] if match else ""
    if match is not None and _is_known(frame, name):
        speaker = "" if find_word(name, (Word.SYSTEM,)) else frame.customer
        if not speaker:
            frame.reading.note_word(name, number)
        opened = _Open(speaker, _below(frame, number, match[2]), number, number)
        opened.said.append(line[match.end() :].rstrip())
        return opened
    guess = nearest(name, _speakers(frame)) if name and len(name) <= LONGEST_NAME else None
    if is_first:
        _nobody(frame, number, line, name, guess)
        return _Open(frame.customer, None, number, number, [line.rstrip()])
    if fresh and guess is not None:
        problem = text("“%(name)s”是否“%(guess)s”？现在它接着上一句。", name=name, guess=guess)
        frame.reading.warn("D306", number, problem, frame.mended(number, name, guess))
    return None


def _is_known(frame: Frame, name: str) -> bool:
    return bool(find_word(name, (Word.SYSTEM,))) or (bool(frame.customer) and folded(name) == folded(frame.customer))


def _speakers(frame: Frame) -> list[str]:
    return [*([frame.customer] if frame.customer else []), Word.SYSTEM.written(frame.reading.language)]


def _nobody(frame: Frame, number: int, line: str, name: str, guess: str | None) -> None:
    reading = frame.reading
    if guess is not None:
        problem = text("不认识“%(name)s”，是否“%(guess)s”？", name=name, guess=guess)
        reading.error("D306", number, problem, frame.mended(number, name, guess))
        return
    if not frame.customer:
        return  # that the customer is missing is said already
    old = reading.lines[number - 1]
    at = old.find(line.strip())
    fix: Fix | None = None
    if at >= 0 and not name:
        fix = one_line(number, f"{old[:at]}{frame.customer}：{old[at:]}", text("加上“%(name)s：”", name=frame.customer))
    problem = text("没有写是谁说的，请以“%(customer)s：”或“系统：”开头。", customer=frame.customer)
    reading.error("D306", number, problem, fix)


def _below(frame: Frame, number: int, condition: str | None) -> int | None:
    if not condition:
        return None
    match = _BELOW.fullmatch(normal(condition))
    if match is None or compared_by(match["sign"]) is not Compared.UNDER:
        problem = text("括号里只能写“情绪低于20”，请改写“%(condition)s”或删去。", condition=condition)
        frame.reading.error("D307", number, problem)
        return None
    frame.needs_mood(number)
    limit = int(match["limit"])
    if not LEAST_MOOD < limit <= MOST_MOOD:
        frame.reading.error("D307", number, text("情绪从 0 到 100，“低于%(limit)s”没有意义。", limit=limit))
    return limit


def _bubble(frame: Frame, found: _Open) -> Bubble | None:
    source = "\n".join(found.said).strip()
    if not source:
        frame.reading.error("D306", found.first, text("这一句是空的，请写上说了什么，或删去这一行。"))
        return None
    return Bubble(
        speaker=found.speaker,
        body=rich(source, frame.reading.link),
        below=found.below,
        card=() if found.speaker else order_card(source),
        span=Span(first=found.first, last=found.last),
    )
