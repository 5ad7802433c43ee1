from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.points import ONE_POINT, from_fraction
from lms.questions.rules.grade import Graded
from lms.quizzes.rules.attempts import (
    AttemptClosed,
    CoolingDown,
    Mark,
    NoAttemptsLeft,
    Past,
    Reveal,
    Score,
    Start,
    State,
    attempts_left,
    attempts_to_use,
    deadline,
    is_over,
    mark,
    may_start,
    require_open,
    reveal,
    score,
    wait_text,
)
from lms.quizzes.spec import QuizRules, Use

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def past(number, state=State.SUBMITTED, ended_at=NOON):
    return Past(number=number, state=state, ended_at=None if state is State.OPEN else ended_at)


def test_the_first_attempt_has_number_one():
    assert may_start(QuizRules(attempts=3), [], NOON) == Start(number=1, resumes=False)


def test_an_open_attempt_goes_on_even_when_none_is_left():
    rules = QuizRules(attempts=2)
    assert may_start(rules, [past(1), past(2, State.OPEN)], NOON) == Start(number=2, resumes=True)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.EXPIRED])
def test_used_attempts_are_counted(state):
    with pytest.raises(NoAttemptsLeft) as refused:
        may_start(QuizRules(attempts=2), [past(1), past(2, state)], NOON)
    assert refused.value.code == "no_attempts_left"


def test_a_voided_attempt_gives_its_place_back_but_not_its_number():
    rules = QuizRules(attempts=2, cooldown_seconds=3600)
    earlier = [past(1, ended_at=NOON - timedelta(days=1)), past(2, State.VOIDED)]
    assert attempts_left(rules, earlier) == 1
    assert may_start(rules, earlier, NOON) == Start(number=3, resumes=False)


def test_without_a_limit_any_number_of_attempts_may_begin():
    assert attempts_left(QuizRules(), [past(n) for n in range(1, 60)]) is None
    assert may_start(QuizRules(), [past(n) for n in range(1, 60)], NOON).number == 60


def test_the_cooldown_runs_from_the_end_of_the_last_attempt():
    rules = QuizRules(cooldown_seconds=3600)
    with pytest.raises(CoolingDown) as refused:
        may_start(rules, [past(1)], NOON + 59 * MINUTE)
    assert refused.value.code == "cooling_down"
    assert refused.value.details == {"retry_at": "2026-11-22T13:00:00Z"}
    assert "1 分钟" in str(refused.value.message)
    assert may_start(rules, [past(1)], NOON + 60 * MINUTE) == Start(number=2, resumes=False)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(1, "1 分钟"), (61, "2 分钟"), (5940, "99 分钟"), (5941, "2 小时"), (86400, "24 小时"), (200_000, "3 天")],
)
def test_a_wait_is_rounded_up(seconds, shown):
    assert str(wait_text(timedelta(seconds=seconds))) == shown


def test_the_deadline_is_stretched_by_the_persons_time_factor():
    rules = QuizRules(seconds=900)
    assert deadline(rules, NOON) == NOON + 15 * MINUTE
    assert deadline(rules, NOON, Fraction(3, 2)) == NOON + timedelta(seconds=1350)
    assert deadline(rules, NOON, Fraction(1, 2)) == NOON + 15 * MINUTE
    assert deadline(QuizRules(), NOON) is None


@pytest.mark.parametrize(("late", "over"), [(0, False), (5, False), (5.001, True)])
def test_an_answer_on_its_way_has_five_seconds_of_grace(late, over):
    at = NOON + timedelta(seconds=late)
    assert is_over(NOON, at) is over
    if over:
        with pytest.raises(AttemptClosed) as refused:
            require_open(State.OPEN, NOON, at)
        assert refused.value.code == "time_over"
    else:
        require_open(State.OPEN, NOON, at)


@pytest.mark.parametrize(
    ("state", "code"),
    [(State.SUBMITTED, "attempt_closed"), (State.EXPIRED, "time_over"), (State.VOIDED, "attempt_voided")],
)
def test_a_closed_attempt_takes_no_answer(state, code):
    with pytest.raises(AttemptClosed) as refused:
        require_open(state, None, NOON)
    assert refused.value.code == code


def test_an_attempt_without_a_limit_never_ends_by_itself():
    require_open(State.OPEN, None, NOON + timedelta(days=400))


def test_the_score_is_the_exact_sum():
    thirds = [mark(ONE_POINT, Graded(share=Fraction(1, 3))) for _ in range(3)]
    assert score(thirds) == Score(earned=ONE_POINT, possible=3 * ONE_POINT)


def test_a_pass_mark_that_is_just_reached_passes():
    assert Score(earned=4 * ONE_POINT, possible=5 * ONE_POINT).passes(Fraction(8, 10))
    assert not Score(earned=4 * ONE_POINT - 1, possible=5 * ONE_POINT).passes(Fraction(8, 10))


@pytest.mark.parametrize(("earned", "verdict"), [(8, True), (7, None), (4, None), (3, False)])
def test_the_verdict_waits_while_marking_can_still_decide_it(earned, verdict):
    marks = [
        Mark(earned=from_fraction(earned), possible=from_fraction(8)),
        Mark(earned=0, possible=from_fraction(4), waiting=True),
    ]
    assert score(marks).verdict(Fraction(2, 3)) is verdict


@given(st.lists(st.tuples(st.integers(0, 10), st.fractions(0, 1), st.booleans())))
def test_a_score_lies_between_nothing_and_all(rows):
    total = score(mark(points * ONE_POINT, Graded(share=share, needs_person=wait)) for points, share, wait in rows)
    assert 0 <= total.earned <= total.earned + total.waiting <= total.possible


def test_a_practice_shows_the_key_once_a_question_is_answered():
    assert reveal(Use.PRACTICE, ended=False, answered=True) is Reveal.KEY
    assert reveal(Use.PRACTICE, ended=False, answered=False) is Reveal.NOTHING


@pytest.mark.parametrize("use", [Use.CHECK, Use.EXAM])
@pytest.mark.parametrize("answered", [True, False])
def test_nothing_shows_while_a_check_or_an_exam_is_open(use, answered):
    assert reveal(use, ended=False, answered=answered, passed=True, left=0) is Reveal.NOTHING


@pytest.mark.parametrize("passed", [True, False, None])
def test_a_check_shows_the_key_when_it_has_ended(passed):
    assert reveal(Use.CHECK, ended=True, passed=passed, left=2) is Reveal.KEY


@pytest.mark.parametrize(
    ("passed", "left", "shown"),
    [
        (True, 2, Reveal.KEY),
        (False, 2, Reveal.POINTS),
        (False, None, Reveal.POINTS),
        (False, 0, Reveal.KEY),
        (None, 1, Reveal.POINTS),
    ],
)
def test_an_exam_shows_the_key_when_it_is_passed_or_cannot_be_repeated(passed, left, shown):
    assert reveal(Use.EXAM, ended=True, passed=passed, left=left) is shown


def test_the_attempt_that_is_open_is_still_one_to_use_the_key_in():
    rules = QuizRules(use=Use.EXAM, pass_mark=Fraction(4, 5), attempts=2)
    failed = Past(number=1, state=State.SUBMITTED)
    again = Past(number=2, state=State.OPEN)
    assert attempts_left(rules, [failed, again]) == 0
    assert attempts_to_use(rules, [failed, again]) == 1
    assert attempts_to_use(QuizRules(use=Use.EXAM, pass_mark=Fraction(4, 5)), [failed, again]) is None
