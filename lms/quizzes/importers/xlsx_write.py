"""Questions as rows of a workbook, so that reading them gives the same questions. Pure.

A row says plain words where that is enough (格式: 文字), else the Markdown as it is (格式: Markdown). Each row is read
again before it is written: what would be read otherwise is noted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lms.content.grammar.keywords import Language, Word
from lms.core.sheets import xlsx_bytes
from lms.core.sheets.write import LONGEST_CELL
from lms.core.texts import Text, text
from lms.questions.form.card import Card
from lms.questions.form.layout import read
from lms.questions.spec import CriterionKind, Kind, Question
from lms.questions.write import CRITERION_WORDS, label, write_question
from lms.quizzes.importers import build
from lms.quizzes.importers.cells import outcome_of
from lms.quizzes.importers.columns import (
    ANSWER,
    BEFORE,
    BEHIND,
    EXPLANATION,
    FORM,
    HINT,
    KIND_WORDS,
    LETTERS,
    LEVEL,
    MARKDOWN,
    MODEL,
    NOTES,
    OPTION_COLUMNS,
    PLAIN,
    POINTS,
    REASON,
    RUBRIC,
    SECTION,
    SETTINGS,
    TAGS,
)
from lms.quizzes.importers.reading import Bank, Refused, Written, excerpt_of
from lms.quizzes.importers.template import SHEET_TITLE

_USUAL = (ANSWER, EXPLANATION, POINTS, LEVEL, TAGS, SECTION)
_FEWEST_OPTIONS = 4
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()>#+\-.!|])|&(lt|amp);")
_ENTITIES = {"lt": "<", "amp": "&"}
Values = Mapping[str, str]


def write(bank: Bank) -> Written:
    """Return a workbook with one question a row."""
    rows: list[Values] = []
    notes: list[Text] = []
    number = 0
    for group in bank.groups:
        for question in group.questions:
            number += 1
            values, problems = _row(question, group.title)
            notes += [text("第 %(n)s 题：%(what)s", n=number, what=problem) for problem in problems]
            if values is not None:
                rows.append(values)
    return Written(data=_workbook(rows), notes=tuple(notes))


def refused_rows(refused: Sequence[Refused], say: Callable[[Text], str] = str) -> bytes:
    """Return a workbook of what was refused, with the reason in front, to be mended and imported again."""
    rows = [
        {
            "stem": each.excerpt,
            "section": each.section,
            **each.cells,
            "reason": f"{say(each.where.words)}：{say(each.reason)}",
        }
        for each in refused
    ]
    return _workbook(rows, first=(REASON,))


def _workbook(rows: Sequence[Values], first: Sequence[object] = ()) -> bytes:
    used = {key for row in rows for key, value in row.items() if value}
    last = max((place for place, column in enumerate(OPTION_COLUMNS, start=1) if column.key in used), default=0)
    columns = [
        *([REASON] if first else []),
        *BEFORE,
        *OPTION_COLUMNS[: max(_FEWEST_OPTIONS, last)],
        *(column for column in BEHIND if column in _USUAL or column.key in used),
    ]
    return xlsx_bytes(
        SHEET_TITLE,
        [column.name for column in columns],
        [[row.get(column.key, "") for column in columns] for row in rows],
    )


def _row(question: Question, section: str) -> tuple[Values | None, list[Text]]:
    """Return the cells of a question, None where there are none for it, and what they don't say."""
    bare = replace(question, key=None)
    source = write_question(bare)
    card = read(source, build.PATH, Language.ZH).card
    if card is None:
        return None, [text("这道题写不进表格，没有导出：“%(stem)s”。", stem=excerpt_of(question.stem.text))]
    problems = []
    if "](" in source and "![" in source:
        problems.append(text("图片不在表格里，只写了它的路径。"))
    if len(card.rows) > len(LETTERS):
        problems.append(text("选项超过 26 个，没有导出：“%(stem)s”。", stem=excerpt_of(question.stem.text)))
        return None, problems
    for form in (PLAIN, MARKDOWN):
        values = _values(card, form)
        if values is None:
            continue
        values = {**values, SECTION.key: section}
        if max(map(len, values.values())) > LONGEST_CELL:
            return None, [text("文字太长，放不进一格，没有导出：“%(stem)s”。", stem=excerpt_of(question.stem.text))]
        back = outcome_of(values).question
        if back is not None and write_question(back) == source:
            return values, problems
    return None, [*problems, text("这道题写不进表格，没有导出：“%(stem)s”。", stem=excerpt_of(question.stem.text))]


