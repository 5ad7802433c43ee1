"""What an analysis says of people whose abilities, and of questions whose faults, are known."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lms.core import stats
from lms.core.points import ONE_POINT
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import FillIn, Multiple, Question
from lms.quizzes.rules.analysis import unusual, words
from lms.quizzes.rules.analysis.hints import BAD, Kind, hints_of, is_good, key_position
from lms.quizzes.rules.analysis.items import Asked, items_of
from lms.quizzes.rules.analysis.papers import Method, whole_of
from lms.quizzes.rules.analysis.report import Verdict, report_of
from lms.quizzes.rules.analysis.rows import (
    HIGH,
    HIGHEST,
    LOW,
    LOWEST,
    MIDDLE,
    Cell,
    Paper,
    band_of,
    cuts_of,
    slice_of,
    slices_of,
)
from tests.support import make_cohort_of_attempts as made
from tests.support.make_quizzes import items, rich

AT = datetime(2026, 11, 2, tzinfo=UTC)
PLAN = {3: made.MISKEYED, 5: made.NEGATIVE, 7: made.LEAKED, 9: made.EASY, 11: made.HARD, 13: made.SKIPPED}


def asked_in(cohort):
    return {
        asked_sha(question): Asked(
            sha=asked_sha(question), part_id=number, key=f"k{number:05}", number=number, question=question
        )
        for number, question in enumerate(cohort.questions, start=1)
    }


def report(cohort, verdicts=None, **more):
    rows = made.rows_of(cohort)
    given = {"seconds": {}, "people": (), "pass_mark": Fraction(6, 10), "chance": 0.0, "shuffles": True, **more}
    return report_of(rows.papers, rows.cells, asked_in(cohort), verdicts=verdicts or {}, **given)


@cache
def planted():
    return report(made.simulated(11, people=400, planted=PLAN))


def kinds(finding):
    return {hint.kind for hint in finding.hints}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, {Kind.KEY}),
        (5, {Kind.KEY, Kind.NEGATIVE, Kind.RIVAL}),
        (7, {Kind.LEAKED}),
        (9, {Kind.EASY}),
        (11, {Kind.HARD}),
        (13, {Kind.OMITTED}),
    ],
)
def test_a_planted_fault_is_found(number, expected):
    assert kinds(planted().findings[number]) & expected


def test_a_wrong_key_is_told_with_the_option_that_the_strong_chose():
    finding = planted().findings[3]
    right = int(finding.item.asked.question.shape.right[1:])
    assert str(finding.hints[0].sentence) == f"这道题有问题：高分学员多选了 {'ABCD'[right % 4]}，请核对答案。"


def test_what_needs_a_look_most_stands_first():
    weights = [finding.weight for finding in planted().to_look_at]
    assert weights == sorted(weights, reverse=True)
    assert planted().to_look_at[0].is_bad


def test_the_summary_counts_what_the_lists_hold():
    found = planted()
    looks = len(found.to_look_at) - len(found.bad)
    assert str(found.sentence) == (
        f"400 份答卷里看出：{len(found.bad)} 道题有问题，{looks} 道可以改进，{len(found.good)} 道很好。"
    )


def test_no_bad_question_is_called_good():
    assert not [finding for finding in planted().findings if finding.is_good and kinds(finding) - {Kind.UNUSED}]


def test_good_questions_are_hardly_ever_doubted():
    """25 quizzes of 20 good questions: at most one of a hundred is called bad or leaked (make soak asks 200 quizzes)."""
    doubted = questions = 0
    for seed in range(25):
        found = report(made.simulated(1_000 + seed, people=80))
        questions += len(found.findings)
        doubted += sum(bool(kinds(finding) & (BAD | {Kind.LEAKED})) for finding in found.findings)
    assert doubted <= questions / 100


@pytest.mark.soak
def test_good_questions_are_hardly_ever_doubted_in_200_quizzes():
    doubted = questions = found_keys = 0
    for seed in range(200):
        found = report(made.simulated(5_000 + seed, people=200, planted={4: made.MISKEYED}))
        found_keys += bool(kinds(found.findings[4]) & BAD)
        others = [finding for number, finding in enumerate(found.findings) if number != 4]
        questions += len(others)
        doubted += sum(bool(kinds(finding) & (BAD | {Kind.LEAKED})) for finding in others)
    assert found_keys >= 198
    assert doubted <= questions / 200


def test_people_who_learn_in_time_make_no_question_look_leaked():
    found = report(made.simulated(21, people=400, shift=1.0))
    assert not [finding for finding in found.findings if Kind.LEAKED in kinds(finding)]


def times_in(cohort):
    """Return for each question and slice of time how many needed so many seconds."""
    papers = made.rows_of(cohort).papers
    starts = slices_of([paper.submitted_at for paper in papers])
    found = {asked_sha(question): defaultdict(Counter) for question in cohort.questions}
    for paper, sat in zip(papers, cohort.sat, strict=True):
        for question, seconds in zip(cohort.questions, sat.seconds, strict=True):
            found[asked_sha(question)][slice_of(paper.submitted_at, starts)][seconds] += 1
    return found


def leaked_of_forty(*, timed):
    """Return how often a leaked question is found in 15 quizzes of 40 people, and how many good ones are doubted."""
    found = doubted = 0
    for seed in range(15):
        cohort = made.simulated(3_000 + seed, people=40, planted={7: made.LEAKED})
        findings = report(cohort, seconds=times_in(cohort) if timed else {}).findings
        found += Kind.LEAKED in kinds(findings[7])
        doubted += sum(Kind.LEAKED in kinds(finding) for number, finding in enumerate(findings) if number != 7)
    return found, doubted


def test_of_forty_people_a_leaked_question_is_found_by_the_time_they_need_as_well():
    found, doubted = leaked_of_forty(timed=True)
    assert found >= 5
    assert found > leaked_of_forty(timed=False)[0]
    assert doubted <= 1  # of 285


def test_a_leak_says_how_the_time_fell():
    cohort = made.simulated(11, people=400, planted=PLAN)
    hint = next(hint for hint in report(cohort, seconds=times_in(cohort)).findings[7].hints if hint.kind is Kind.LEAKED)
    assert "用时也短了" in str(hint.evidence[1])


def test_eight_papers_are_too_few_for_any_word():
    found = report(made.simulated(2, people=8, planted={1: made.MISKEYED}))
    assert not found.enough
    assert not [finding for finding in found.findings if finding.hints or finding.is_good]
    assert found.whole.reliability is None
    assert "n=8" in str(found.sentence)


def test_nothing_is_said_without_a_paper():
    found = report_of(
        [], [], {}, seconds={}, people=(), pass_mark=Fraction(1, 2), verdicts={}, chance=0.0, shuffles=True
    )
    assert found.whole is None
    assert str(found.sentence) == "还没有算得进来的答卷。"


def a_verdict(answers):
    return Verdict(answers=answers, note="看过", by="苏岩", at=AT)


def test_a_hint_that_was_looked_at_is_quiet_until_twice_as_many_say_it():
    cohort = made.simulated(11, people=100, planted={3: made.MISKEYED})
    name = (asked_sha(cohort.questions[3]), Kind.KEY.value)
    quiet = report(cohort, {name: a_verdict(51)}).findings[3]
    assert Kind.KEY not in kinds(quiet)
    assert [hint.kind for hint, _ in quiet.quiet] == [Kind.KEY]
    assert Kind.KEY in kinds(report(cohort, {name: a_verdict(50)}).findings[3])


def test_a_verdict_about_another_version_quiets_nothing():
    cohort = made.simulated(11, people=100, planted={3: made.MISKEYED})
    assert Kind.KEY in kinds(report(cohort, {(b"x" * 32, Kind.KEY.value): a_verdict(100)}).findings[3])


def test_the_rest_correlation_is_the_corrected_one_of_the_totals():
    """Henrysson 1963: r of item and rest from r of item and total."""
    cohort = made.simulated(5, people=150)
    rows = made.rows_of(cohort)
    item = items_of(rows.cells, asked_in(cohort), {})[0]
    x = [made.earned_of(cohort, sat)[0] / ONE_POINT for sat in cohort.sat]
    total = [sum(made.earned_of(cohort, sat)) / ONE_POINT for sat in cohort.sat]
    r = stats.correlation(stats.sums_of([(int(a), int(b)) for a, b in zip(x, total, strict=True)]))
    s_x, s_t = stats.deviation(x), stats.deviation(total)
    corrected = (r * s_t - s_x) / (s_t**2 + s_x**2 - 2 * r * s_t * s_x) ** 0.5
    assert item.rest == pytest.approx(corrected)


def test_alpha_from_counted_answers_is_that_of_the_answers():
    cohort = made.simulated(6, people=120)
    rows = made.rows_of(cohort)
    table = [made.earned_of(cohort, sat) for sat in cohort.sat]
    expected = stats.alpha(
        [stats.variance(column) for column in zip(*table, strict=True)], stats.variance([sum(row) for row in table])
    )
    found = whole_of(rows.papers, rows.cells, (), Fraction(1, 2)).reliability
    assert found.method is Method.KR20
    assert found.value == pytest.approx(expected)


def test_drawn_papers_have_a_reliability_of_their_own_kind():
    cohort = made.simulated(6, people=120)
    rows = made.rows_of(cohort)
    people = [
        stats.Person(items=len(row), total=sum(row) / ONE_POINT, squares=sum(row) / ONE_POINT)
        for row in (made.earned_of(cohort, sat) for sat in cohort.sat)
    ]
    some_only = [cell for cell in rows.cells if cell.part_id > 1 or cell.band == MIDDLE]
    found = whole_of(rows.papers, some_only, people, Fraction(1, 2)).reliability
    assert found.method is Method.NESTED
    assert found.value == pytest.approx(stats.nested_reliability(people))


def test_part_points_make_it_an_alpha():
    cohort = made.simulated(6, people=60)
    rows = made.rows_of(cohort)
    half = [replace(cell, earned=cell.earned // 2) if cell.part_id == 1 else cell for cell in rows.cells]
    assert whole_of(rows.papers, half, (), Fraction(1, 2)).reliability.method is Method.ALPHA


@given(some.lists(some.integers(0, 1_000_000), min_size=2, max_size=200))
def test_no_score_is_in_two_groups_and_equal_scores_stay_together(scores):
    cuts = cuts_of(scores)
    bands = [band_of(score, cuts) for score in scores]
    assert all(band_of(score, cuts) == band for score, band in zip(scores, bands, strict=True))
    if cuts is None:
        assert set(bands) == {MIDDLE}
    else:
        assert sum(band in (LOWEST, LOW) for band in bands) * 3 >= len(scores) * 0.99
        assert sum(band in (HIGH, HIGHEST) for band in bands) * 3 >= len(scores) * 0.99


def test_where_everybody_has_the_same_score_there_are_no_groups():
    assert cuts_of([700_000] * 30) is None
    assert cuts_of([]) is None


@given(some.lists(some.integers(0, 10**6), min_size=1, max_size=100))
def test_slices_follow_the_time(numbers):
    times = sorted(AT + timedelta(seconds=number) for number in numbers)
    starts = slices_of(times)
    places = [slice_of(at, starts) for at in times]
    assert places == sorted(places)
    assert set(places) == set(range(len(starts) + 1))


@settings(max_examples=20)
@given(some.integers(0, 10**6), some.integers(5, 60))
def test_shares_and_indices_have_their_bounds(seed, people):
    cohort = made.simulated(seed, people=people, questions=6)
    for item in items_of(made.rows_of(cohort).cells, asked_in(cohort), {}):
        assert 0 <= item.share_range.low <= item.share <= item.share_range.high <= 1
        assert item.rest is None or -1 <= item.rest <= 1
        assert item.upper_lower is None or -1 <= item.upper_lower <= 1
        assert sum(option.chosen.total for option in item.options) + item.omitted == item.n == people


def one_item(question, answers):
    """Return the figures of a question; answers: (answer, share of a point, band, count)."""
    sha = asked_sha(question)
    cells = [
        Cell(
            sha=sha,
            part_id=1,
            answer=answer,
            points=ONE_POINT,
            earned=int(share * ONE_POINT),
            possible=10 * ONE_POINT,
            band=band,
            slice=0,
            count=count,
            total=count * (2 + 2 * band) * ONE_POINT,
            squares=count * ((2 + 2 * band) * ONE_POINT) ** 2,
        )
        for answer, share, band, count in answers
    ]
    asked = Asked(sha=sha, part_id=1, key="k00001", number=1, question=question)
    return items_of(cells, {sha: asked}, {sha: {0: {10: 2}, 1: {10: 1, 20: 1}}})[0]


def test_an_answer_that_the_key_of_a_gap_lacks_is_found():
    question = Question(stem=rich("应在____小时内退款。"), shape=FillIn(blanks=(("48",),)))
    item = one_item(question, [(["48"], 1, HIGHEST, 4), (["两天"], 0, HIGHEST, 9), (["72"], 0, LOWEST, 12)])
    assert [hint.kind for hint in hints_of(item, [item])] == [Kind.KEY]
    assert item.answers[0].answer == ["72"]
    assert words.in_words(question, ["两天"]) == "两天"


def test_a_right_option_that_the_strong_leave_out_is_found():
    question = Question(
        stem=rich("哪些不能退？"), shape=Multiple(options=items("o", "定制", "生鲜", "成衣"), right=("o1", "o2"))
    )
    item = one_item(question, [(["o1"], 0, HIGHEST, 20), (["o1", "o2"], 1, HIGHEST, 3), (["o1", "o2"], 1, LOWEST, 20)])
    assert hints_of(item, [item])[0].kind is Kind.KEY
    assert "反而不选 B" in str(hints_of(item, [item])[0].sentence)


def test_the_time_is_that_of_the_middle_one():
    question = made.simulated(1, people=1, questions=1).questions[0]
    item = one_item(question, [("o1", 1, HIGHEST, 4)])
    assert item.seconds == (10, 10, 12.5)


def test_a_good_question_is_one_that_tells_people_apart():
    question = made.simulated(1, people=1, questions=1).questions[0]
    right = question.shape.right
    wrong = next(option.id for option in question.shape.options if option.id != right)
    item = one_item(question, [(right, 1, HIGHEST, 30), (wrong, 0, LOWEST, 20), (right, 1, LOWEST, 10)])
    assert is_good(item, hints_of(item, [item]))


def keyed_at(letters):
    found = []
    for number, letter in enumerate(letters):
        question = Question(
            stem=rich(f"题 {number}"),
            shape=replace(made.simulated(number, people=1, questions=1).questions[0].shape, right=f"o{letter}"),
        )
        found.append(one_item(question, [("o1", 1, HIGHEST, 1)]))
    return found


def test_a_key_that_is_nearly_always_in_one_place_is_told():
    assert key_position(keyed_at([2] * 9 + [1, 3, 4])) == ("B", 9, 12)


def test_keys_all_over_the_place_are_not():
    assert key_position(keyed_at([1, 2, 3, 4] * 3)) is None
    assert key_position([]) is None


# What people do


def wrong_of(cohort):
    return {
        number: [
            (place, answer)
            for place, (answer, got) in enumerate(zip(sat.answers, made.earned_of(cohort, sat), strict=True))
            if not got and answer is not None
        ]
        for number, sat in enumerate(cohort.sat, start=1)
    }


def test_a_copied_paper_is_found_and_no_other():
    cohort = made.simulated(31, people=150, questions=40)
    weak = min(range(150), key=lambda number: cohort.sat[number].ability)
    cohort = made.simulated(31, people=150, questions=40, copied=((weak, 90),))
    found = unusual.alike(made.rows_of(cohort).papers, wrong_of(cohort))
    assert [{each.one.person_id, each.other.person_id} for each in found] == [{weak + 1, 91}]
    assert found[0].same > 10
    assert found[0].by_chance < unusual.BY_CHANCE


def test_people_who_only_share_a_teacher_are_not_alike():
    pairs = [unusual.alike(made.rows_of(c).papers, wrong_of(c)) for c in (made.simulated(seed) for seed in range(10))]
    assert sum(map(len, pairs)) == 0


def test_the_same_person_twice_is_no_pair():
    cohort = made.simulated(31, people=150, questions=40, copied=((3, 90),))
    papers = [replace(paper, person_id=1) for paper in made.rows_of(cohort).papers]
    assert unusual.alike(papers, wrong_of(cohort)) == []


def test_who_knows_everything_in_a_tenth_of_the_time_is_shown():
    cohort = made.simulated(41, people=120, hasty=(17,))
    assert [each.paper.person_id for each in unusual.fast(made.rows_of(cohort).papers)] == [18]


def test_nobody_is_shown_for_being_quick_among_few():
    assert unusual.fast(made.rows_of(made.simulated(41, people=12, hasty=(1,))).papers) == []


def test_a_voided_time_is_no_time():
    papers = [
        Paper(attempt_id=n, person_id=n, earned=1, possible=1, passed=True, seconds=0, submitted_at=AT)
        for n in range(30)
    ]
    assert unusual.fast(papers) == []


def test_a_share_that_is_nearly_all_is_not_written_as_all():
    assert words.percent(0.999) == "99.9"
    assert words.percent(1) == "100"
    assert words.percent(0.4949) == "49"
