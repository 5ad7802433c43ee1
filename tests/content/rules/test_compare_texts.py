"""What changed between two texts: by line, and inside a line by word or Chinese character."""

from hypothesis import given
from hypothesis import strategies as st

from lms.content.rules.compare import Change, compare, tokens
from lms.core.lines import split_lines

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


def test_one_character_of_a_chinese_line_is_marked_alone():
    removed, added = compare("顾客自签收次日起 7 天内可以申请。", "顾客自签收次日起 15 天内可以申请。").rows
    assert (marked(removed), marked(added)) == (["7"], ["15"])
    assert marked(compare("可以退货。", "可以换货。").rows[0]) == ["退"]


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
