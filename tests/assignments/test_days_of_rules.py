"""What a rule asks by somebody's working days is counted by their calendar as it is now, not as it was once."""

import contextlib
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.accounts import actions as accounts
from lms.assignments import actions
from lms.assignments.actions import extend
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.assignments.models import AssignmentReason, Rule
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.records.actions import void
from lms.records.events import Verb
from lms.records.models import Record
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_cards import has_read
from tests.support.make_content import a_document as written
from tests.support.make_content import a_lesson_text, a_trainer
from tests.support.make_duties import a_document
from tests.support.make_rules import a_rule, duty_of, snapshot

MONDAY = date(2026, 11, 23)
FRIDAY, NEXT_MONDAY = date(2026, 11, 27), date(2026, 11, 30)
MONDAY_TO_FRIDAY, TUESDAY_TO_SATURDAY = 0b0011111, 0b0111110


@pytest.fixture
def floor(world):
    """A team that works from Monday to Friday, one of its people and the one who keeps the rosters."""
    with clock.frozen(datetime(2026, 11, 23, 4, tzinfo=UTC)):
        team = a_team("总部")
        person, hr = a_person(team=team), as_actor(a_person(Role.HR, Role.ADMIN, team=team))
        yield {"team": team, "person": person, "hr": hr}


def in_five_days(floor, document=None, **values):
    """Ask for something by the fifth working day, which is the Friday; return the document."""
    document = document or a_document("article")
    a_rule(document, due=DuePlan(workdays=5, **values))
    return document


def on_leave(floor, first, last):
    with transaction():
        return accounts.note_leave(floor["hr"], floor["person"].id, from_on=first, until_on=last).id


def works(floor, weekdays, **owner):
    with transaction():
        accounts.set_pattern(floor["hr"], accounts.Owner(**owner), weekdays=weekdays, from_on=MONDAY)


def due(floor, document):
    return duty_of(floor["person"], document).next_due_on


