"""Links, labels, alternatives and arrows inside a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.inline import (
    find_links,
    plain_text,
    read_label,
    relative,
    resolve,
    split_alternatives,
    split_arrow,
    split_bubbles,
)
from lms.content.grammar.keywords import Word
from tests.support.ending import ENDS


def test_a_link_has_label_target_and_anchor():
    (link,) = find_links("见[时效说明](../kb_content/return-7d.md#时效)。")
    assert (link.label, link.target, link.anchor, link.is_image) == (
        "时效说明", "../kb_content/return-7d.md", "时效", False,
    )  # fmt: skip


def test_percent_encoded_targets_are_decoded():
    assert find_links("[a](%E5%94%AE%E5%90%8E.md)")[0].target == "售后.md"


def test_pictures_are_links_and_code_is_not():
    assert [link.is_image for link in find_links("![图](a.png) [a](b.md) `[c](d.md)`")] == [True, False]


@pytest.mark.parametrize(
    ("path", "target", "resolved"),
    [
        ("courses/a/b.md", "../c.md", "courses/c.md"),
        ("courses/a/b.md", "../../kb_content/x.md", "kb_content/x.md"),
        ("courses/a/b.md", "./c.md", "courses/a/c.md"),
        ("courses/a.md", "", "courses/a.md"),
        ("courses/a.md", "/kb_content/x.md", "kb_content/x.md"),
        ("courses/a.md", "../../etc/passwd", None),
    ],
)
def test_a_relative_target_is_a_path_of_the_repository(path: str, target: str, resolved: str | None):
    assert resolve(path, target) == resolved


@pytest.mark.parametrize(
    ("path", "target", "written"),
    [
        ("kb_content/return.md", "kb_content/refund.md", "refund.md"),
        ("kb_content/return.md", "courses/new/course.md", "../courses/new/course.md"),
        ("return.md", "kb_content/refund.md", "kb_content/refund.md"),
        ("a/b/c.md", "a/b/d/e.md", "d/e.md"),
    ],
)
def test_a_file_is_named_from_another_so_that_it_is_found_again(path: str, target: str, written: str):
    assert relative(target, path) == written
    assert resolve(path, written) == target


def test_alternatives_are_parted_by_any_bar():
    assert split_alternatives("48 | 四十八｜A\\|B |") == ("48", "四十八", "A|B")


def test_a_label_may_have_an_argument():
    assert read_label("必说（3分）：理解 | 抱歉", (Word.MUST,)) == (Word.MUST, "3分", "理解 | 抱歉")
    assert read_label("must (3 pt): sorry", (Word.MUST,)) == (Word.MUST, "3 pt", "sorry")
    assert read_label("注意：理解", (Word.MUST,)) is None


@pytest.mark.parametrize("arrow", ["=>", "→", "＝＞", "⇒", " => "])
def test_every_arrow_is_an_arrow(arrow: str):
    assert split_arrow(f"尺码不合适{arrow}引导换货") == ("尺码不合适", "引导换货")


def test_plain_text_keeps_what_a_reader_sees():
    assert plain_text("见[时效](a.md)，**签收次日**起 `7天` a\\*b") == "见时效，签收次日起 7天 a*b"


def test_two_bubbles_without_an_empty_line_are_split_at_a_known_speaker():
    bubbles = split_bubbles("系统：订单已付款\n小雨：到底哪天发？\n快点：真的", 4, ["系统", "小雨"])
    assert [(bubble.line, bubble.speaker, bubble.text) for bubble in bubbles] == [
        (4, "系统", "订单已付款"),
        (5, "小雨", "到底哪天发？\n快点：真的"),
    ]


def test_a_bubble_may_have_a_condition():
    (bubble,) = split_bubbles("小雨（情绪低于20）：我录屏了", 1, ["小雨"])
    assert (bubble.condition, bubble.text) == ("情绪低于20", "我录屏了")


@ENDS
@pytest.mark.parametrize("piece", ["[", "](", "[a](", "`", "![", "**", "\\", "[[](", "|", "："])
def test_a_megabyte_of_half_written_links_is_read(piece: str):
    source = piece * (1_000_000 // len(piece))
    find_links(source)
    plain_text(source)
    split_alternatives(source)


@given(st.text())
def test_any_text_can_be_read(text: str):
    find_links(text)
    plain_text(text)
    split_arrow(text)
    split_bubbles(text, 1, ["a"])


def test_what_is_escaped_is_shown_as_it_is():
    assert plain_text(r"\*甲\* \`码\` \[x](y) C:\temp \\") == "*甲* `码` [x](y) C:\\temp \\"
