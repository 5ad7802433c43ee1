"""What changed between two texts: by line, and inside a line by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.rules.compare import Change, compare, tokens
from lms.core.lines import split_lines
from tests.support.ending import ENDS

LINES = st.lists(st.text(alphabet="甲乙丙ab 1", max_size=6), max_size=14).map("\n".join)


def shown(comparison):
    sign = {Change.SAME: " ", Change.ADDED: "+", Change.REMOVED: "-", Change.GAP: "…"}
    return [sign[row.change] + "".join(piece.text for piece in row.pieces) for row in comparison.rows]


def marked(row):
    return [piece.text for piece in row.pieces if piece.changed]


def side(comparison, change):
    return "\n".join(
        "".join(piece.text for piece in row.pieces) for row in comparison.rows if row.change in (Change.SAME, change)
    )


def test_a_chinese_word_changes_as_a_whole():
    removed, added = compare("顾客自签收次日起 7 天内可以申请。", "顾客自签收次日起 15 天内可以申请。").rows
    assert (marked(removed), marked(added)) == (["7"], ["15"])
    removed, added = compare("顾客可以退货。", "顾客可以换货。").rows
    assert (marked(removed), marked(added)) == (["退货"], ["换货"])


def test_a_word_that_stays_by_chance_between_two_changes_is_no_confetti():
    removed, added = compare(
        "生鲜商品在签收后四十八小时的时间以内可以申请退货。", "定制类目在付款完成以后的任何日子以内可以申请退货。"
    ).rows
    assert len(marked(removed)) == len(marked(added)) == 1


def test_a_line_that_only_moved_is_said_to_have_moved():
    before = "第一段说明时效。\n第二段说明运费。\n第三段说明例外。\n第四段说明补偿。"
    after = "第二段说明运费。\n第三段说明例外。\n第四段说明补偿。\n第一段说明时效。"
    found = compare(before, after)
    assert (found.added, found.removed, found.moved, found.is_same) == (0, 0, 1, False)
    assert [(row.change, row.moved) for row in found.rows if row.moved] == [(Change.REMOVED, 4), (Change.ADDED, 1)]


def test_side_by_side_a_rewritten_line_stands_beside_what_it_was():
    found = compare("甲\n第一行说明。\n乙", "甲\n第一行的说明。\n新的一行\n乙").sides
    assert [(left.old if left else None, right.new if right else None) for left, right in found] == [
        (1, 1), (2, 2), (None, 3), (3, 4),
    ]  # fmt: skip


def test_what_is_more_than_was_asked_for_is_counted():
    found = compare("", "\n".join(str(number) for number in range(50)), most=20)
    assert (len(found.rows), found.left_out, found.added) == (20, 30, 50)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("".join(f"第{n}行甲。\n" for n in range(40_000)), "".join(f"另{n}行乙丙。\n" for n in range(40_000))),
        ("甲" * 350_000, "乙" * 350_000),
        ("退货 " * 60_000, "换货 " * 60_000),
        (
            "".join("退货运费" * 60 + f"{n}\n" for n in range(1_300)),
            "".join("运费退货" * 60 + f"{n}\n" for n in range(1_300)),
        ),
        ("一\n二\n" * 120_000, "二\n三\n" * 120_000),
    ],
)
@ENDS
def test_a_megabyte_is_compared_with_another_one(old: str, new: str):
    compare(old, new, most=2_000)


def test_a_latin_word_changes_as_a_whole():
    removed, added = compare("please refund it", "please return it").rows
    assert (marked(removed), marked(added)) == (["refund"], ["return"])


def test_a_rewritten_line_stands_next_to_what_it_was():
    before = "一二三四五六\n甲乙丙丁戊己"
    after = "一二三四五\n甲乙丙丁戊"
    assert shown(compare(before, after)) == ["-一二三四五六", "+一二三四五", "-甲乙丙丁戊己", "+甲乙丙丁戊"]


def test_lines_that_have_nothing_in_common_are_no_versions_of_each_other():
    rows = compare("退货时效说明", "ABC").rows
    assert [row.change for row in rows] == [Change.REMOVED, Change.ADDED]
    assert all(len(row.pieces) == 1 for row in rows)


def test_far_from_a_change_lines_are_counted_not_shown():
    before = "\n".join(str(number) for number in range(20))
    rows = compare(before, before + "\n新").rows
    assert (rows[0].change, rows[0].count) == (Change.GAP, 17)
    assert len(rows) == 5
    assert len(compare(before, before + "\n新", context=None).rows) == 21


def test_one_hidden_line_is_shown_instead_of_being_counted():
    before = "甲\n1\n2\n3\n4\n5\n6\n7\n乙"
    rows = compare(before, before.replace("甲", "丙").replace("乙", "丁")).rows
    assert Change.GAP not in [row.change for row in rows]


def test_a_changed_line_end_is_no_change():
    assert compare("一\r\n二\r\n", "一\n二\n").is_same


def test_numbers_are_those_of_each_version():
    rows = compare("一\n二\n三", "一\n三\n四").rows
    assert [(row.old, row.new) for row in rows] == [(1, 1), (2, None), (3, 2), (None, 3)]


def test_a_text_of_many_lines_without_anything_in_common_is_compared_at_once():
    old, new = "\n".join(f"甲{n}" for n in range(3_000)), "\n".join(f"乙{n}" for n in range(3_000))
    assert compare(old, new).removed == 3_000


@given(LINES, LINES)
def test_both_versions_can_be_read_from_the_comparison(old, new):
    comparison = compare(old, new, context=None)
    assert side(comparison, Change.REMOVED) == old.removesuffix("\n")
    assert side(comparison, Change.ADDED) == new.removesuffix("\n")


@given(LINES, LINES)
def test_only_a_text_compared_with_itself_is_the_same(old, new):
    assert compare(old, new).is_same == (split_lines(old) == split_lines(new))


@given(st.text())
def test_the_words_of_a_line_are_the_line(line):
    line = line.replace("\n", "")
    assert "".join(tokens(line)) == line
