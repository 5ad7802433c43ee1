"""A section of the knowledge report as cells: the same for the page, a file, the command and the API."""

from collections.abc import Sequence
from datetime import date

from flask import Response

from lms.core.here import today
from lms.core.i18n import say
from lms.core.sheets import csv_bytes, xlsx_bytes
from lms.reports.knowledge.rules import REASONS, STATES, Column, Kind, Report, Row, Value
from lms.web.tables import download


def shown(column: Column, value: Value) -> object:
    """Return a cell as it is written into a file: numbers and days as such, states and reasons in words."""
    if value is None:
        return ""
    if column.kind is Kind.STATE:
        return say(STATES[str(value)])
    if column.kind is Kind.REASON:
        return say(REASONS[str(value)]) if value in REASONS else ""
    return value


def heads(report: Report) -> list[str]:
    return [say(column.title) for column in report.section.columns]


def cells(report: Report, rows: Sequence[Row] | None = None) -> list[list[object]]:
    columns = report.section.columns
    return [
        [shown(column, row.values.get(column.key)) for column in columns]
        for row in (report.rows if rows is None else rows)
    ]


def title(report: Report) -> str:
    return f"{say(report.section.title)} {today().isoformat()}"


def file(report: Report, format: str) -> Response:
    return download(format, title(report), heads(report), cells(report))


def data(report: Report, format: str) -> bytes:
    """Return the section as a file's bytes. format: csv | xlsx."""
    if format == "xlsx":
        return xlsx_bytes(title(report), heads(report), cells(report))
    return csv_bytes(heads(report), cells(report))


def plain(report: Report) -> list[dict[str, object]]:
    """Return the rows as JSON values by the keys of the columns; states and reasons as their keys."""
    return [
        {
            **{
                column.key: value.isoformat() if isinstance(value := row.values.get(column.key), date) else value
                for column in report.section.columns
            },
            **({"slug": row.slug} if row.slug else {}),
        }
        for row in report.rows
    ]
