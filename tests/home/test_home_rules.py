"""What the first screen says to a learner."""

from datetime import UTC, date, datetime, timedelta

from lms.assignments.rules import Duty, Item, states
from lms.home import rules

DAY1 = date(2026, 11, 16)
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def a_course(*things, today, goal_open=True):
    """things: (day, kind, done_at) each; one rostered day per calendar day."""
    items = [
        Item(
            assignment_id=1,
            position=position,
            document_id=100 + position,
            purpose="complete",
            container_id=None,
            stage=0 if day <= 3 else 1,
            stage_name="认识公司" if day <= 3 else "产品与流程",
            after_stage=None,
            in_order=False,
            required=True,
            minutes=12,
            day=day,
            due_on=DAY1 + timedelta(days=day - 1),
            opened_at=None,
            done_at=done,
            exempt=False,
            waits_for_others=kind == "task",
        )
        for position, (day, kind, done) in enumerate(things)
    ]
    return [
        Duty(
            item=item,
            state=state,
            person_id=1,
            kind=kind,
            slug=f"s{item.position}",
            title=f"第{item.position}件",
            container_title="",
            container_slug="",
            goal_id=9,
            goal_kind="curriculum",
            goal_title="入职培训",
            goal_slug="onboarding",
            starts_on=DAY1,
            goal_open=goal_open,
        )
        for item, state, (_, kind, _done) in zip(items, states(items, today), things, strict=True)
    ]


def test_the_day_number_is_the_last_day_that_has_come():
    today = DAY1 + timedelta(days=2)
    found = rules.journey(
        a_course((1, "lesson", NOON), (2, "lesson", None), (3, "lesson", None), (4, "quiz", None), today=today), today
    )
    assert found is not None
    assert (found.number, found.count) == (3, 4)
    assert [day.state for day in found.days] == ["done", "late", "now", "open"]


def test_before_the_first_day_the_number_is_nought():
    today = DAY1 - timedelta(days=1)
    found = rules.journey(a_course((1, "lesson", None), today=today), today)
    assert found is not None
    assert found.number == 0


def test_a_finished_curriculum_is_no_journey_any_more():
    assert rules.journey(a_course((1, "lesson", NOON), today=DAY1, goal_open=False), DAY1) is None


def test_stages_stand_over_their_own_days():
    found = rules.journey(a_course((1, "lesson", NOON), (3, "task", NOON), (5, "lesson", None), today=DAY1), DAY1)
    assert found is not None
    assert [(stage.first_day, stage.span, stage.state) for stage in found.stages] == [(1, 3, "done"), (4, 2, "open")]


def test_today_lists_online_things_late_first_and_tasks_apart():
    today = DAY1 + timedelta(days=1)
    duties = a_course((2, "lesson", None), (1, "lesson", None), (2, "task", None), (3, "quiz", None), today=today)
    found = rules.today_of(duties, today, [])
    assert [duty.slug for duty in found.todo] == ["s1", "s0"]
    assert [duty.slug for duty in found.on_floor] == ["s2"]
    assert [duty.slug for duty in found.tomorrow] == ["s3"]
    assert (found.minutes_left, found.overdue_count) == (24, 1)


def test_what_was_finished_today_stays_on_the_list_as_done():
    today = DAY1 + timedelta(days=2)
    duties = a_course((1, "lesson", NOON), (3, "lesson", None), today=today)
    finished = rules.finished_on(duties, NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    found = rules.today_of(duties, today, finished)
    assert (found.done_count, len(found.todo)) == (1, 2)
    assert found.next is not None
    assert found.next.slug == "s1"
