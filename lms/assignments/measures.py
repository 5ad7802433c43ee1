"""Reading measures: of one thing, of one owner, of everybody whom somebody answers for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.assignments.models import Measure
from lms.assignments.rules import MeasureState, measure_state
from lms.core.access import Actor, Permission, scopes
from lms.core.db import rows
from lms.core.errors import NotFound

_owner = aliased(Person)
_maker = aliased(Person)
_checker = aliased(Person)

_MEASURES = (
    select(
        Measure.public_id,
        Measure.about,
        Measure.text,
        Measure.owner_id,
        _owner.name.label("owner"),
        _owner.employee_no.label("owner_no"),
        Team.name.label("team"),
        Measure.due_on,
        Measure.made_by,
        _maker.name.label("maker"),
        Measure.made_at,
        Measure.done_at,
        Measure.done_note,
        Measure.check_on,
        Measure.verdict,
        Measure.check_note,
        _checker.name.label("checker"),
        Measure.checked_at,
        Measure.dropped_at,
    )
    .join(_owner, _owner.id == Measure.owner_id)
    .outerjoin(Team, Team.id == _owner.team_id)
    .join(_maker, _maker.id == Measure.made_by)
    .outerjoin(_checker, _checker.id == Measure.checked_by)
    .order_by(Measure.due_on, Measure.id)
)
_IS_OPEN = and_(Measure.done_at.is_(None), Measure.dropped_at.is_(None))
_OWN = _MEASURES.where(Measure.owner_id == bindparam("owner_id"), _IS_OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure with the names of its people, and how it stands today. about: of what it came.

    verdict: "" | worked | not_worked.
    """

    public_id: str
    about: str
    text: str
    owner_id: int
    owner: str
    owner_no: str
    team: str
    due_on: date
    made_by: int
    maker: str
    made_at: datetime
    done_at: datetime | None
    done_note: str
    check_on: date | None
    verdict: str
    check_note: str
    checker: str
    checked_at: datetime | None
    dropped_at: datetime | None
    state: MeasureState


def measures_about(about: str, today: date) -> list[MeasureRow]:
    """Return every measure that came of one thing, the earliest due first."""
    return _read(today, Measure.about == about)


def own_measures(person_id: int, today: date) -> list[MeasureRow]:
    """Return what somebody is to do and has not done."""
    return [_row(row, today) for row in rows(_OWN, {"owner_id": person_id}).mappings()]


def measures_to_check(actor: Actor, today: date) -> list[MeasureRow]:
    """Return the done measures of which the actor is to say whether they worked, from the day of the check on."""
    return _read(
        today,
        _answers_for(actor),
        Measure.done_at.is_not(None),
        Measure.dropped_at.is_(None),
        Measure.verdict == "",
        Measure.check_on <= today,
    )


def open_measures(actor: Actor, today: date) -> list[MeasureRow]:
    """Return what is still to be done of all measures that the actor made, owns or answers for."""
    return _read(today, or_(_answers_for(actor), Measure.owner_id == actor.id), _IS_OPEN)


def settled_measures(actor: Actor, today: date, limit: int) -> list[MeasureRow]:
    """Return those done or dropped of the same ones, the latest due first."""
    found = _read(today, or_(_answers_for(actor), Measure.owner_id == actor.id), ~_IS_OPEN, newest=limit)
    return found


def measure(actor: Actor, public_id: str, today: date) -> MeasureRow:
    """Return one measure that the actor made, owns or answers for. Raises NotFound."""
    found = _read(today, Measure.public_id == public_id, or_(_answers_for(actor), Measure.owner_id == actor.id))
    if not found:
        raise NotFound()
    return found[0]


def answers_for(actor: Actor, measures: Sequence[MeasureRow]) -> frozenset[str]:
    """Return which of these the actor may drop or check: the public names."""
    names = [each.public_id for each in measures]
    statement = select(Measure.public_id).join(_owner, _owner.id == Measure.owner_id)
    return frozenset(rows(statement.where(Measure.public_id.in_(names), _answers_for(actor))).scalars())


def _answers_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor made a measure, or plans team drills for its owner."""
    own = Measure.made_by == actor.id
    if not scopes(actor, Permission.DRILL_SCHEDULE):
        return own
    return or_(own, visible(actor, Permission.DRILL_SCHEDULE, _owner.id, _owner.team_id))


def _read(today: date, *conditions: ColumnElement[bool], newest: int = 0) -> list[MeasureRow]:
    statement = _MEASURES.where(*conditions)
    if newest:
        statement = statement.order_by(None).order_by(Measure.due_on.desc(), Measure.id.desc()).limit(newest)
    return [_row(row, today) for row in rows(statement).mappings()]


def _row(row: Any, today: date) -> MeasureRow:
    values = dict(row)
    for name in ("owner", "owner_no", "team", "maker", "checker"):
        values[name] = values[name] or ""
    state = measure_state(
        done=values["done_at"] is not None,
        dropped=values["dropped_at"] is not None,
        verdict=values["verdict"],
        due_on=values["due_on"],
        check_on=values["check_on"],
        today=today,
    )
    return MeasureRow(**values, state=state)
