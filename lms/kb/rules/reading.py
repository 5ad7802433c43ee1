"""Reading: whether a dated rule is in force or holds for a day, up to when an article was confirmed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.kb.spec import DateKind, Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """Whether a dated section holds. state: now | ahead | over; days: left, or until it begins; None = no end."""

    state: str
    days: int | None
    first: date | None
    last: date | None
    judged_by: DateKind


def force_of(validity: Validity, today: date) -> Force:
    if validity.first is not None and today < validity.first:
        state, days = "ahead", (validity.first - today).days
    elif validity.last is not None and today > validity.last:
        state, days = "over", None
    else:
        state, days = "now", (validity.last - today).days if validity.last else None
    return Force(state=state, days=days, first=validity.first, last=validity.last, judged_by=validity.judged_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Up to when an article was confirmed. confirmed_on: None where the period is unknown; late: days overdue."""

    confirmed_on: date | None
    until: date | None
    late: int


def review_of(until: date | None, period: int | None, today: date) -> Review:
    """period: whole days between two reviews."""
    late = max(0, (today - until).days) if until else 0
    confirmed = until - timedelta(days=period) if until and period else None
    return Review(confirmed_on=confirmed, until=until, late=late)


def used_by(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many things of each kind rest on an article, in the order in which people think of them."""
    order = ("lesson", "task", "course", "curriculum", "quiz", "drill", "scorm", "article")
    return [(kind, counts[kind]) for kind in order if counts.get(kind)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A day for which somebody asks what holds, and which day of the order it is."""

    day: date
    by: DateKind


def asked_of(on: str, by: str) -> Asked | None:
    """Return what an address asks for: `on=2026-11-08&by=order`. Raises ValueError for a day that is none."""
    if not on:
        return None
    day = date.fromisoformat(on)
    return Asked(day=day, by=DateKind(by) if by in set(DateKind) else DateKind.ORDER)


class Answer(StrEnum):
    """Whether a dated section holds for the day that is asked for."""

    HOLDS = "holds"
    NOT_YET = "not_yet"  # that day lies before its first one
    OVER = "over"  # that day lies behind its last one
    OTHER_DAY = "other_day"  # it is judged by another day of the order: this one says nothing about it


def answer_for(validity: Validity, asked: Asked) -> Answer:
    """First and last day belong to the span; an end that is not given is open."""
    if validity.judged_by is not asked.by:
        return Answer.OTHER_DAY
    if validity.first is not None and asked.day < validity.first:
        return Answer.NOT_YET
    if validity.last is not None and asked.day > validity.last:
        return Answer.OVER
    return Answer.HOLDS
