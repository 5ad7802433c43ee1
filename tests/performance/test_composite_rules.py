"""The composite as pure rules: the sample company's numbers, published worked examples, and what always holds."""

import math
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.performance.rules.composite import LEAST_KNOWN, Input, compute, line, pooled, rank, shrunk
from lms.performance.rules.formulas import GroupBy, Mode, PartSpec, Spec, from_json, problems, to_json
from lms.performance.rules.weighing import moves, spread_of, weights

PLAIN = {"csat", "fcr", "first_response", "qa_pass"}
DEMO = Spec(
    parts=(
        PartSpec(source="kpi:csat", weight=30),
        PartSpec(source="kpi:fcr", weight=25, shrinks=False),
        PartSpec(source="kpi:first_response", weight=20, mode=Mode.LINE, floor=90, target=30, shrinks=False),
        PartSpec(source="quality", weight=10, shrinks=False),
        PartSpec(source="training", weight=15, shrinks=False),
    )
)
CHEN_YU = {
    "kpi:csat": Input(77.8, 9),
    "kpi:fcr": Input(82.0, 120),
    "kpi:first_response": Input(45.0, 300),
    "quality": Input(80.0, 6),
    "training": Input(68.0, 4),
}


def test_the_numbers_of_a1017_come_out_to_the_cent():
    mates = {2: {"kpi:csat": Input((92.0 * 207 - 77.8 * 9) / 198, 198)}}
    found = compute(DEMO, {1: CHEN_YU, **mates}, {}, {"kpi:first_response"})[1]
    assert [part.points for part in found.parts] == [25.47, 20.50, 15.00, 8.00, 10.20]
    assert found.total == 79.17
    assert found.raw_total == 77.04
    csat = found.parts[0]
    assert (csat.adjusted, round(csat.mean, 6), csat.n) == (84.9, 92.0, 9)
    assert round(csat.adjusted - csat.raw, 1) == 7.1


BATTERS = {
    "Clemente": (0.400, 0.294),
    "F. Robinson": (0.378, 0.289),
    "F. Howard": (0.356, 0.284),
    "Johnstone": (0.333, 0.280),
    "Berry": (0.311, 0.275),
    "Spencer": (0.311, 0.275),
    "Kessinger": (0.289, 0.270),
    "L. Alvarado": (0.267, 0.266),
    "Santo": (0.244, 0.261),
    "Swoboda": (0.244, 0.261),
    "Unser": (0.222, 0.256),
    "Williams": (0.222, 0.256),
    "Scott": (0.222, 0.256),
    "Petrocelli": (0.222, 0.256),
    "E. Rodriguez": (0.222, 0.256),
    "Munson": (0.178, 0.247),
    "Alvis": (0.156, 0.242),
}
"""Efron and Morris, Stein's Paradox in Statistics, Scientific American 236(5), 1977: average after 45 at bats, and the

James-Stein estimate with the mean 0.265 and the shrinking factor 0.212.
"""


@pytest.mark.parametrize("player", BATTERS)
def test_shrinking_is_that_of_stein_as_efron_and_morris_reckon_it(player):
    average, estimate = BATTERS[player]
    at_bats = 45
    strength = at_bats * (1 - 0.212) / 0.212  # n / (n + k) = 0.212
    assert shrunk(average, at_bats, 0.265, strength) == pytest.approx(estimate, abs=0.0006)


def test_a_beta_prior_gives_the_same_as_its_posterior_mean():
    """Beta(4, 6) and 9 successes of 10: (9 + 4) / (10 + 10), as every text on conjugate priors has it."""
    assert shrunk(0.9, 10, 0.4, 10) == pytest.approx(13 / 20)


def test_a_line_goes_down_where_less_is_better():
    assert [line(seconds, 90, 30) for seconds in (120, 90, 60, 45, 30)] == [0, 0, 50, 75, 100]


def test_a_rank_is_the_share_one_is_better_than_and_ties_count_half():
    assert [rank(value, [10, 20, 20, 40, 50], less_is_better=False) for value in (10, 20, 50)] == [0, 37.5, 100]
    assert rank(10, [10, 20, 20, 40, 50], less_is_better=True) == 100
    assert rank(7, [7], less_is_better=False) == 50


