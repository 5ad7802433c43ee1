"""Reading how a team's week went, in counts alone."""

from datetime import date, datetime, time

from sqlalchemy import func, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below
from lms.assignments.models import Assignment
from lms.core.db import rows
from lms.core.here import settings
from lms.core.texts import Text, text


def summary(team_id: int, monday: date, until: date) -> Text | None:
    """Return what a group is told of the week from monday until (exclusive) a day; None for a team without people."""
    people = select(Person.id).where(Person.active, Person.team_id.in_(teams_below({team_id})))
    head = rows(select(func.count()).select_from(people.subquery())).scalar_one()
    if not head:
        return None
    zone = settings().timezone
    start, end = (datetime.combine(day, time(), zone) for day in (monday, until))
    of_them = Assignment.person_id.in_(people)
    done = rows(select(func.count()).where(of_them, Assignment.done_at >= start, Assignment.done_at < end)).scalar_one()
    late = rows(
        select(func.count(Assignment.person_id.distinct())).where(
            of_them, Assignment.state == "open", Assignment.next_due_on < until
        )
    ).scalar_one()
    soon = rows(
        select(func.count(Assignment.person_id.distinct())).where(
            of_them,
            Assignment.state == "open",
            Assignment.next_due_on >= until,
            Assignment.next_due_on < date.fromordinal(until.toordinal() + 7),
        )
    ).scalar_one()
    name = rows(select(Team.name).where(Team.id == team_id)).scalar_one()
    return text(
        "**%(team)s 上周学习**\n- %(people)s 人，完成 %(done)s 项\n- 本周有人到期：%(soon)s 人\n- 已逾期：%(late)s 人",
        team=name,
        people=head,
        done=done,
        soon=soon,
        late=late,
    )
