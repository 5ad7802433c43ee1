"""How a mood is said and drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.drills.rules.mood import mood_cells, mood_tone, mood_word


@pytest.mark.parametrize(
    ("mood", "word"),
    [
        (0, "愤怒"),
        (20, "愤怒"),
        (21, "不满"),
        (40, "不满"),
        (50, "有点缓和"),
        (80, "平静"),
        (81, "满意"),
        (100, "满意"),
    ],
)
def test_a_mood_has_a_word(mood, word):
    assert str(mood_word(mood)) == word


def test_no_cell_is_filled_for_nothing_and_all_for_everything_alone():
    assert [mood_cells(mood) for mood in (0, 1, 50, 99, 100)] == [0, 1, 5, 9, 10]


@given(st.integers(0, 99))
def test_a_better_mood_never_looks_worse(mood):
    assert mood_cells(mood) <= mood_cells(mood + 1)


def test_the_colour_warns_below_the_words_of_ease():
    assert [mood_tone(mood) for mood in (10, 30, 50)] == ["bad", "low", ""]
