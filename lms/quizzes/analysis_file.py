"""The analysis of a quiz as a file: the rows of the page; in a workbook the quiz's own figures on a second sheet."""

from collections.abc import Sequence

from lms.core.i18n import gettext, say
from lms.core.sheets import csv_bytes, xlsx_bytes
from lms.core.sheets.write import Sheet
from lms.core.texts import Text
from lms.quizzes.queries.analysis import Analysis
from lms.quizzes.rules.analysis import written
from lms.quizzes.rules.analysis.report import Finding


def heads() -> list[str]:
    return [say(head) for head in written.HEADS]


def lines(findings: Sequence[Finding]) -> list[list[object]]:
    """Return a row for each version of a question, in this order."""
    return [[_cell(value) for value in written.row(finding)] for finding in findings]


def whole(found: Analysis) -> Sheet:
    """Return the figures of the quiz as a sheet."""
    figures = [[_cell(name), _cell(value)] for name, value in written.about(found.report, found.waiting)]
    return gettext("整份测验"), [gettext("指标"), gettext("数值")], figures


def data(title: str, found: Analysis, format: str) -> bytes:
    """Return the whole file. format: csv or xlsx."""
    rows = lines(found.report.findings)
    if format == "xlsx":
        return xlsx_bytes(title, heads(), rows, more=[whole(found)])
    return csv_bytes(heads(), rows)


def _cell(value: object) -> object:
    return say(value) if isinstance(value, Text) else value
