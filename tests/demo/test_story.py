"""The sample company, built for real: everybody's numbers come out as the story says, and the log verifies."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import actor_by_employee_no
from lms.assignments.queries import duties
from lms.content import queries as content
from lms.core.db import db, session
from lms.core.here import today
from lms.demo import story
from lms.home.queries import screen
from lms.records.queries import verify
from lms.reports import queries as reports
from lms.reports.queries import Filter
from tests.conftest import an_app

pytestmark = [pytest.mark.committed, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def academy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("academy")
    app = an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}", demo="1")
    with app.app_context():
        story.tell(lambda chapter: None)
        yield app
        db.engine.dispose()


def test_sixty_people_work_here_and_eighteen_temps_have_left(academy):
    working = session().scalar(select(func.count()).select_from(Person).where(Person.active))
    temps = session().scalars(select(Person).where(Person.employment == "temporary")).all()
    assert working == 61  # sixty and the administrator's account
    assert len(temps) == 18
    assert not any(temp.active for temp in temps)


def test_lin_xiaoman_is_on_the_fourth_of_ten_days(academy):
    found = screen(actor_by_employee_no("A1001"))
    assert found.journey is not None
    assert (found.journey.number, found.journey.count) == (4, 10)
    assert [day.state for day in found.journey.days[:4]] == ["done", "done", "done", "now"]
    assert found.mentor.employee_no == "A1009"
    assert found.lists.next.title == "杯壶与定制"
    assert found.reading.section == 2


def test_every_day_of_the_onboarding_has_something_due(academy):
    mine = duties(actor_by_employee_no("A1001").id, today())
    assert {duty.item.day for duty in mine} >= set(range(1, 11))
    assert sum(duty.item.minutes for duty in mine if duty.item.required) == 4_800


def test_today_is_a_working_day(academy):
    found = screen(actor_by_employee_no("A1001"))
    assert today() in {day.on for day in found.journey.days}


def test_seven_of_the_autumn_intake_have_finished(academy):
    lead = actor_by_employee_no("L1001")
    goal = reports.goal_named(lead, "curriculum:onboarding/curriculum")
    whole = reports.summary(lead, Filter(document_id=goal.document_id))
    assert (whole.people, whole.done) == (11, 7)
    assert 1 <= whole.overdue <= 2


def test_thirty_three_of_fifty_one_have_finished_the_quarter_and_five_are_late(academy):
    lead = actor_by_employee_no("L1001")
    goal = reports.goal_named(lead, "course:quarterly/2026q4")
    whole = reports.summary(lead, Filter(document_id=goal.document_id))
    assert (whole.people, whole.done, whole.overdue) == (51, 33, 5)


def test_one_article_is_twelve_days_past_its_review(academy):
    found, count = content.find(content.Filter(state="expired"))
    assert count == 1
    assert found[0].card.verified_until == today() - timedelta(days=12)


def test_the_log_of_three_months_verifies(academy):
    verdict = verify()
    assert verdict.checked > 1_000
    assert verdict.problems == ()


def test_nobody_is_told_twice(academy):
    assert story.is_told()


def test_a_lead_of_a_team_sees_nobody_of_another(academy):
    lead = actor_by_employee_no("L1003")
    goal = reports.goal_named(lead, "course:quarterly/2026q4")
    lines = reports.lines(lead, Filter(document_id=goal.document_id))
    assert {line.team for line in lines} == {"售后一组"}