def test_a_missing_part_gives_its_weight_to_the_others():
    spec = Spec(parts=(PartSpec(source="kpi:csat", weight=60), PartSpec(source="kpi:fcr", weight=40)), shrink=False)
    found = compute(spec, {1: {"kpi:csat": Input(80.0, 50)}}, {}, ())[1]
    assert found.total == 80.0
    assert [(part.weight, part.points) for part in found.parts] == [(100.0, 80.0), (0.0, None)]


def test_of_less_than_half_of_the_weights_nobody_is_judged():
    assert compute(DEMO, {1: {"training": Input(95.0, 3), "kpi:fcr": Input(82.0, 50)}}, {}, ())[1].total is None
    assert compute(DEMO, {1: {"kpi:csat": Input(95.0, 9), "kpi:fcr": Input(82.0, 5)}}, {}, ())[1].total == 89.09


def test_nothing_known_is_no_score_and_not_zero():
    assert compute(DEMO, {1: {}}, {}, ())[1].total is None


def test_a_group_that_is_too_small_is_compared_with_everybody():
    spec = Spec(parts=(PartSpec(source="kpi:csat", weight=100),), group=(GroupBy.TEAM,), least_group=3, strength=10)
    inputs = {person: {"kpi:csat": Input(90.0 if person < 5 else 60.0, 10)} for person in range(1, 7)}
    groups = {person: "days" if person < 5 else "nights" for person in inputs}
    found = compute(spec, inputs, groups, ())
    assert (found[1].fell_back, found[1].peers, found[1].parts[0].mean) == (False, 4, 90.0)
    assert (found[6].fell_back, found[6].peers, found[6].parts[0].mean) == (True, 6, 80.0)


def test_the_switch_of_the_formula_leaves_values_as_they_are():
    off = Spec(parts=DEMO.parts, shrink=False)
    found = compute(off, {1: CHEN_YU, 2: {"kpi:csat": Input(95.0, 900)}}, {}, {"kpi:first_response"})[1]
    assert found.total == found.raw_total
    assert found.parts[0].mean is None


def test_what_tells_no_number_of_cases_is_not_adjusted():
    spec = Spec(parts=(PartSpec(source="kpi:csat", weight=100),))
    found = compute(spec, {1: {"kpi:csat": Input(50.0)}, 2: {"kpi:csat": Input(90.0, 900)}}, {}, ())
    assert found[1].total == 50.0


def test_the_mean_of_a_group_is_that_of_all_cases():
    assert pooled([Input(100.0, 1), Input(90.0, 9)]) == 91.0
    assert pooled([Input(100.0), Input(90.0)]) == 95.0
    assert pooled([]) is None


# what always holds

_VALUES = st.floats(0, 100, allow_nan=False)
_INPUTS = st.dictionaries(
    st.integers(1, 40),
    st.fixed_dictionaries(
        {},
        optional={
            source: st.builds(Input, _VALUES, st.none() | st.integers(0, 5_000))
            for source in ("kpi:csat", "kpi:fcr", "kpi:first_response", "quality", "training")
        },
    ),
    min_size=1,
    max_size=12,
)


@given(_INPUTS, st.booleans())
def test_the_printed_parts_add_up_to_the_printed_total(inputs, shrink):
    spec = Spec(parts=DEMO.parts, shrink=shrink)
    for each in compute(spec, inputs, {}, {"kpi:first_response"}).values():
        points = [part.points for part in each.parts if part.points is not None]
        known = sum(part.asked_weight for part in each.parts if part.points is not None)
        assert each.total == (round(math.fsum(points), 2) if known >= LEAST_KNOWN else None)
        assert each.total is None or -0.01 <= each.total <= 100.05


@given(_INPUTS, st.randoms())
def test_the_order_of_people_changes_nothing(inputs, random):
    people = list(inputs)
    random.shuffle(people)
    down = {"kpi:first_response"}
    one, two = compute(DEMO, inputs, {}, down), compute(DEMO, {each: inputs[each] for each in people}, {}, down)
    assert {person: each.total for person, each in one.items()} == {person: each.total for person, each in two.items()}


