"""How a length of time is written for people."""

import pytest

from lms.quizzes.rules.lengths import exact_length, rough_length


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 秒"),
        (48, "48 秒"),
        (59.6, "1 分 0 秒"),
        (372, "6 分 12 秒"),
        (3599, "59 分 59 秒"),
        (3903, "1 小时 5 分"),
    ],
)
def test_an_exact_length_keeps_its_seconds_below_an_hour(seconds: float, words: str) -> None:
    assert str(exact_length(seconds)) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 秒"), (119, "119 秒"), (120, "2 分钟"), (549, "9 分钟")])
def test_a_rough_length_is_in_minutes_from_two_on(seconds: int, words: str) -> None:
    assert str(rough_length(seconds)) == words
