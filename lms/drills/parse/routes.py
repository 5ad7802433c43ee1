"""Lines of a scene that lead on by themselves: 超时, 得分≥N, 命中禁用语, 其他."""

import re

from lms.content.grammar.amounts import normal
from lms.content.grammar.inline import find_links
from lms.content.grammar.keywords import Word, find_word, nearest
from lms.content.grammar.traps import one_line
from lms.core.markup_tree import heading_id
from lms.core.texts import text
from lms.drills.parse.effects import chips_of, read_effects
from lms.drills.parse.frame import Frame
from lms.drills.parse.items import Line
from lms.drills.parse.replies import left_over, report_left_over
from lms.drills.parse.rules import COMPARED, compared_by
from lms.drills.spec import Compared, Route, RouteKind

PLAIN = {Word.TIMEOUT: RouteKind.TIMEOUT, Word.VIOLATED: RouteKind.VIOLATED, Word.OTHER: RouteKind.ELSE}
_WORDS = (*PLAIN, Word.SCORE)
_SCORE = re.compile(
    rf"(?P<word>得分|score) ?(?P<sign>{COMPARED})? ?(?P<limit>-? ?\d{{1,4}}) ?(?:分|pts?)?(?: ?(?:以上|or more))?",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(?P<words>.*?)\s*(?P<arrow>[=＝][>＞]|→|⇒|⟶|➔|➜|->|－>|：|:)?\s*$", re.DOTALL)
_LEADS = re.compile(r"\s*(超时|得分|命中禁用语|其他|其它|timeout|score|violated|else)(?![\w])?", re.IGNORECASE)


def is_route(words: str) -> bool:
    """Say whether a line begins with the word of a route."""
    link = next(iter(find_links(words)), None)
    start = words[: link.start] if link else re.split(r"[=＝][>＞]|→|⇒", words, maxsplit=1)[0]
    return _kind(normal(_CONDITION.sub(r"\g<words>", start))) is not None


def read_route(frame: Frame, line: Line) -> Route | None:
    """Return the route; None where its target cannot be told, which is reported."""
    link = next((each for each in find_links(line.words) if not each.is_image), None)
    if link is None:
        _no_link(frame, line)
        return None
    split = _CONDITION.fullmatch(line.words[: link.start])
    assert split is not None
    written = normal(split["words"])
    kind = _kind(written)
    assert kind is not None
    if split["arrow"] in (None, "：", ":", "->", "－>"):
        old = frame.reading.lines[line.line - 1]
        at = old.find("[")
        head = re.match(r"\s*[-*+] +", old)
        fix = None
        if head is not None and at > 0 and old.count("](") == 1:
            words = re.sub(r"\s*(?:->|－>|[：:])?\s*$", "", old[head.end() : at])
            fix = one_line(line.line, f"{head[0]}{words} => {old[at:]}", text("改写这一行"))
        frame.reading.error("D313", line.line, text("“%(word)s”后面写 => 再写场景。", word=split["words"].strip()), fix)
    report_left_over(frame, line, left_over(line.words[link.end :]))
    settings = read_effects(frame, chips_of(line.line, line.words[link.end :]), requires=False)
    word, at_least = kind
    frame.reading.note_word(re.split(r"[^\w]|\d", split["words"].strip())[0], line.line)
    return Route(
        kind=RouteKind.SCORE if word is Word.SCORE else PLAIN[word],
        target=frame.scene_of(link, line.line),
        at_least=_limit(frame, line, written) if word is Word.SCORE else at_least,
        effects=settings.effects,
        note=line.note,
        span=line.span,
    )


def _kind(written: str) -> tuple[Word, int] | None:
    word = find_word(written, PLAIN)
    if word is not None:
        return word, 0
    return (Word.SCORE, 0) if re.match(r"(?:得分|score)(?![a-z])", written, re.IGNORECASE) else None


def _limit(frame: Frame, line: Line, written: str) -> int:
    match = _SCORE.fullmatch(written)
    compared = compared_by(match["sign"]) if match and match["sign"] else None
    if match is None or compared not in (Compared.AT_LEAST, Compared.OVER, None):
        problem = text("“%(words)s”写成“得分≥15”：从多少分起走这条路，低的写在下面。", words=written)
        frame.reading.error("D313", line.line, problem)
        return 0
    limit = int(match["limit"].replace(" ", ""))
    if compared is None:
        fix = frame.mended(line.line, match["limit"], f"≥{limit}")
        frame.reading.error("D313", line.line, text("“%(words)s”写成“得分≥%(n)s”。", words=written, n=limit), fix)
    return limit + 1 if compared is Compared.OVER else limit


def _no_link(frame: Frame, line: Line) -> None:
    reading = frame.reading
    old = reading.lines[line.line - 1]
    match = re.match(r"(\s*[-*+] +)(.*?)\s*(?:[=＝][>＞]|→|⇒|->|[：:])\s*#?([^`#\n]+?)\s*((?:`[^`]*`\s*)*)$", old)
    fix = None
    if match is not None:
        title = frame.scenes.get(heading_id(match[3])) or nearest(match[3], list(frame.scenes.values()))
        if title is not None:
            new = f"{match[1]}{match[2]} => [{title}](#{heading_id(title)}) {match[4]}".rstrip()
            fix = one_line(line.line, new, text("改写这一行"))
    reading.error("D313", line.line, text("没有写走到哪个场景，请写成“=> [场景](#场景)”。"), fix)
