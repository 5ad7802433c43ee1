"""The steps of an appraisal, the mark of a form, freezing and calibration, by themselves."""

import json
from dataclasses import replace
from datetime import date, timedelta
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.texts import text
from lms.reviews.rules.appraisal_forms import (
    Asked,
    FormSpec,
    Kind,
    Line,
    Question,
    Side,
    as_json,
    from_json,
    rounded,
    side_mark,
    total,
    written,
    wrong_answers,
)
from lms.reviews.rules.appraisals import (
    BOTH,
    STEPS,
    Act,
    Candidate,
    Days,
    Hat,
    Stand,
    State,
    may,
    population,
    sees_self,
    sees_supervisor,
    step,
)
from lms.reviews.rules.calibration import axis, quantile, spread, spreads
from lms.reviews.rules.freezing import beside, canonical, digest, plain
from lms.reviews.rules.shipped_forms import SHIPPED

DAY = date(2026, 10, 12)
DAYS = Days(
    self_until=DAY,
    supervisor_until=DAY + timedelta(days=7),
    calibrate_until=DAY + timedelta(days=9),
    sign_until=DAY + timedelta(days=14),
    appeal_days=7,
)
PERSON, SUPERVISOR, OFFICE = {Hat.PERSON}, {Hat.SUPERVISOR}, {Hat.OFFICE}
STRAIGHT = (
    (Act.BEGIN, OFFICE),
    (Act.HAND_IN, PERSON),
    (Act.ASSESS, SUPERVISOR),
    (Act.RELEASE, OFFICE),
    (Act.SIGN, PERSON),
    (Act.SIGN, SUPERVISOR),
)


def after(*acts, stand=None, day=DAY):
    stand = stand or Stand()
    for act, hats in acts:
        stand = step(stand, act, hats, day, DAYS)
    return stand


SIGNED = after(*STRAIGHT)


def test_straight_through_both_have_signed_version_one():
    assert (SIGNED.state, SIGNED.version, SIGNED.signed, SIGNED.signed_on) == (State.SIGNED, 1, BOTH, DAY)


def test_an_upheld_appeal_is_version_two_which_both_sign_again():
    upheld = after((Act.APPEAL, PERSON), (Act.UPHOLD, OFFICE), stand=SIGNED)
    assert (upheld.state, upheld.version, upheld.signed) == (State.TO_SIGN, 2, frozenset())
    assert after((Act.SIGN, SUPERVISOR), stand=upheld).state is State.TO_SIGN
    assert after((Act.SIGN, SUPERVISOR), (Act.SIGN, PERSON), stand=upheld).state is State.SIGNED


def test_a_rejected_appeal_leaves_what_was_signed():
    rejected = after((Act.APPEAL, PERSON), (Act.REJECT, OFFICE), stand=SIGNED)
    assert rejected == replace(SIGNED, appealed=frozenset({1}))
    with pytest.raises(Conflict):
        step(rejected, Act.APPEAL, PERSON, DAY, DAYS)


def test_an_appeal_has_its_last_day():
    assert may(SIGNED, Act.APPEAL, PERSON, DAY + timedelta(days=7), DAYS)
    assert not may(SIGNED, Act.APPEAL, PERSON, DAY + timedelta(days=8), DAYS)


def test_the_self_part_is_skipped_only_after_its_last_day():
    waiting = after((Act.BEGIN, OFFICE))
    assert not may(waiting, Act.SKIP_SELF, SUPERVISOR, DAY, DAYS)
    assert step(waiting, Act.SKIP_SELF, SUPERVISOR, DAY + timedelta(days=1), DAYS).state is State.SUPERVISOR


def test_nobody_takes_the_step_of_another():
    waiting = after(*STRAIGHT[:2])
    with pytest.raises(Forbidden):
        step(waiting, Act.ASSESS, PERSON, DAY, DAYS)
    with pytest.raises(Forbidden):
        step(SIGNED, Act.APPEAL, SUPERVISOR | OFFICE, DAY, DAYS)
    with pytest.raises(Conflict):
        step(waiting, Act.HAND_IN, PERSON, DAY, DAYS)


hats = st.sampled_from([PERSON, SUPERVISOR, OFFICE, SUPERVISOR | OFFICE])
acts = st.lists(st.tuples(st.sampled_from(list(Act)), hats, st.integers(0, 30)), max_size=40)


