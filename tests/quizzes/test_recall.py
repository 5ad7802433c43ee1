"""What a recurring check asks: what is likely to be forgotten, spread over what was learned."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.rules.recall import REST, Candidate, after_answer, chance, choose

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
RIGHT, HALF, WRONG = Fraction(1), Fraction(1, 2), Fraction(0)

moments = st.integers(0, 400).map(lambda days: NOW - timedelta(days=days))
shares = st.sampled_from((RIGHT, HALF, WRONG))


def remembered(*answers, first=60):
    """Answers as (days after the first one, share)."""
    memory = None
    for days, share in answers:
        memory = after_answer(memory, share, NOW - timedelta(days=first) + timedelta(days=days))
    return memory


def of(part, memory=None, document=1):
    return Candidate(part_id=part, document_id=document, memory=memory)


@st.composite
def candidates(draw):
    parts = draw(st.lists(st.integers(1, 60), unique=True, max_size=25))
    found = []
    for part in parts:
        memory = after_answer(None, draw(shares), draw(moments)) if draw(st.booleans()) else None
        found.append(of(part, memory, document=draw(st.integers(1, 4))))
    return found


def test_right_again_and_again_is_asked_ever_later():
    gaps = []
    memory, at = None, NOW
    for _ in range(4):
        memory = after_answer(memory, RIGHT, at)
        gaps.append(memory.due_at - at)
        at = memory.due_at
    assert gaps == sorted(gaps)
    assert gaps[-1] > timedelta(days=60)


def test_a_wrong_answer_brings_the_question_back_soon():
    long_known = remembered((0, RIGHT), (3, RIGHT), (20, RIGHT))
    assert after_answer(long_known, WRONG, NOW).due_at < NOW + timedelta(days=7) < long_known.due_at + REST


def test_what_is_half_right_comes_before_what_is_right_and_after_what_is_wrong():
    due = [after_answer(None, share, NOW).due_at for share in (WRONG, HALF, RIGHT)]
    assert due == sorted(due)
    assert due[0] < due[2]


def test_on_the_day_when_it_is_due_nine_of_ten_know_it():
    memory = remembered((0, RIGHT), (3, RIGHT), (20, RIGHT))
    assert 0.89 < chance(memory, memory.due_at) < 0.91


def test_the_most_forgotten_is_asked_first():
    faded, fresh = remembered((0, WRONG)), remembered((0, RIGHT), (3, RIGHT), (20, RIGHT))
    assert [each.part_id for each in choose([of(1, fresh, 1), of(2, faded, 2)], 2, NOW, "s")] == [2, 1]


def test_what_is_due_comes_before_what_was_never_asked_and_that_before_what_is_still_known():
    faded = remembered((0, WRONG))
    known = remembered((0, RIGHT), (3, RIGHT), (20, RIGHT), (55, RIGHT))
    every = [of(1, known, 1), of(2, None, 2), of(3, faded, 3)]
    assert [each.part_id for each in choose(every, 3, NOW, "s")] == [3, 2, 1]


def test_what_was_answered_yesterday_rests():
    yesterday = after_answer(None, WRONG, NOW - timedelta(days=1))
    assert [each.part_id for each in choose([of(1, yesterday), of(2)], 1, NOW, "s")] == [2]


def test_one_course_does_not_fill_the_check():
    every = [of(part, remembered((0, WRONG)), document=1) for part in range(1, 9)]
    every += [of(part, None, document=2) for part in range(11, 19)]
    assert sorted(each.document_id for each in choose(every, 5, NOW, "s")) == [1, 1, 1, 2, 2]


def test_two_people_with_the_same_past_get_different_questions():
    every = [of(part, None, document=part) for part in range(1, 40)]
    assert choose(every, 5, NOW, "one") != choose(every, 5, NOW, "other")


@given(candidates(), st.integers(1, 8), st.text(max_size=4))
def test_as_many_as_there_are_none_twice_and_always_the_same(every, count, seed):
    chosen = choose(every, count, NOW, seed)
    assert len(chosen) == min(count, len(every))
    assert len({each.part_id for each in chosen}) == len(chosen)
    assert chosen == choose(reversed(every), count, NOW, seed)


@given(st.lists(st.tuples(shares, st.integers(1, 90)), min_size=1, max_size=8))
def test_memory_keeps_its_bounds(answers):
    memory, at = None, NOW - timedelta(days=800)
    for share, days in answers:
        memory = after_answer(memory, share, at)
        assert memory.stability > 0
        assert 1 <= memory.difficulty <= 10
        assert memory.due_at > at
        assert 0 <= chance(memory, at + timedelta(days=days)) <= 1
        at += timedelta(days=days)
