"""A browser sends every line end as CRLF; what is saved has those of the file."""

from hypothesis import given
from hypothesis import strategies as st

from lms.content.rules.line_ends import as_in

TEXT = st.lists(st.sampled_from(["甲", "乙", "", "a b"]), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n"])


def sent(text: str) -> str:
    """The text as a form sends it."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def test_a_file_with_bare_line_ends_keeps_them():
    assert as_in("一\r\n二\r\n", "一\n") == "一\n二\n"


def test_a_file_from_windows_keeps_its_own():
    assert as_in("一\n新\n二", "一\r\n二") == "一\r\n新\r\n二"


def test_a_new_text_gets_bare_ones():
    assert as_in("一\r\n二\r三", "") == "一\n二\n三"


def test_a_mixed_file_changes_in_no_line_but_the_new_one():
    assert as_in(sent("一\n二\n新\n三"), "一\n二\r\n三") == "一\n二\r\n新\n三"


@given(st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙", ""]), ENDS), max_size=8), st.sampled_from(["", "尾"]))
def test_what_was_not_touched_comes_back_byte_for_byte(lines, last):
    before = "".join(line + end for line, end in lines) + last
    assert as_in(sent(before), before) == before


@given(TEXT, TEXT, ENDS)
def test_no_word_is_lost(before, after, end):
    assert as_in(sent("\n".join(after)), end.join(before)).replace("\r\n", "\n") == "\n".join(after)
