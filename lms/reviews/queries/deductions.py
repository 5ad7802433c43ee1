"""Reading deductions: the public rules, whose points an actor may see, and what adds up in a quarter."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.core.quarters import quarter_days
from lms.performance.models import Inspection
from lms.reviews.models import Deduction, DeductionRule
from lms.reviews.rules.deductions import State, may_appeal

SORTS: dict[str, Any] = {
    "day": Deduction.day,
    "no": Person.employee_no,
    "name": Person.name,
    "points": Deduction.points,
    "state": Deduction.state,
}


def rules(*, every: bool = False) -> Sequence[DeductionRule]:
    """Return the rules that stand today or will, red lines first. every: also those that have ended."""
    statement = select(DeductionRule).order_by(
        DeductionRule.red_line.desc(), DeductionRule.points.desc(), DeductionRule.code, DeductionRule.from_on
    )
    if not every:
        statement = statement.where(or_(DeductionRule.until_on.is_(None), DeductionRule.until_on >= today()))
    return session().scalars(statement).all()


def rules_on(day: date) -> list[DeductionRule]:
    """Return the rules that stood on a day."""
    return [each for each in rules(every=True) if stood(each, day)]


def stood(rule: DeductionRule, day: date) -> bool:
    return rule.from_on <= day and (rule.until_on is None or day <= rule.until_on)


def rule(public_id: str) -> DeductionRule:
    """Return a rule. Raises NotFound."""
    found = session().scalars(select(DeductionRule).where(DeductionRule.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A deduction as pages show it. answered_by, given_by: names, "" for none."""

    public_id: str
    person_id: int
    name: str
    employee_no: str
    team: str
    item: str
    words: str
    points: int
    red_line: bool
    why: str
    day: date
    source: str
    source_ref: str
    state: str
    given_by: str
    given_by_id: int | None
    given_at: datetime
    appeal_until: date
    appeal: str
    appealed_at: datetime | None
    answer: str
    answered_by: str
    answered_at: datetime | None
    effective_at: datetime | None

    @property
    def may_appeal(self) -> bool:
        """Whether the person may still appeal today."""
        return may_appeal(self.state, self.appeal_until, today())


_giver, _answerer = aliased(Person), aliased(Person)
_LINES: Any = (
    select(
        Deduction.public_id,
        Deduction.person_id,
        func.coalesce(Person.name, "").label("name"),
        func.coalesce(Person.employee_no, "").label("employee_no"),
        func.coalesce(Team.name, "").label("team"),
        DeductionRule.item,
        DeductionRule.words,
        Deduction.points,
        Deduction.red_line,
        Deduction.why,
        Deduction.day,
        Deduction.source,
        Deduction.source_ref,
        Deduction.state,
        func.coalesce(_giver.name, "").label("given_by"),
        Deduction.given_by.label("given_by_id"),
        Deduction.given_at,
        Deduction.appeal_until,
        Deduction.appeal,
        Deduction.appealed_at,
        Deduction.answer,
        func.coalesce(_answerer.name, "").label("answered_by"),
        Deduction.answered_at,
        Deduction.effective_at,
    )
    .join(Person, Person.id == Deduction.person_id)
    .join(DeductionRule, DeductionRule.id == Deduction.rule_id)
    .outerjoin(Team, Team.id == Person.team_id)
    .outerjoin(_giver, _giver.id == Deduction.given_by)
    .outerjoin(_answerer, _answerer.id == Deduction.answered_by)
)


def _lines(statement: Any) -> list[Line]:
    return [Line(**row) for row in session().execute(statement).mappings()]


def _wanted(actor: Actor, *, q: str, state: str, team_id: int | None, quarter: str) -> list[ColumnElement[bool]]:
    found = [visible(actor, Permission.DEDUCTION_EDIT)]
    if q:
        found.append(or_(Person.name.icontains(q, autoescape=True), Person.employee_no.icontains(q, autoescape=True)))
    if state:
        found.append(Deduction.state == state)
    if team_id is not None:
        found.append(Person.team_id.in_(teams_below([team_id])))
    if quarter:
        start, until = quarter_days(quarter)
        found += [Deduction.day >= start, Deduction.day < until]
    return found


def listed(
    actor: Actor,
    *,
    q: str = "",
    state: str = "",
    team_id: int | None = None,
    quarter: str = "",
    sort: str = "day",
    descending: bool = True,
    offset: int = 0,
    limit: int | None = 50,
) -> list[Line]:
    """Return the deductions of the people the actor may deduct from. limit: None = all (for the export)."""
    column = SORTS[sort]
    statement = _LINES.where(*_wanted(actor, q=q, state=state, team_id=team_id, quarter=quarter))
    statement = statement.order_by(column.desc() if descending else column.asc(), Deduction.id.desc())
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    return _lines(statement)


def count(actor: Actor, *, q: str = "", state: str = "", team_id: int | None = None, quarter: str = "") -> int:
    statement = (
        select(func.count(Deduction.id))
        .join(Person, Person.id == Deduction.person_id)
        .where(*_wanted(actor, q=q, state=state, team_id=team_id, quarter=quarter))
    )
    return session().scalar(statement) or 0


def deduction(actor: Actor, public_id: str) -> Line:
    """Return one deduction: one's own, or of somebody the actor may deduct from. Raises NotFound."""
    mine = Deduction.person_id == actor.id
    sees = or_(mine, visible(actor, Permission.DEDUCTION_EDIT)) if allows(actor, Permission.DEDUCTION_EDIT) else mine
    found = _lines(_LINES.where(Deduction.public_id == public_id, sees))
    if not found:
        raise NotFound()
    return found[0]


_OF_PERSON = _LINES.where(Deduction.person_id == bindparam("person_id")).order_by(
    Deduction.day.desc(), Deduction.id.desc()
)


def of_person(person_id: int, states: Collection[str] | None = None) -> list[Line]:
    """Return what somebody lost or may lose, the newest first. states: None = all."""
    found = [Line(**row._mapping) for row in rows(_OF_PERSON, {"person_id": person_id})]
    return [line for line in found if states is None or line.state in states]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What counts of a person in a quarter."""

    quarter: str
    points: int
    times: int
    red_lines: int


def points_among(lines: Iterable[Line], quarter: str) -> Points:
    """Return how many points somebody has lost in a quarter, by those of his lines that are effective."""
    start, until = quarter_days(quarter)
    lost = [line for line in lines if line.state == State.EFFECTIVE and start <= line.day < until]
    return Points(
        quarter=quarter,
        points=sum(line.points for line in lost),
        times=len(lost),
        red_lines=sum(line.red_line for line in lost),
    )


def inspection_of(person_id: int, public_id: str) -> Inspection:
    """Return an inspection that counts for a person, to rest a deduction on it. Raises NotFound."""
    found = (
        session()
        .scalars(
            select(Inspection).where(
                Inspection.public_id == public_id,
                Inspection.person_id == person_id,
                Inspection.state == "effective",
            )
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    return found
