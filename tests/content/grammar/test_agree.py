"""What the scanner reads is what Python-Markdown shows; any difference is an error on its line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.agree import disagreements

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.md")), ids=lambda path: path.stem)
def test_the_examples_are_read_as_they_are_shown(path: Path):
    assert disagreements(path.read_text("utf-8")) == ()


@pytest.mark.parametrize(
    "source",
    [
        "- a\n\n    第二段\n\n- b", "1. a\n    - b\n    - c\n2. d", "- a\n- b\n\n1. c", "> a\n> - b\n>\n> c",
        "- a\n> b", "- a\n<!-- x -->\n- b", "```\n- a\n```\n- b", "a\n# b\nc", "| a | b |\n|---|---|\n| c | d |\n# e",
        "- - a", "- [x] a\n- [ ] b",
        "a <!-- b --> c", "- a\n\tb", "> a\n\n> b", "- a\n   - b", "- a\n# b\n- c", "1. a\n***\n2. b",
    ],
)  # fmt: skip
def test_both_read_the_same(source: str):
    assert disagreements(source) == ()


@pytest.mark.parametrize(
    ("source", "line"),
    [("题\n\n标题\n---\n", 3), ("标题\n===", 1), ("- a\n    > b", 1), ("# a\\\nb", 1)],
)
def test_what_is_shown_otherwise_is_an_error_on_its_line(source: str, line: int):
    (finding,) = disagreements(source)
    assert finding.line == line
    assert "显示出来的和读到的不一样" in str(finding.message)


SHAPES = st.lists(
    st.sampled_from(
        ["a", "b c", "", "- a", "- b", "    - c", "        - d", "1. e", "    1. f", "# g", "> h", ">", "> - i",
         "- [x] j", "| k | l |", "|---|---|", "    m", "<!-- n -->", "```", "2. o"]
    ),
    max_size=12,
).map("\n".join)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(SHAPES)
def test_any_source_is_either_read_as_shown_or_gets_one_error(source: str):
    assert len(disagreements(source)) <= 1


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["正文", "- 甲\n- 乙", "1. 甲\n2. 乙", "> 引", "# 题", "- 甲\n    - 乙"]), max_size=8))
def test_blocks_parted_by_empty_lines_never_differ(parts: list[str]):
    assert disagreements("\n\n".join(parts)) == ()
