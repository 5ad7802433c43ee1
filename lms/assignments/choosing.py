"""Choosing what is given by hand and to whom: the plan that is shown is the plan that is applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lms.accounts.models import CohortMember, Person
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment
from lms.content import queries as content
from lms.content.models import Document
from lms.content.queries import BANK, Choice
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text

GIVEN = ("curriculum", "course", "quiz", "article", "lesson", "scorm")
"""Kinds that can be given by themselves; a task is given with its course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who gets it. fresh: do not owe it yet; again: owe it or have done it, and get one more reason."""

    fresh: Sequence[tuple[int, str]]
    again: Sequence[tuple[int, str]]

    @property
    def person_ids(self) -> list[int]:
        return [person_id for person_id, _name in (*self.fresh, *self.again)]


def choices(actor: Actor) -> list[Choice]:
    """Return every document that the actor may read and give, plans and courses first."""
    return content.choices(actor, GIVEN)


def choose(
    actor: Actor, document_id: int, *, team_id: int | None, cohort_id: int | None, due_on: date | None, today: date
) -> Chosen:
    """Return whom the actor would give a document to. Raises Invalid with every reason, NotFound for no such document.

    team_id: and all teams below it; one of team and intake has to be named, so that nobody gives to all by accident.
    """
    offered = select(Document.id).where(Document.id == document_id, Document.state == "published", Document.use != BANK)
    if session().scalar(offered) is None:
        raise NotFound()
    wrong = {}
    if team_id is None and cohort_id is None:
        wrong["team"] = text("请选团队或批次。")
    if due_on is not None and due_on < today:
        wrong["due_on"] = text("截止日不能早于今天。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)
    conditions = [Person.active.is_(True), visible(actor, Permission.ASSIGN)]
    if team_id is not None:
        conditions.append(Person.team_id.in_(teams_below([team_id])))
    if cohort_id is not None:
        members = select(CohortMember.person_id).where(
            CohortMember.cohort_id == cohort_id, CohortMember.left_on.is_(None)
        )
        conditions.append(Person.id.in_(members))
    rows = (
        session()
        .execute(
            select(Person.id, Person.name, Assignment.id.label("owed"))
            .outerjoin(
                Assignment,
                (Assignment.person_id == Person.id)
                & (Assignment.document_id == document_id)
                & (Assignment.occasion == "once")
                & (Assignment.state != "withdrawn"),
            )
            .where(*conditions)
            .order_by(Person.employee_no)
        )
        .all()
    )
    if not rows:
        raise Invalid(text("这里没有您可以派的人。"), fields={"team": text("换一个团队或批次。")})
    return Chosen(
        fresh=[(row.id, row.name or "") for row in rows if row.owed is None],
        again=[(row.id, row.name or "") for row in rows if row.owed is not None],
    )
