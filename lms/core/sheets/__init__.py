"""Tables in and out: CSV and XLSX, encodings, header synonyms, dates, limits; no formula leaves the house."""

from lms.core.sheets.read import Column, Row, Sheet, Table, day, heading, read, read_every, table, tidy
from lms.core.sheets.write import csv_bytes, guarded, unguarded, xlsx_bytes

__all__ = [
    "Column",
    "Row",
    "Sheet",
    "Table",
    "csv_bytes",
    "day",
    "guarded",
    "heading",
    "read",
    "read_every",
    "table",
    "tidy",
    "unguarded",
    "xlsx_bytes",
]
