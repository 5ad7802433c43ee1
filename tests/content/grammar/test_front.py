"""The front matter is read as it was meant, and what is wrong with it is said in the author's words."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.findings import Finding, Severity, apply_fixes
from lms.content.grammar.front import Entry, Front, read_front, write_entry, write_front


def read(*lines: str) -> tuple[Front, tuple[Finding, ...]]:
    return read_front("\n".join(["---", *lines, "---", "# 标题", ""]))


def entry(line: str) -> Entry:
    return read(line)[0].entries[0]


def messages(*lines: str) -> list[str]:
    return [str(finding.message) for finding in read(*lines)[1]]


@pytest.mark.parametrize("value", ["no", "15:00", "00123", "2026-11-11", "null", "1e3", "0x10", "@"])
def test_every_value_is_text(value: str):
    assert entry(f'负责人: "{value}"').value == value


@pytest.mark.parametrize("line", ["限时: 15:00", "负责人: no", "负责人: 00123", "季度: 2026-11-11"])
def test_what_yaml_would_turn_into_something_else_stays_text_without_a_word(line: str):
    front, findings = read(line)
    assert front.entries[0].value == line.split(": ", 1)[1]
    assert findings == ()


def test_a_list_and_pairs_are_read():
    assert entry("标签: [售后, 退货]").items == ("售后", "退货")
    assert entry("评分: {共情: 30, 准确: 70}").pairs == (("共情", "30"), ("准确", "70"))


@pytest.mark.parametrize("line", ["适用: []", "适用:", "适用: "])
def test_an_empty_value_is_no_value(line: str):
    assert entry(line).is_empty


TYPED = [
    ("类型：测验", "类型: 测验", "第 2 行：属性用英文冒号加空格，列表用英文逗号。"),
    ("标签: [售后，退货]", "标签: [售后, 退货]", "第 2 行：属性用英文冒号加空格，列表用英文逗号。"),
    ("标签: [售后、退货]", "标签: [售后, 退货]", "第 2 行：属性用英文冒号加空格，列表用英文逗号。"),
    ("限时:\t15分钟", "限时: 15分钟", "第 2 行：属性用英文冒号加空格，列表用英文逗号。"),
    ("限时:15分钟", "限时: 15分钟", "第 2 行：属性用英文冒号加空格，列表用英文逗号。"),
    ("标签: #售后", "标签: 售后", "第 2 行：# 后面被当作注释，请去掉 #。"),
    ("标签: [#售后, 退货]", "标签: [售后, 退货]", "第 2 行：# 后面被当作注释，请去掉 #。"),
    ("评分: {共情:30}", "评分: {共情: 30}", "第 2 行：冒号后要有空格。"),
    ("标题: [必看]退货", '标题: "[必看]退货"', "第 2 行：这里的内容以符号开头或含有冒号，请加英文双引号。"),
    ("标题: 双十一: 规则", '标题: "双十一: 规则"', "第 2 行：这里的内容以符号开头或含有冒号，请加英文双引号。"),
]


@pytest.mark.parametrize(("typed", "mended", "message"), TYPED)
def test_what_authors_type_is_said_and_mended(typed: str, mended: str, message: str):
    source = f"---\n{typed}\n---\n"
    findings = read_front(source)[1]
    assert message in [str(finding.message) for finding in findings]
    assert apply_fixes(source, [finding.fix for finding in findings if finding.fix]) == f"---\n{mended}\n---\n"


@pytest.mark.parametrize(("typed", "mended", "message"), TYPED)
def test_what_was_typed_is_read_like_what_is_mended(typed: str, mended: str, message: str):
    assert entry(typed) == entry(mended)
    assert read(mended)[1] == ()


def test_a_yaml_list_over_several_lines_is_read_and_put_on_one():
    source = "---\n标签:\n  - 售后\n  - 退货\n类型: 知识\n---\n"
    front, findings = read_front(source)
    assert front.entries[0].items == ("售后", "退货")
    assert findings[0].fix is not None
    assert apply_fixes(source, [findings[0].fix]) == "---\n标签: [售后, 退货]\n类型: 知识\n---\n"


def test_a_key_written_twice_is_an_error_and_the_first_one_counts():
    front, findings = read("及格: 80%", "及格: 70%")
    assert front.entries[0].value == "80%"
    assert (findings[0].line, findings[0].severity) == (3, Severity.ERROR)
    assert "第 2 行已经写过" in str(findings[0].message)


def test_brackets_that_are_not_closed_are_an_error():
    assert messages("标签: [售后") == ["第 2 行：括号没有配对，请检查 [ ] 或 { }。"]


def test_a_line_without_a_colon_is_an_error():
    assert messages("测验") == ["第 2 行：看不懂这一行属性，请写成“名称: 内容”。"]


def test_a_file_without_front_matter_is_told_so():
    assert "缺少属性" in str(read_front("# 标题\n")[1][0].message)


def test_front_matter_that_is_never_closed_can_be_closed():
    source = "---\n类型: 知识\n# 标题\n"
    fix = read_front(source)[1][0].fix
    assert fix is not None
    assert apply_fixes(source, [fix]) == "---\n类型: 知识\n---\n# 标题\n"


PLAIN = st.text(st.sampled_from("售后退货ab 1:：,，#[]{}\"'\\-?*&!|>%@`·=/；、（）"), max_size=12).map(str.strip)


@given(PLAIN)
def test_a_written_value_is_read_back(value: str):
    front, findings = read(write_entry(Entry(key="标题", line=2, value=value)))
    assert front.entries[0].value == value
    assert findings == ()


@given(st.lists(PLAIN.filter(bool), max_size=4))
def test_a_written_list_is_read_back(values: list[str]):
    front, findings = read(write_entry(Entry(key="标签", line=2, items=tuple(values))))
    assert front.entries[0].items == tuple(values)
    assert findings == ()


@given(st.lists(st.tuples(PLAIN.filter(bool), PLAIN.filter(bool)), max_size=3))
def test_written_pairs_are_read_back(pairs: list[tuple[str, str]]):
    front, findings = read(write_entry(Entry(key="评分", line=2, pairs=tuple(pairs))))
    assert front.entries[0].pairs == tuple(pairs)
    assert findings == ()


@given(PLAIN)
def test_what_is_written_is_valid_yaml(value: str):
    written = write_front([Entry(key="标题", line=2, value=value)]).strip("-")
    assert (yaml.load(written, yaml.BaseLoader)["标题"] or "") == value


@given(st.text())
def test_any_source_can_be_read(source: str):
    read_front(source)
    read_front(f"---\n{source}\n---\n")