@given(acts)
def test_no_path_reaches_signed_without_both_signatures(tried):
    stand, day, signatures, frozen = Stand(), DAY, {}, {}
    for act, worn, days in tried:
        day = max(day, DAY + timedelta(days=days))
        if not may(stand, act, worn, day, DAYS):
            continue
        before, stand = stand, step(stand, act, worn, day, DAYS)
        if act is Act.SIGN:
            signatures.setdefault(before.version, set()).update(STEPS[Act.SIGN][1] & worn)
        if act in (Act.RELEASE, Act.UPHOLD):
            assert stand.version not in frozen  # a version is frozen once, so version 1 never changes
            frozen[stand.version] = True
        if stand.state in (State.SIGNED, State.APPEALED):
            assert signatures[stand.version] >= BOTH
        assert stand.version >= before.version


def test_who_sees_which_part_when():
    assert not sees_self(State.SELF, SUPERVISOR)
    assert sees_self(State.SUPERVISOR, SUPERVISOR)
    assert not sees_supervisor(State.CALIBRATION, PERSON)
    assert sees_supervisor(State.TO_SIGN, PERSON)


def test_the_new_and_those_without_a_lead_stay_out():
    last = date(2026, 9, 30)
    people = [
        Candidate(person_id=1, since=date(2026, 9, 1), supervisor_id=9),
        Candidate(person_id=2, since=date(2026, 9, 2), supervisor_id=9),
        Candidate(person_id=3, since=None, supervisor_id=None),
    ]
    found = population(people, last)
    assert (found.included, found.too_new, found.leaderless) == ((1,), (2,), (3,))
    assert population(people, last, every=True).included == (1, 2)


# the form

SPEC = FormSpec(
    customer=70,
    supervisor=30,
    self=0,
    questions=(
        Question(key="a", section="一", text="甲", kind=Kind.MARK, asked=Asked.BOTH, weight=3),
        Question(key="b", section="一", text="乙", kind=Kind.MARK, asked=Asked.SUPERVISOR, weight=1),
        Question(key="c", section="二", text="丙", kind=Kind.TEXT, asked=Asked.SELF),
    ),
)


def test_a_sides_mark_is_the_weighted_mean_of_its_marks():
    assert side_mark(SPEC, "supervisor", {"a": 5, "b": 1}) == 80.0  # (3·100 + 1·20) / 4
    assert side_mark(SPEC, "self", {"a": 2}) == 40.0
    assert side_mark(SPEC, "self", {}) is None


def test_the_mark_is_made_of_the_sides():
    found = total(SPEC, {Side.CUSTOMER: 79.17, Side.SUPERVISOR: 80.0})
    assert found.mark == 79.42  # 0.7 · 79.17 + 0.3 · 80 = 79.419
    assert [part.points for part in found.parts] == [55.42, 24.0, 0.0]


def test_a_side_without_a_value_leaves_its_place_to_the_others():
    assert total(SPEC, {Side.SUPERVISOR: 80.0}).mark == 80.0
    assert total(SPEC, {}).mark is None


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_the_mark_lies_between_its_sides(customer, supervisor, own):
    spec = replace(SPEC, customer=50, supervisor=30, self=20)
    found = total(spec, {Side.CUSTOMER: customer, Side.SUPERVISOR: supervisor, Side.SELF: own})
    assert min(customer, supervisor, own) - 0.01 <= found.mark <= max(customer, supervisor, own) + 0.01


def test_half_is_rounded_as_on_paper():
    assert (rounded(79.415), rounded(0.125), rounded(-0.125)) == (79.42, 0.13, -0.13)


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.key)
def test_shipped_forms_are_whole(shipped):
    assert from_json(json.loads(json.dumps(as_json(shipped.spec)))) == shipped.spec
    weights = {side: shipped.spec.weight(side) for side in Side}
    lines = [
        Line(
            section=each.section,
            text=each.text,
            hint=each.hint,
            kind=each.kind,
            asked=each.asked,
            weight=str(each.weight or ""),
        )
        for each in shipped.spec.questions
    ]
    assert written(lines, weights, shipped.spec) == shipped.spec


def test_every_reason_against_a_form_comes_at_once():
    lines = [Line(text="甲", weight="0"), Line(text="乙" * 201, weight="1"), Line(kind="x", text="丙")]
    with pytest.raises(Invalid) as refused:
        written(lines, {Side.CUSTOMER: 101, Side.SUPERVISOR: None, Side.SELF: 0})
    assert set(refused.value.fields) == {"weight-0", "text-1", "text-2", "weight_customer", "weight_supervisor"}


