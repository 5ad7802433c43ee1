"""One row of a sheet, or one question typed in Word, becomes a question: kind, key and settings as people write them.

A row that this house wrote (格式 is filled in) is read to the letter; in any other one a number in front of the text,
letters in front of options and the like are taken away, and what is missing is inferred where it can be told.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any
from unicodedata import normalize

from lms.content.grammar.amounts import normal
from lms.content.grammar.inline import read_label, split_arrow
from lms.content.grammar.keywords import Language, Word, find_word
from lms.core.points import exact_decimal, to_fraction
from lms.core.texts import Text, text
from lms.questions.form.canonical import check
from lms.questions.form.card import Card, Row, numeric_fields
from lms.questions.parse.rubric import CRITERIA
from lms.questions.parse.values import read_number_answer
from lms.questions.spec import CriterionKind, Kind, Question
from lms.quizzes.importers import build, keys
from lms.quizzes.importers.columns import (
    CHOICE,
    KIND_WORDS,
    LETTERS,
    MARKDOWN,
    OPTION_COLUMNS,
    PLAIN,
    kind_in,
    kind_of,
    level_of,
)

Values = Mapping[str, str]
_NUMBER = re.compile(r"\s*(?:[（(]?\d{1,4}\s*[、)）]|\d{1,4}\s*[.．])\s*(?!\d)")
_KIND_MARK = re.compile(r"[（(\[【]\s*(?:单选|多选|判断|填空|不定项选择|问答|简答)题?\s*[)）\]】]\s*")
_TAG_ENDS = re.compile(r"[、,，;；|\n#＃]+|(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_NOTE = re.compile(r"^([A-Z])\s*[:：.、]\s*", re.MULTILINE)
_LENGTH = re.compile(r"字数\s*(\d{1,5})\s*[-~～—至到]\s*(\d{1,5})")
_POINTS_OF_LINE = re.compile(r"[（(]?\s*(\d{1,3}(?:\.\d{1,2})?)\s*分\s*[)）]?")
_FLAGS: Mapping[Word, str] = {
    Word.HALF_IF_INCOMPLETE: "half",
    Word.NONE_IF_WRONG: "none",
    Word.CASE_SENSITIVE: "case",
    Word.ADJACENT_PAIRS: "neighbours",
    Word.MANUAL: "manual",
}
_PLACEHOLDER = "\ue001"  # of a gap, while the words around it are escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """question: None where `reason` says what is wrong and how to mend it. notes: what was understood otherwise."""

    question: Question | None = None
    reason: Text | None = None
    section: str = ""
    notes: tuple[Text, ...] = ()


class _Refused(Exception):
    """Carries the reason to the one place that tells it."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(slots=True)
class _Row:
    """One row while it is read. show: makes Markdown of a text."""

    values: Values
    exact: bool
    show: Callable[[str], str]
    notes: list[Text] = field(default_factory=list)

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "").strip()


def outcome_of(values: Values, kind: Kind | str | None = None, links: Mapping[str, str] | None = None) -> Outcome:
    """Return the question of these cells, by the keys of the columns. kind: where the row itself names none.

    links: Markdown by the sign that stands for it in the cells.
    """
    form = values.get("form", "").strip()
    markdown = form.casefold() == MARKDOWN.casefold()
    show = _as_it_is if markdown else build.plain
    row = _Row(values, exact=markdown or form == PLAIN, show=_with_links(links) if links else show)
    section = row["section"]
    try:
        named = _kind(row, kind)
        if named is None and section and not row["kind"] and kind_of(section):
            named, section = kind_of(section), ""
        card = _card(row, named)
    except _Refused as refused:
        return Outcome(reason=refused.reason, section=section, notes=tuple(row.notes))
    checked = check(card, build.PATH, Language.ZH)
    if checked.question is None or checked.errors:
        return Outcome(reason=_first(checked.errors), section=section, notes=tuple(row.notes))
    return Outcome(question=checked.question, section=section, notes=tuple(row.notes))