@given(_VALUES, st.floats(0, 20), st.integers(1, 500))
def test_a_better_value_never_lowers_a_total(value, more, n):
    spec = Spec(parts=(PartSpec(source="kpi:csat", weight=60), PartSpec(source="kpi:fcr", weight=40)))
    others = {2: {"kpi:csat": Input(85.0, 300), "kpi:fcr": Input(80.0, 300)}}

    def total(reached):
        mine = {"kpi:csat": Input(reached, n), "kpi:fcr": Input(70.0, 20)}
        return compute(spec, {1: mine, **others}, {}, ())[1].total

    assert total(min(100.0, value + more)) >= total(value)


@given(_VALUES, _VALUES, st.floats(0.1, 100))
def test_with_more_cases_the_adjustment_goes_to_nothing(value, mean, strength):
    steps = [abs(shrunk(value, n, mean, strength) - value) for n in (1, 10, 100, 10_000, 10_000_000)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(steps))
    assert steps[-1] < 0.01


@given(_VALUES, _VALUES, st.integers(0, 10_000), st.floats(0.1, 1_000))
def test_an_adjusted_value_lies_between_the_value_and_the_mean(value, mean, n, strength):
    low, high = sorted((value, mean))
    assert low - 1e-9 <= shrunk(value, n, mean, strength) <= high + 1e-9


# formulas


def test_every_reason_is_given_at_once():
    spec = Spec(
        parts=(
            PartSpec(source="kpi:csat", weight=50),
            PartSpec(source="kpi:csat", weight=30),
            PartSpec(source="kpi:nonsense", weight=-1),
            PartSpec(source="kpi:first_response", weight=10, mode=Mode.LINE, floor=30, target=90),
            PartSpec(source="kpi:fcr", weight=5, mode=Mode.LINE, floor=80, target=80),
            PartSpec(source="kpi:first_response", weight=1),
        ),
        least_group=1,
        strength=math.inf,
    )
    said = [each.id for each in problems(spec, PLAIN, {"first_response"}, {"csat", "fcr"})]
    assert said == [
        "权重合计要正好 100%%，现在是 %(total)s%%。",
        "第 %(n)s 项和前面的重复了。",
        "第 %(n)s 项的指标不存在。",
        "第 %(n)s 项的权重请填大于 0、不超过 100 的数。",
        "第 %(n)s 项的零分线和满分线填反了。",
        "第 %(n)s 项按目标线折算，请填零分线和满分线，两个数不能一样。",
        "第 %(n)s 项不是 0 到 100 的数，请按目标线或排名折算。",
        "第 %(n)s 项和前面的重复了。",
        "同组最少人数请填 2 到 1000。",
        "修正强度请填 1 到 10000。",
    ]


def test_a_good_formula_has_no_problems_and_survives_json():
    assert problems(DEMO, PLAIN, {"first_response"}, {"csat", "fcr", "qa_pass"}) == []
    assert from_json(to_json(DEMO)) == DEMO


# weighing


def test_moves_say_points_and_places():
    down = {"kpi:first_response"}
    people = {
        1: {"kpi:csat": Input(90.0, 100), "training": Input(60.0, 4)},
        2: {"kpi:csat": Input(80.0, 100), "training": Input(95.0, 4)},
    }
    one = Spec(parts=(PartSpec(source="kpi:csat", weight=90), PartSpec(source="training", weight=10)), shrink=False)
    two = Spec(parts=(PartSpec(source="kpi:csat", weight=10), PartSpec(source="training", weight=90)), shrink=False)
    before, after = compute(one, people, {}, down), compute(two, people, {}, down)
    assert [(each.person_id, each.by, each.place, each.new_place) for each in moves(before, after)] == [
        (1, -24.0, 1, 2),
        (2, 12.0, 2, 1),
    ]
    assert sum(spread_of(before)) == 2


def test_what_is_the_same_for_everybody_decides_nothing():
    numbers = count(50)
    people = {person: {"kpi:csat": Input(float(next(numbers)), 50), "training": Input(80.0, 4)} for person in range(20)}
    spec = Spec(parts=(PartSpec(source="kpi:csat", weight=20), PartSpec(source="training", weight=80)), shrink=False)
    csat, training = weights(list(compute(spec, people, {}, ()).values()))
    assert (csat.share, training.share) == (pytest.approx(1.0), pytest.approx(0.0))
    assert training.deviation == 0
    assert csat.with_total == pytest.approx(1.0)
