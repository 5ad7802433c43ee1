"""A fix rewrites what it names; everything else stays byte for byte."""

from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.findings import Fix, apply_fixes
from lms.core.lines import split_keeping_ends
from lms.core.texts import text


def fix(first: int, last: int, *lines: str) -> Fix:
    return Fix(first=first, last=last, lines=lines, label=text("改"))


def test_a_line_is_replaced_and_keeps_the_line_ends_of_the_file():
    assert apply_fixes("a\r\nb\r\nc\r\n", [fix(2, 2, "B")]) == "a\r\nB\r\nc\r\n"


def test_an_insertion_moves_nothing_else():
    assert apply_fixes("a\nb\n", [fix(2, 1, "neu")]) == "a\nneu\nb\n"


def test_an_insertion_at_the_end_starts_on_its_own_line():
    assert apply_fixes("a", [fix(2, 1, "b")]) == "a\nb"
    assert apply_fixes("a\n", [fix(2, 1, "b")]) == "a\nb\n"


def test_a_line_is_removed():
    assert apply_fixes("a\n---\nb", [fix(2, 2)]) == "a\nb"


def test_of_two_fixes_on_one_line_the_first_wins():
    assert apply_fixes("a\n", [fix(1, 1, "x"), fix(1, 1, "y")]) == "x\n"


def test_fixes_are_numbered_by_the_lines_of_the_source_not_of_each_other():
    assert apply_fixes("a\nb\nc\n", [fix(1, 1, "A", "AA"), fix(3, 3, "C")]) == "A\nAA\nb\nC\n"


def test_a_form_feed_is_no_line_end():
    assert apply_fixes("a\x0cb\nc\n", [fix(2, 2, "C")]) == "a\x0cb\nC\n"


@given(st.text(), st.integers(1, 5))
def test_a_line_written_as_it_is_changes_nothing(source: str, line: int):
    lines = split_keeping_ends(source)
    if line <= len(lines) and not {"\r"} & set(source):
        assert apply_fixes(source, [fix(line, line, lines[line - 1].rstrip("\n"))]) == source