def _first(errors: Mapping[str, Text]) -> Text:
    return next(iter(errors.values()), text("看不懂这道题，请对照模板检查。"))


def _with_links(links: Mapping[str, str]) -> Callable[[str], str]:
    """Return what makes Markdown of a text in which signs stand for pictures."""
    signs = str.maketrans(dict(links))
    return lambda words: build.plain(words).translate(signs)


def _as_it_is(words: str) -> str:
    return words


def _kind(row: _Row, default: Kind | str | None) -> Kind | str | None:
    written = row["kind"]
    if not written:
        return default
    found = kind_of(written) or (None if row.exact else kind_in(written))
    if found is None:
        raise _Refused(
            text("不认识题型“%(kind)s”。可用：%(kinds)s。", kind=written[:20], kinds="、".join(KIND_WORDS.values()))
        )
    return found


def _card(row: _Row, named: Kind | str | None) -> Card:
    stem = row["stem"] if row.exact else _NUMBER.sub("", row["stem"], count=1)
    if not row.exact:
        stem = _KIND_MARK.sub("", stem, count=1)
    stem, options = _options(row, stem)
    answer = row["answer"]
    if not stem:
        raise _Refused(text("没有题干，请写上题目。"))
    if not row.exact and not answer and named not in (Kind.MATCHING, Kind.OPEN, Kind.FILL_IN):
        stem, answer = _inline(stem)
    kind = named if isinstance(named, Kind) else _inferred(row, stem, options, answer, named)
    card = _common(row, Card(kind=kind))
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return _choice(row, card, stem, options, answer)
        case Kind.ORDERING:
            return _ordering(row, card, stem, options, answer)
        case Kind.MATCHING:
            return _matching(row, card, stem, options, answer)
        case Kind.TRUE_FALSE:
            return _true_false(row, card, stem, options, answer)
        case Kind.FILL_IN:
            return _fill_in(row, card, stem, answer)
        case Kind.NUMERIC:
            return _numeric(row, card, stem, answer)
        case Kind.OPEN:
            return _open(row, card, stem, answer)


def _options(row: _Row, stem: str) -> tuple[str, list[str]]:
    """Return text and options: of their own columns, of one column, or typed below the text."""
    cells = [row[column.key] for column in OPTION_COLUMNS]
    while cells and not cells[-1]:
        cells.pop()
    if not cells and row["options"]:
        cells = keys.options_in(row["options"])
    if not row.exact:
        cells = keys.unlettered(cells)
        below = None if cells else keys.options_below(stem)
        if below is not None:
            return below
    for place, cell in enumerate(cells):
        if not cell:
            raise _Refused(text("选项 %(letter)s 是空的，请补上，或把后面的选项往前移。", letter=LETTERS[place]))
    return stem, cells


def _inline(stem: str) -> tuple[str, str]:
    """Return text and key of a question whose key stands in its text: “超过（B）小时”."""
    found = keys.INLINE_KEY.search(stem)
    return (stem, "") if found is None else (f"{stem[: found.start()]}（ ）{stem[found.end() :]}", found[1])


def _inferred(row: _Row, stem: str, options: Sequence[str], answer: str, named: str | None) -> Kind:
    if not answer:
        raise _Refused(text("没有答案，请写上。"))
    if len(options) > 1:
        if len(options) == 2 and all(keys.truth_of(each, is_asked=True) is not None for each in options):
            return Kind.TRUE_FALSE
        return Kind.MULTIPLE if len(_places(options, answer)) > 1 else Kind.SINGLE
    if named == CHOICE:
        raise _Refused(text("选择题没有选项，请写在“选项A”“选项B”等列里。"))
    if keys.truth_of(answer, is_asked=False) is not None:
        return Kind.TRUE_FALSE
    if keys.has_gaps(stem):
        return Kind.FILL_IN
    if keys.truth_of(answer, is_asked=True) is not None or keys.letters_of(answer):
        raise _Refused(text("看不出题型，请在“题型”列写上，例如 判断、数值。"))
    if read_number_answer(keys.bare(answer)):
        return Kind.NUMERIC
    row.notes.append(text("没有写题型，当作问答题。"))
    return Kind.OPEN


