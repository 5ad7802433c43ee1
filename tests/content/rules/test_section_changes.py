"""Which sections changed between two versions."""

from lms.content.grammar.document import SectionSpec
from lms.content.rules.changes import section_changes


def section(title, source, id=None):
    return SectionSpec(id=id, title=title, anchor=title, level=2, source=source, text=source)


TIME, FEE = section("时效", "签收次日起七天内申请。"), section("运费", "非质量问题由顾客承担。")


def told(old, new):
    return [(each.before and each.before.title, each.after and each.after.title) for each in section_changes(old, new)]


def test_nothing_changed_is_nothing():
    assert section_changes([TIME, FEE], [TIME, FEE]) == ()


def test_moving_a_section_changes_none():
    assert section_changes([TIME, FEE], [FEE, TIME]) == ()


def test_a_rewritten_section_is_given_before_and_after():
    (change,) = section_changes([TIME, FEE], [section("时效", "签收次日起十五天内申请。"), FEE])
    assert (change.before.source, change.after.source) == ("签收次日起七天内申请。", "签收次日起十五天内申请。")


def test_a_renamed_heading_is_a_change_of_the_same_section():
    assert told([TIME, FEE], [section("申请时效", TIME.source), FEE]) == [("时效", "申请时效")]


def test_an_id_tells_a_section_whatever_it_says():
    old, new = section("时效", "七天。", id="abc234"), section("期限", "完全不同的另一段文字。", id="abc234")
    assert told([old], [new]) == [("时效", "期限")]


def test_what_is_new_comes_in_its_place_and_what_is_gone_last():
    new = section("凭证", "拍照并上传开箱视频。")
    assert told([TIME, FEE], [new, FEE]) == [(None, "凭证"), ("时效", None)]
