"""Leaderboards: the top alone, nobody who opted out, nobody of the rest."""

from hypothesis import given
from hypothesis import strategies as st

from lms.reviews.rules.leaders import FEWEST, MOST, board, limit

values_ = st.dictionaries(st.integers(1, 200), st.integers(0, 40).map(float), max_size=80)


def shown(values, out=(), me=0):
    return [(each.place, each.person_id) for each in board(values, out, me).shown]


def test_a_third_is_shown_and_ten_at_most():
    assert [limit(n) for n in (5, 6, 9, 30, 31, 500)] == [1, 2, 3, 10, 10, 10]
    assert shown({n: float(n) for n in range(1, 10)}) == [(1, 9), (2, 8), (3, 7)]


def test_a_group_under_five_has_no_leaderboard():
    found = board({1: 9.0, 2: 8.0, 3: 7.0, 4: 6.0}, (), 1)
    assert (found.shown, found.own, found.too_few) == ((), None, True)


def test_who_opted_out_counts_neither_for_places_nor_for_the_size_of_the_group():
    values = {n: float(n) for n in range(1, 7)}
    assert shown(values, out=[6]) == [(1, 5)]
    assert board(values, [5, 6], 1).too_few


def test_people_with_the_same_figure_stand_there_together_or_not_at_all():
    assert shown({1: 9.0, 2: 9.0, 3: 5.0, 4: 4.0, 5: 3.0, 6: 2.0}) == [(1, 1), (1, 2)]
    assert shown({1: 9.0, 2: 8.0, 3: 8.0, 4: 4.0, 5: 3.0, 6: 2.0}) == [(1, 1)]
    assert shown(dict.fromkeys(range(9), 7.0)) == []


def test_ones_own_place_is_there_for_oneself_wherever_it_is():
    found = board({n: float(n) for n in range(1, 10)}, (), 1)
    assert found.own is not None
    assert (found.own.place, found.n) == (9, 9)


@given(values_, st.sets(st.integers(1, 200)), st.integers(1, 200))
def test_who_opted_out_is_never_shown_and_has_no_place(values, out, me):
    found = board(values, out, me)
    assert not {each.person_id for each in found.shown} & out
    assert found.own is None or found.own.person_id not in out


@given(values_, st.sets(st.integers(1, 200)), st.integers(1, 200))
def test_nobody_of_the_lower_two_thirds_is_shown(values, out, me):
    found = board(values, out, me)
    taking = sorted((value for person, value in values.items() if person not in out), reverse=True)
    assert len(found.shown) <= min(MOST, len(taking) // 3)
    assert all(sum(other >= each.value for other in taking) <= len(taking) // 3 for each in found.shown)
    assert not found.shown or len(taking) >= FEWEST


@given(values_, st.sets(st.integers(1, 200)), st.integers(1, 200))
def test_the_board_is_that_of_a_group_in_which_those_who_opted_out_never_were(values, out, me):
    left = {person: value for person, value in values.items() if person not in out}
    assert board(values, out, me) == board(left, (), me)


@given(values_, st.integers(1, 200), st.randoms())
def test_the_order_of_people_does_not_matter(values, me, random):
    mixed = list(values.items())
    random.shuffle(mixed)
    assert board(dict(mixed), (), me) == board(values, (), me)
