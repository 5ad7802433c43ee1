"""What is open, locked, late and done, and what comes next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assignments import rules
from lms.assignments.rules import Item, State

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def an_item(position=0, **more):
    fields = {
        "assignment_id": 1,
        "position": position,
        "document_id": 100 + position,
        "purpose": "complete",
        "container_id": None,
        "stage": 0,
        "stage_name": "认识公司",
        "after_stage": None,
        "in_order": False,
        "required": True,
        "minutes": 12,
        "day": 1,
        "due_on": TODAY,
        "opened_at": None,
        "done_at": None,
        "exempt": False,
        "waits_for_others": False,
    }
    return Item(**fields | more)


def done(item):
    return item._replace(done_at=AT)


def test_the_due_day_itself_is_in_time():
    assert not rules.is_overdue(TODAY, TODAY)
    assert rules.is_overdue(TODAY, TODAY + timedelta(days=1))
    assert not rules.is_overdue(None, TODAY)


def test_optional_items_never_count_and_never_are_late():
    optional = an_item(required=False, due_on=TODAY - timedelta(days=3))
    assert rules.progress([optional]).complete
    assert rules.states([optional], TODAY) == [State.OPEN]


def test_an_exempt_item_counts_as_settled():
    assert rules.progress([an_item(exempt=True)]).complete


def test_a_stage_waits_for_the_one_it_names():
    first, second = an_item(0), an_item(1, stage=1, after_stage=0)
    assert rules.states([first, second], TODAY)[1] == State.LOCKED
    assert rules.states([done(first), second], TODAY)[1] == State.OPEN


def test_a_stage_with_a_sign_off_is_complete_only_when_signed():
    lesson, sign = done(an_item(0)), an_item(1, purpose="sign_off", waits_for_others=True)
    after = an_item(2, stage=1, after_stage=0)
    assert rules.ready_for_sign_off([lesson, sign, after]) == {0}
    assert rules.states([lesson, sign, after], TODAY)[2] == State.LOCKED
    assert rules.states([lesson, done(sign), after], TODAY)[2] == State.OPEN


def test_a_sign_off_is_not_ready_while_something_is_missing():
    assert rules.ready_for_sign_off([an_item(0), an_item(1, purpose="sign_off")]) == frozenset()


def test_in_a_stage_with_an_order_the_earlier_comes_first():
    items = [an_item(0, in_order=True), an_item(1, in_order=True)]
    assert rules.states(items, TODAY) == [State.OPEN, State.LOCKED]
    assert rules.states([done(items[0]), items[1]], TODAY) == [State.DONE, State.OPEN]


def test_a_task_that_waits_for_the_mentor_holds_up_nobody():
    items = [an_item(0, in_order=True, waits_for_others=True), an_item(1, in_order=True)]
    assert rules.states(items, TODAY)[1] == State.OPEN


def test_late_is_said_even_of_what_is_locked():
    late = an_item(1, stage=1, after_stage=0, due_on=TODAY - timedelta(days=1))
    assert rules.states([an_item(0), late], TODAY)[1] == State.OVERDUE


def test_next_is_what_is_due_first_and_can_be_done_alone():
    items = [
        an_item(0, waits_for_others=True),
        an_item(1, due_on=TODAY + timedelta(days=1)),
        an_item(2, due_on=TODAY),
        an_item(3, due_on=TODAY, stage=1, after_stage=0),
    ]
    found = rules.next_item(items)
    assert found is not None
    assert found.position == 2


def test_nothing_is_next_when_all_is_done():
    assert rules.next_item([done(an_item())]) is None


def test_what_was_done_is_carried_over_when_a_course_is_laid_out_anew():
    before = [done(an_item(0, document_id=7)), an_item(1, document_id=8)]
    after = [an_item(0, document_id=8), an_item(1, document_id=9), an_item(2, document_id=7)]
    assert [item.done_at for item in rules.carry_over(after, before)] == [None, None, AT]


def test_the_sign_off_of_one_stage_is_not_that_of_another():
    signed = done(an_item(0, document_id=5, purpose="sign_off", stage=0))
    planned = [an_item(0, document_id=5, purpose="sign_off", stage=1)]
    assert rules.carry_over(planned, [signed])[0].done_at is None


@pytest.mark.parametrize(("finished", "total", "percent"), [(0, 3, 0), (1, 3, 33), (2, 3, 66), (3, 3, 100)])
def test_a_hundred_percent_means_all(finished, total, percent):
    assert rules.Progress(done=finished, total=total).percent == percent


items = st.lists(
    st.builds(
        an_item,
        position=st.integers(0, 30),
        stage=st.integers(0, 2),
        required=st.booleans(),
        exempt=st.booleans(),
        done_at=st.sampled_from([None, AT]),
    ),
    max_size=12,
)


@given(items)
def test_finishing_one_more_item_never_locks_another(found):
    before = rules.complete_stages(found)
    for number, item in enumerate(found):
        more = [*found[:number], done(item), *found[number + 1 :]]
        assert before <= rules.complete_stages(more)


@given(items)
def test_laying_out_the_same_again_changes_nothing(found):
    unique = list({(item.document_id, item.purpose): item for item in found}.values())
    cleared = [item._replace(done_at=None, exempt=False) for item in unique]
    assert rules.carry_over(cleared, unique) == unique
