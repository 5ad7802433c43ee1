"""Banks of questions in Excel or CSV: one question a row, every visible sheet that has the columns. Pure."""

from collections.abc import Mapping, Sequence

from lms.core import sheets
from lms.core.archives import OLE, ZIP
from lms.core.errors import TooLarge
from lms.core.sheets import Row, Sheet
from lms.core.texts import Text, text
from lms.quizzes.importers.cells import Outcome, outcome_of
from lms.quizzes.importers.columns import COLUMNS, kind_in
from lms.quizzes.importers.reading import MOST_QUESTIONS, Imported, Refused, Taken, Where, excerpt_of
from lms.quizzes.importers.template import EXAMPLE, GUIDE_TITLES

_NUMBERS = ("序号", "编号", "题号", "序", "no", "id", "#", "number")  # columns that need no word
_NAMELESS = ("sheet", "工作表", "表")


def is_meant(name: str, data: bytes) -> bool:
    """Say whether this is a table: by its bytes, or by its name where it can be opened by no one."""
    lower = name.lower()
    if data.startswith(ZIP):
        return b"xl/workbook" in data or lower.endswith((".xlsx", ".xlsm"))
    if data.startswith(OLE[:4]):
        return not lower.endswith((".doc", ".docx", ".ppt"))
    return lower.endswith((".csv", ".xls", ".xlsx", ".xlsm", ".tsv"))


def read(data: bytes) -> Taken:
    """Return the questions of a workbook or CSV file. Raises Unreadable, TooLarge."""
    found, others = sheets.read_every(data, COLUMNS, most_rows=2 * MOST_QUESTIONS)
    if sum(len(sheet.rows) for sheet in found) > MOST_QUESTIONS:
        raise TooLarge(text("一个文件最多 %(most)s 道题。请分成几个文件。", most=MOST_QUESTIONS))
    several = len(found) > 1
    questions: list[Imported] = []
    refused: list[Refused] = []
    notes = list(_about(found, others))
    examples = 0
    for sheet in found:
        kind = kind_in(sheet.title)
        title = sheet.title if several and not sheet.title.lower().startswith(_NAMELESS) else ""
        for row in sheet.rows:
            if _is_header(row):
                continue
            if _is_example(row.values):
                examples += 1
                continue
            where = Where(row=row.line, label=sheet.title if several else "")
            outcome = outcome_of(row.values, kind)
            _take(outcome, where, row.values, outcome.section or title, questions, refused)
    if examples:
        notes.append(text("模板里的 %(n)s 行示例没有导入。", n=examples))
    return Taken(questions=tuple(questions), refused=tuple(refused), notes=tuple(notes))


def _take(
    outcome: Outcome,
    where: Where,
    values: Mapping[str, str],
    section: str,
    questions: list[Imported],
    refused: list[Refused],
) -> None:
    if outcome.question is not None:
        questions.append(Imported(question=outcome.question, where=where, section=section, notes=outcome.notes))
        return
    assert outcome.reason is not None
    excerpt = excerpt_of(values.get("stem", "") or " ".join(filter(None, values.values())))
    cells = {key: value for key, value in values.items() if value and key != "reason"}
    refused.append(Refused(where=where, reason=outcome.reason, excerpt=excerpt, section=section, cells=cells))


def _about(found: Sequence[Sheet], others: Sequence[str]) -> list[Text]:
    notes = []
    unknown = dict.fromkeys(
        name for sheet in found for name in sheet.unknown if name.casefold().strip(" .:：") not in _NUMBERS
    )
    if unknown:
        notes.append(text("这些列没有用到：%(columns)s。", columns="、".join(list(unknown)[:20])))
    skipped = [title for title in others if title not in GUIDE_TITLES]
    if skipped:
        notes.append(text("这些工作表里没有“题干”和“答案”两列，没有导入：%(sheets)s。", sheets="、".join(skipped[:20])))
    return notes


def _is_header(row: Row) -> bool:
    """Say whether the header stands there once more, as in sheets that were put together."""
    return row["stem"] in ("题干", "题目", "试题") and row["answer"] in ("答案", "正确答案", "参考答案")


def _is_example(values: Mapping[str, str]) -> bool:
    return values.get("stem", "").startswith(EXAMPLE)
