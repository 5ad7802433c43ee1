"""Exemption, credit and more time: each with a reason, each can be taken back, and the log tells the truth."""

from datetime import date, timedelta

import pytest

from lms.accounts.queries import actor_by_id
from lms.assignments import actions
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.relief import end_exemptions
from lms.assignments.models import Exemption, Extension
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.records.models import Record, RecordNote, Standing
from tests.support.make import a_person, a_team
from tests.support.make_duties import a_document, owes
from tests.support.make_rules import a_rule, duty_of, state_of, stopped


@pytest.fixture
def floor(world):
    team = a_team("红组")
    lead = a_person(Role.LEAD, team=team, name="组长")
    person, goal = a_person(team=team, name="组员"), a_document("course", "新规")
    inside = a_document("lesson"), a_document("lesson")
    day = today() + timedelta(days=3)
    duty = owes(person, goal, (inside[0], day, False), (inside[1], day, False))
    return {"team": team, "actor": actor_by_id(lead.id), "person": person, "goal": goal, "id": duty.id, "day": day}


def exempted(floor, **values):
    with transaction():
        wanted = {"category": "leave", "reason": "产假回来再说", **values}
        return actions.exempt(floor["actor"], [floor["id"]], **wanted)


def credited(floor):
    with transaction():
        return actions.credit(floor["actor"], [floor["id"]], "去年在总部学过，有证书")


def lines(floor):
    return session().query(Record).filter_by(person_id=floor["person"].id).order_by(Record.seq).all()


def test_who_is_exempt_owes_nothing_and_the_log_says_nothing(floor):
    assert exempted(floor) == 1
    duty = duty_of(floor["person"], floor["goal"])
    assert (duty.state, duty.next_due_on, lines(floor)) == ("exempt", None, [])


def an_article(floor):
    """Let the duty be one article: a course would need its text to be laid out anew."""
    article = a_document("article")
    a_rule(article, teams=(floor["team"].id,), due=DuePlan(on=floor["day"]))
    floor["goal"], floor["id"] = article, duty_of(floor["person"], article).id


def test_an_exemption_that_is_ended_asks_again_by_the_same_day(floor):
    an_article(floor)
    exempted(floor)
    with transaction():
        assert actions.end_exemption(floor["actor"], [floor["id"]]) == 1
    duty = duty_of(floor["person"], floor["goal"])
    assert (duty.state, duty.next_due_on) == ("open", floor["day"])
    assert session().query(Exemption).one().ended_by == floor["actor"].id


def test_an_exemption_ends_by_itself_after_its_last_day(floor):
    an_article(floor)
    exempted(floor, until_on=today())
    assert end_exemptions() == 0
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert end_exemptions() == 1
        assert end_exemptions() == 0
    assert state_of(floor["person"], floor["goal"]) == "open"


def test_an_exemption_survives_the_rules_and_its_end_asks_only_for_what_is_still_asked(floor):
    article = a_document("article")
    rule = a_rule(article, teams=(floor["team"].id,))
    floor["id"] = duty_of(floor["person"], article).id
    exempted(floor)
    stopped(rule)
    assert state_of(floor["person"], article) == "exempt"
    with transaction():
        actions.end_exemption(floor["actor"], [floor["id"]])
    assert state_of(floor["person"], article) == "withdrawn"


def test_an_exemption_needs_a_reason_and_a_category(floor):
    for wrong in ({"reason": " "}, {"category": "mood"}, {"until_on": today() - timedelta(days=1)}):
        with pytest.raises(Invalid):
            exempted(floor, **wrong)


def test_nobody_decides_about_their_own_duty(floor):
    floor["id"] = owes(session().merge(floor["person"]), a_document("article")).id
    floor["actor"] = actor_by_id(floor["person"].id)
    with pytest.raises(Conflict):
        exempted(floor)


def test_credit_is_one_line_of_the_log_with_who_and_why(floor):
    assert credited(floor) == 1
    (line,) = lines(floor)
    assert (line.verb, line.source, line.actor_id, line.document_id) == (
        "completed",
        "credit",
        floor["actor"].id,
        floor["goal"].id,
    )
    assert session().query(RecordNote).filter_by(seq=line.seq).one().text == "去年在总部学过，有证书"
    assert session().get(Standing, (floor["person"].id, floor["goal"].id)).state == "done"
    assert state_of(floor["person"], floor["goal"]) == "done"


def test_credit_stands_when_something_else_is_voided_or_rebuilt(floor):
    credited(floor)
    with transaction():
        actions.recount(floor["person"].id, source="void")
    assert state_of(floor["person"], floor["goal"]) == "done"
    assert len(lines(floor)) == 1


def test_credit_that_is_taken_back_is_voided_and_asked_again(floor):
    credited(floor)
    with transaction():
        assert actions.take_back_credit(floor["actor"], [floor["id"]], "弄错了人") == 1
    assert state_of(floor["person"], floor["goal"]) == "open"
    assert [line.verb for line in lines(floor)] == ["completed", "voided"]
    with transaction():
        assert actions.take_back_credit(floor["actor"], [floor["id"]], "弄错了人") == 0


def test_more_time_moves_what_falls_due_before_it_and_survives_recomputation(floor):
    article = a_document("article")
    a_rule(article, teams=(floor["team"].id,), due=DuePlan(on=floor["day"]))
    ids, later = [duty_of(floor["person"], article).id], floor["day"] + timedelta(days=7)
    with transaction():
        assert actions.extend(floor["actor"], ids, later, "排班太满") == 1
    with transaction():
        actions.reschedule([floor["person"].id])
        actions.keep_in_step([floor["person"].id])
    duty = duty_of(floor["person"], article)
    assert (duty.due_on, duty.next_due_on) == (later, later)


def test_more_time_that_is_taken_back_leaves_the_day_that_was_asked(floor):
    later = floor["day"] + timedelta(days=7)
    with transaction():
        actions.extend(floor["actor"], [floor["id"]], later, "排班太满")
    assert duty_of(floor["person"], floor["goal"]).next_due_on == later
    article = a_document("article")
    a_rule(article, teams=(floor["team"].id,), due=DuePlan(on=floor["day"]))
    floor["id"] = duty_of(floor["person"], article).id
    with transaction():
        actions.extend(floor["actor"], [floor["id"]], later, "排班太满")
    with transaction():
        assert actions.end_extension(floor["actor"], [floor["id"]]) == 1
    assert duty_of(floor["person"], article).due_on == floor["day"]
    assert session().query(Extension).filter(Extension.ended_at.is_(None)).count() == 1


def test_more_time_than_there_is_already_changes_nothing(floor):
    with transaction():
        assert actions.extend(floor["actor"], [floor["id"]], floor["day"], "没有用") == 0
    with pytest.raises(Invalid), transaction():
        actions.extend(floor["actor"], [floor["id"]], date(2020, 1, 1), "过去")
