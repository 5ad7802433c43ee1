"""How long a certificate holds, when it renews and how it stands: laws over any life of one."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.learning.rules.certificates import (
    CODE_LENGTH,
    VALID,
    Row,
    State,
    Terms,
    accepted_until,
    checked,
    code_read,
    code_shown,
    latest,
    meaning,
    name_masked,
    new_code,
    next_span,
    span,
    state_of,
    valid_on,
)

DAY = date(2026, 11, 3)
YEAR = Terms(valid_days=365, renew_days=30, grace_days=7)
FOR_EVER = Terms(valid_days=None, renew_days=30, grace_days=7)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def a_row(start: int, length: int | None = 365, *, id: int = 1, revoked: bool = False) -> Row:
    given = span(on(start), length)
    return Row(id=id, from_on=given.from_on, until_on=given.until_on, revoked=revoked)


terms = st.builds(
    lambda valid, renew, grace: Terms(valid_days=valid, renew_days=renew % valid if valid else renew, grace_days=grace),
    st.one_of(st.none(), st.integers(1, 400)),
    st.integers(0, 399),
    st.integers(0, 60),
)
acts = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(["complete", "complete", "complete", "revoke"])), max_size=12
)


def live(of: Terms, life: list[tuple[int, str]]) -> list[tuple[Row, date]]:
    """Return the certificates that somebody gets who completes again and again; each with the day it was given."""
    given: list[tuple[Row, date]] = []
    day = DAY
    for wait, what in life:
        day += timedelta(days=wait)
        rows = [row for row, _ in given]
        if what == "revoke" and rows:
            row, at = given[-1]
            given[-1] = (Row(id=row.id, from_on=row.from_on, until_on=row.until_on, revoked=True), at)
        elif what == "complete" and (found := next_span(rows, of, day)) is not None:
            given.append((Row(id=len(given) + 1, from_on=found.from_on, until_on=found.until_on), day))
    return given


@given(terms, acts)
def test_the_days_of_a_certificate_are_in_order_and_begin_no_earlier_than_it_was_given(of, life):
    for row, at in live(of, life):
        assert at <= row.from_on
        assert row.until_on is None or row.from_on <= row.until_on


@given(terms, acts)
def test_one_begins_after_the_one_before_it_ends(of, life):
    living = [row for row, _ in live(of, life) if not row.revoked]
    for before, after in pairwise(living):
        assert before.until_on is not None
        assert before.until_on < after.from_on


@given(terms, acts, st.integers(0, 4000))
def test_nobody_counts_as_certified_twice_on_one_day(of, life, ahead):
    rows = [row for row, _ in live(of, life)]
    day = on(ahead)
    assert sum(state_of(row, rows, of, day) in VALID for row in rows) <= 1


@given(terms, acts, st.integers(0, 4000))
def test_whoever_has_one_that_was_not_taken_back_and_is_not_over_counts_as_certified(of, life, ahead):
    rows, day = [row for row, _ in live(of, life)], on(ahead)
    covers = any(
        not row.revoked and row.from_on <= day and (row.until_on is None or day <= row.until_on) for row in rows
    )
    if covers:
        assert valid_on(rows, of, day) is not None
    elif valid_on(rows, of, day) is not None:
        newest = latest(rows)
        assert newest is not None
        assert newest.until_on is not None
        assert newest.until_on < day <= newest.until_on + timedelta(days=of.grace_days)


@given(terms, acts)
def test_the_same_completion_a_second_time_on_one_day_gives_nothing(of, life):
    given = live(of, life)
    if given and not given[-1][0].revoked:
        assert next_span([row for row, _ in given], of, given[-1][1]) is None


@given(terms, acts, st.integers(0, 30))
def test_an_early_renewal_costs_nobody_a_day(of, life, early):
    rows = [row for row, _ in live(of, life)]
    newest = latest(rows)
    if newest is None or newest.until_on is None:
        return
    found = next_span(rows, of, newest.until_on - timedelta(days=early))
    if found is not None and found.until_on is not None and of.valid_days is not None:
        assert found.from_on == newest.until_on + timedelta(days=1)
        assert (found.until_on - newest.until_on).days == of.valid_days


def test_the_last_day_still_holds():
    row = a_row(0, 10)
    assert row.until_on == on(9)
    assert state_of(row, [row], Terms(valid_days=10, renew_days=0, grace_days=0), on(9)) is State.ENDS_SOON
    assert state_of(row, [row], Terms(valid_days=10, renew_days=0, grace_days=0), on(10)) is State.LAPSED


@pytest.mark.parametrize(
    ("day", "state"),
    [(-1, State.NOT_YET), (0, State.HOLDS), (333, State.HOLDS), (334, State.ENDS_SOON), (364, State.ENDS_SOON),
     (365, State.IN_GRACE), (371, State.IN_GRACE), (372, State.LAPSED)],
)  # fmt: skip
def test_a_year_with_a_month_to_renew_and_a_week_of_grace(day: int, state: State):
    row = a_row(0)
    assert state_of(row, [row], YEAR, on(day)) is state


def test_renewed_early_the_old_one_no_longer_ends_soon_and_then_is_only_past():
    old, new = a_row(0), a_row(365, id=2)
    assert state_of(old, [old, new], YEAR, on(350)) is State.HOLDS
    assert state_of(new, [old, new], YEAR, on(350)) is State.NOT_YET
    assert state_of(old, [old, new], YEAR, on(366)) is State.RENEWED


def test_before_the_window_a_completion_gives_nothing_and_after_the_end_it_counts_from_that_day():
    rows = [a_row(0)]
    assert next_span(rows, YEAR, on(333)) is None
    late = next_span(rows, YEAR, on(370))
    assert late is not None
    assert late.from_on == on(370)


def test_what_holds_for_ever_is_given_once():
    assert next_span([a_row(0, None)], FOR_EVER, on(9000)) is None
    assert accepted_until(None, 7) is None


def test_what_was_taken_back_leaves_the_way_open():
    found = next_span([a_row(0, revoked=True)], YEAR, on(5))
    assert found is not None
    assert found.from_on == on(5)


def test_other_terms_are_told_in_people_and_no_printed_end_moves():
    people = [[a_row(-320)], [a_row(-370)], [a_row(-10)], [a_row(-370, revoked=True)]]
    found = meaning(people, Terms(valid_days=365, renew_days=30, grace_days=7),
                    Terms(valid_days=180, renew_days=60, grace_days=0), DAY)  # fmt: skip
    assert (found.holders, found.window_opens, found.lapse_today, found.accepted_again) == (3, 1, 1, 0)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(valid_days=0, renew_days=0, grace_days=0), "valid_days"),
        (Terms(valid_days=30, renew_days=30, grace_days=0), "renew_days"),
        (Terms(valid_days=30, renew_days=0, grace_days=400), "grace_days"),
    ],
)
def test_a_plan_that_would_renew_from_its_first_day_or_never_end_is_refused(terms: Terms, field: str):
    with pytest.raises(Invalid) as refused:
        checked("认证", terms)
    assert list(refused.value.fields) == [field]


def test_a_code_is_read_however_it_is_typed():
    code = new_code()
    assert len(code) == CODE_LENGTH
    assert code_read(f"  {code_shown(code).lower()} ") == code


def test_something_longer_than_a_code_is_no_code():
    assert code_read("A" * 400) != "A" * CODE_LENGTH


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("林小满", "林＊＊"),
        ("欧阳娜娜", "欧阳＊＊"),
        ("欧阳", "欧＊"),
        ("李", "李＊"),
        ("John Smith", "＊＊＊＊ Smith"),
        ("", "＊"),
    ],
)
def test_of_a_name_only_the_surname_is_said(name: str, masked: str):
    assert name_masked(name) == masked


@given(st.text(max_size=40))
def test_a_masked_name_never_says_the_whole(name):
    if len(name.strip()) > 1:
        assert name_masked(name) != name.strip()
