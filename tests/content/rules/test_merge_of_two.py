"""Two changes of one text: both where they do not meet, a refusal where they do, never a line lost."""

from hypothesis import given
from hypothesis import strategies as st

from lms.content.rules.merge import merge

BASE = "".join(f"{number}\n" for number in range(1, 11))
LINES = st.lists(st.sampled_from(["甲\n", "乙\n", "丙\n", "丁\n"]), max_size=9).map("".join)


def test_changes_far_from_each_other_are_both_taken():
    assert merge(BASE, BASE.replace("2\n", "二\n"), BASE.replace("9\n", "")) == "1\n二\n3\n4\n5\n6\n7\n8\n10\n"


def test_the_same_place_changed_otherwise_is_left_to_a_person():
    assert merge(BASE, BASE.replace("5\n", "五\n"), BASE.replace("5\n", "V\n")) is None


def test_neighbouring_lines_are_the_same_place():
    assert merge(BASE, BASE.replace("5\n", "五\n"), BASE.replace("6\n", "六\n")) is None


def test_two_that_were_put_in_at_one_place_are_left_to_a_person():
    assert merge(BASE, BASE.replace("5\n", "5\n甲\n"), BASE.replace("5\n", "5\n乙\n")) is None


def test_the_same_change_of_both_is_taken_once():
    changed = BASE.replace("5\n", "五\n")
    assert merge(BASE, changed, changed) == changed


def test_line_ends_come_through():
    base = "一\r\n二\r\n三\r\n四\r\n五"
    assert merge(base, base.replace("一", "壹"), base.replace("五", "伍")) == "壹\r\n二\r\n三\r\n四\r\n伍"


@given(LINES, LINES)
def test_where_one_did_nothing_the_other_has_it(base, changed):
    assert merge(base, changed, base) == changed
    assert merge(base, base, changed) == changed


@given(LINES, LINES, LINES)
def test_who_is_first_makes_no_difference(base, one, other):
    assert merge(base, one, other) == merge(base, other, one)