def _values(card: Card, form: str) -> Values | None:
    """Return the cells; None where plain words would not say the same."""
    said: list[str | None] = []

    def words(markdown: str) -> str:
        found = markdown if form == MARKDOWN else _plain(markdown)
        said.append(found)
        return found or ""

    values = {
        "kind": KIND_WORDS[card.kind],
        "stem": words(card.stem),
        ANSWER.key: _answer(card),
        EXPLANATION.key: words(card.explanation),
        POINTS.key: card.points,
        LEVEL.key: card.level,
        TAGS.key: card.tags,
        HINT.key: words(card.hint),
        NOTES.key: "\n".join(f"{LETTERS[place]}：{words(row.note)}" for place, row in enumerate(card.rows) if row.note),
        SETTINGS.key: "、".join(_settings(card)),
        FORM.key: form,
    }
    values[ANSWER.key if card.kind is Kind.OPEN else MODEL.key] = words(card.model)
    match card.kind:
        case Kind.SINGLE | Kind.MULTIPLE | Kind.ORDERING:
            values |= {f"option-{LETTERS[place]}": words(row.text) for place, row in enumerate(card.rows)}
        case Kind.MATCHING:
            for place, row in enumerate(card.rows):
                left = f"（{Word.DISTRACTOR.zh}）" if row.lure else words(row.text)
                values[f"option-{LETTERS[place]}"] = f"{left} => {words(row.other)}"
        case Kind.OPEN:
            values[RUBRIC.key] = "\n".join(_criterion(row.word, row.other, row.text) for row in card.rows)
        case _:
            pass
    return None if None in said else values


def _plain(markdown: str) -> str | None:
    """Return the words that `build.plain` makes this Markdown of; None where it says more than words."""
    words = _ESCAPED.sub(lambda match: match[1] or _ENTITIES[match[2]], markdown).replace("\n\n", "\n")
    gap = "\ue001"
    again = build.plain(words.replace("____", gap)).replace(gap, "____")
    return words if again == markdown and build.plain(words) == markdown else None


def _answer(card: Card) -> str:
    match card.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return "".join(LETTERS[place] for place, row in enumerate(card.rows) if row.right)
        case Kind.ORDERING:
            return LETTERS[: len(card.rows)]
        case Kind.TRUE_FALSE:
            return "对" if card.truth == "true" else "错"
        case Kind.FILL_IN:
            return "\n".join(f"空{number}：{row.text}" for number, row in enumerate(card.rows, start=1))
        case Kind.NUMERIC:
            return card.number
        case _:
            return ""


def _settings(card: Card) -> list[str]:
    flags = {
        Word.HALF_IF_INCOMPLETE: card.half,
        Word.NONE_IF_WRONG: card.none,
        Word.CASE_SENSITIVE: card.case,
        Word.ADJACENT_PAIRS: card.neighbours,
        Word.MANUAL: card.manual,
    }
    found = [word.zh for word, is_set in flags.items() if is_set]
    return [*found, f"字数{card.shortest}-{card.longest}"] if card.shortest and card.longest else found


def _criterion(word: str, points: str, words: str) -> str:
    kind = next(kind for kind in CriterionKind if kind.value == word)
    sign = "-" if kind is CriterionKind.NEVER else ""
    return label(CRITERION_WORDS[kind], Language.ZH, argument=f"{sign}{points}分") + words
