"""Tables in and out: CSV and XLSX, encodings, header synonyms, dates, limits; no formula leaves the house."""

from lms.core.sheets.read import Column, Row, Sheet, day, read, read_every, tidy
from lms.core.sheets.write import csv_bytes, guarded, unguarded, xlsx_bytes

__all__ = [
    "Column",
    "Row",
    "Sheet",
    "csv_bytes",
    "day",
    "guarded",
    "read",
    "read_every",
    "tidy",
    "unguarded",
    "xlsx_bytes",
]