def _common(row: _Row, card: Card) -> Card:
    """Return the card with what every kind has: points, level, tags, texts, settings."""
    explanation = row.show(row["explanation"])
    if row["source"]:
        explanation = "\n\n".join(filter(None, [explanation, build.plain(f"出处：{row['source']}")]))
    card = replace(
        card, hint=row.show(row["hint"]), explanation=explanation, model=row.show(row["model"]), points=_points(row)
    )
    level = level_of(row["level"])
    if row["level"] and level is None:
        row.notes.append(text("难度“%(level)s”看不懂，没有导入。写 1 到 5，或 易、中、难。", level=row["level"][:20]))
    tags = row["tags"] if row.exact else "、".join(_tags(f"{row['tags']}、{row['topic']}"))
    return _with_settings(row, replace(card, level=str(level or ""), tags=tags))


def _points(row: _Row) -> str:
    if not row["points"]:
        return ""
    found = build.points(row["points"])
    if isinstance(found, Text):
        raise _Refused(found)
    return exact_decimal(to_fraction(found))


def _tags(written: str) -> list[str]:
    return list(dict.fromkeys(tag for part in _TAG_ENDS.split(written) if (tag := build.tag(part))))


def _with_settings(row: _Row, card: Card) -> Card:
    written = row["settings"]
    length = _LENGTH.search(normalize("NFKC", written))
    if length:
        card = replace(card, shortest=length[1], longest=length[2])
    for part in re.split(r"[\s、,，;；]+", written):
        word = find_word(part, _FLAGS)
        if word is not None:
            flag: Any = {_FLAGS[word]: True}
            card = replace(card, **flag)
        elif part and not _LENGTH.fullmatch(normalize("NFKC", part)):
            row.notes.append(text("设置“%(setting)s”看不懂，没有导入。", setting=part[:20]))
    return card


def _choice(row: _Row, card: Card, stem: str, options: Sequence[str], answer: str) -> Card:
    if len(options) < 2:
        raise _Refused(text("选择题至少要有两个选项。"))
    if not answer:
        raise _Refused(text("没有答案，请写正确选项的字母，例如 B 或 AC。"))
    right = _places(options, answer)
    if card.kind is Kind.SINGLE and len(right) > 1:
        problem = text("单选题写了 %(n)s 个正确答案，请只留一个，或把题型改成多选。", n=len(right))
        raise _Refused(problem)
    notes = _notes(row, len(options))
    rows = [Row(text=row.show(option), note=notes[place], right=place in right) for place, option in enumerate(options)]
    return replace(card, stem=row.show(stem), rows=tuple(rows))


def _places(options: Sequence[str], answer: str) -> tuple[int, ...]:
    """Return the places of the right options: by letter, by their words, by number. Raises _Refused."""
    bare = keys.bare(answer)
    same = [place for place, option in enumerate(options) if _bare(option) == _bare(bare)]
    if same:
        return (same[0],)
    letters = keys.letters_of(bare)
    if letters is not None:
        if max(letters) >= len(options):
            problem = text(
                "答案 %(letter)s 没有对应的选项，这道题只有 A–%(last)s。",
                letter=LETTERS[max(letters)],
                last=LETTERS[len(options) - 1],
            )
            raise _Refused(problem)
        return tuple(dict.fromkeys(letters))
    by_words = {_bare(option): place for place, option in enumerate(options)}
    for signs in ("\n", "；;", "|｜", "、", "，,"):
        parts = [_bare(part) for part in re.split(f"[{signs}]", bare) if part.strip()]
        if len(parts) > 1 and all(part in by_words for part in parts):
            return tuple(by_words[part] for part in parts)
    numbers = [
        int(part) for part in re.split(r"[\s,，、;；]+", normalize("NFKC", bare)) if part.isascii() and part.isdigit()
    ]
    if numbers and _bare(bare).isdigit() and all(1 <= number <= len(options) for number in numbers):
        return tuple(dict.fromkeys(number - 1 for number in numbers))
    raise _Refused(text("答案“%(answer)s”不是选项的字母，也不是任何一个选项的文字。", answer=bare[:30]))


