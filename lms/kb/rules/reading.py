"""Reading: whether a dated rule is in force, up to when an article was confirmed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

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
    order = ("lesson", "task", "course", "curriculum", "quiz", "drill", "article")
    return [(kind, counts[kind]) for kind in order if counts.get(kind)]
