"""How a row is written in a backup: the same bytes whatever database it lies in, so that their digests can be compared.

A row is one line, a JSON array of its values in the order of the table's columns. What is JSON itself stands in a list
of its own, so that the JSON value null and no value at all are two things.
"""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

LONGEST_LINE = 64_000_000
"""Bytes of one row; a longer one is in no installation."""


class Kind(StrEnum):
    """What a column holds. INSTANT: a time in UTC as `2026-11-23T03:00:00.000000Z`. DAY: `2026-11-23`."""

    INT = "int"
    TEXT = "text"
    BOOL = "bool"
    DAY = "day"
    INSTANT = "instant"
    BYTES = "bytes"
    JSON = "json"
    FLOAT = "float"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A table as a backup holds it. columns: name and kind, in order. key: the columns by which rows are in order."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)


class WrongRow(Exception):
    """A line is no row of its table; the message says what is wrong, for somebody who looks into the file."""


def writer(shape: Shape) -> Callable[[Sequence[Any]], bytes]:
    """Return what makes a line of a row as its database gives it: days, instants and JSON as text."""
    changed = [
        (place, _WRITTEN[kind])
        for place, (_, kind) in enumerate(shape.columns)
        if kind not in (Kind.INT, Kind.TEXT, Kind.DAY, Kind.INSTANT)
    ]
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

    def line(row: Sequence[Any]) -> bytes:
        values = list(row)
        for place, change in changed:
            if values[place] is not None:
                values[place] = change(values[place])
        return dumps(values).encode()

    return line


def reader(shape: Shape) -> Callable[[bytes], list[Any]]:
    """Return what makes a row of a line, its values as `writer` takes them. Raises WrongRow."""
    readers = [_READ[kind] for _, kind in shape.columns]
    count = len(readers)
    loads = json.JSONDecoder(parse_float=plain_number, parse_int=_whole).decode

    def row(line: bytes) -> list[Any]:
        try:
            values = loads(line.decode())
        except (ValueError, RecursionError) as error:
            raise WrongRow(f"not JSON: {type(error).__name__}") from None
        if type(values) is not list or len(values) != count:
            raise WrongRow(f"not a list of {count} values")
        for place, read in enumerate(readers):
            if values[place] is not None:
                try:
                    values[place] = read(values[place])
                except (ValueError, RecursionError):
                    name, kind = shape.columns[place]
                    raise WrongRow(f"{name} is no {kind}") from None
        return values

    return row


def plain_number(digits: str) -> float | int:
    """Return a number with a point or exponent, one form for what the two databases write in several."""
    number = float(digits) + 0.0  # no minus before nothing
    return int(number) if abs(number) >= 1e16 and number.is_integer() else number


def _whole(digits: str) -> int:
    if len(digits) > 400:
        raise ValueError("a number that long is none of ours")
    return int(digits)


def _written_json(value: str) -> list[Any]:
    return [_JSON.decode(value)]


_JSON = json.JSONDecoder(parse_float=plain_number)
_WRITTEN: dict[Kind, Callable[[Any], Any]] = {
    Kind.BOOL: bool,
    Kind.BYTES: lambda value: b64encode(value).decode(),
    Kind.JSON: _written_json,
    Kind.FLOAT: lambda value: float(value) + 0.0,
}


def _read_int(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError
    return value


def _read_text(value: Any) -> str:
    if type(value) is not str or "\0" in value:
        raise ValueError
    value.encode()  # half a surrogate is no character
    return value


def _read_bool(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def _read_day(value: Any) -> str:
    if type(value) is not str or not _DAY.fullmatch(value):
        raise ValueError
    date.fromisoformat(value)
    return value


def _read_instant(value: Any) -> str:
    if type(value) is not str or not _INSTANT.fullmatch(value):
        raise ValueError
    datetime.fromisoformat(value)
    return value


def _read_bytes(value: Any) -> bytes:
    if type(value) is not str:
        raise ValueError
    try:
        return b64decode(value, validate=True)
    except NotBase64:
        raise ValueError from None


def _read_json(value: Any) -> str:
    if type(value) is not list or len(value) != 1:
        raise ValueError
    written = json.dumps(value[0], ensure_ascii=False)
    if "\\u0000" in written.replace("\\\\", ""):
        raise ValueError
    written.encode()
    return written


def _read_float(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError
    return float(value)


_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.INT: _read_int,
    Kind.TEXT: _read_text,
    Kind.BOOL: _read_bool,
    Kind.DAY: _read_day,
    Kind.INSTANT: _read_instant,
    Kind.BYTES: _read_bytes,
    Kind.JSON: _read_json,
    Kind.FLOAT: _read_float,
}
