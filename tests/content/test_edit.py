"""A form writes the lines that it touched and no others."""

from lms.content.edit import add_chip, replace, set_entry
from lms.content.grammar.front import Entry
from lms.content.grammar.keywords import Word

SOURCE = "---\r\n类型：知识\r\n标签:   [ 售后 ]\r\n---\r\n# 题\r\n\r\n## 时效\r\n正文\r\n"


def test_lines_are_replaced_and_the_rest_stays_byte_for_byte():
    assert replace(SOURCE, 8, 8, ["新正文", "", "第二段"]) == SOURCE.replace("正文\r\n", "新正文\r\n\r\n第二段\r\n")


def test_a_property_is_written_anew_on_its_line():
    changed = set_entry(SOURCE, Word.TAGS, Entry(key="标签", line=0, items=("售后", "退货")))
    assert changed == SOURCE.replace("标签:   [ 售后 ]", "标签: [售后, 退货]")


def test_a_new_property_is_added_as_the_last_one():
    changed = set_entry(SOURCE, Word.OWNER, Entry(key="负责人", line=0, value="T1001"))
    assert changed == SOURCE.replace("]\r\n---", "]\r\n负责人: T1001\r\n---")


def test_a_file_without_properties_gets_some():
    assert set_entry("# 题\n", Word.TYPE, Entry(key="类型", line=0, value="知识")) == "---\n类型: 知识\n---\n# 题\n"


def test_a_chip_is_added_below_its_heading_once():
    once = add_chip(SOURCE, 7, "id:k3f9qz")
    assert once == SOURCE.replace("## 时效\r\n", "## 时效\r\n`id:k3f9qz`\r\n")
    assert add_chip(once, 7, "id:k3f9qz") == once
    assert "`id:k3f9qz` `按下单日`" in add_chip(once, 7, "按下单日")