def _bare(words: str) -> str:
    return re.sub(r"[\s,，、;；。.]+", "", normalize("NFKC", words)).casefold()


def _notes(row: _Row, count: int) -> list[str]:
    """Return the remark on each option: “A：…”, one after the other."""
    found = [""] * count
    parts = _NOTE.split(row["notes"])
    for letter, words in zip(parts[1::2], parts[2::2], strict=True):
        if LETTERS.index(letter) < count:
            found[LETTERS.index(letter)] = row.show(words.strip())
        else:
            row.notes.append(text("选项解析写到了选项 %(letter)s，没有这个选项。", letter=letter))
    if parts[0].strip():
        row.notes.append(text("选项解析要写成“A：…”，没有导入。"))
    return found


def _ordering(row: _Row, card: Card, stem: str, options: Sequence[str], answer: str) -> Card:
    if len(options) < 2:
        raise _Refused(text("排序题至少要有两个步骤，每个步骤写一个选项。"))
    letters = keys.letters_of(answer) if answer else None
    if letters is None and answer:
        letters = _numbers(answer)
    if letters is None or sorted(letters) != list(range(len(options))):
        raise _Refused(text("排序题的答案写正确的顺序，每个选项一次，例如 CABD。"))
    notes = _notes(row, len(options))
    rows = [Row(text=row.show(options[place]), note=notes[place]) for place in letters]
    return replace(card, stem=row.show(stem), rows=tuple(rows))


