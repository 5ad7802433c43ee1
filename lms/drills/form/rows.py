"""One line of a scene as a row of the table: what the customer says, a reply, a line of the rubric, a way on. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lms.content.grammar.amounts import normal
from lms.content.grammar.chips import find_chips, write_chips
from lms.content.grammar.inline import find_links, plain_text
from lms.content.grammar.keywords import Language, Word
from lms.core.markup_tree import heading_id
from lms.drills.spec import Bubble, Choice, Criterion, Route, RouteKind, Scene
from lms.drills.write import written_reply
from lms.questions.spec import CriterionKind, Span
from lms.questions.write import CRITERION_WORDS, label

_INDENT = "    "
_UNDER = re.compile(r"\s+[-*+] +")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_SIGN = re.compile(r"\s*([+＋\-－−])\s*(?=\d)")
_TICKED = re.compile(r"`[^`\n]*`|【[^【】\n]{1,80}】")
_IN_LABEL = re.compile(r"[\s,，、;；（）()]+")
_IN_BRACKETS = re.compile(r"【([^【】\n]{1,80})】")


class RowKind(StrEnum):
    CUSTOMER = "customer"
    SYSTEM = "system"
    CHOICE = "choice"
    MUST = "must"
    SHOULD = "should"
    NEVER = "never"
    JUDGED = "judged"
    TIMEOUT = "timeout"
    SCORE = "score"
    VIOLATED = "violated"
    ELSE = "else"


class Group(StrEnum):
    """What kinds of rows change into each other, and stand together in a scene, in this order."""

    SAID = "said"
    CHOICE = "choice"
    RUBRIC = "rubric"
    ROUTE = "route"


KINDS: dict[Group, tuple[RowKind, ...]] = {
    Group.SAID: (RowKind.CUSTOMER, RowKind.SYSTEM),
    Group.CHOICE: (RowKind.CHOICE,),
    Group.RUBRIC: (RowKind.MUST, RowKind.SHOULD, RowKind.NEVER, RowKind.JUDGED),
    Group.ROUTE: (RowKind.TIMEOUT, RowKind.SCORE, RowKind.VIOLATED, RowKind.ELSE),
}
GROUP_OF = {kind: group for group, kinds in KINDS.items() for kind in kinds}
ROUTE_WORDS = {
    RowKind.TIMEOUT: Word.TIMEOUT,
    RowKind.SCORE: Word.SCORE,
    RowKind.VIOLATED: Word.VIOLATED,
    RowKind.ELSE: Word.OTHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """words: Markdown of a bubble, words of a reply, expression of a criterion. limit: the mood below which it is said,
    the points from which a way is taken; as typed. chips: without backticks. next: title of a scene, "" for none.
    number: names the row's fields in the form, and nothing else.
    """

    kind: RowKind
    words: str = ""
    limit: str = ""
    chips: tuple[str, ...] = ()
    next: str = ""
    note: str = ""
    number: int = field(default=0, compare=False)

    @property
    def group(self) -> Group:
        return GROUP_OF[self.kind]

    @property
    def leads(self) -> bool:
        """Whether a scene follows."""
        return self.group in (Group.CHOICE, Group.ROUTE)

    @property
    def effects(self) -> str:
        """The chips as one text that `typed_chips` reads back."""
        joined = " ".join(self.chips)
        return joined if typed_chips(joined) == self.chips else write_chips(self.chips)

    @property
    def remark(self) -> str:
        """The 点评 as words alone."""
        return plain_text(self.note)

    @property
    def is_blank(self) -> bool:
        return not (self.words or self.limit or self.chips or self.next or self.note)


def typed_chips(written: str) -> tuple[str, ...]:
    """Return the effects of a field: `共情+10 情绪-5`, with or without backticks."""
    if "`" in written or "【" in written:
        return tuple(chip.text for chip in find_chips(_IN_BRACKETS.sub(r"`\1`", written)))
    parts = _BETWEEN.split(_SIGN.sub(lambda sign: normal(sign[1]).replace("−", "-"), written))
    return tuple(part for part in parts if part)


def rows_of(scene: Scene, lines: Sequence[str], above: int) -> tuple[tuple[Row, Span], ...]:
    """Return the rows in the order of the text, each with its lines. above: lines before the first of `lines`."""
    found: list[tuple[Row, Span]] = []
    every: tuple[Bubble | Choice | Criterion | Route, ...]
    every = (*scene.bubbles, *scene.choices, *scene.rubric, *scene.routes)
    for each in every:
        span = Span(first=each.span.first - above, last=each.span.last - above)
        found.append((_row(each, _own_words(lines[span.first - 1 : span.last])), span))
    return tuple(sorted(found, key=lambda pair: pair[1].first))


def row_lines(row: Row, customer: str, language: Language) -> list[str]:
    """Return the lines of a row in canonical form."""
    match row.group:
        case Group.SAID:
            return _said(row, customer, language)
        case Group.CHOICE:
            line = f"- [{written_reply(row.words)}](#{heading_id(row.next)})"
        case Group.RUBRIC:
            word = CRITERION_WORDS[CriterionKind(row.kind.value)].written(language)
            colon = "：" if language is Language.ZH else ": "
            line = f"- {_chipped(word, row.chips)}{colon}{row.words}"
        case Group.ROUTE:
            when = ROUTE_WORDS[row.kind].written(language)
            when += f"≥{normal(row.limit)}" if row.kind is RowKind.SCORE else ""
            shown = re.sub(r"[\\`*\[\]]", lambda sign: f"\\{sign[0]}", row.next)
            line = f"- {when} => [{shown}](#{heading_id(row.next)})"
    if row.group is not Group.RUBRIC:
        line = _chipped(line, row.chips)
    note = [f"{_INDENT}- {label(Word.NOTE, language)}{row.note}"] if row.note else []
    return [line, *note]


def _said(row: Row, customer: str, language: Language) -> list[str]:
    chinese = language is Language.ZH
    speaker = customer if row.kind is RowKind.CUSTOMER else Word.SYSTEM.written(language)
    if row.limit:
        limit = normal(row.limit)
        speaker += f"（情绪低于{limit}）" if chinese else f" (mood below {limit})"
    said = f"{speaker}{'：' if chinese else ': '}{row.words}"
    return [f"> {line}".rstrip() for line in said.split("\n")]


def _chipped(line: str, chips: Sequence[str]) -> str:
    return f"{line} {write_chips(chips)}" if chips else line


def _row(each: Bubble | Choice | Criterion | Route, words: str) -> Row:
    match each:
        case Bubble():
            kind = RowKind.CUSTOMER if each.speaker else RowKind.SYSTEM
            return Row(kind=kind, words=each.body.source, limit="" if each.below is None else str(each.below))
        case Choice():
            return Row(
                kind=RowKind.CHOICE, words=each.text, chips=_behind(words), next=each.target, note=_note(each.note)
            )
        case Criterion():
            kind = RowKind(each.kind.value)
            return Row(kind=kind, words=each.words, chips=_around(words), note=_note(each.note))
        case Route():
            limit = str(each.at_least) if each.kind is RouteKind.SCORE else ""
            kind = RowKind(each.kind.value)
            return Row(kind=kind, limit=limit, chips=_behind(words), next=each.target, note=_note(each.note))


def _note(note: object) -> str:
    return " ".join(str(getattr(note, "source", "")).split())


def _own_words(lines: Sequence[str]) -> str:
    """Return what an item says itself, without what hangs under it."""
    own = list(lines[:1])
    for line in lines[1:]:
        if _UNDER.match(line):
            break
        own.append(line.strip())
    return " ".join(own)


def _around(words: str) -> tuple[str, ...]:
    """Return the effects of a criterion: with backticks wherever they stand, without them in its label."""
    ticked = tuple(chip.text for chip in find_chips(words))
    label_words = re.split("[：:]", _TICKED.sub(" ", words), maxsplit=1)[0]
    bare = [part for part in _IN_LABEL.split(_SIGN.sub(lambda sign: normal(sign[1]), label_words)) if part]
    return (*bare[2:], *ticked)


def _behind(words: str) -> tuple[str, ...]:
    link = next((each for each in find_links(words) if not each.is_image), None)
    return tuple(chip.text for chip in find_chips(words[link.end :])) if link else ()
