"""What takes a phrase back, and what only looks like it: one list for written answers and for 禁用语."""

import pytest

from lms.core.negation import is_negated


def taken_back(text: str, phrase: str = "保证") -> bool:
    start = text.index(phrase)
    return is_negated(text, start, start + len(phrase))


@pytest.mark.parametrize(
    "text", ["不能保证", "没有办法跟您保证", "绝非保证", "莫保证", "不会跟大家保证", "不承诺、保证", "保证不了"]
)
def test_a_negation_near_before_or_不了_behind_takes_a_phrase_back(text: str) -> None:
    assert taken_back(text)


@pytest.mark.parametrize(
    "text", ["不急，保证", "不好意思保证", "没有问题保证", "能不能保证", "不知道具体时间但是保证", "保证不了解"]
)
def test_a_negation_of_something_else_takes_nothing_back(text: str) -> None:
    assert not taken_back(text)


@pytest.mark.parametrize("text", ["we don't offer you cash back", "we cannot promise cash back", "no cash back"])
def test_english_negates_within_three_words(text: str) -> None:
    assert taken_back(text, "cash back")


@pytest.mark.parametrize(
    "text", ["not to worry about this: cash back", "never a doubt we will pay cash back", "I want cash back"]
)
def test_english_further_off_or_in_another_clause_negates_nothing(text: str) -> None:
    assert not taken_back(text, "cash back")
