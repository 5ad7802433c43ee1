"""Whom an act for many concerns: people of a team, an intake or an occasion, and what of theirs is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from lms.accounts.models import CohortMember, Person, Team
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment
from lms.assignments.rules.bulk import DutyLine
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import Invalid
from lms.core.texts import text

MOST = 2_000
"""People whom one act may concern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who: of a team (and below) and of an intake, where these are named. unfinished: only who still owes it.

    document: public name "course:quarterly/2026q4"; "" = anything. occasion: "campaign:3", "cycle:7"; "" = any.
    new: only who has never signed in. without: employee numbers of those who are left out.
    """

    team_id: int | None = None
    cohort_id: int | None = None
    document: str = ""
    occasion: str = ""
    unfinished: bool = True
    new: bool = False
    without: frozenset[str] = frozenset()

    @property
    def about(self) -> bool:
        """Whether it goes by a duty at all."""
        return bool(self.document or self.occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """One person and their duties that it is about."""

    person_id: int
    employee_no: str
    name: str
    team: str
    duties: tuple[DutyLine, ...]

    @property
    def due_on(self) -> date | None:
        return min((duty.due_on for duty in self.duties if duty.due_on), default=None)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(duty.title for duty in self.duties)


def concerned(actor: Actor, wanted: Wanted, permission: Permission) -> Sequence[Concerned]:
    """Return whom it concerns, of those over whom the actor holds the permission, by team and number.

    Raises Invalid where neither team, intake nor duty is named, where it is nobody, and where it is too many.
    """
    if wanted.team_id is None and wanted.cohort_id is None and not wanted.about:
        raise Invalid(text("请先选人。"), fields={"team": text("请选团队、批次或学习任务。")})
    conditions: list[ColumnElement[bool]] = [Person.active.is_(True), visible(actor, permission)]
    if wanted.team_id is not None:
        conditions.append(Person.team_id.in_(teams_below([wanted.team_id])))
    if wanted.cohort_id is not None:
        conditions.append(
            Person.id.in_(
                select(CohortMember.person_id).where(
                    CohortMember.cohort_id == wanted.cohort_id, CohortMember.left_on.is_(None)
                )
            )
        )
    if wanted.new:
        conditions.append(Person.password_hash.is_(None))
    if wanted.without:
        conditions.append(Person.employee_no.not_in(wanted.without))
    owed = (
        select(
            Assignment.id,
            Assignment.person_id,
            Assignment.next_due_on,
            Assignment.state,
            Assignment.occasion,
            Document.title,
        )
        .join(Document, Document.id == Assignment.document_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Assignment.state == "open" if wanted.unfinished else Assignment.state != "withdrawn")
    )
    if wanted.document:
        kind, _, slug = wanted.document.partition(":")
        owed = owed.where(Document.kind == kind, Slug.slug == slug)
    if wanted.occasion:
        owed = owed.where(Assignment.occasion == wanted.occasion)
    duty = owed.subquery()
    columns = [Person.id, Person.employee_no, Person.name, Team.name.label("team")]
    statement = select(
        *columns, duty.c.id.label("duty"), duty.c.title, duty.c.state, duty.c.occasion, duty.c.next_due_on
    )
    statement = statement.select_from(Person).join(Team, Team.id == Person.team_id)
    statement = statement.join(duty, duty.c.person_id == Person.id, isouter=not wanted.about)
    if not wanted.about:
        statement = statement.with_only_columns(*columns)
    rows = session().execute(statement.where(*conditions).order_by(Team.code, Person.employee_no)).all()
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    if not found:
        raise Invalid(text("没有符合条件的人。"), fields={"team": text("换个团队、批次或学习任务。")})
    if len(found) > MOST:
        raise Invalid(text("一次最多 %(most)s 人，现在是 %(n)s 人，请按团队分几次。", most=MOST, n=len(found)))
    return [_concerned(lines, wanted.about) for lines in found.values()]


def _concerned(lines: Sequence[Any], about: bool) -> Concerned:
    first = lines[0]
    duties = [
        DutyLine(id=line.duty, title=line.title, state=line.state, occasion=line.occasion, due_on=line.next_due_on)
        for line in lines
        if about
    ]
    return Concerned(
        person_id=first.id,
        employee_no=first.employee_no or "",
        name=first.name or "",
        team=first.team,
        duties=tuple(duties),
    )
