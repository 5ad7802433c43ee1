"""Who may take a queue on a day: needs, what is done and held, and a supervisor's word."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.learning.rules.queues import LONGEST_OVERRIDE, Need, Right, Word, checked_word, right, right_of, why_of

DAY = date(2026, 11, 3)
days = st.one_of(st.none(), st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n)))
needs = st.lists(
    st.builds(
        Need,
        document_id=st.integers(1, 5),
        plan_id=st.one_of(st.none(), st.integers(1, 3)),
        from_on=days,
        until_on=days,
    )
)
words = st.lists(
    st.builds(
        lambda id, allowed, start, length, ended: Word(
            id=id, allowed=allowed, from_on=DAY + timedelta(days=start),
            until_on=DAY + timedelta(days=start + length), ended=ended,
        ),
        st.integers(1, 9), st.booleans(), st.integers(-3, 3), st.integers(0, 4), st.booleans(),
    ),
    unique_by=lambda word: word.id,
)  # fmt: skip
some = st.frozensets(st.integers(1, 5))


@given(needs, some, some)
def test_without_a_word_it_is_allowed_exactly_where_nothing_is_lacking(needs, done, valid):
    found = right(needs, done, valid, (), DAY)
    assert found.allowed == (not found.lacks)


@given(needs, some, some, some)
def test_to_know_more_never_closes_a_queue(needs, done, valid, more):
    before, after = right(needs, done, valid, (), DAY), right(needs, done | more, valid | more, (), DAY)
    assert after.allowed or not before.allowed
    assert set(after.lacks) <= set(before.lacks)


@given(needs, some, some, words)
def test_a_word_in_force_decides_and_one_that_is_over_changes_nothing(needs, done, valid, words):
    found, rule = right(needs, done, valid, words, DAY), right(needs, done, valid, (), DAY)
    live = [word for word in words if not word.ended and word.from_on <= DAY <= word.until_on]
    if live:
        last = max(live, key=lambda word: word.id)
        assert (found.allowed, found.override) == (last.allowed, last.id)
    else:
        assert found == rule
    assert found.lacks == rule.lacks


@given(needs, some, some, words)
def test_what_is_kept_of_a_right_reads_back_as_it_was(needs, done, valid, words):
    found = right(needs, done, valid, words, DAY)
    assert right_of(found.allowed, why_of(found)) == found


def test_a_plan_asks_for_the_certificate_and_not_for_the_document():
    need = Need(document_id=7, plan_id=2)
    assert right([need], {7}, (), (), DAY) == Right(allowed=False, lacks=(7,))
    assert right([need], (), {2}, (), DAY) == Right(allowed=True)


def test_what_a_campaign_asks_counts_on_its_days_only():
    need = Need(document_id=7, from_on=DAY + timedelta(days=1), until_on=DAY + timedelta(days=3))
    asked = [not right([need], (), (), (), DAY + timedelta(days=n)).allowed for n in range(5)]
    assert asked == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("reason", "days", "field"),
    [("", 1, "reason"), ("缺人", -1, "until_on"), ("缺人", LONGEST_OVERRIDE, "until_on"), ("长" * 401, 1, "reason")],
)
def test_a_word_needs_a_reason_and_an_end_that_is_near(reason: str, days: int, field: str):
    with pytest.raises(Invalid) as refused:
        checked_word(reason, DAY, DAY + timedelta(days=days), DAY)
    assert list(refused.value.fields) == [field]
