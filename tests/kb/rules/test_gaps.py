"""Which searches missed, and how misses become gaps."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kb.rules.gaps import (
    NO_CLICK,
    NO_HIT,
    OPEN_AT,
    Search,
    by_day,
    days_open,
    grouped,
    is_hard,
    misses,
    points,
    reopens,
)

NINE = datetime(2026, 11, 13, 1, 0, tzinfo=UTC)
LATER = NINE + timedelta(hours=8)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def a_search(query="改地址", minutes=0.0, person=1, hits=0, **more):
    return Search(at=at(minutes), person_id=person, query=query, shop="", hits=hits, **more)


def sources(searches, opened=None, now=LATER):
    return [(miss.source, miss.words) for miss in misses(searches, opened or {}, now)]


def test_a_search_that_finds_nothing_is_a_miss():
    assert sources([a_search()]) == [(NO_HIT, "改地址")]


def test_a_list_from_which_nothing_is_opened_is_a_miss():
    assert sources([a_search(hits=3)]) == [(NO_CLICK, "改地址")]


def test_who_opens_something_within_five_minutes_has_found_it():
    assert sources([a_search(hits=3)], {1: [at(4)]}) == []
    assert sources([a_search(hits=3)], {1: [at(6)]}) == [(NO_CLICK, "改地址")]
    assert sources([a_search(hits=3)], {2: [at(4)]}) == [(NO_CLICK, "改地址")]


def test_a_search_opened_from_is_no_miss():
    assert sources([a_search(hits=3, clicked=True)]) == []


def test_while_the_minutes_run_nothing_is_said():
    assert sources([a_search(hits=3)], now=at(3)) == []
    assert sources([a_search(hits=0)], now=at(3)) == [(NO_HIT, "改地址")]


def test_words_that_were_typed_on_are_no_search():
    typed = [a_search("改", 0), a_search("改地", 0.2), a_search("改地址", 0.4)]
    assert sources(typed) == [(NO_HIT, "改地址")]
    assert sources([a_search("改地", 0), a_search("改地址", 5)]) == [(NO_HIT, "改地"), (NO_HIT, "改地址")]


def test_the_same_search_of_the_same_person_counts_once_in_five_minutes():
    assert len(sources([a_search(minutes=0), a_search(minutes=2), a_search(minutes=9)])) == 2
    assert len(sources([a_search(person=1), a_search(person=2)])) == 2


def test_searches_of_nobody_count_when_they_find_nothing():
    assert sources([a_search(person=None)]) == [(NO_HIT, "改地址")]
    assert sources([a_search(person=None, hits=2)]) == []


SEARCHES = st.lists(
    st.builds(
        a_search,
        st.sampled_from(["改地址", "改地", "什么时候发", "？", "asdf"]),
        st.integers(0, 30),
        st.sampled_from([1, 2, None]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@given(SEARCHES, st.randoms())
def test_the_order_of_the_rows_does_not_matter(searches, random):
    mixed = list(searches)
    random.shuffle(mixed)
    assert Counter(sources(mixed)) == Counter(sources(searches))


WORDS = st.sampled_from(
    ["改地址", "修改地址", "改收货地址", "修改收货地址", "更改收货地址", "地址", "什么时候发", "多久发货", "几天发", "运费险",
     "运费险理赔", "退货运费", "退货", "k2异响", "k3异响", "税"]
)  # fmt: skip
WEIGHTS = st.dictionaries(WORDS, st.integers(1, 12))
KNOWN = st.dictionaries(WORDS, st.integers(1, 3), max_size=5)


@given(WEIGHTS, KNOWN, st.randoms())
def test_the_order_of_the_words_does_not_matter(weights, known, random):
    pairs = list(weights.items())
    random.shuffle(pairs)
    assert grouped(dict(pairs), known) == grouped(weights, known)


@given(WEIGHTS, KNOWN)
def test_grouping_once_more_changes_nothing(weights, known):
    first = grouped(weights, known)
    after = {**known, **first.joined}
    for number, words in enumerate(first.fresh, start=100):
        after.update(dict.fromkeys(words, number))
    again = grouped(weights, after)
    assert (dict(again.joined), again.fresh) == ({}, ())


@given(WEIGHTS, KNOWN)
def test_every_word_goes_to_one_place_at_most_and_nothing_is_made_up(weights, known):
    result = grouped(weights, known)
    placed = [*result.joined, *(words for each in result.fresh for words in each)]
    assert len(placed) == len(set(placed))
    assert set(placed) <= weights.keys() - known.keys()
    assert set(result.joined.values()) <= set(known.values())


@given(WEIGHTS, KNOWN)
def test_a_new_gap_is_weighty_enough(weights, known):
    for words in grouped(weights, known).fresh:
        assert sum(weights[each] for each in words) >= OPEN_AT


def test_words_that_are_alike_make_one_gap_named_by_the_most_missed():
    result = grouped({"改地址": 6, "修改地址": 3, "能不能改地址": 3, "什么时候发": 9, "税": 1}, {})
    assert result.fresh == (("什么时候发",), ("改地址", "修改地址", "能不能改地址"))


def test_few_misses_stay_candidates():
    assert grouped({"改地址": OPEN_AT - 1}, {}).fresh == ()


def test_what_a_person_put_together_stays_together_and_draws_its_like():
    known = {"改地址": 7, "什么时候发": 7}
    result = grouped({"改地址": 30, "多久发货": 1, "什么时候发货": 3}, known)
    assert dict(result.joined) == {"什么时候发货": 7, "多久发货": 7}


def test_house_synonyms_count_as_one_word():
    assert grouped({"退钱规则": 6, "退款规则": 6}, {}, same={"退钱": "退款"}).fresh == (("退款规则", "退钱规则"),)


def test_opening_nothing_says_a_third_of_finding_nothing():
    assert points(NO_HIT, 3) == OPEN_AT
    assert points(NO_CLICK, 9) == OPEN_AT


DAY = date(2026, 11, 12)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def test_the_day_of_the_closing_and_the_next_do_not_open_again():
    assert not reopens([(DAY, 57), (after(1), 6)], DAY, after(1))


def test_five_misses_later_open_again():
    assert reopens([(after(2), 3), (after(4), 2)], DAY, after(4))
    assert not reopens([(after(2), 3), (after(4), 1)], DAY, after(4))


def test_misses_older_than_a_week_do_not_open_again():
    assert not reopens([(after(2), 5)], DAY, after(9))


@pytest.mark.parametrize(("answered", "wrong", "hard"), [(7, 7, False), (8, 4, True), (8, 3, False), (100, 49, False)])
def test_a_question_is_hard_when_half_of_enough_people_get_it_wrong(answered, wrong, hard):
    assert is_hard(answered, wrong) is hard


def test_days_open_are_the_median():
    spans = [(NINE, NINE + timedelta(days=days)) for days in (1, 2, 9)]
    assert days_open(spans) == 2
    assert days_open([]) is None


@given(st.lists(st.tuples(st.integers(0, 27), st.integers(0, 9))))
def test_the_days_of_a_trend_sum_to_all_misses(pairs):
    counts = [(DAY - timedelta(days=back), count) for back, count in pairs]
    assert sum(by_day(counts, DAY, 28)) == sum(count for _, count in counts)
