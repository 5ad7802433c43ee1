"""The scanner tells what stands on which lines of a source."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.blocks import Block, BlockKind, Item, scan, walk
from lms.core.lines import split_keeping_ends, split_lines
from tests.support.ending import ENDS

EXAMPLES = Path(__file__).parents[2] / "examples"


def only(source: str) -> Block:
    blocks = scan(source)
    assert len(blocks) == 1, blocks
    return blocks[0]


def kinds(source: str) -> list[str]:
    return [block.kind.value for block in scan(source)]


def texts(block: Block) -> list[str]:
    return [item.text for item in block.items]


def test_a_heading_keeps_its_level_text_and_line():
    heading = scan("正文\n\n## 时效\n")[1]
    assert (heading.kind, heading.level, heading.text, heading.first) == (BlockKind.HEADING, 2, "时效", 3)


def test_a_heading_ends_a_paragraph_without_an_empty_line():
    assert kinds("正文\n## 时效\n正文") == ["paragraph", "heading", "paragraph"]


def test_closing_hashes_are_not_part_of_a_heading():
    assert only("## 时效 ##").text == "时效"


def test_a_heading_without_a_space_is_a_heading_as_the_renderer_sees_it():
    assert only("##开场").text == "开场"


def test_items_carry_marker_box_text_and_lines():
    first, second = only("1. [ ] 3 天\n2. [x] 7 天\n").items
    assert (first.marker, first.checked, first.text, first.first) == ("1.", False, "3 天", 1)
    assert (second.marker, second.checked, second.text, second.first) == ("2.", True, "7 天", 2)


def test_an_item_without_a_box_is_not_a_task():
    assert only("- 答案：对").items[0].checked is None


def test_four_spaces_nest_an_item_inside_the_item_above():
    parent = only("1. [x] 7 天\n    - 解析：对\n2. [ ] 8 天").items[0]
    assert (parent.first, parent.last) == (1, 2)
    assert parent.kids[0].kind is BlockKind.BULLET
    assert parent.kids[0].items[0].text == "解析：对"


def test_two_spaces_do_not_nest_in_an_ordered_list_but_are_glued_to_the_text():
    assert only("1. [x] 7 天\n  - 解析：对").items[0].text == "7 天\n- 解析：对"


def test_an_empty_line_between_items_keeps_one_list():
    assert texts(only("- a\n\n- b\n")) == ["a", "b"]


def test_indented_paragraphs_after_an_empty_line_belong_to_the_item():
    item = only("- a\n\n    第二段\n\n    第三段\n").items[0]
    assert [kid.text for kid in item.kids] == ["第二段", "第三段"]
    assert item.last == 5


def test_the_other_kind_of_marker_after_an_empty_line_starts_another_list():
    assert kinds("- a\n\n1. b") == ["bullet", "ordered"]


def test_a_heading_and_a_rule_end_a_list():
    assert kinds("- a\n# b\n- c") == ["bullet", "heading", "bullet"]
    assert kinds("1. a\n---\n2. b") == ["ordered", "rule", "ordered"]


def test_a_list_right_under_text_is_part_of_the_paragraph():
    assert kinds("说明：\n- a\n- b") == ["paragraph"]


def test_a_quote_keeps_its_inner_lines_and_blocks():
    quote = only("> 系统：一\n>\n> 小雨：二")
    assert quote.text == "系统：一\n\n小雨：二"
    assert [(kid.text, kid.first) for kid in quote.kids] == [("系统：一", 1), ("小雨：二", 3)]


def test_quotes_parted_by_an_empty_line_are_two():
    assert kinds("> 话术：一\n\n> 内部：二") == ["quote", "quote"]


def test_a_quote_follows_a_paragraph_without_an_empty_line():
    assert kinds("`限时60秒`\n> 小雨：快点") == ["paragraph", "quote"]


def test_a_fence_hides_what_is_inside():
    fence = only("```text\n# 不是标题\n- 不是列表\n```")
    assert (fence.kind, fence.info, fence.text) == (BlockKind.FENCE, "text", "# 不是标题\n- 不是列表")


def test_a_fence_that_is_never_closed_is_text():
    assert kinds("```\n# 标题") == ["paragraph", "heading"]


def test_a_comment_is_a_block_of_its_own():
    comment = scan("正文\n\n<!-- 第一行\n第二行 -->\n\n正文")[1]
    assert (comment.kind, comment.first, comment.last, comment.text) == (
        BlockKind.COMMENT, 3, 4, "第一行\n第二行",
    )  # fmt: skip


def test_a_comment_between_items_does_not_part_the_list():
    assert texts(only("- a\n<!-- 备注 -->\n- b")) == ["a", "b"]


def test_a_table_is_one_block():
    table = only("| 类目 | 原因 |\n|---|---|\n| 定制 | 可 |")
    assert (table.kind, table.first, table.last) == (BlockKind.TABLE, 1, 3)


def test_front_matter_is_a_block_and_does_not_shift_lines():
    front, heading = scan("---\n类型: 测验\n---\n# 标题\n")
    assert (front.kind, front.text, heading.first) == (BlockKind.FRONT, "类型: 测验", 4)


def test_windows_line_ends_give_the_same_blocks():
    source = "# 标题\n\n- a\n    - b\n\n> 引用\n"
    assert scan(source) == scan(source.replace("\n", "\r\n"))


def test_a_byte_order_mark_hides_neither_front_matter_nor_heading():
    assert kinds("\ufeff---\n类型: 测验\n---\n") == ["front"]
    assert kinds("\ufeff# 标题") == ["heading"]


def test_only_real_line_ends_count_as_lines():
    assert split_lines("a\x0cb\u2028c\r\nd\re\n") == ["a\x0cb\u2028c", "d", "e"]


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# 标题", "正文", "", " ", "- a", "    - b", "1. c", "  - d", "> 引", ">", "```", "~~~", "| a | b |",
            "|---|---|", "<!-- x -->", "<!--", "-->", "---", "        深", "\t- t", "- [x] 对", "1. [ ] 错", "    文",
            "- - e", "> - f", "> > g",
        ]
    )
    | st.text(max_size=12),
    max_size=25,
).map("\n".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(MARKDOWN)
def test_any_source_scans_and_its_blocks_cover_every_written_line_in_order(source: str):
    lines = split_lines(source)
    end = 0
    for block in scan(source):
        assert end < block.first <= block.last
        assert all(not line.strip() for line in lines[end : block.first - 1])
        end = block.last
    assert all(not line.strip() for line in lines[end:])


@settings(max_examples=200, deadline=None)
@given(MARKDOWN)
def test_kids_lie_inside_their_parents(source: str):
    def check(blocks: Sequence[Block], first: int, last: int) -> None:
        for block in blocks:
            assert first <= block.first <= block.last <= last
            check(block.kids, block.first, block.last)
            before: Item | None = None
            for item in block.items:
                assert block.first <= item.first <= item.last <= block.last
                assert before is None or before.last < item.first
                check(item.kids, item.first, item.last)
                before = item

    check(scan(source), 1, len(split_lines(source)))


@given(st.text())
def test_lines_with_their_ends_are_the_source(source: str):
    assert "".join(split_keeping_ends(source)) == source
    assert len(split_keeping_ends(source)) == len(split_lines(source))


@pytest.mark.parametrize(
    "line",
    [
        "- a",
        "> b",
        "```",
        "```x",
        "<!--",
        "-->",
        "    - c",
        "- - - d",
        "[",
        "> " * 20 + "x",
        "",
        "- " * 30,
        "|",
        "1. x\n\n",
    ],
)
@ENDS
def test_one_line_over_and_over_is_scanned(line: str):
    source = (line + "\n") * (400_000 // (len(line) + 1))
    scan(source)


@ENDS
def test_a_megabyte_on_one_line_is_scanned():
    for character in "-> #`[|_ 1":
        scan(character * 1_000_000)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.md")), ids=lambda path: path.stem)
def test_headings_of_the_examples_are_found(path: Path):
    source = path.read_text("utf-8")
    written = [line for line in source.split("\n") if line.startswith("#")]
    assert len([block for block in walk(scan(source)) if block.kind is BlockKind.HEADING]) == len(written)
