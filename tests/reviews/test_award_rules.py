"""Whom an award is proposed for, and how its money is shared: pure laws."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.reviews.rules.awards import (
    BEHIND,
    SHIPPED,
    Measure,
    Out,
    Standing,
    Terms,
    What,
    checked,
    fen_of,
    measure_of,
    places,
    propose,
    score,
    shares,
    team_standings,
    yuan_of,
)

PLAIN = Measure(what=What.COMPOSITE, min_n=30)


def at(key, value, n=100, **more):
    return Standing(key=key, value=value, n=n, **more)


def winners(measure, n, standings, **more):
    return [each.key for each in propose(measure, n, standings, **more).winners]


def test_the_best_win_in_the_order_of_their_figures():
    assert winners(PLAIN, 2, [at(1, 80), at(2, 91.5), at(3, 90)]) == [2, 3]


def test_equal_figures_share_a_place_and_all_who_share_the_last_one_win():
    found = propose(PLAIN, 2, [at(1, 95), at(2, 90), at(3, 90), at(4, 89.99)])
    assert [(each.key, each.place, each.wins) for each in found.candidates] == [
        (1, 1, True),
        (2, 2, True),
        (3, 2, True),
        (4, 4, False),
    ]


def test_two_at_the_top_leave_no_second_place():
    assert winners(PLAIN, 2, [at(1, 95), at(2, 95), at(3, 94)]) == [1, 2]


def test_figures_are_compared_as_they_are_shown_with_two_decimals():
    assert winners(PLAIN, 1, [at(1, 90.001), at(2, 90.004)]) == [1, 2]


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (at(1, None), Out.UNKNOWN),
        (at(1, 99, n=29), Out.FEW),
        (at(1, 99, red_line=True), Out.RED_LINE),
    ],
)
def test_who_is_left_out_is_named_with_the_reason(standing, why):
    found = propose(PLAIN, 1, [standing, at(2, 60)])
    assert [each.key for each in found.winners] == [2]
    assert found.counts[why] == 1
    assert [each.out for each in found.candidates if each.key == 1] == ([] if why is Out.UNKNOWN else [why])


def test_who_is_left_out_is_only_named_where_the_figure_would_have_won():
    found = propose(PLAIN, 1, [at(1, 50, n=2), at(2, 60)])
    assert [each.key for each in found.candidates] == [2]
    assert found.counts == {"all": 2, "free": 1, "few": 1}


def test_a_red_line_does_not_matter_where_the_rule_does_not_ask():
    assert winners(replace(PLAIN, no_red_line=False), 1, [at(1, 99, red_line=True), at(2, 60)]) == [1]


GAIN = replace(PLAIN, gain=True)


def gained(key, before, value, **more):
    return at(key, value, before=before, **{"n_before": 100, **more})


def test_progress_is_what_was_gained_and_nothing_is_no_progress():
    standings = [gained(1, 90, 91), gained(2, 60, 70), gained(3, 80, 80), gained(4, 80, 70)]
    found = propose(GAIN, 3, standings)
    assert [each.key for each in found.winners] == [2, 1]
    assert found.counts["no_gain"] == 2


def test_progress_needs_enough_cases_in_both_periods():
    standings = [gained(1, 10, 90, n_before=29), gained(2, 10, 90, n=29), at(3, 90), gained(4, 60, 61)]
    found = propose(GAIN, 1, standings)
    assert [each.key for each in found.winners] == [4]
    assert (found.counts["no_before"], found.counts["few"]) == (2, 1)


def test_of_a_metric_where_less_is_better_the_least_wins_and_a_fall_is_progress():
    lower = Measure(what=What.METRIC, metric="avg_response", lower=True, min_n=1)
    assert winners(lower, 1, [at(1, 30), at(2, 25)]) == [2]
    assert score(replace(lower, gain=True), gained(1, 40, 30)) == 10


def test_a_team_is_the_mean_of_its_people_who_have_enough_cases():
    people = {1: at(1, 90), 2: at(2, 80), 3: at(3, 10, n=5), 4: at(4, None)}
    [team] = team_standings(PLAIN, {7: [1, 2, 3, 4]}, people)
    assert (team.key, team.value, team.n) == (7, 85, 2)


def test_a_team_with_too_few_figures_is_left_out():
    measure = replace(PLAIN, min_team=3)
    teams = [Standing(key=7, value=99, n=2), Standing(key=8, value=70, n=3)]
    found = propose(measure, 1, teams, team=True)
    assert [each.key for each in found.winners] == [8]
    assert found.counts["small"] == 1


standings_ = st.lists(
    st.builds(
        Standing,
        key=st.integers(1, 10_000),
        value=st.none() | st.integers(0, 400).map(lambda n: n / 4),
        n=st.integers(0, 60),
        before=st.none() | st.integers(0, 400).map(lambda n: n / 4),
        n_before=st.integers(0, 60),
        red_line=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda each: each.key,
)
measures = st.builds(
    Measure,
    what=st.just(What.COMPOSITE),
    gain=st.booleans(),
    lower=st.booleans(),
    min_n=st.integers(1, 40),
    no_red_line=st.booleans(),
)


@given(standings_, measures, st.integers(1, 6), st.randoms())
def test_the_order_of_people_does_not_matter(standings, measure, n, random):
    mixed = list(standings)
    random.shuffle(mixed)
    assert propose(measure, n, standings) == propose(measure, n, mixed)


@given(standings_, measures, st.integers(1, 6))
def test_nobody_wins_who_is_behind_somebody_who_does_not(standings, measure, n):
    by_key = {each.key: each for each in standings}
    found = propose(measure, n, standings)
    won = [score(measure, by_key[each.key]) for each in found.winners]
    behind = [score(measure, by_key[each.key]) for each in found.candidates if each.place and not each.wins]
    assert not won or not behind or min(won) > max(behind)
    assert len({each.place for each in found.winners}) <= n
    assert all(each.place is None or each.place <= n for each in found.candidates if each.wins)


@given(standings_, measures, st.integers(1, 6))
def test_equal_figures_have_the_same_fate(standings, measure, n):
    by_key = {each.key: each for each in standings}
    found = [each for each in propose(measure, n, standings).candidates if each.place]
    fates = {}
    for each in found:
        fates.setdefault(score(measure, by_key[each.key]), set()).add((each.place, each.wins))
    assert all(len(fate) == 1 for fate in fates.values())


@given(standings_, measures, st.integers(1, 6))
def test_nobody_who_breaks_the_rule_wins(standings, measure, n):
    by_key = {each.key: each for each in standings}
    for each in propose(measure, n, standings).winners:
        standing = by_key[each.key]
        assert standing.value is not None
        assert standing.n >= measure.min_n
        assert not (measure.no_red_line and standing.red_line)
        assert not measure.gain or standing.before is not None


@given(standings_, measures, st.integers(1, 6))
def test_only_the_winners_and_a_few_behind_them_are_named(standings, measure, n):
    found = propose(measure, n, standings)
    assert len([each for each in found.candidates if each.place and not each.wins]) <= n + BEHIND


@given(st.lists(st.integers(0, 5)))
def test_places_count_everybody_before(scores):
    ordered = sorted(scores, reverse=True)
    assert places(ordered) == [1 + sum(other > each for other in ordered) for each in ordered]


# money


@given(st.integers(1, 10**9), st.lists(st.integers(), min_size=1, max_size=60, unique=True))
def test_the_shares_of_a_sum_add_up_to_it_and_differ_by_a_cent_at_most(fen, people):
    found = shares(fen, people)
    assert sum(found.values()) == fen
    assert list(found) == people
    assert max(found.values()) - min(found.values()) <= 1


def test_nobody_to_share_gets_nothing():
    assert shares(100, []) == {}


@pytest.mark.parametrize(
    ("written", "fen"), [("500", 50_000), ("66.5", 6_650), ("0.01", 1), (" 1,000.00 ", 100_000), ("", None)]
)
def test_an_amount_in_yuan_is_kept_in_cents(written, fen):
    assert fen_of(written) == fen


@pytest.mark.parametrize("written", ["0", "-1", "1e3", "²", "500元", "1.234", "9" * 40, "1000000.01", "１００", "."])
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(Invalid) as refused:
        fen_of(written)
    assert set(refused.value.fields) == {"amount"}


@given(st.integers(1, 100_000_000))
def test_an_amount_is_read_as_it_is_shown(fen):
    assert fen_of(yuan_of(fen)) == fen


# terms


def test_what_is_shipped_is_right_and_can_be_kept():
    for made in SHIPPED.values():
        checked(made.terms, made.kind, made.grain, metrics=())
        assert measure_of(made.terms.measure.as_plain()) == made.terms.measure


def test_everything_that_is_wrong_with_terms_is_said_at_once():
    measure = Measure(what=What.METRIC, metric="none", min_n=0, min_team=1)
    with pytest.raises(Invalid) as refused:
        checked(Terms(name="", words="", measure=measure, winners=0, amount_fen=None), "x", "day", metrics=("csat",))
    assert set(refused.value.fields) == {"name", "words", "kind", "grain", "metric", "winners", "min_n", "min_team"}