def test_days_of_leave_are_no_working_days_and_count_again_when_it_ends_early(floor):
    document = in_five_days(floor)
    leave = on_leave(floor, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    assert due(floor, document) == date(2026, 12, 1)
    with transaction():
        accounts.end_leave(floor["hr"], leave, MONDAY + timedelta(days=1))
    assert due(floor, document) == NEXT_MONDAY


def test_another_pattern_of_the_team_moves_it(floor):
    document = in_five_days(floor)
    works(floor, TUESDAY_TO_SATURDAY, team_id=floor["team"].id)
    assert due(floor, document) == date(2026, 11, 28)


def test_a_single_day_off_moves_it_and_taking_it_back_moves_it_back(floor):
    document = in_five_days(floor)
    for working, day in ((False, NEXT_MONDAY), (None, FRIDAY)):
        with transaction():
            accounts.set_days(floor["hr"], {floor["person"].id: {MONDAY: working}})
        assert due(floor, document) == day


def test_a_day_off_of_the_company_moves_it_for_who_keeps_to_the_public_calendar(floor):
    with transaction():
        owner = accounts.Owner(team_id=floor["team"].id)
        accounts.set_pattern(floor["hr"], owner, weekdays=MONDAY_TO_FRIDAY, from_on=MONDAY, follows_holidays=True)
    document = in_five_days(floor)
    with transaction():
        accounts.set_company_days(floor["hr"], {date(2026, 11, 25): (False, "司庆")})
    assert due(floor, document) == NEXT_MONDAY


def test_who_was_given_it_late_has_the_least_number_of_days_all_the_same(floor):
    document = in_five_days(floor, at_least=9)
    on_leave(floor, MONDAY, MONDAY)
    assert due(floor, document) == MONDAY + timedelta(days=9)


def test_a_day_that_was_granted_by_hand_wins(floor):
    document = in_five_days(floor)
    with transaction():
        extend(floor["hr"], [duty_of(floor["person"], document).id], date(2026, 12, 24), "病后复工")
    on_leave(floor, MONDAY, MONDAY)
    assert due(floor, document) == date(2026, 12, 24)


def test_what_is_done_never_moves(floor):
    trainer = a_trainer()
    document = in_five_days(floor, written(trainer, a_lesson_text("完"), kind="lesson", slug="done"))
    has_read(floor["person"], document)
    before = snapshot()
    on_leave(floor, MONDAY, MONDAY)
    assert snapshot() == before
    assert duty_of(floor["person"], document).state == "done"


def test_who_comes_back_is_asked_by_the_roster_of_then(floor):
    document, person = in_five_days(floor), floor["person"]
    with transaction():
        accounts.close(floor["hr"], person.id)
    works(floor, TUESDAY_TO_SATURDAY, team_id=floor["team"].id)
    with transaction():
        accounts.reopen(floor["hr"], person.id)
    assert due(floor, document) == date(2026, 11, 28)


PLAN = "---\n类型: 培训计划\n时长: 15分钟\n---\n# 入职\n\n## 第一段\n`第1-1天`\n\n- [课](one.md) `第1天`\n"


def in_an_intake(floor, document):
    """Put the person into an intake that begins on Monday and ask for the document by its fifth working day."""
    with transaction():
        made = accounts.open_cohort(floor["hr"], name="十一月", starts_on=MONDAY)
        accounts.add_members(floor["hr"], made.id, [floor["person"].id])
    in_five_days(floor, document)
    return made.id


def asked_for(floor, document):
    """The day that the one reason asks for, whatever counts of it."""
    duty = duty_of(floor["person"], document)
    return session().query(AssignmentReason).filter_by(assignment_id=duty.id).one().due_on


def intake_begins(floor, cohort_id, day):
    with transaction():
        accounts.change_cohort(floor["hr"], cohort_id, name="十一月", starts_on=day, trainer_id=None, room="")


def a_curriculum():
    trainer = a_trainer()
    written(trainer, a_lesson_text("课"), kind="lesson", slug="in/one")
    return written(trainer, PLAN, kind="curriculum", slug="in/plan")


def test_a_curriculum_counts_from_the_intake_whatever_it_is_counted_anew_for(floor):
    document = a_curriculum()
    cohort_id = in_an_intake(floor, document)
    with transaction():
        accounts.close(floor["hr"], floor["person"].id)
    intake_begins(floor, cohort_id, NEXT_MONDAY)
    before = snapshot()
    by_all_rules_anew()
    assert snapshot() == before
    assert asked_for(floor, document) == date(2026, 12, 4)


def test_anything_else_counts_from_the_day_on_which_it_was_given(floor):
    document = a_document("article")
    cohort_id = in_an_intake(floor, document)
    intake_begins(floor, cohort_id, NEXT_MONDAY)
    by_all_rules_anew()
    assert due(floor, document) == FRIDAY


def by_another_day(rule_document, plan):
    """Change by when the one rule asks, and apply it to everybody."""
    rule = session().query(Rule).filter_by(document_id=rule_document.id).one()
    with transaction():
        actions.change_rule(None, rule.id, name="规则", audience=Audience(), due_plan=plan)
    recompute()


def test_of_what_is_done_the_day_that_was_asked_stands(floor):
    document = in_five_days(floor, written(a_trainer(), a_lesson_text("完"), kind="lesson", slug="done"))
    has_read(floor["person"], document)
    by_another_day(document, DuePlan(workdays=2))
    assert asked_for(floor, document) == FRIDAY


def test_done_and_taken_back_it_is_asked_by_the_rule_of_now(floor):
    document = written(a_trainer(), a_lesson_text("完"), kind="lesson", slug="done")
    a_rule(document, due=DuePlan(on=FRIDAY))
    has_read(floor["person"], document)
    by_another_day(document, DuePlan(on=NEXT_MONDAY))
    record = session().query(Record).filter_by(verb=Verb.COMPLETED, person_id=floor["person"].id).one()
    with transaction():
        void(floor["hr"], record.seq, "看错了人")
    assert due(floor, document) == NEXT_MONDAY


def test_without_a_roster_nobody_is_late(floor):
    document = in_five_days(floor)
    on_leave(floor, MONDAY, MONDAY + timedelta(days=399))
    assert due(floor, document) is None


def test_a_day_that_was_asked_by_hand_is_no_working_day_and_stays(floor):
    document = a_document("article")
    with transaction():
        actions.assign(floor["hr"], [floor["person"].id], document.id, due_on=FRIDAY)
    on_leave(floor, MONDAY, MONDAY + timedelta(days=1))
    assert due(floor, document) == FRIDAY


def by_all_rules_anew():
    """Work out every day from the rules, as after a change of each of them."""
    with transaction():
        for rule in session().query(Rule):
            rule.applied_on, rule.changed_at = None, clock.now()
    recompute()


def one_step(chance, floor, teams):
    person, day = floor["person"].id, MONDAY + timedelta(days=chance.randrange(12))
    kind = chance.randrange(5)
    with transaction():
        if kind == 0:
            accounts.set_days(floor["hr"], {person: {day: chance.choice([True, False, None])}})
        elif kind == 1:
            owner = chance.choice([accounts.Owner(person_id=person), accounts.Owner(team_id=teams[0].id)])
            accounts.set_pattern(floor["hr"], owner, weekdays=chance.randrange(1, 128), from_on=day)
        elif kind == 2:
            accounts.note_leave(floor["hr"], person, from_on=day, until_on=day + timedelta(days=chance.randrange(4)))
        elif kind == 3:
            accounts.move(floor["hr"], person, chance.choice(teams).id, day)
        else:
            last = day + timedelta(days=chance.randrange(6))
            accounts.set_freeze(floor["hr"], chance.choice(teams).id, name="大促", from_on=day, until_on=last)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_of_calendars_the_days_are_those_that_counting_anew_gives(floor, seed):
    chance = random.Random(seed)
    teams = [floor["team"], a_team("别组", floor["team"])]
    for plan in (DuePlan(workdays=3), DuePlan(workdays=8, at_least=4), DuePlan(days=6), DuePlan(on=FRIDAY)):
        a_rule(a_document("article"), due=plan)
    for _ in range(10):
        with contextlib.suppress(Invalid):
            one_step(chance, floor, teams)
    before = snapshot()
    by_all_rules_anew()
    assert snapshot() == before
    assert session().query(AssignmentReason).count() >= 4
