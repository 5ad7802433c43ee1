"""The figures by which people and teams are compared, read where they are kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from lms.accounts.models import Membership, Person
from lms.core.db import rows
from lms.core.here import settings
from lms.core.texts import Text
from lms.kb.models import Suggestion
from lms.kb.rules.suggesting import State as Fate
from lms.performance.models import Inspection
from lms.performance.queries import figures, inspections, scores
from lms.performance.rules.metrics import Direction, Metric
from lms.performance.rules.periods import Period
from lms.quizzes.models import Attempt
from lms.reviews.models import Deduction
from lms.reviews.rules.awards import WHATS, Kind, Measure, Standing, What, team_standings
from lms.reviews.rules.deductions import State

Counted = tuple[float, int]
"""A figure, and on how many cases it rests."""
GRADED = ("exam", "check")
"""Papers that count: not those for practice."""


def instants(period: Period) -> tuple[datetime, datetime]:
    """Return the first instant of a period and the first after it, in the installation's zone."""
    zone = settings().timezone
    return datetime.combine(period.start, time(), zone), datetime.combine(period.until, time(), zone)


def members(on: date) -> dict[int, list[int]]:
    """Return who still works here and was in which team on a day, by team, in the order of employee numbers."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows(
        select(Membership.team_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.active,
            Membership.from_on <= on,
            or_(Membership.until_on.is_(None), Membership.until_on > on),
        )
        .order_by(Person.employee_no, Person.id)
    ):
        found[row.team_id].append(row.person_id)
    return dict(found)


def figures_of(measure: Measure, period: Period, person_ids: Collection[int]) -> dict[int, Counted]:
    """Return the figure of each of these people in a period; who has none is not there."""
    match measure.what:
        case What.COMPOSITE:
            return _composites(period, person_ids)
        case What.QUALITY:
            return {id: found for id, found in inspections.quality_of_period(period, None).items() if id in person_ids}
        case What.CONTRIBUTION:
            return contributions(period, person_ids)
        case What.LEARNING:
            return first_papers(period, person_ids)
        case _:
            found = figures.of_period([measure.metric], period, person_ids)
            return {
                person: (each.value, each.count if each.count is not None else 1)
                for (person, _code), each in found.items()
            }


def _composites(period: Period, person_ids: Collection[int]) -> dict[int, Counted]:
    """Return composites. A composite rests on as many cases as the best known of its parts, as a rule conversations."""
    named = person_ids if len(person_ids) <= scores.MOST_NAMED else None
    return {
        person: (each.total, max((part.n or 0 for part in each.parts), default=0))
        for person, each in scores.of_period(str(period), named).items()
        if each.total is not None and person in person_ids
    }


def values_of(what: str, period: Period, person_ids: Collection[int]) -> dict[int, float]:
    """Return just the figures, however many cases they rest on: of composites at a fraction of the price."""
    if what == What.COMPOSITE:
        named = person_ids if len(person_ids) <= scores.MOST_NAMED else None
        return {id: total for id, total in scores.totals(str(period), named).items() if id in person_ids}
    return {id: value for id, (value, _n) in figures_of(Measure(what=what), period, person_ids).items()}


def contributions(period: Period, person_ids: Collection[int]) -> dict[int, Counted]:
    """Return how many proposals of each were taken over in a period; 0 is none and not there."""
    start, end = instants(period)
    statement = (
        select(Suggestion.person_id, func.count())
        .where(Suggestion.state == Fate.ACCEPTED, Suggestion.decided_at >= start, Suggestion.decided_at < end)
        .group_by(Suggestion.person_id)
    )
    return {person: (float(n), n) for person, n in rows(statement) if person in person_ids}


def first_papers(period: Period, person_ids: Collection[int]) -> dict[int, Counted]:
    """Return the mean of what first tries of quizzes earned in a period, in percent of what was possible."""
    start, end = instants(period)
    statement = (
        select(Attempt.person_id, func.sum(100.0 * Attempt.earned / Attempt.possible), func.count())
        .where(
            Attempt.state.in_(("submitted", "expired")),
            Attempt.number == 1,
            Attempt.mode.in_(GRADED),
            Attempt.earned.is_not(None),
            Attempt.possible > 0,
            Attempt.submitted_at >= start,
            Attempt.submitted_at < end,
        )
        .group_by(Attempt.person_id)
    )
    return {person: (float(total) / n, n) for person, total, n in rows(statement) if person in person_ids}


def red_lined(period: Period) -> frozenset[int]:
    """Return who crossed a red line in a period: by a deduction that counts, or an inspection that does."""

    def within(column: Any) -> tuple[ColumnElement[bool], ...]:
        return column >= period.start, column < period.until

    by_points = select(Deduction.person_id).where(
        Deduction.red_line, Deduction.state == State.EFFECTIVE, *within(Deduction.day)
    )
    by_inspection = select(Inspection.person_id).where(
        Inspection.red, Inspection.state == "effective", Inspection.second.is_(False), *within(Inspection.day)
    )
    return frozenset(rows(by_points.union(by_inspection)).scalars())


def standings(measure: Measure, kind: str, period: Period) -> list[Standing]:
    """Return how everybody stands, or every team, who was there on the period's last day and still works here."""
    teams = members(period.last)
    everybody = frozenset(person for people in teams.values() for person in people)
    now = figures_of(measure, period, everybody)
    before = figures_of(measure, period.before, everybody) if measure.gain else {}
    red = red_lined(period) if measure.no_red_line else frozenset()
    people = {id: _standing(id, now, before, id in red) for id in everybody}
    if kind == Kind.TEAM:
        return team_standings(measure, teams, people)
    return list(people.values())


def _standing(person_id: int, now: Mapping[int, Counted], before: Mapping[int, Counted], red_line: bool) -> Standing:
    value, n = now.get(person_id, (None, 0))
    past, n_past = before.get(person_id, (None, 0))
    return Standing(key=person_id, value=value, n=n, before=past, n_before=n_past, red_line=red_line)


def word_for(measure: Measure, metrics: Mapping[str, Metric] | None = None) -> Text:
    """Return the words for what a measure looks at."""
    if measure.what != What.METRIC:
        return WHATS[measure.what]
    known = figures.metrics(every=True) if metrics is None else metrics
    metric = known.get(measure.metric)
    return metric.name if metric is not None else Text(measure.metric)


def is_lower_better(code: str) -> bool:
    """Return whether less is better of a metric."""
    metric = figures.metrics(every=True).get(code)
    return metric is not None and metric.direction is Direction.DOWN
