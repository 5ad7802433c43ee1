"""What a verdict is worth, how loops go, when inspectors agree: pure, against laws and published examples."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.sheets import Row
from lms.performance.rules import inspection_file as file
from lms.performance.rules.agreement import Strength, agreement, of_table
from lms.performance.rules.inspection_file import Held, Known, KnownItem
from lms.performance.rules.inspection_words import read_score
from lms.performance.rules.inspections import (
    Failure,
    Seen,
    Stage,
    State,
    Verdict,
    fails,
    follow,
    repeats,
    result,
)

TODAY = date(2026, 11, 23)


def day(number):
    return date(2026, 10, 1) + timedelta(days=number)


def table(*rows):
    return {(one, two): n for one, row in enumerate(rows) for two, n in enumerate(row) if n}


# verdicts


def verdict(score, possible=10.0, *, failed=False, red=False, overturned=False):
    return Verdict(score=score, possible=possible, failed=failed, red=red, overturned=overturned)


verdicts = st.builds(
    lambda share, possible, red, gone: verdict(
        share * possible / 100, float(possible), failed=share < 60, red=red, overturned=gone
    ),
    st.integers(0, 100),
    st.integers(1, 1_000),
    st.booleans(),
    st.booleans(),
)


def test_the_score_is_the_share_of_the_points():
    assert result([verdict(8), verdict(5, 5)]).score == 86.67


def test_a_red_line_makes_it_nothing_until_it_is_overturned():
    kept, red = verdict(10), verdict(0, failed=True, red=True)
    assert result([kept, red]).score == 0
    assert result([kept, verdict(0, failed=True, red=True, overturned=True)]).score == 100


def test_without_a_verdict_there_is_no_score():
    assert result([verdict(3, overturned=True)]).score is None


@given(st.lists(verdicts, max_size=8))
def test_a_score_lies_between_0_and_100_in_whatever_order(found):
    one = result(found)
    assert one.score is None or 0 <= one.score <= 100
    assert result(found[::-1]) == one


@given(st.integers(0, 1_000), st.integers(1, 1_000), st.integers(1, 100))
def test_full_points_never_fail_and_nothing_always_does(score, possible, percent):
    assert not fails(possible, possible, percent)
    assert fails(0, possible, percent)
    if fails(min(score, possible), possible, percent):
        assert fails(min(score, possible) / 2, possible, percent)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("8", (8, 10)),
        ("8.5分", (8.5, 10)),
        ("８/２０", (8, 20)),
        ("合格", (10, 10)),
        ("不合格", (0, 10)),
        ("PASS", (10, 10)),
        ("-1", None),
        ("1e999", None),
        ("", None),
        ("9" * 4_500, None),
        ("八分", None),
        ("8.123", None),
    ],
)
def test_scores_as_people_write_them(written, read):
    assert read_score(written, 10) == read


# loops


def seen(number, failed=False):
    return Seen(day=day(number), failed=failed)


def test_until_the_lesson_is_learned_nothing_closes_a_loop():
    found = follow(day(0), None, rechecked=False, verdicts=[seen(0, True), seen(2), seen(3), seen(4)], passes=2)
    assert (found.stage, found.passes) == (Stage.OPEN, 0)


def test_a_conversation_of_the_day_of_learning_tells_nothing():
    for failed in (True, False):
        found = follow(day(0), day(5), rechecked=False, verdicts=[seen(0, True), seen(5, failed)], passes=1)
        assert found.stage is Stage.LEARNED


def test_it_closes_with_the_second_pass_and_not_with_the_first():
    verdicts = [seen(0, True), seen(6), seen(7)]
    first = follow(day(0), day(5), rechecked=False, verdicts=verdicts[:2], passes=2)
    assert (first.stage, first.passes) == (Stage.RECHECKED, 1)
    second = follow(day(0), day(5), rechecked=False, verdicts=verdicts, passes=2)
    assert (second.stage, second.ended_on) == (Stage.CLOSED, day(7))


def test_questions_answered_are_a_recheck_that_closes_nothing():
    found = follow(day(0), day(5), rechecked=True, verdicts=[seen(0, True)], passes=1)
    assert found.stage is Stage.RECHECKED


def test_failing_again_after_learning_repeats_it():
    found = follow(day(0), day(5), rechecked=False, verdicts=[seen(0, True), seen(6), seen(8, True)], passes=2)
    assert (found.stage, found.passes, found.ended_on) == (Stage.REPEATED, 1, day(8))


def test_failing_again_before_learning_is_the_same_failure():
    found = follow(day(0), day(5), rechecked=False, verdicts=[seen(0, True), seen(2, True)], passes=2)
    assert (found.stage, found.fails) == (Stage.LEARNED, 2)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=10),
    st.none() | st.integers(0, 20),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_verdicts_come_is_of_no_matter(found, learned, passes, random):
    verdicts = [seen(0, True), *(seen(number, failed) for number, failed in found)]
    learned_on = None if learned is None else day(learned)
    mixed = random.sample(verdicts, len(verdicts))
    one = follow(day(0), learned_on, rechecked=False, verdicts=verdicts, passes=passes)
    assert follow(day(0), learned_on, rechecked=False, verdicts=mixed, passes=passes) == one
    assert 0 <= one.passes <= passes
    assert (one.ended_on is not None) == (one.stage in (Stage.CLOSED, Stage.REPEATED))


# repeats


def test_a_repeat_is_the_same_person_and_item_within_30_days():
    def failed(number, person=1, item=1):
        return Failure(person_id=person, item_id=item, day=day(number))

    found = repeats([failed(0), failed(30), failed(61), failed(62, 2), failed(63, 1, 2)], day(0), day(100))
    assert found == {1: (4, 2, 1), 2: (1, 1, 0)}


def test_a_failure_before_the_period_makes_one_in_it_a_repeat_and_is_not_counted():
    every = [Failure(person_id=1, item_id=1, day=day(0)), Failure(person_id=1, item_id=1, day=day(10))]
    assert repeats(every, day(5), day(20)) == {1: (1, 1, 1)}


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 90)), max_size=20))
def test_repeats_are_never_more_than_failures(found):
    every = [Failure(person_id=one, item_id=two, day=day(number)) for one, two, number in found]
    counted = repeats(every, day(30), day(60))
    assert counted == repeats(every[::-1], day(30), day(60))
    for n, people, again in counted.values():
        assert people <= n
        assert again <= n


# agreement


def test_kappa_of_the_table_that_sas_prints():
    """SAS/STAT, PROC FREQ, simple kappa coefficient of a table of three skin conditions."""
    found = of_table(table([0, 4, 1], [0, 8, 0], [0, 1, 5]))
    assert found.kappa == pytest.approx(0.4842, abs=5e-5)
    assert found.error == pytest.approx(0.1380, abs=5e-5)
    assert found.interval.low == pytest.approx(0.2137, abs=5e-5)
    assert found.interval.high == pytest.approx(0.7547, abs=5e-5)


def test_kappa_of_fleiss_diagnoses():
    """Fleiss, Statistical Methods for Rates and Proportions (1981), diagnoses of 100 patients: 0.676."""
    found = of_table(table([75, 1, 4], [5, 4, 1], [0, 0, 10]))
    assert found.share == 0.89
    assert found.kappa == pytest.approx(0.23 / 0.34)
    assert found.strength is Strength.SUBSTANTIAL


def test_the_same_share_of_agreement_is_worth_less_where_chance_does_more():
    even, odd = of_table(table([45, 15], [25, 15])), of_table(table([25, 35], [5, 35]))
    assert even.share == odd.share == 0.6
    assert even.kappa == pytest.approx(0.1304, abs=5e-5)
    assert odd.kappa == pytest.approx(0.2593, abs=5e-5)


def test_where_everything_passed_there_is_no_kappa():
    found = agreement([(False, False)] * 30)
    assert (found.share, found.kappa, found.strength) == (1, None, None)


def test_few_pairs_are_not_judged():
    found = agreement([(True, True), (False, False)] * 5)
    assert found.kappa == 1
    assert found.strength is None
    assert agreement([(True, True), (False, False)] * 10).strength is Strength.ALMOST_PERFECT


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_agreement_is_bounded_and_the_same_for_both(pairs):
    one = agreement(pairs)
    other = agreement([(two, one) for one, two in pairs])
    assert 0 <= one.share <= 1
    if one.kappa is not None:
        assert -1 <= one.interval.low <= one.kappa <= one.interval.high <= 1
        assert other.kappa == pytest.approx(one.kappa)


# files

ITEM = KnownItem(id=1, name="承诺到货时间", points=10, pass_percent=60, red_line=False)
RED = KnownItem(id=2, name="辱骂", points=10, pass_percent=60, red_line=True)
KNOWN = Known(
    people={"a1001": (11, "A1001", "小满"), "a1002": (12, "A1002", "小北")},
    inspectors={
        "q1001": frozenset({21}),
        "苏质检": frozenset({21}),
        "q1002": frozenset({20}),
        "同名": frozenset({1, 2}),
    },
    items={"承诺到货时间": ITEM, "promise": ITEM, "辱骂": RED},
    own_id=21,
)


def row(line=2, **values):
    given_ = {"employee_no": "A1001", "conversation": "C1", "day": "2026-11-20", "item": "承诺到货时间", "score": "8"}
    return Row(line=line, values=given_ | values)


def planned(*rows, known=KNOWN):
    return file.plan(rows, known, today=TODAY, mask=lambda text: text.replace("138", "***"))


def reasons(*rows, known=KNOWN):
    return [str(reason) for refused in planned(*rows, known=known).refused for reason in refused.reasons]


def test_a_row_becomes_a_verdict_with_its_quote_masked():
    plan = planned(row(score="3", quote="打138"))
    [inspection] = plan.inspections
    [found] = inspection.found
    assert (inspection.person_id, inspection.inspector_id, inspection.day) == (11, 21, date(2026, 11, 20))
    assert (found.verdict.failed, found.verdict.red, found.quote) == (True, False, "打***")
    assert (plan.masked, plan.told, plan.failed) == (1, 1, 1)


def test_every_reason_of_a_row_is_told_at_once():
    said = reasons(
        row(employee_no="Z9", conversation="", day="2026-02-31", item="没有", score="11", inspector="谁", red="也许")
    )
    assert len(said) == 6


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"day": "2026-11-24"}, "今天以后"),
        ({"day": "1999-12-31"}, "2000"),
        ({"score": "11"}, "满分 10"),
        ({"score": "5/0"}, "满分"),
        ({"score": "8", "red": "是"}, "碰红线"),
        ({"quote": "话" * 1_001}, "原话"),
        ({"comment": "话" * 501}, "评语"),
        ({"conversation": "C" * 81}, "会话号"),
        ({"inspector": "同名"}, "几位"),
        ({"item": ""}, "没有写检查项"),
        ({"employee_no": "A1002", "inspector": "Q1001"}, ""),
    ],
)
def test_what_is_refused(values, word):
    said = reasons(row(**values))
    assert any(word in each for each in said) if word else said == []


def test_a_red_line_fails_all_by_the_word_or_by_the_item():
    by_word = planned(row(score="", red="是")).inspections[0].found[0].verdict
    by_item = planned(row(item="辱骂", score="不合格")).inspections[0].found[0].verdict
    not_this_time = planned(row(item="辱骂", score="不合格", red="否")).inspections[0].found[0].verdict
    assert (by_word.red, by_word.score, by_item.red, not_this_time.red) == (True, 0, True, False)


def test_the_same_twice_in_a_file_counts_once_and_a_contradiction_is_refused_on_both_lines():
    assert planned(row(2), row(3)).new == 1
    assert [each.line for each in planned(row(2), row(3, score="2")).refused] == [2, 3]
    assert [each.line for each in planned(row(2), row(3, item="辱骂", employee_no="A1002")).refused] == [2, 3]


def held(state=State.OPEN, **verdicts):
    of = {1: verdict(8.0)} | verdicts
    return Known(
        people=KNOWN.people, inspectors=KNOWN.inspectors, items=KNOWN.items, own_id=21,
        held={("C1", 21): Held(person_id=11, day=date(2026, 11, 20), state=state, verdicts=of)},
    )  # fmt: skip


def test_what_is_there_is_not_taken_again():
    assert planned(row(), known=held()).unchanged == 1
    assert planned(row(), known=held(State.EFFECTIVE)).unchanged == 1


def test_another_verdict_on_what_is_there_needs_an_appeal():
    assert "申诉" in reasons(row(score="2"), known=held())[0]
    assert "另一个工号" in reasons(row(employee_no="A1002"), known=held())[0]


def test_an_item_is_added_as_long_as_nobody_has_appealed():
    plan = planned(row(item="辱骂"), known=held())
    assert (plan.new, plan.inspections[0].is_new) == (1, False)
    assert "不能再加" in reasons(row(item="辱骂"), known=held(State.EFFECTIVE))[0]


def test_a_second_inspector_is_second_and_nobody_is_told():
    plan = planned(row(score="2", inspector="Q1002"), known=held())
    assert (plan.inspections[0].second, plan.told) == (True, 0)


junk = st.text(st.characters(), max_size=30) | st.sampled_from(["²", "\x00", "\ud800", "9" * 5_000, "1e999", "-1"])


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "employee_no": st.sampled_from(["A1001", "a1002"]) | junk,
                "conversation": st.sampled_from(["C1", "C2"]) | junk,
                "day": st.sampled_from(["2026-11-20", "2026-11-21"]) | junk,
                "item": st.sampled_from(["承诺到货时间", "PROMISE", "辱骂"]) | junk,
                "score": st.sampled_from(["8", "2", "合格"]) | junk,
                "red": st.sampled_from(["是", "否", ""]) | junk,
                "quote": junk,
                "inspector": st.sampled_from(["Q1001", "Q1002", ""]) | junk,
            },
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_whatever_comes_is_read_or_refused_and_the_order_is_of_no_matter(found, random):
    rows = [row(line, **values) for line, values in enumerate(found, start=2)]
    one, other = planned(*rows), planned(*random.sample(rows, len(rows)))
    assert one.digest == other.digest
    assert [each.line for each in one.refused] == [each.line for each in other.refused]
    assert one.refused or one.new + one.unchanged == len(rows)
    for inspection in one.inspections:
        for each in inspection.found:
            assert each.quote.isprintable() or "\n" in each.quote
