"""A whole number from a form or an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.web.numbers import whole


@given(st.integers(0, 10**15 - 1))
def test_a_number_is_read_as_it_was_written(number):
    assert whole(str(number)) == number


@pytest.mark.parametrize(
    "written", ["", " ", "1 ", "+1", "-1", "1.5", "1_000", "1e3", "0x1", "²", "１２", "٣", "1\n", "x"]
)
def test_what_is_not_digits_alone_is_no_number(written):
    assert whole(written) is None


@pytest.mark.parametrize(("digits", "number"), [(15, 10**15 - 1), (16, None), (30, None), (5_000, None)])
def test_a_number_that_no_column_holds_is_none(digits, number):
    assert whole("9" * digits) == number


def test_what_was_not_sent_is_no_number():
    assert whole(None) is None
