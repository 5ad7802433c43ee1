"""How far a running cycle is: counts by team, and how many finished on which day.

Both are aggregated by the database, by statements that are kept: the same ones for fifty people as for five thousand.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, bindparam, case, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lms.accounts.models import Person
from lms.accounts.queries import visible_keys, visible_within
from lms.assignments.models import Assignment
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.clock import day_of
from lms.core.db import rows
from lms.core.here import settings, today
from lms.learning.models import Cycle
from lms.learning.rules import cycles as rules

Statement: TypeAlias = Select[*tuple[Any, ...]]

KEPT = 64
"""Shapes of one statement held in memory by one process."""
HOUR, MINUTE = len("2026-11-23T16"), len("2026-11-23T16:45")
"""How much of the text of an instant names its hour and its minute."""


def occasion_of(cycle_id: int) -> str:
    return f"cycle:{cycle_id}"


def held_by(actor: Actor) -> frozenset[Scope]:
    """Return the scopes in which the actor sees progress."""
    return scopes(actor, Permission.REPORT_READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of people of one team or of all: who owes it, has finished, is late, has begun, is exempt.

    longest: days by which the one who is late longest is late.
    """

    people: int = 0
    done: int = 0
    late: int = 0
    begun: int = 0
    exempt: int = 0
    left: int = 0
    longest: int = 0

    @property
    def unfinished(self) -> int:
        return self.people - self.done

    @property
    def untouched(self) -> int:
        return self.people - self.done - self.late - self.begun

    @property
    def percent(self) -> int:
        return rules.share(self.done, self.people)


def total_of(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        people=sum(each.people for each in tallies),
        done=sum(each.done for each in tallies),
        late=sum(each.late for each in tallies),
        begun=sum(each.begun for each in tallies),
        exempt=sum(each.exempt for each in tallies),
        left=sum(each.left for each in tallies),
        longest=max((each.longest for each in tallies), default=0),
    )


LEFT, DONE, EXEMPT, LATE, BEGUN, UNTOUCHED, ELSE = range(7)
"""How a duty stands. ELSE: nobody asks for it any more."""
PLACES = 8
"""Teams are told apart from how a duty stands by this factor: one number to group by costs a quarter less than two."""


def _number(value: int) -> Any:
    return literal_column(str(value))


_STANDS = case(
    (~Person.active, _number(LEFT)),
    (Assignment.state == "done", _number(DONE)),
    (Assignment.state == "exempt", _number(EXEMPT)),
    (Assignment.state != "open", _number(ELSE)),
    (Assignment.next_due_on < bindparam("day"), _number(LATE)),
    (Assignment.done_items > 0, _number(BEGUN)),
    else_=_number(UNTOUCHED),
)


def _of_cycle(statement: Statement, held: frozenset[Scope] | None) -> Statement:
    """Narrow a statement to the duties of a cycle, of the people seen within these scopes; None = of everybody."""
    found = statement.join(Person, Person.id == Assignment.person_id).where(
        Assignment.document_id == bindparam("document_id"), Assignment.occasion == bindparam("occasion")
    )
    return found if held is None else found.where(visible_within(held))


def _keys(actor: Actor | None, cycle: Cycle) -> dict[str, Any]:
    seen = visible_keys(actor) if actor else {}
    return {**seen, "document_id": cycle.document_id, "occasion": occasion_of(cycle.id)}


@lru_cache(maxsize=KEPT)
def _by_team(held: frozenset[Scope]) -> Statement:
    place = (func.coalesce(Person.team_id, _number(0)) * _number(PLACES) + _STANDS).label("place")
    return _of_cycle(
        select(place, func.count().label("n"), func.min(Assignment.next_due_on).label("since")), held
    ).group_by(place)


def tallies(actor: Actor, cycle: Cycle) -> dict[int, Tally]:
    """Return the counts of each team whose people the actor sees, in one statement."""
    day = today()
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0] * PLACES)
    since: dict[int, date] = {}
    for place, n, first_due in rows(_by_team(held_by(actor)), {**_keys(actor, cycle), "day": day}):
        team_id, stands = divmod(place, PLACES)
        counts[team_id][stands] = n
        if stands == LATE:
            since[team_id] = first_due
    return {
        team_id: Tally(
            people=of[DONE] + of[LATE] + of[BEGUN] + of[UNTOUCHED],
            done=of[DONE],
            late=of[LATE],
            begun=of[BEGUN],
            exempt=of[EXEMPT],
            left=of[LEFT],
            longest=(day - since[team_id]).days if team_id in since else 0,
        )
        for team_id, of in counts.items()
    }


class BeginsWith(FunctionElement[str]):
    """The first characters of an instant in UTC as it is written: `BeginsWith(Assignment.done_at, _number(HOUR))`.

    Cutting a text costs a third of what reckoning with an instant does on SQLite.
    """

    type = String()
    inherit_cache = True


@compiles(BeginsWith, "sqlite")
def _on_sqlite(element: BeginsWith, compiler: Any, **more: Any) -> str:
    column, length = (compiler.process(each, **more) for each in element.clauses)
    return f"substr({column}, 1, {length})"


@compiles(BeginsWith, "postgresql")
def _on_postgresql(element: BeginsWith, compiler: Any, **more: Any) -> str:
    column, length = (compiler.process(each, **more) for each in element.clauses)
    written = f"to_char(timezone('UTC', {column}), 'YYYY-MM-DD\"T\"HH24:MI')"
    return f"substr({written}, 1, {length})"


@lru_cache(maxsize=KEPT)
def _by_moment(held: frozenset[Scope] | None, length: int) -> Statement:
    moment = BeginsWith(Assignment.done_at, _number(length)).label("moment")
    return (
        _of_cycle(select(moment, func.count().label("n")), held)
        .where(Assignment.state == "done", Assignment.done_at.is_not(None), Person.active)
        .group_by(moment)
    )


@lru_cache(maxsize=KEPT)
def _grain(zone: ZoneInfo) -> int:
    """Return what moments are gathered by before they are told apart by day: no day of the zone may begin inside."""
    months = (datetime(year, month, 15, tzinfo=zone) for year in range(2000, 2040) for month in range(1, 13))
    whole = all((each.replace(tzinfo=UTC) - each).seconds % 3600 == 0 for each in months)
    return HOUR if whole else MINUTE


def finished_by_day(actor: Actor | None, cycle: Cycle) -> list[tuple[date, int]]:
    """Return on which days how many of those who work here finished, in one statement. actor: None = of everybody."""
    zone = settings().timezone
    days: Counter[date] = Counter()
    statement = _by_moment(held_by(actor) if actor else None, _grain(zone))
    for moment, n in rows(statement, _keys(actor, cycle)):
        days[day_of(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone)] += n
    return sorted(days.items())
