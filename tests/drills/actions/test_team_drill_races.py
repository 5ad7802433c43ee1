"""Several workers, and people who begin while they are let go, on real commits, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.assignments.models import Assignment
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.drills import jobs
from lms.drills.actions import running, team
from lms.drills.models import Run, TeamDrill, TeamDrillPerson
from lms.notifications.models import Notice
from tests.quizzes.test_quiz_races import all_at_once
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_played import a_published_drill
from tests.support.make_team_drills import a_team_drill, wanted

pytestmark = pytest.mark.committed

DAY = timedelta(days=1)


def count(model):
    return session().scalar(select(func.count()).select_from(model))


def a_floor(people):
    root = a_team("客服中心")
    one = a_team("一组", root)
    trainer = as_actor(a_person(Role.TRAINER, team=root))
    found = [a_person(Role.AGENT, team=one).id for _ in range(people)]
    return trainer, one, found, a_published_drill(trainer)


def test_several_workers_take_everybody_in_once(fresh):
    with fresh.app_context():
        trainer, one, people, drill = a_floor(7)
        with transaction():
            team.make(trainer, wanted(drill, [one]))
        session().rollback()
    all_at_once(fresh, 5, lambda _: jobs.run_team_drills())
    with fresh.app_context():
        jobs.run_team_drills()
        assert (count(TeamDrillPerson), count(Assignment)) == (7, 7)
        told = select(func.count()).select_from(Notice).where(Notice.person_id.in_(people))
        assert session().scalar(told) == 7


def test_several_workers_make_the_next_month_once(fresh):
    with fresh.app_context():
        trainer, one, _, drill = a_floor(2)
        a_team_drill(trainer, drill, one, monthly=True, opens_at=clock.now() - timedelta(minutes=5))
        with transaction() as s:
            row = s.query(TeamDrill).one()
            row.opens_at, row.closes_at = clock.now() - DAY, clock.now() - timedelta(minutes=1)
        session().rollback()
    all_at_once(fresh, 5, lambda _: jobs.run_team_drills())
    with fresh.app_context():
        jobs.run_team_drills()
        assert count(TeamDrill) == 2
        assert count(TeamDrillPerson) == 4


def test_whoever_begins_while_being_let_go_is_either_in_it_or_has_a_run_of_his_own(fresh):
    with fresh.app_context():
        trainer, one, people, drill = a_floor(6)
        row = a_team_drill(trainer, drill, one)
        number = row.id
        actors = [as_actor(session().get_one(Person, each)) for each in people]
        with transaction() as s:
            for each in people:
                s.get_one(Person, each).team_id = None
        session().rollback()

    def go(which):
        if which >= len(actors):
            return jobs.run_team_drills()
        with transaction():
            return running.start(actors[which], "drills/urge").public_id

    results = all_at_once(fresh, 8, go)
    assert not [each for each in results if isinstance(each, DomainError)]
    with fresh.app_context():
        within = set(
            session().scalars(select(TeamDrillPerson.person_id).where(TeamDrillPerson.team_drill_id == number))
        )
        runs = set(session().scalars(select(Run.person_id).where(Run.team_drill_id == number)))
        assert within == runs
