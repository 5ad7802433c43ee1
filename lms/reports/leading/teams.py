"""How teams compare over a period: what was due and done, who is late now, how quizzes and drills went."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Float, and_, case, cast, func, literal, select

from lms.accounts.models import Person
from lms.accounts.queries import TeamRow, visible
from lms.assignments.models import Assignment
from lms.assignments.rules import READ
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.here import today
from lms.drills.models import Run
from lms.quizzes.models import Attempt
from lms.records.events import Verb
from lms.records.models import Record
from lms.reports.leading.rules import NOTHING, Average, TeamLine
from lms.reports.leading.who import teams
from lms.reports.queries.who import is_late

EXAMS = ("exam", "check", "recurring")
"""Ways of sitting a quiz that count; practice is left out."""


def lines(actor: Actor, first: date, last: date) -> list[TeamLine]:
    """Return every team that has people or results in the days from `first` to `last`, both included; four statements.

    Duties count by the team in which their people are today, results by the team in which they were earned.
    """
    shown = teams(actor)
    ids = [team.id for team in shown]
    people = _people(actor)
    duties = _duties(actor, first, last)
    quizzes = _results("quiz", Attempt, ids, first, last, [Attempt.state != "voided", Attempt.mode.in_(EXAMS)])
    drills = _results("drill", Run, ids, first, last, [Run.state != "voided"])
    found = [_line(team, people, duties, quizzes, drills) for team in shown]
    return [line for line in found if line.people or line.quizzes.n or line.drills.n]


def _line(
    team: TeamRow,
    people: Mapping[int, int],
    duties: Mapping[int, Any],
    quizzes: Mapping[int, Average],
    drills: Mapping[int, Average],
) -> TeamLine:
    owed = duties.get(team.id)
    return TeamLine(
        code=team.code,
        name=team.name,
        people=people.get(team.id, 0),
        owed=owed.owed if owed else 0,
        done=owed.done if owed else 0,
        late=owed.late if owed else 0,
        quizzes=quizzes.get(team.id, NOTHING),
        drills=drills.get(team.id, NOTHING),
    )


def _people(actor: Actor) -> Mapping[int, int]:
    found = session().execute(
        select(Person.team_id, func.count().label("n"))
        .where(Person.active, visible(actor, Permission.REPORT_READ))
        .group_by(Person.team_id)
    )
    return {row.team_id: row.n for row in found}


def _duties(actor: Actor, first: date, last: date) -> Mapping[int, Any]:
    in_period = and_(Assignment.due_on >= first, Assignment.due_on <= last)
    counted = and_(in_period, Assignment.state.in_(("open", "done")))
    statement = (
        select(
            Person.team_id,
            func.coalesce(func.sum(case((counted, 1), else_=0)), 0).label("owed"),
            func.coalesce(func.sum(case((and_(counted, Assignment.state == "done"), 1), else_=0)), 0).label("done"),
            func.count(func.distinct(case((is_late, Assignment.person_id)))).label("late"),
        )
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Person.active,
            visible(actor, Permission.REPORT_READ),
            Assignment.state.in_(("open", "done")),
            Assignment.occasion != READ,
        )
        .group_by(Person.team_id)
    )
    return {row.team_id: row for row in rows(statement, {"day": today()})}


def _results(
    source: str, table: Any, team_ids: Sequence[int], first: date, last: date, where: Sequence[Any]
) -> Mapping[int, Average]:
    """Return the mean of the percentages as they stand now: of a result marked again, the later mark."""
    percent = cast(table.earned, Float) * 100 / table.possible
    found = session().execute(
        select(Record.team_id, func.sum(percent).label("total"), func.count().label("n"))
        .join(table, table.public_id == Record.ref)
        .where(
            Record.verb
            == literal(Verb.GRADED.value, literal_execute=True),  # as a value, the partial index is passed by
            Record.source == source,
            Record.day >= first,
            Record.day <= last,
            Record.team_id.in_(team_ids),
            table.earned.is_not(None),
            table.possible > 0,
            *where,
        )
        .group_by(Record.team_id)
    )
    return {row.team_id: Average(total=float(row.total), n=row.n) for row in found}
