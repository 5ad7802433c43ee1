"""What history says of the days of a plan."""

from collections.abc import Mapping
from datetime import date

from lms.core.here import today
from lms.readiness.queries.staffing import Row, history
from lms.readiness.rules.forecast import Guess, guesses
from lms.readiness.rules.need import MOST_ORDERS, Volume
from lms.readiness.rules.volume_file import SPAN


def can_begin(row: Row, last_year: date | None) -> bool:
    """Return whether a day can be the first of last year's peak: before the plan, three years at most. None: can."""
    return last_year is None or row.from_on - SPAN <= last_year < row.from_on


def forecast(row: Row, growth: float, last_year: date | None) -> dict[date, tuple[Guess, Volume]]:
    """Return each day's forecast of orders, with that of contacts and complaints where history knows them.

    growth: percent more than now. last_year: the first day of last year's peak, None = 52 weeks before.
    """
    known = history(row.team_ids)

    def told(name: str) -> Mapping[date, Guess]:
        values = {day: value for day, each in known.items() if (value := getattr(each, name)) is not None}
        found = guesses(values, row.from_on, row.until_on, today=today(), growth=growth, last_year=last_year)
        return {guess.day: guess for guess in found}

    orders, contacts, complaints = told("orders"), told("contacts"), told("complaints")
    return {
        day: (
            guess,
            Volume(
                orders=min(MOST_ORDERS, guess.value),
                contacts=_most(contacts.get(day)),
                complaints=_most(complaints.get(day)),
            ),
        )
        for day, guess in orders.items()
    }


def _most(guess: Guess | None) -> int | None:
    return None if guess is None else min(MOST_ORDERS, guess.value)
