"""Proofs of training: which days, what a proof says, and the digest under which it was issued. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from lms.core.errors import Invalid
from lms.core.texts import Text, text

MOST_DAYS = 3 * 366
MOST_LINES = 2_000
FORMAT = 1
"""Of the JSON that is kept; a reader of a later year tells by it how to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item of a proof. percent: 0 to 100 with two decimals, None where nothing was graded.

    title, number: of the revision that the person saw then; wording: the sha256 of its text, in hex. by: who signed or
    confirmed, "" for the machine and for the person.
    """

    on: str
    verb: str
    kind: str
    title: str
    number: int | None
    wording: str
    percent: float | None
    passed: bool | None
    minutes: int
    by: str
    record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate that was given in the time of a proof. until: "" = for ever."""

    name: str
    code: str
    from_on: str
    until_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All that a proof says; days are ISO 8601. minutes: the sum of the credited ones."""

    company: str
    employee_no: str
    name: str
    team: str
    position: str
    from_on: str
    until_on: str
    issued_on: str
    issued_by: str
    minutes: int
    lines: tuple[Line, ...]
    certificates: tuple[Held, ...]


def days_of(from_typed: str, until_typed: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a proof as typed, both included. Raises Invalid with every reason."""
    wrong: dict[str, Text] = {}
    found: dict[str, date] = {}
    for field, typed in (("from", from_typed), ("to", until_typed)):
        try:
            day = date.fromisoformat(typed.strip())
            if day.year < 2000:
                raise ValueError
            found[field] = day
        except ValueError:
            wrong[field] = text("请写一个日期，如 2026-10-01。")
    first, last = found.get("from"), found.get("to")
    if last is not None and last > today:
        wrong["to"] = text("结束日期最晚是今天：以后的培训还证明不了。")
    elif first is not None and last is not None and first > last:
        wrong["to"] = text("结束日期不能早于开始日期。")
    elif first is not None and last is not None and (last - first).days >= MOST_DAYS:
        wrong["from"] = text("一份证明最多写三年，请把时间缩短，分几份开。")
    if wrong or first is None or last is None:
        raise Invalid(text("时间没有写对，请看标出的地方。"), fields=wrong)
    return first, last


def written(paper: Paper) -> str:
    """Return a paper as it is kept: JSON with sorted keys and no blanks, the same bytes for the same paper."""
    plain = {
        "format": FORMAT,
        **_fields(paper, ("lines", "certificates")),
        "lines": [_fields(line) for line in paper.lines],
        "certificates": [_fields(held) for held in paper.certificates],
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(content: str) -> Paper:
    """Return the paper that was kept."""
    plain: dict[str, Any] = json.loads(content)
    return Paper(
        **{name: plain[name] for name in Paper.__slots__ if name not in ("lines", "certificates")},
        lines=tuple(Line(**each) for each in plain["lines"]),
        certificates=tuple(Held(**each) for each in plain["certificates"]),
    )


def digest(content: str) -> bytes:
    """Return the sha256 of what is kept, 32 bytes."""
    return sha256(content.encode()).digest()


def is_whole(content: str, sha: bytes) -> bool:
    """Return whether what is kept is what was issued."""
    return digest(content) == sha


def sum_of(lines: Sequence[Line]) -> int:
    return sum(line.minutes for line in lines)


def _fields(one: Any, without: Sequence[str] = ()) -> Mapping[str, Any]:
    return {name: getattr(one, name) for name in type(one).__slots__ if name not in without}
