"""A scene as a card of rows, read from its own lines and written back: what is not touched stays as it is. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from lms.content.form_sections import apply_within, read_section
from lms.content.grammar.amounts import normal, read_seconds, write_seconds
from lms.content.grammar.chips import ENDING, FREE, ID, LENGTH, TIME, read_chip, write_chips
from lms.content.grammar.findings import Finding, Fix, Severity
from lms.content.grammar.front import read_front
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word, find_word
from lms.core.lines import split_lines
from lms.core.texts import text
from lms.drills.form.rows import Group, Row, row_lines, rows_of
from lms.drills.parse import read_whole
from lms.drills.spec import Ending, Scene
from lms.questions.spec import Span

BEARABLE = {"C141", "D302", "D304", "D307", "D310", "D312", "D316", "D317"}
"""Errors in a scene that its rows can show and mend: nothing that was written is lost on the way to a row."""
_CHANGED = text("修改")
_FORMS = (TIME, FREE, LENGTH, ENDING, ID)
_LONG_CLOCK = 300
_ABOVE_QUOTE = ("#", "`", "【")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the chips under the heading say. clock, least, most: as typed. ending: pass | fail | ""."""

    clock: str = ""
    free: bool = False
    least: str = ""
    most: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCard:
    """was: the name when the card was opened, "" for a new scene."""

    title: str = ""
    settings: Settings = Settings()
    rows: tuple[Row, ...] = ()
    was: str = field(default="", compare=False)

    def grouped(self, group: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.group.value == group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a scene needs to know of its drill. front: the properties. titles: of all scenes, as written."""

    front: str
    titles: tuple[str, ...]
    path: str
    language: Language
    customer: str = ""
    dimensions: tuple[str, ...] = ()
    has_mood: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """rows: with their lines in the scene's own text. errors: of the scene, by the lines of its own text."""

    scene: Scene
    rows: tuple[tuple[Row, Span], ...]
    errors: tuple[Finding, ...]


def around(source: str, path: str, titles: Sequence[str], language: Language) -> Around:
    """Return what the scenes of a drill need to know of it."""
    front, _ = read_front(source)
    kept = "\n".join(split_lines(source)[: front.last]) if front.last else ""
    spec, _ = read_whole(f"{kept}\n# …\n", path)
    return Around(
        front=kept,
        titles=tuple(titles),
        path=path,
        language=language,
        customer=spec.customer.name,
        dimensions=tuple(each.name for each in spec.dimensions),
        has_mood=spec.mood is not None,
    )


def read_lines(written: str, known: Around) -> Reading | None:
    """Return the scene of a text; None where it is not just one."""
    head = f"{known.front}\n# …\n\n"
    above = head.count("\n")
    lines = split_lines(written)
    title = plain_text(read_section(written).title)
    stubs = "\n\n".join(f"## {each}" for each in known.titles if plain_text(each) != title)
    spec, parsed = read_whole(head + "\n".join(lines) + "\n\n" + stubs + "\n", known.path)
    inside = range(above + 1, above + len(lines) + 1)
    scenes = [scene for scene in spec.scenes if scene.span.first in inside]
    if len(scenes) != 1 or spec.debrief is not None:
        return None
    errors = tuple(each for each in parsed.findings if each.severity is Severity.ERROR and each.line in inside)
    moved = tuple(
        Finding(code=each.code, line=each.line - above, message=each.message, severity=each.severity) for each in errors
    )
    return Reading(scene=scenes[0], rows=rows_of(scenes[0], lines, above), errors=moved)


def card_of(written: str, known: Around) -> SceneCard | None:
    """Return the card of a scene; None where only the source can mend it."""
    found = read_lines(written, known)
    if found is None or any(each.code not in BEARABLE for each in found.errors):
        return None
    section = read_section(written)
    rows = [
        Row(kind=row.kind, words=row.words, limit=row.limit, chips=row.chips, next=row.next, note=row.note, number=n)
        for n, (row, _) in enumerate(found.rows, start=1)
    ]
    settings = _settings(section.chips)
    if settings is None:
        return None
    return SceneCard(title=section.title, settings=settings, rows=tuple(rows), was=section.title)


def written_scene(written: str, card: SceneCard, known: Around) -> str:
    """Return the text of a scene with what differs written anew. written: "" for a new scene."""
    lines = split_lines(written) if written else []
    old = read_lines(written, known) if written else None
    new = composed(lines, old, card, known)[0]
    if not written:
        return "\n".join(new)
    fixes = [
        Fix(first=start + 1, last=stop, lines=tuple(new[begin:end]), label=_CHANGED)
        for tag, start, stop, begin, end in SequenceMatcher(None, lines, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    return apply_within(written, fixes)


def composed(
    lines: Sequence[str], old: Reading | None, card: SceneCard, known: Around
) -> tuple[list[str], dict[int, Row]]:
    """Return the lines of the scene as the card has it, and which row each of them belongs to, by number from 1."""
    rows = [row for row, _ in old.rows] if old else []
    spans = [span for _, span in old.rows] if old else []
    from_old = _sources(rows, card.rows)
    first = spans[0].first if spans else len(lines) + 1
    made = _head(lines[: first - 1], card, known)
    owners: dict[int, Row] = {}
    before: int | None = None
    used: set[int] = set()
    for place, row in enumerate(card.rows):
        at = from_old[place]
        if place:
            made += _gap(lines, rows, spans, card.rows[place - 1], row, before, at)
            if before is not None and at == before + 1:
                used.add(before)
        elif made[-1].strip() and (row.group is not Group.SAID or not made[-1].strip().startswith(_ABOVE_QUOTE)):
            made.append("")
        kept = at is not None and rows[at] == row
        own = (
            lines[spans[at].first - 1 : spans[at].last]
            if kept and at is not None
            else row_lines(row, known.customer, known.language)
        )
        owners.update({len(made) + offset: row for offset in range(1, len(own) + 1)})
        made += own
        before = at
    left = [
        line
        for index in range(len(spans) - 1)
        if index not in used
        for line in lines[spans[index].last : spans[index + 1].first - 1]
        if line.strip(" >")
    ]
    if left:
        made += ["", *left]
    if spans:
        made += lines[spans[-1].last :]
    while made and not made[-1].strip():
        made.pop()
    return made, owners


def chips_written(settings: Settings, language: Language) -> list[str]:
    """Return the chips under a heading, without its id."""
    chips = []
    if settings.free:
        chips.append(FREE.written(language))
    if settings.clock:
        chips.append(TIME.written(language, time=clock(settings.clock, language)))
    if settings.least or settings.most:
        chips.append(LENGTH.written(language, a=normal(settings.least) or "0", b=normal(settings.most)))
    if settings.ending:
        word = Word.PASS if settings.ending == Ending.PASS else Word.FAIL
        chips.append(ENDING.written(language, text=word.written(language)))
    return chips


def clock(written: str, language: Language) -> str:
    """Return a clock as it is written in a chip; a bare number is of seconds."""
    plain = normal(written)
    seconds = int(plain) if plain.isdecimal() and len(plain) < 6 else read_seconds(plain)
    if seconds is None:
        return plain
    chinese = language is Language.ZH
    if seconds < _LONG_CLOCK:
        return f"{seconds}{'秒' if chinese else 's'}"
    return write_seconds(seconds, chinese=chinese)


def settings_of(chips: Sequence[str]) -> Settings | None:
    """Return the settings that chips say; None where one of them is not understood."""
    return _settings(chips)


def _settings(chips: Sequence[str]) -> Settings | None:
    values = [read_chip(chip, _FORMS) for chip in chips]
    if None in values:
        return None
    said = {value.form: value for value in values if value}
    ending = ""
    if ENDING in said:
        word = find_word(said[ENDING].values["text"].strip(), (Word.PASS, Word.FAIL))
        if word is None:
            return None
        ending = Ending.PASS.value if word is Word.PASS else Ending.FAIL.value
    length = said.get(LENGTH)
    return Settings(
        clock=re.sub(r"\s+", "", said[TIME].values["time"]) if TIME in said else "",
        free=FREE in said,
        least=str(length.number("a")) if length else "",
        most=str(length.number("b")) if length else "",
        ending=ending,
    )


def _sources(old: Sequence[Row], new: Sequence[Row]) -> list[int | None]:
    """Return for each new row the old one whose place it takes: the same, or the one that was changed into it."""
    found: list[int | None] = [None] * len(new)
    left = set(range(len(old)))
    for tag, start, stop, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for offset in range(stop - start):
                found[begin + offset] = start + offset
        elif tag == "replace":
            for at, place in zip(range(start, stop), range(begin, end), strict=False):
                if stop - start == end - begin and old[at].group is new[place].group:
                    found[place] = at
    left -= {at for at in found if at is not None}
    for place, row in enumerate(new):
        if found[place] is None or old[found[place] or 0] != row:
            same = next((at for at in sorted(left) if old[at] == row), None)
            if same is not None:
                left.discard(same)
                found[place] = same
    return found


def _gap(
    lines: Sequence[str],
    rows: Sequence[Row],
    spans: Sequence[Span],
    above: Row,
    row: Row,
    before: int | None,
    at: int | None,
) -> list[str]:
    if before is not None and at == before + 1 and rows[before].group is above.group:
        return list(lines[spans[before].last : spans[at].first - 1])
    if above.group is Group.SAID and row.group is Group.SAID:
        return [">"]
    return [""] if Group.SAID in (above.group, row.group) else []


def _head(lines: Sequence[str], card: SceneCard, known: Around) -> list[str]:
    """Return the heading with its chips, what stands above and below it as it is."""
    if not lines:
        chips = chips_written(card.settings, known.language)
        return [f"## {card.title}", *([write_chips(chips)] if chips else [])]
    section = read_section("\n".join(lines))
    made = list(lines)
    if card.title != section.title:
        marks = re.match(r"#+\s*", made[section.heading - 1])
        made[section.heading - 1] = (marks[0] if marks else "## ") + card.title
    if _settings(section.chips) != card.settings:
        chips = chips_written(card.settings, known.language)
        chips += [chip for chip in section.chips if read_chip(chip, (ID,))]
        behind = section.heading + len(section.chip_lines)
        made[section.heading : behind] = [write_chips(chips)] if chips else []
    return made
