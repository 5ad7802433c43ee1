"""The Markdown of a form's fields, each line with the field that it came from; what the linter says of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lms.content.form import whole
from lms.content.grammar.amounts import normal
from lms.content.grammar.chips import (
    ADJACENT_PAIRS,
    CASE_SENSITIVE,
    HALF_IF_INCOMPLETE,
    ID,
    LENGTH,
    LEVEL,
    MANUAL,
    NONE_IF_WRONG,
    ORDERING,
    POINTS,
    TAG,
)
from lms.content.grammar.findings import Finding, Severity
from lms.content.grammar.keywords import Language, Word
from lms.content.rules.tagging import listed
from lms.core.points import from_fraction
from lms.core.texts import Text, text
from lms.questions.form.card import LISTS, RANGE, TOLERANCE, Card, Row
from lms.questions.form.layout import read
from lms.questions.parse.settings import LEVELS
from lms.questions.rich import gaps_in, with_gaps
from lms.questions.spec import BLANK, CriterionKind, Kind, Question
from lms.questions.write import CRITERION_WORDS, label

INDENT = "    "
ROWS = "card-rows"
_FIXED = {
    "Q201": text("没有正确答案，请勾出正确的选项。"),
    "Q203": text("这一项和另一项重复，请改写或删去一项。"),
    "Q218": text("题目是空的，请写上题目。"),
}
_OTHERWISE = text("这样写会被读成别的内容（例如选项、标题或设置），请换个写法，或到源码里改。")
_NO_NUMBER = text("请写成数，例如 64 或 0.5。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """question, card: as the fields are read back, None where `errors` says what is wrong, by the name of the field."""

    question: Question | None
    card: Card | None
    errors: Mapping[str, Text]


def check(card: Card, path: str, language: Language) -> Checked:
    """Read the fields as the file would be read, and say everything that is wrong with them at once."""
    errors = dict(_before(card))
    lines = list(_lines(card, language))
    found = read("\n".join(line for line, _ in lines), path, language)
    for finding in found.errors:
        name = _field_of(card, lines, finding)
        errors.setdefault(name, _said(finding))
    if not errors and found.card is not None:
        for name in _lost(card, found.card):
            errors.setdefault(name, _OTHERWISE)
    if errors or found.card is None or found.question is None:
        return Checked(question=found.question, card=None, errors=errors or {"card-stem": _OTHERWISE})
    named = tuple(replace(row, number=was.number) for row, was in zip(found.card.rows, card.rows, strict=True))
    return Checked(question=found.question, card=replace(found.card, rows=named), errors={})


def _before(card: Card) -> Iterable[tuple[str, Text]]:
    """What would be told of a line of settings is told of the field."""
    if card.points and not _is_points(card.points):
        yield "card-points", text("分值写成数字，例如 2 或 0.5，精确到 0.05。")
    if card.level and whole(card.level) not in LEVELS:
        yield "card-level", text("难度写 1 到 5，1 最容易。")
    match card.kind:
        case Kind.NUMERIC:
            yield from _number_errors(card)
        case Kind.TRUE_FALSE if card.truth not in ("true", "false"):
            yield "card-truth", text("请选对或错。")
        case Kind.OPEN:
            yield from _length_errors(card)
            for row in card.rows:
                if not _is_points(row.other):
                    yield f"row-{row.number}-other", text("请写上分值，例如 3。")
                if not row.text:
                    yield f"row-{row.number}-text", text("请写上要点，几种说法之间用 | 分开。")
        case Kind.MATCHING:
            for row in card.rows:
                if not row.other:
                    yield f"row-{row.number}-other", text("两边都要有内容。")
                if not row.text and not row.lure:
                    yield f"row-{row.number}-text", text("两边都要有内容。")
        case Kind.FILL_IN if not gaps_in(card.stem):
            yield "card-stem", text("请在题目里用 ____（四个下划线）标出要填的空。")
        case Kind.SINGLE if sum(row.right for row in card.rows) > 1:
            yield ROWS, text("单选题只能有一个正确答案；若是多选，请改题型。")
        case _:
            pass
    if card.kind in (*LISTS, Kind.FILL_IN):
        for row in card.rows:
            if not row.text:
                yield f"row-{row.number}-text", text("这一项是空的，请写上内容或删去。")


def _number_errors(card: Card) -> Iterable[tuple[str, Text]]:
    names = ("low", "high") if card.mode == RANGE else ("value", "tolerance") if card.mode == TOLERANCE else ("value",)
    for name in names:
        if not _is_number(getattr(card, name)):
            yield f"card-{name}", _NO_NUMBER
    if card.unit and (len(card.unit) > 10 or any(sign.isdigit() for sign in card.unit)):
        yield "card-unit", text("单位写一个短词，例如 元、小时，不带数字。")


def _length_errors(card: Card) -> Iterable[tuple[str, Text]]:
    if bool(card.shortest) != bool(card.longest):
        yield "card-longest" if card.shortest else "card-shortest", text("字数要写下限和上限，或都不写。")
    for name in ("shortest", "longest"):
        written = getattr(card, name)
        if written and not (written.isascii() and written.isdigit() and len(written) < 6):
            yield f"card-{name}", text("请写整数，例如 20。")


def _is_points(written: str) -> bool:
    try:
        from_fraction(normal(written))
    except (ValueError, ZeroDivisionError):
        return False
    return "/" not in written


def _is_number(written: str) -> bool:
    try:
        float(normal(written).replace("−", "-").replace(",", ""))
    except ValueError:
        return False
    return not any(sign.isalpha() for sign in written)


def _field_of(card: Card, lines: list[tuple[str, str]], finding: Finding) -> str:
    name = lines[min(finding.line, len(lines)) - 1][1]
    whole = finding.code in ("Q200", "Q201", "Q202", "Q210") or (
        finding.code in ("Q204", "Q214") and all(row.text or row.lure for row in card.rows)
    )
    if whole:
        return ROWS
    return name or "card-stem"


def _said(finding: Finding) -> Text:
    if finding.code in _FIXED:
        return _FIXED[finding.code]
    if finding.code == "Q200":
        return text("还没有答案，请写上。")
    if finding.severity is Severity.ERROR and finding.code.startswith("C"):
        return _OTHERWISE
    problem = finding.message.values.get("problem")
    return problem if isinstance(problem, Text) else finding.message


def _lost(card: Card, back: Card) -> Iterable[str]:
    """Yield the fields that are read back as something else."""
    if card.kind is not back.kind:
        yield "card-stem"
    for name in ("stem", "hint", "explanation", "model"):
        if _bare(getattr(card, name)) != _bare(getattr(back, name)):
            yield f"card-{name}"
    if len(card.rows) != len(back.rows):
        yield ROWS
        return
    for row, other in zip(card.rows, back.rows, strict=True):
        for name in ("text", "note", "other"):
            same = _bare(getattr(row, name)) == _bare(getattr(other, name))
            if not same and not (name == "other" and card.kind is Kind.OPEN) and not _same_words(card, row, other):
                yield f"row-{row.number}-{name}"
        if row.right != other.right and card.kind in (Kind.SINGLE, Kind.MULTIPLE):
            yield ROWS


def _same_words(card: Card, row: Row, other: Row) -> bool:
    """Alternatives and rubrics are read to mean the same in fewer signs: twice the same word, a wide bar."""
    return card.kind in (Kind.FILL_IN, Kind.OPEN) and bool(other.text) and row.note == other.note


def _bare(written: str) -> str:
    return "".join(with_gaps(written, BLANK).split())


def _lines(card: Card, language: Language) -> Iterable[tuple[str, str]]:
    """Yield every line with the name of its field; each setting on a line of its own."""
    heading, _, below = card.stem.partition("\n")
    yield f"### {heading}".rstrip(), "card-stem"
    chips = list(chips_of(card, language))
    yield from ((f"`{chip}`", name) for chip, name in chips)
    yield "", ""
    if below.strip():
        yield from ((line, "card-stem") for line in below.strip("\n").split("\n"))
        yield "", ""
    yield from answer_lines(card, language)
    for word, name in ((Word.HINT, "hint"), (Word.EXPLAIN, "explanation"), (Word.MODEL, "model")):
        words = getattr(card, name)
        if words:
            yield "", f"card-{name}"
            yield from ((line, f"card-{name}") for line in quote_lines(word, words, language))


def chips_of(card: Card, language: Language) -> Iterable[tuple[str, str]]:
    """Yield each setting in canonical form with the name of its field."""
    if card.points and _is_points(card.points):
        yield POINTS.written(language, x=normal(card.points)), "card-points"
    match card.kind:
        case Kind.MULTIPLE:
            yield from [(HALF_IF_INCOMPLETE.written(language), "card-half")] * card.half
            yield from [(NONE_IF_WRONG.written(language), "card-none")] * card.none
        case Kind.FILL_IN:
            yield from [(CASE_SENSITIVE.written(language), "card-case")] * card.case
        case Kind.ORDERING:
            yield ORDERING.written(language), ROWS
            yield from [(ADJACENT_PAIRS.written(language), "card-neighbours")] * card.neighbours
        case Kind.OPEN:
            # A question without any answer is an open one as soon as a person is to mark it.
            manual = card.manual or not (card.rows or card.shortest or card.model)
            yield from [(MANUAL.written(language), "card-manual")] * manual
            if card.shortest.isdigit() and card.longest.isdigit():
                yield LENGTH.written(language, a=card.shortest, b=card.longest), "card-shortest"
        case _:
            pass
    yield from ((TAG.written(language, text=tag), "card-tags") for tag in listed(card.tags))
    if whole(card.level) in LEVELS:
        yield LEVEL.written(language, n=card.level), "card-level"
    if card.key:
        yield ID.written(language, id=card.key), "card-stem"


def answer_lines(card: Card, language: Language) -> Iterable[tuple[str, str]]:
    """Yield the list of answers."""
    match card.kind:
        case Kind.TRUE_FALSE:
            if card.truth:
                word = Word.TRUE if card.truth == "true" else Word.FALSE
                yield f"- {label(Word.ANSWER, language)}{word.written(language)}", "card-truth"
        case Kind.NUMERIC:
            yield f"- {label(Word.ANSWER, language)}{card.number}", "card-low" if card.mode == RANGE else "card-value"
        case _:
            for place, row in enumerate(card.rows, start=1):
                yield from row_lines(card, row, place, language)


def row_lines(card: Card, row: Row, place: int, language: Language) -> Iterable[tuple[str, str]]:
    """Yield the lines of one row. place: from 1, its number in an ordered list."""
    name = f"row-{row.number}-text"
    opening, words = "- ", row.text
    match card.kind:
        case Kind.SINGLE:
            opening = f"{place}. {box(row.right)}"
        case Kind.MULTIPLE:
            opening = f"- {box(row.right)}"
        case Kind.ORDERING:
            opening = f"{place}. "
        case Kind.FILL_IN:
            words = label(Word.BLANK, language, str(place)) + row.text
        case Kind.MATCHING:
            words = f"{_lure(language) if row.lure else row.text} => {row.other}"
        case Kind.OPEN:
            words = _criterion(row, language)
        case _:
            pass
    first, *more = words.split("\n")
    yield f"{opening}{first}".rstrip(), name
    yield from ((f"{INDENT}{line}" if line.strip() else "", name) for line in more)
    if row.note:
        if "" in more:
            yield "", name
        yield from ((line, f"row-{row.number}-note") for line in note_lines(row.note, language))
    if "" in more:
        yield "", name


def note_lines(note: str, language: Language) -> Iterable[str]:
    first, *more = note.split("\n")
    yield f"{INDENT}- {label(Word.EXPLAIN, language)}{first}"
    yield from (f"{INDENT * 2}{line}" if line.strip() else "" for line in more)


def box(right: bool) -> str:
    return "[x] " if right else "[ ] "


def quote_lines(word: Word, words: str, language: Language) -> list[str]:
    return [f"> {line}".rstrip() for line in (label(word, language) + words).split("\n")]


def _lure(language: Language) -> str:
    word = Word.DISTRACTOR.written(language)
    return f"（{word}）" if language is Language.ZH else f"({word})"


def _criterion(row: Row, language: Language) -> str:
    kind = next((kind for kind in CriterionKind if kind.value == row.word), CriterionKind.MUST)
    points = normal(row.other) if _is_points(row.other) else "0"
    sign = "-" if kind is CriterionKind.NEVER and points.strip("0.") else ""
    name = label(CRITERION_WORDS[kind], language, argument=sign + POINTS.written(language, x=points))
    return name + " ".join(row.text.split())
