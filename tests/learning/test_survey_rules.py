"""Questions and answers: what is read from a form, what is missing, what answers add up to."""

from datetime import date

import pytest

from lms.core.errors import Invalid
from lms.learning.rules.surveys import (
    AFTER_A_COURSE,
    PULSE,
    Question,
    answered,
    last_day_of_month,
    next_pulse,
    quarter_of,
    read,
    stored,
    tally,
    week_of,
    written,
)

SCALE, CHOICE, WORDS = AFTER_A_COURSE[0], AFTER_A_COURSE[2], AFTER_A_COURSE[3]


def test_questions_are_kept_as_they_are():
    assert read(stored(AFTER_A_COURSE)) == AFTER_A_COURSE
    assert read(stored(PULSE)) == PULSE


def test_a_question_that_stays_keeps_its_key_so_that_its_answers_stay_its_own():
    lines = [(each.type, each.text, "\n".join(each.options)) for each in AFTER_A_COURSE]
    assert [each.key for each in written(lines, AFTER_A_COURSE)] == [each.key for each in AFTER_A_COURSE]
    assert written([("scale", "别的问题", "")])[0].key.startswith("q")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (("stars", "几颗星？", ""), "question-0"),
        (("choice", "选哪个？", "只有一个"), "question-0"),
        (("scale", "长" * 121, ""), "question-0"),
        (("scale", "  ", ""), "question-0"),
    ],
)
def test_what_is_no_question_is_said_at_its_line(line, field):
    with pytest.raises(Invalid) as refused:
        written([line])
    assert field in refused.value.fields


def test_more_than_eight_questions_are_too_many():
    with pytest.raises(Invalid):
        written([("scale", f"第 {n} 个问题", "") for n in range(9)])


def test_an_answer_needs_every_choice_and_no_words():
    full = {"useful": "5", "clear": "1", "length": "0"}
    assert answered(AFTER_A_COURSE, full) == {"useful": 5, "clear": 1, "length": 0}
    with pytest.raises(Invalid) as refused:
        answered(AFTER_A_COURSE, {"useful": "6", "clear": "", "length": "3"})
    assert set(refused.value.fields) == {"useful", "clear", "length"}


def test_answers_add_up_to_counts_and_a_mean():
    found = tally(SCALE, [{"useful": 5}, {"useful": 4}, {"useful": 5}, {}])
    assert (found.n, found.counts, round(found.mean, 2)) == (3, (0, 0, 0, 1, 2), 4.67)
    assert tally(CHOICE, [{"length": 1}]).counts == (0, 1, 0)
    assert tally(WORDS, [{"better": "案例多一点"}]).counts == ()
    assert tally(Question(key="x", type="scale", text="?"), []).mean is None


def test_days_fall_into_weeks_quarters_and_months():
    assert week_of(date(2026, 11, 29)) == date(2026, 11, 23)
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 12)] == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]
    assert last_day_of_month(date(2026, 12, 5)) == date(2026, 12, 31)
    assert [next_pulse(date(2026, 11, 30), day) for day in (date(2026, 11, 30), date(2026, 12, 1))] == [False, True]