def _numbers(answer: str) -> tuple[int, ...] | None:
    plain = re.sub(r"[\s,，、;；>→-]+", " ", normalize("NFKC", answer)).strip()
    parts = plain.split() if " " in plain else list(plain)
    return tuple(int(part) - 1 for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else None


def _matching(row: _Row, card: Card, stem: str, options: Sequence[str], answer: str) -> Card:
    lines = list(options) or [line for line in answer.split("\n") if line.strip()]
    notes = _notes(row, len(lines))
    rows = []
    for place, line in enumerate(lines):
        sides = split_arrow(line) or (None if row.exact else _by_dash(line))
        if sides is None:
            raise _Refused(text("匹配题每个选项写成“左 => 右”，例如“退货 => 7 天”。"))
        lure = find_word(sides[0].strip("（()） "), (Word.DISTRACTOR,)) is not None
        rows.append(
            Row(text="" if lure else row.show(sides[0]), other=row.show(sides[1]), lure=lure, note=notes[place])
        )
    if len(rows) < 2:
        raise _Refused(text("匹配题至少要有两对，每个选项写成“左 => 右”。"))
    return replace(card, stem=row.show(stem), rows=tuple(rows))


def _by_dash(line: str) -> tuple[str, str] | None:
    parts = re.split(r"\s*(?:—{1,2}|–|--+|=|＝)\s*", line)
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else None


def _true_false(row: _Row, card: Card, stem: str, options: Sequence[str], answer: str) -> Card:
    truth = keys.truth_of(answer, is_asked=True)
    letters = None if truth is not None or not answer else keys.letters_of(answer)
    if letters is not None and len(letters) == 1:
        if letters[0] < len(options):
            truth = keys.truth_of(options[letters[0]], is_asked=True)
        elif not options and letters[0] < 2:
            truth = letters[0] == 0
            row.notes.append(text("判断题的答案 A 当作“对”，B 当作“错”。"))
    if truth is None:
        raise _Refused(text("判断题的答案写 对 或 错。") if answer else text("没有答案，判断题写 对 或 错。"))
    return replace(card, stem=row.show(_no_gaps(row, stem)), truth="true" if truth else "false")


def _no_gaps(row: _Row, stem: str) -> str:
    """Return the text without lines to write on: with them it would be a question with gaps."""
    return stem if row.exact else re.sub(r"[_＿]{2,}", "（ ）", stem)


def _fill_in(row: _Row, card: Card, stem: str, answer: str) -> Card:
    if not answer:
        raise _Refused(text("没有答案，请写上要填的词。"))
    if row.exact:
        lines = re.split(r"^空\d{1,2}：", answer, flags=re.MULTILINE)[1:]
        rows = [Row(text=line.strip()) for line in lines]
        return replace(
            card, stem=row.show(stem) if row.show is _as_it_is else _with_gaps(stem, row.show), rows=tuple(rows)
        )
    stem = keys.with_gaps(stem)
    gaps = stem.count(keys.GAP)
    if not gaps:
        row.notes.append(text("题干里没有标出要填的空，空放在了末尾。"))
        stem, gaps = f"{stem} {keys.GAP}", 1
    words = keys.words_of_gaps(answer, gaps)
    if words is None or not all(words):
        problem = text("题干里有 %(gaps)s 个空，答案的个数不一样。各空的答案之间用 ; 隔开，例如 48; 7。", gaps=gaps)
        raise _Refused(problem)
    rows = [Row(text=" | ".join(word.replace("|", "\\|") for word in accepted)) for accepted in words]
    return replace(card, stem=_with_gaps(stem, row.show), rows=tuple(rows))


def _with_gaps(stem: str, show: Callable[[str], str]) -> str:
    return show(stem.replace(keys.GAP, _PLACEHOLDER)).replace(_PLACEHOLDER, keys.GAP)


def _numeric(row: _Row, card: Card, stem: str, answer: str) -> Card:
    shape = read_number_answer(keys.bare(answer)) if answer else None
    if shape is None:
        raise _Refused(text("数值题的答案写成 64、64 ± 0.01 元或 60..70。"))
    fields: Any = numeric_fields(shape)
    return replace(card, stem=row.show(_no_gaps(row, stem)), **fields)


def _open(row: _Row, card: Card, stem: str, answer: str) -> Card:
    rows, rest = _rubric(row)
    model = "\n\n".join(filter(None, [row.show(answer), card.model, *map(build.plain, rest)]))
    if not model and not rows:
        row.notes.append(text("没有参考答案，要由人来判。"))
    manual = card.manual if row.exact else card.manual or not rows
    return replace(card, stem=row.show(_no_gaps(row, stem)), rows=tuple(rows), model=model, manual=manual)


def _rubric(row: _Row) -> tuple[list[Row], list[str]]:
    """Return the lines of the rubric, and those that say no points, which go to the model answer."""
    found: list[Row] = []
    rest: list[str] = []
    for line in filter(None, (line.strip() for line in row["rubric"].split("\n"))):
        label = read_label(line, CRITERIA)
        points = _POINTS_OF_LINE.search(normal(label[1] if label else line))
        if points is None:
            rest.append(line)
            continue
        kind = CRITERIA[label[0]] if label else CriterionKind.JUDGED
        words = label[2] if label else _NUMBER.sub("", _POINTS_OF_LINE.sub("", normal(line), count=1), count=1)
        found.append(Row(text=words.strip(" ：:；;"), other=exact_decimal(Fraction(points[1])), word=kind.value))
    if rest:
        row.notes.append(text("评分标准里没有写分值的部分放进了参考答案。"))
    return found, rest
