"""Reading who could be put into intakes, and the intakes that stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Cohort, CohortMember, Mentor, Person, RoleGrant, Team
from lms.accounts.queries.actors import is_live, teams_below, visible
from lms.accounts.rules.batches import Batch, Comer, Split, Standing, split
from lms.core.access import Actor, Permission, Role
from lms.core.db import session
from lms.core.fingerprint import fingerprint
from lms.core.here import today


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whom: hired within these days (both included), of a kind of employment, of a team and below. Empty = any."""

    hired_from: date
    hired_until: date
    employment: str = ""
    team_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would become of them. ids: of the people by login name. digest: the fingerprint of what is shown."""

    batches: tuple[Batch, ...]
    ids: Mapping[str, int]

    @property
    def digest(self) -> str:
        return fingerprint(self.batches)


def standing_intakes() -> list[Standing]:
    """Return every intake with how many who work here are in it, by day and name."""
    statement = (
        select(Cohort.id, Cohort.name, Cohort.series, func.count(Person.id).label("members"))
        .outerjoin(CohortMember, and_(CohortMember.cohort_id == Cohort.id, CohortMember.left_on.is_(None)))
        .outerjoin(Person, and_(Person.id == CohortMember.person_id, Person.active))
        .group_by(Cohort.id, Cohort.name, Cohort.series, Cohort.starts_on)
        .order_by(Cohort.starts_on, Cohort.id)
    )
    return [
        Standing(id=row.id, name=row.name, series=row.series, members=row.members)
        for row in session().execute(statement)
    ]


def plan(actor: Actor, chosen: Chosen, how: Split) -> Plan:
    """Return which intakes those whom the actor chose would join: agents who work here and are in no intake."""
    day, mentor = today(), aliased(Person)
    looked_after = (
        select(Mentor.person_id, func.max(Mentor.mentor_id).label("mentor_id"))
        .where(is_live(Mentor, day))
        .group_by(Mentor.person_id)
        .subquery()
    )
    statement = (
        select(
            Person.id,
            Person.login_name,
            Person.hired_on,
            Person.employment,
            Person.team_id,
            Team.name.label("team"),
            mentor.name.label("mentor"),
        )
        .join(Team, Team.id == Person.team_id)
        .outerjoin(looked_after, looked_after.c.person_id == Person.id)
        .outerjoin(mentor, mentor.id == looked_after.c.mentor_id)
        .where(
            Person.active,
            Person.login_name.is_not(None),
            Person.hired_on.between(chosen.hired_from, chosen.hired_until),
            visible(actor, Permission.COHORT_EDIT),
            ~exists().where(CohortMember.person_id == Person.id, CohortMember.left_on.is_(None)),
            ~exists().where(
                RoleGrant.person_id == Person.id,
                RoleGrant.role != Role.AGENT,
                or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day),
            ),
        )
        .order_by(Team.code, Person.employee_no)
    )
    if chosen.employment:
        statement = statement.where(Person.employment == chosen.employment)
    if chosen.team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([chosen.team_id])))
    rows = session().execute(statement).all()
    places = {team_id: place for place, team_id in enumerate(dict.fromkeys(row.team_id for row in rows))}
    comers = [
        Comer(
            key=row.login_name,
            begins_on=row.hired_on,
            employment=row.employment,
            team=row.team,
            team_id=row.team_id,
            team_place=places[row.team_id],
            mentor=row.mentor or "",
        )
        for row in rows
    ]
    return Plan(batches=split(comers, standing_intakes(), how), ids={row.login_name: row.id for row in rows})
