"""The canonical Markdown of one question: what a form writes, and what reads back as the same question."""

from collections.abc import Iterable, Sequence

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
    write_chips,
)
from lms.content.grammar.keywords import Language, Word
from lms.core.points import Points, exact_decimal, to_fraction
from lms.questions.spec import (
    Criterion,
    CriterionKind,
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Rich,
    Shape,
    Single,
    TrueFalse,
)

CRITERION_WORDS = {
    CriterionKind.MUST: Word.MUST,
    CriterionKind.SHOULD: Word.SHOULD,
    CriterionKind.NEVER: Word.NEVER,
    CriterionKind.JUDGED: Word.RUBRIC,
}
_INDENT = "    "


def write_question(question: Question, language: Language = Language.ZH) -> str:
    """Return the question from its `###` on, without a line end behind it."""
    heading, _, below = question.stem.source.partition("\n")
    parts = [f"### {heading}".rstrip()]
    chips = _chips(question, language)
    if chips:
        parts[0] += f"\n{write_chips(chips)}"
    if below.strip():
        parts.append(below.strip("\n"))
    answer = "\n".join(_answer(question.shape, language)).rstrip("\n")
    if answer and len(parts) == 1 and not chips:
        parts[0] += f"\n{answer}"
    elif answer:
        parts.append(answer)
    for word, words in (
        (Word.HINT, question.hint),
        (Word.EXPLAIN, question.explanation),
        (Word.MODEL, question.model),
    ):
        if words:
            parts.append(_quote(label(word, language) + words.source))
    return "\n\n".join(parts)


def points_chip_text(points: Points) -> str:
    """Return points as they stand in a chip: "2", "0.5"."""
    return exact_decimal(to_fraction(points))


def label(word: Word, language: Language, number: str = "", argument: str = "") -> str:
    """Return `解析：`, `空1：`, `必说（3分）：`, or the same in English."""
    chinese = language is Language.ZH
    if argument:
        argument = f"（{argument}）" if chinese else f" ({argument})"
    return f"{word.written(language)}{number}{argument}" + ("：" if chinese else ": ")


def _chips(question: Question, language: Language) -> list[str]:
    chips = []
    match question.shape:
        case Multiple() as shape:
            chips += [HALF_IF_INCOMPLETE.written(language)] * shape.half_if_incomplete
            chips += [NONE_IF_WRONG.written(language)] * shape.none_if_wrong
        case FillIn() as shape:
            chips += [CASE_SENSITIVE.written(language)] * shape.case_sensitive
        case Ordering() as shape:
            chips.append(ORDERING.written(language))
            chips += [ADJACENT_PAIRS.written(language)] * shape.by_neighbours
        case Open() as shape:
            chips += [MANUAL.written(language)] * shape.manual
            if shape.shortest is not None and shape.longest is not None:
                chips.append(LENGTH.written(language, a=shape.shortest, b=shape.longest))
        case _:
            pass
    if question.points is not None:
        chips.insert(0, POINTS.written(language, x=points_chip_text(question.points)))
    chips += [TAG.written(language, text=tag) for tag in question.tags]
    if question.level is not None:
        chips.append(LEVEL.written(language, n=question.level))
    if question.key is not None:
        chips.append(ID.written(language, id=question.key))
    return chips


def _answer(shape: Shape, language: Language) -> Iterable[str]:
    match shape:
        case Single():
            for number, option in enumerate(shape.options, start=1):
                yield from _item(f"{number}. {_box(option.id == shape.right)}", option, language)
        case Multiple():
            for option in shape.options:
                yield from _item(f"- {_box(option.id in shape.right)}", option, language)
        case TrueFalse():
            word = Word.TRUE if shape.right else Word.FALSE
            yield f"- {label(Word.ANSWER, language)}{word.written(language)}"
        case FillIn():
            for number, accepted in enumerate(shape.blanks, start=1):
                yield f"- {label(Word.BLANK, language, str(number))}{alternatives(accepted)}"
        case Numeric():
            yield f"- {label(Word.ANSWER, language)}{number_text(shape)}"
        case Ordering():
            for number, step in enumerate(shape.steps, start=1):
                yield from _item(f"{number}. ", step, language)
        case Matching():
            yield from _pairs(shape, language)
        case Open():
            for criterion in shape.rubric:
                yield _criterion(criterion, language)


def alternatives(accepted: Sequence[str]) -> str:
    """Return `48 | 四十八`; a bar inside a word is written `\\|`."""
    return " | ".join(word.replace("|", "\\|") for word in accepted)


def number_text(shape: Numeric) -> str:
    """Return `64`, `64 ± 0.01 元`, `60..70`."""
    if shape.target is None:
        written = f"{exact_decimal(shape.low)}..{exact_decimal(shape.high)}"
    else:
        written = exact_decimal(shape.target)
        if shape.high != shape.low:
            written += f" ± {exact_decimal(shape.high - shape.target)}"
    return f"{written} {shape.unit}".rstrip()


def _box(is_right: bool) -> str:
    return "[x] " if is_right else "[ ] "


def _item(opening: str, item: Item, language: Language) -> Iterable[str]:
    first, *more = item.body.source.split("\n")
    is_long = "" in more
    yield f"{opening}{first}".rstrip()
    yield from _indented(more, _INDENT)
    if is_long and item.note:
        yield ""
    yield from _note(item.note, language)
    if is_long:
        yield ""


def _note(note: Rich | None, language: Language) -> Iterable[str]:
    if note is None:
        return
    first, *more = note.source.split("\n")
    yield f"{_INDENT}- {label(Word.EXPLAIN, language)}{first}"
    yield from _indented(more, _INDENT * 2)


def _indented(lines: Iterable[str], indent: str) -> Iterable[str]:
    for line in lines:
        yield f"{indent}{line}" if line.strip() else ""


def _pairs(shape: Matching, language: Language) -> Iterable[str]:
    """Write the pairs, and each distractor before the first pair that would otherwise take its number."""
    by_id = {item.id: item for item in shape.right}
    written: set[str] = set()
    for item, right in zip(shape.left, shape.key, strict=True):
        if right not in written:
            for other in shape.right[: shape.right.index(by_id[right])]:
                if other.id not in written and other.id not in shape.key:
                    written.add(other.id)
                    yield _distractor(other, language)
        written.add(right)
        yield f"- {item.body.source} => {by_id[right].body.source}"
        yield from _note(item.note, language)
    for other in shape.right:
        if other.id not in written:
            yield _distractor(other, language)


def _distractor(item: Item, language: Language) -> str:
    word = Word.DISTRACTOR.written(language)
    name = f"（{word}）" if language is Language.ZH else f"({word})"
    return f"- {name} => {item.body.source}"


def _criterion(criterion: Criterion, language: Language) -> str:
    points = POINTS.written(language, x=points_chip_text(abs(criterion.points)))
    sign = "-" if criterion.kind is CriterionKind.NEVER and criterion.points else ""
    name = label(CRITERION_WORDS[criterion.kind], language, argument=sign + points)
    return f"- {name}{criterion.words}"


def _quote(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
