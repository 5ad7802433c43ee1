"""Writing tables that Chinese Excel opens by a double click and that carry no formula.

A cell typed by somebody may start with `=`; opened in a spreadsheet it would run on the reader's machine. In CSV such a
text gets a leading apostrophe (the reader of this package takes it off again); in XLSX every text is stored as text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import xlsxwriter

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""

_NOT_IN_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return UTF-8 with a byte order mark, CRLF. Numbers stay numbers; instants are to be given in local time."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guarded(str(header)) for header in headers])
    writer.writerows([[_csv_cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]
"""A sheet to be written: its name, cut to what Excel allows, its headers, its rows."""


def xlsx_bytes(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, more: Sequence[Sheet] = ()
) -> bytes:
    """Return a workbook, each sheet with a bold, frozen first row. more: sheets behind the first."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for each in ((title, headers, rows), *more):
        _write_sheet(book, each, bold, instant)
    book.close()
    return out.getvalue()


def _write_sheet(book: Any, written: Sheet, bold: Any, instant: Any) -> None:
    title, headers, rows = written
    sheet = book.add_worksheet(" ".join(title.translate(_NOT_IN_SHEET_NAME).split())[:31] or "Sheet1")
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(headers):
        sheet.set_column(column, column, min(40, max(10, 2 * len(str(header)) + 2)))
        sheet.write_string(0, column, _cut(str(header)), bold)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            match value:
                case None | "":
                    continue
                case bool():
                    sheet.write_boolean(line, column, value)
                case int() | float() | Decimal() | Fraction():
                    sheet.write_number(line, column, float(value))
                case datetime():
                    sheet.write_datetime(line, column, value.replace(tzinfo=None), instant)
                case date():
                    sheet.write_datetime(line, column, value)
                case _:
                    sheet.write_string(line, column, _cut(str(value)))


def guarded(cell: str) -> str:
    """Return the text as a spreadsheet will show it, never run it: "=1+1" becomes "'=1+1", "+86…" becomes "'+86…"."""
    cell = cell.replace("\x00", "")
    return f"'{cell}" if cell.lstrip(" \n\u00a0\u3000").startswith(FORMULA_STARTS) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell


def _csv_cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool() | int() | float() | Decimal():
            return value
        case Fraction():
            return float(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case _:
            return guarded(str(value))


def _cut(cell: str) -> str:
    return cell[:LONGEST_CELL]
