"""What the page of an open paper tells of itself: which page holds it, and hints that decide nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.rules.presence import GONE, Seen, Told, heard, hints, holds
from lms.quizzes.spec import QuizRules, Use

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ONE_GO = QuizRules(use=Use.EXAM, interruptible=False)


def told(tab="aaaaaaaa", **more):
    return Told(tab=tab, **more)


def after(minutes, said, before=None, rules=ONE_GO, **more):
    """Return what is kept when a page speaks so many minutes after the start."""
    return heard(before, said, rules, started_at=NOON, now=NOON + timedelta(minutes=minutes), **more)


def test_the_first_page_that_speaks_holds_the_paper():
    assert after(0, told()).tab == "aaaaaaaa"


def test_a_page_that_does_not_hold_the_paper_changes_nothing():
    first = after(0, told())
    assert after(5, told("bbbbbbbb", away_times=9, away_seconds=9), first) == first


def test_a_page_that_takes_the_paper_holds_it():
    taken = after(1, told("bbbbbbbb", take=True), after(0, told()))
    assert holds("bbbbbbbb", taken.tab)
    assert not holds("aaaaaaaa", taken.tab)


def test_another_program_names_no_page_and_is_never_refused():
    assert holds(None, "aaaaaaaa")


def test_three_minutes_without_a_word_are_noted_once_the_page_is_back():
    kept = after(9, told(), after(0, told()))
    assert (kept.gone_times, kept.gone_seconds) == (1, 540)
    assert after(3, told(), after(0, told())).gone_times == 0


def test_a_page_that_stayed_open_without_network_was_not_away():
    assert after(9, told(here_seconds=9 * 60), after(0, told())).gone_times == 0


def test_nobody_is_away_while_a_trainer_has_stopped_the_clock():
    assert after(9, told(), after(0, told()), paused=True).gone_times == 0
    assert after(9, told(), after(0, told()), paused_seconds=400).gone_times == 0


def test_where_one_may_leave_no_leaving_is_noted():
    rules = QuizRules(use=Use.EXAM, interruptible=True)
    assert after(60, told(), after(0, told()), rules).gone_times == 0


@pytest.mark.parametrize("rules", [QuizRules(use=Use.PRACTICE), QuizRules(use=Use.EXAM, open_book=True)])
def test_where_looking_elsewhere_is_part_of_the_work_it_is_not_noted(rules):
    kept = after(9, told(away_times=4, away_seconds=100), after(0, told()), rules)
    assert (kept.away_times, kept.away_seconds) == (0, 0)
    assert hints(kept, rules) == ()


def test_nothing_is_said_where_nothing_was_noted():
    assert hints(None, ONE_GO) == hints(after(1, told()), ONE_GO) == ()


def test_what_was_noted_is_said_in_words():
    seen = Seen(tab=None, seen_at=NOON, away_times=3, away_seconds=80, gone_times=1, gone_seconds=540)
    assert [str(each) for each in hints(seen, ONE_GO)] == ["切到别的窗口 3 次，共 80 秒", "中途离开 1 次，共 9 分钟"]


COUNTS = st.integers(min_value=0, max_value=10**6)
WORDS = st.builds(
    Told, tab=st.sampled_from(["aaaaaaaa", "bbbbbbbb"]), take=st.booleans(), here_seconds=COUNTS, away_times=COUNTS,
    away_seconds=COUNTS,
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 600), WORDS), max_size=12))
def test_no_count_ever_falls_or_passes_the_length_of_the_attempt(said):
    seen, now = None, NOON
    for wait, words in said:
        now += timedelta(seconds=wait)
        later = heard(seen, words, ONE_GO, started_at=NOON, now=now)
        counts = [
            (each.away_times, each.away_seconds, each.gone_times, each.gone_seconds) for each in (seen or later, later)
        ]
        assert all(one <= other for one, other in zip(*counts, strict=True))
        length = (now - NOON).total_seconds()
        assert max(later.away_times, later.away_seconds, later.gone_seconds) <= length
        assert later.gone_times <= length / GONE.total_seconds()
        seen = later
