"""催学: what a lead has said of a duty needs no further look once it is done or nobody asks for it any more."""

from datetime import timedelta

import pytest

from lms.accounts import actions as accounts
from lms.accounts.queries import actor_by_id
from lms.assignments import actions
from lms.assignments.actions.chase import chase
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team
from tests.support.make_cards import has_read
from tests.support.make_content import a_document, a_lesson_text, a_trainer
from tests.support.make_rules import a_rule, duty_of, stopped


@pytest.fixture
def chased(world):
    """Somebody who was chased yesterday and today for a lesson that a rule asks for."""
    team = a_team()
    lead, person = a_person(Role.LEAD, team=team), a_person(team=team)
    lesson = a_document(a_trainer(), a_lesson_text("规则"), kind="lesson", slug="rules")
    rule = a_rule(lesson, teams=(team.id,))
    duty, actor = duty_of(person, lesson).id, actor_by_id(lead.id)
    for day in (1, 0):
        with clock.frozen(clock.now() - timedelta(days=day)), transaction():
            chase(actor, [duty])
    return {"person": person, "lesson": lesson, "rule": rule, "duty": duty, "lead": actor}


def unread(chased):
    """Return how many of the two still ask for a look."""
    session().expire_all()
    mine = session().query(Notice).filter_by(person_id=chased["person"].id)
    notices = [each for each in mine if each.dedup_key.startswith("chase:")]
    assert len(notices) == 2
    return sum(each.read_at is None for each in notices)


def test_it_stands_in_the_inbox_until_something_happens(chased):
    assert unread(chased) == 2


def test_who_completes_the_duty_has_dealt_with_it(chased):
    has_read(chased["person"], chased["lesson"])
    assert unread(chased) == 0


def test_who_is_exempt_has_nothing_to_deal_with(chased):
    with transaction():
        actions.exempt(chased["lead"], [chased["duty"]], category="leave", reason="产假回来再说")
    assert unread(chased) == 0


def test_what_was_recognised_is_dealt_with(chased):
    with transaction():
        actions.credit(chased["lead"], [chased["duty"]], "去年在总部学过，有证书")
    assert unread(chased) == 0


def test_what_no_rule_asks_for_any_more_is_dealt_with(chased):
    stopped(chased["rule"])
    assert unread(chased) == 0


def test_who_has_left_has_nothing_to_deal_with(chased):
    with transaction():
        accounts.close(None, chased["person"].id)
    assert unread(chased) == 0


def test_an_occasion_that_is_over_is_dealt_with(chased):
    with transaction():
        actions.withdraw_occasion([chased["person"].id], chased["lesson"].id, "once")
    assert unread(chased) == 0


def test_more_time_is_no_end_of_it(chased):
    with transaction():
        actions.extend(chased["lead"], [chased["duty"]], today() + timedelta(days=9), "班次太满")
    assert unread(chased) == 2
