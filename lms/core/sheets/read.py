"""Reading tables that people make: CSV in any encoding that Chinese Excel writes, or XLSX.

What a file is, is decided by its bytes and in a fixed order, never guessed: byte order mark, then strict UTF-8, then
strict GB18030 (which holds GBK and GB2312). The charset guesser only words the error where none of them fits.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from unicodedata import normalize

import openpyxl
from charset_normalizer import from_bytes
from openpyxl.utils import column_index_from_string

from lms.core import archives
from lms.core.errors import TooLarge, Unreadable
from lms.core.sheets.write import unguarded
from lms.core.texts import Text, text

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_EMPTY = 20_000
"""Empty rows in a row after which nothing more is looked for; a number of a row may be anything."""
MOST_MERGES = 500
HEAD_WITHIN = 10
"""A title may stand above the header; the header is looked for in this many first rows."""

_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_REMARK = re.compile(r"[(\[【][^)\]】]*[)\]】]|[*:：]")
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\b[^<>]{0,40}?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"""")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Grid = Iterator[tuple[int, list[str]]]
Merged = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that an importer knows: its key, its name, the other names under which people write it.

    folded: full-width letters and digits are made narrow (numbers, codes, days; not names).
    lines: line ends inside a cell stay; each line is tidied.
    spread: a cell merged over several rows of a workbook counts for each of them.
    verbatim: nothing is tidied but the ends of the cell.
    """

    key: str
    name: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    folded: bool = True
    lines: bool = False
    spread: bool = False
    verbatim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One filled row. line: as the spreadsheet numbers it, from 1. values: by the column's key; "" where left empty."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was read. present: keys of the columns that the file has. unknown: headers that nobody asked for.

    title: of the sheet of a workbook, "" for CSV.
    """

    rows: tuple[Row, ...]
    present: frozenset[str]
    unknown: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of which memory never holds more than a row. head: the header as it is written.

    rows: line from 1 and cells of each filled row, once; raises Unreadable or TooLarge when it comes to what is wrong.
    """

    head: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]


def table(data: bytes, columns: Sequence[Column], *, most_rows: int, most_bytes: int = MOST_BYTES) -> Table:
    """Return the header that names these columns beside others, and the rows under it one by one.

    Raises what `read` raises.
    """
    _check_size(data, most_bytes)
    if not data.startswith(archives.ZIP):
        grid = _csv(decode(data), columns)
    else:
        with _refused_if_broken():
            grid = _grid(_visible(_opened(data))[0])
    with _refused_if_broken():
        head, _ = _head(grid, columns)
    return Table(head=tuple(cell.strip() for cell in head), rows=_filled(grid, most_rows))


def _filled(grid: Grid, most_rows: int) -> Grid:
    count = 0
    with _refused_if_broken():
        for line, cells in grid:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > most_rows:
                raise TooLarge(text("超过 %(n)s 行。请分成几个文件。", n=most_rows))
            yield line, cells


def read(data: bytes, columns: Sequence[Column], *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Sheet:
    """Return the rows under the header that names these columns, in any order.

    Raises TooLarge; Unreadable for a file that is empty, no table, or lacks a required column (says which and under
    which names it is accepted).
    """
    _check_size(data, most_bytes)
    if not data.startswith(archives.ZIP):
        return _under_header(_csv(decode(data), columns), columns, most_rows)
    with _refused_if_broken():
        return _under_header(_grid(_visible(_opened(data))[0]), columns, most_rows)


def read_every(
    data: bytes, columns: Sequence[Column], *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """Return every visible sheet that has the columns, and the titles of those that have not and are not empty.

    most_rows: of all sheets together. Raises what `read` raises, for the first sheet, where no sheet has the columns.
    """
    _check_size(data, most_bytes)
    if not data.startswith(archives.ZIP):
        return (_under_header(_csv(decode(data), columns), columns, most_rows),), ()
    found: list[Sheet] = []
    others: list[tuple[str, Unreadable]] = []
    with _refused_if_broken():
        for sheet in _visible(_opened(data)):
            merged = _merged(sheet) if any(column.spread for column in columns) else {}
            left = most_rows - sum(len(each.rows) for each in found)
            try:
                held = _under_header(_grid(sheet), columns, left, merged)
            except Unreadable as error:
                others.append((sheet.title, error))
            else:
                found.append(replace(held, title=sheet.title))
    if not found:
        raise others[0][1]
    return tuple(found), tuple(title for title, _ in others)


def _check_size(data: bytes, most_bytes: int) -> None:
    if len(data) > most_bytes:
        raise TooLarge(
            text("文件有 %(size)s MB，最多 %(most)s MB。请分成几个文件。", size=_mb(len(data)), most=_mb(most_bytes))
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(text("文件是空的。请确认选的是填好的那一份。"))


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")


def decode(data: bytes) -> str:
    """Return the text of a CSV file. Raises Unreadable for what is no text."""
    old = archives.why_old(data)
    if old is not None:
        raise Unreadable(old, code="old_format")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = _strict(data, "utf-16")
    elif data.startswith(b"\xef\xbb\xbf"):
        found = _strict(data, "utf-8-sig")
    else:
        found = _strict(data, "utf-8") or _strict(data, "gb18030")
    if found is None or _CONTROL.search(found):
        raise Unreadable(_not_text(data))
    return found


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _not_text(data: bytes) -> Text:
    guess = None if b"\x00" in data else from_bytes(data[:100_000]).best()
    if guess is not None and guess.could_be_from_charset:
        return text(
            "看不懂文件的文字编码，像是 %(encoding)s。请在 Excel 里另存为“CSV UTF-8”或 .xlsx 再传。",
            encoding=guess.encoding,
        )
    return text("这不是表格文件。请传 .xlsx，或从 Excel 另存的 CSV。")


def heading(written: str) -> str:
    """Return the form in which headers are compared: narrow, lower case, without spaces, remarks, stars, colons."""
    return _SPACES.sub("", _REMARK.sub("", normalize("NFKC", written))).replace("_", "").replace("-", "").casefold()


def _names(columns: Sequence[Column]) -> dict[str, str]:
    return {heading(name): column.key for column in columns for name in (column.name, column.key, *column.synonyms)}


def _csv(content: str, columns: Sequence[Column]) -> Grid:
    first = content.lstrip("\ufeff").partition("\n")[0].strip().lower()
    told = re.fullmatch(r'"?sep=(.)"?', first)
    delimiter = told.group(1) if told else _delimiter(content, columns)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1 and told:
                continue
            yield number, [unguarded(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Unreadable(
            text("第 %(line)s 行读不下去：引号没有成对，或一格太长。请检查这一行。", line=reader.line_num)
        ) from error


def _delimiter(content: str, columns: Sequence[Column]) -> str:
    """Return the one of comma, tab, semicolon by which the first lines show the most known headers."""
    names = _names(columns)
    head = content.splitlines()[:HEAD_WITHIN]

    def known(delimiter: str) -> int:
        return max(sum(heading(cell.strip('"')) in names for cell in line.split(delimiter)) for line in head)

    return max((",", "\t", ";"), key=known)


def _opened(data: bytes) -> Any:
    try:
        archives.check(data, archives.Office.SHEET)
    except Unreadable as error:
        if error.code != "wrong_type":
            raise
        raise Unreadable(text("这不是表格文件。请传 .xlsx，或从 Excel 另存的 CSV。")) from error
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)


@contextmanager
def _refused_if_broken() -> Iterator[None]:
    """Refuse what the library stumbles over, when a workbook is opened or while its rows are read."""
    try:
        yield
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError, OverflowError, OSError) as error:
        raise Unreadable(archives.BROKEN) from error


def _visible(book: Any) -> list[Any]:
    found = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not found:
        raise Unreadable(archives.BROKEN)
    return found


def _grid(sheet: Any) -> Grid:
    sheet.reset_dimensions()  # some programs write a size that would hide rows
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
        if any(cell is not None for cell in cells):
            empty = 0
            yield number, [_written(cell) for cell in cells]
            continue
        empty += 1
        if empty > MOST_EMPTY:
            return


def _merged(sheet: Any) -> Merged:
    """Return the cells of one column that are merged over several rows: by column from 0, first and last row."""
    with sheet._get_source() as source:
        content = source.read()
    found: Merged = {}
    for match in islice(_MERGE.finditer(content), MOST_MERGES):
        if match[1] == match[3] and int(match[2]) < int(match[4]):
            column = column_index_from_string(match[1].decode()) - 1
            found.setdefault(column, []).append((int(match[2]), int(match[4])))
    return found


def _written(cell: Any) -> str:
    """Return a cell of a workbook as a person would type it."""
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return f"{cell:.15g}"  # as the spreadsheet shows it: 0.1 + 0.2 is 0.3
        case datetime():
            return (
                cell.date().isoformat()
                if cell.time() == time()
                else cell.isoformat(" ", "seconds" if cell.second else "minutes")
            )
        case _:
            return str(cell)


def _under_header(grid: Grid, columns: Sequence[Column], most_rows: int, merged: Merged | None = None) -> Sheet:
    cells, keys = _head(grid, columns)
    return Sheet(
        rows=tuple(_rows(grid, keys, columns, most_rows, merged or {})),
        present=frozenset(keys) - {""},
        unknown=tuple(cell.strip() for cell, key in zip(cells, keys, strict=True) if not key and cell.strip()),
    )


def _head(grid: Grid, columns: Sequence[Column]) -> tuple[list[str], list[str]]:
    """Read up to the header; return its cells and the key of each, "" where nobody asked for it. Raises Unreadable."""
    names = _names(columns)
    above: list[list[str]] = []
    best: tuple[int, list[str]] = (0, [])
    for _, cells in grid:
        keys = [names.get(heading(cell), "") for cell in cells]
        found = frozenset(keys) - {""}
        if all(column.key in found for column in columns if column.required):
            return cells, keys
        if any(cells):
            above.append(cells)
            best = max(best, (len(found), cells), key=lambda pair: pair[0])
        if len(above) >= HEAD_WITHIN:
            break
    raise Unreadable(_missing(best[1], columns, names))


def _missing(cells: list[str], columns: Sequence[Column], names: Mapping[str, str]) -> Text:
    found = {names.get(heading(cell)) for cell in cells}
    lacking = [column for column in columns if column.required and column.key not in found]
    return text(
        "缺少列：%(columns)s（斜线后是也认的写法）。表头要写在同一行，在前 %(n)s 行内。",
        n=HEAD_WITHIN,
        columns="；".join(" / ".join((column.name, *column.synonyms)) for column in lacking),
    )


def _rows(grid: Grid, keys: list[str], columns: Sequence[Column], most_rows: int, merged: Merged) -> Iterator[Row]:
    known = {column.key: column for column in columns}
    over = [
        (place, first, last)
        for place, spans in merged.items()
        if place < len(keys) and keys[place] and known[keys[place]].spread
        for first, last in spans
    ]
    held: dict[int, str] = {}
    count = 0
    for line, cells in grid:
        if not any(cell.strip() for cell in cells):
            continue
        for place, first, last in over:
            if line == first:
                held[place] = cells[place]
            elif first < line <= last:
                cells[place] = cells[place] or held.get(place, "")
        values: dict[str, str] = {}
        for key, cell in zip(keys, cells, strict=False):
            if key and not values.get(key):
                values[key] = _tidied(cell, known[key])
        if not any(values.values()):
            continue
        count += 1
        if count > most_rows:
            raise TooLarge(text("超过 %(n)s 行。请分成几个文件。", n=most_rows))
        yield Row(line=line, values=values)


def _tidied(cell: str, column: Column) -> str:
    if column.verbatim:
        return cell.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").strip()
    if not column.lines:
        return tidy(cell, folded=column.folded)
    lines = [tidy(line, folded=column.folded) for line in cell.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n")


def tidy(cell: str, *, folded: bool = True) -> str:
    """Return the cell without outer spaces and invisible characters; narrow where it is a number or a code."""
    cell = cell.replace("\u200b", "").replace("\ufeff", "").replace("\u00a0", " ")
    if folded:
        cell = normalize("NFKC", cell)
    return " ".join(cell.split())


_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_SERIAL_FROM = date(1899, 12, 30)


def day(written: str) -> date:
    """Return the day written as 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日, 20261122 or as Excel's number.

    Raises ValueError for anything else, also for days without a year and for 1/2/26, that nobody can read for sure.
    """
    cell = tidy(written)
    if found := _DAY.fullmatch(cell):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if cell.isascii() and cell.isdigit() and len(cell) == 8:
        return date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    if cell.isascii() and cell.isdigit() and len(cell) == 5:  # 10000 = 1927-05-18, 99999 = 2173-10-13
        return _SERIAL_FROM + timedelta(days=int(cell))
    raise ValueError(written)
