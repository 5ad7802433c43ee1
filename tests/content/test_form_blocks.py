"""Laws of cutting a text into blocks: every byte is kept, and what is undone leaves nothing behind."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.form_blocks import drop_id, outline
from lms.content.form_sections import read_section, write_section

SHIPPED = sorted(path for folder in ("courses", "quizzes", "kb_content") for path in Path(folder).rglob("*.md"))
LEVELS = (1, 2, 3)

pieces = st.lists(
    st.sampled_from(
        [
            "# 题",
            "## 甲",
            "## 乙",
            "### 一",
            "### 二",
            "#### 深",
            "文字",
            "- a",
            "",
            "",
            "<!-- 注 -->",
            "```",
            "> 引",
            "`2分`",
        ]
    ),
    max_size=20,
)
ends = st.sampled_from(["\n", "\r\n"])
sources = st.builds(lambda lines, end, last: end.join(lines) + end * last, pieces, ends, st.integers(0, 2))


@given(sources)
def test_every_byte_of_a_text_is_in_its_outline(source):
    assert outline(source, LEVELS).source == source


@given(sources, st.data())
def test_a_block_that_is_moved_and_moved_back_leaves_no_byte_behind(source, data):
    found = outline(source, LEVELS)
    if not found.pieces:
        return
    place = data.draw(st.integers(0, len(found.pieces) - 1))
    before = data.draw(st.integers(0, len(found.pieces)))
    moved = found.moved(range(place, place + 1), before)
    at = before if before <= place else before - 1
    assert moved.moved(range(at, at + 1), place if at >= place else place + 1).source == source


@given(sources, st.data())
def test_a_copy_that_is_taken_out_again_leaves_no_byte_behind(source, data):
    found = outline(source, LEVELS)
    if not found.pieces:
        return
    place = data.draw(st.integers(0, len(found.pieces) - 1))
    copied = found.inserted(place + 1, [found.pieces[place].text])
    assert copied.removed(range(place + 1, place + 2)).source == source


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_shipped_texts_are_cut_without_a_byte_lost(path):
    source = path.read_bytes().decode()
    for written in (source, source.replace("\n", "\r\n"), source.rstrip("\n")):
        assert outline(written, LEVELS).source == written


def test_a_comment_right_above_a_heading_goes_where_the_heading_goes():
    found = outline("## 甲\n文\n\n<!-- 关于乙 -->\n## 乙\n文\n", (2,))
    assert found.moved(range(1, 2), 0).source == "<!-- 关于乙 -->\n## 乙\n文\n\n## 甲\n文\n"


def test_a_heading_in_a_fence_is_none():
    assert len(outline("## 甲\n\n```\n## 乙\n```\n", (2,)).pieces) == 1


def test_the_last_line_without_an_end_keeps_none_when_its_block_moves():
    found = outline("## 甲\n文\n\n## 乙\n末", (2,))
    assert found.moved(range(1, 2), 0).source == "## 乙\n末\n\n## 甲\n文"


def test_a_copy_carries_everything_but_the_id():
    assert drop_id("### 题\n`2分` `id:abc123` `#售后`\n- 答案：对") == "### 题\n`2分` `#售后`\n- 答案：对"


@given(sources, sources)
def test_a_body_that_is_written_reads_back_as_it_was_written(one, other):
    body = read_section("## x\n" + other.replace("\r\n", "\n")).body
    written = write_section(
        "## 甲\n`2分`\n\n" + one.replace("\r\n", "\n").rstrip("\n"), title="甲", chips=("2分",), body=body
    )
    assert read_section(written).body == body


def test_one_changed_line_of_a_body_leaves_the_others_as_they_are():
    written = "## 甲\r\n\r\n一\r\n二  \r\n三"
    assert write_section(written, title="甲", chips=(), body="一\n2\n三") == "## 甲\r\n\r\n一\r\n2\r\n三"