def test_a_side_that_weighs_has_something_to_mark():
    with pytest.raises(Invalid) as refused:
        written([Line(text="甲", kind="text")], {Side.CUSTOMER: 70, Side.SUPERVISOR: 30, Side.SELF: 0})
    assert set(refused.value.fields) == {"weight_supervisor"}


def test_a_draft_may_have_gaps_and_what_is_handed_in_may_not():
    assert wrong_answers(SPEC, "self", {}, {}, whole=False) == {}
    assert set(wrong_answers(SPEC, "self", {}, {}, whole=True)) == {"mark-a", "text-c"}
    assert set(wrong_answers(SPEC, "self", {"a": "²"}, {"c": "x" * 4001}, whole=False)) == {"mark-a", "text-c"}


# freezing


def test_the_same_content_is_the_same_bytes():
    one, other = {"b": 1.5, "a": ["客服", None]}, {"a": ["客服", None], "b": 1.5}
    assert canonical(one) == canonical(other) == '{"a":["客服",null],"b":1.5}'
    assert digest(canonical(one)).hex() == "".join(f"{each:02x}" for each in digest(canonical(other)))
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_known_digest():
    # SHA-256 of the empty string, FIPS 180-4's own example value.
    assert digest("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_days_and_sentences_become_plain():
    assert plain({"day": DAY, "words": text("样本 %(n)s", n=9)}) == {
        "day": "2026-10-12",
        "words": {"id": "样本 %(n)s", "values": {"n": 9}},
    }


def frozen_with(total_then, mark, computed=None):
    parts = [
        {"side": "customer", "weight": 100, "value": total_then, "share": 100.0, "points": total_then},
        {"side": "supervisor", "weight": 0, "value": 80.0, "share": 0.0, "points": 0.0},
        {"side": "self", "weight": 0, "value": None, "share": 0.0, "points": 0.0},
    ]
    return {
        "form": {"spec": as_json(replace(SPEC, customer=100, supervisor=0))},
        "composite": {"total": total_then, "formula": "三季度", "version": 1},
        "figures": [{"metric": "csat", "value": 77.8}],
        "mark": {"value": mark, "computed": total_then if computed is None else computed, "parts": parts},
    }


def test_a_later_regrade_stands_beside_the_signed_number():
    found = beside(frozen_with(79.17, 79.17), 80.07, "三季度 v1", {"csat": 77.8})
    assert found.composite == (79.17, 80.07)
    assert (found.composite_by, found.mark_by, found.figures) == (0.9, 0.9, ())


def test_an_adjusted_mark_would_move_by_as_much():
    found = beside(frozen_with(79.17, 82.0), 80.07, "三季度 v2", {"csat": 90.0})
    assert (found.mark, found.figures) == ((82.0, 82.9), (("csat", 77.8, 90.0),))


def test_nothing_differs_where_nothing_changed():
    assert not beside(frozen_with(79.17, 79.17), 79.17, "三季度 v1", {"csat": 77.8}).differs


# calibration


@given(st.lists(st.floats(0, 100), min_size=2, max_size=40))
def test_quartiles_are_those_of_the_standard_library(values):
    expected = quantiles(values, n=4, method="inclusive")
    assert [quantile(values, share) for share in (0.25, 0.5, 0.75)] == pytest.approx(expected, abs=1e-9)


def test_an_outlier_lies_beyond_one_and_a_half_spans():
    found = spread("一组", dict(enumerate([78, 79, 80, 81, 82, 40])), 80.0)
    assert found.outliers == (5,)
    assert (found.box.low, found.box.high) == (78, 82)
    assert (found.mean, found.against) == (73.33, -6.67)


def test_a_small_group_has_dots_and_no_box():
    found = spread("一组", {1: 10.0, 2: 90.0}, 50.0)
    assert (found.box, found.outliers) == (None, ())


def test_groups_are_held_against_all():
    first, second = spreads({"b": {1: 90.0}, "a": {2: 70.0, 3: 80.0}})
    assert (first.name, first.against, second.against) == ("a", -5.0, 10.0)


def test_the_axis_goes_around_all_marks():
    assert (axis([71.0, 88.5]).low, axis([71.0, 88.5]).high) == (70, 90)
    assert (axis([]).low, axis([80.0]).high) == (0, 90)
    assert axis([71.0, 88.5]).x(80, 400) == 200
