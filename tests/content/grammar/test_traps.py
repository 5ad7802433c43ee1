"""What authors really type: each row of the table is found on its line, in its words, with its fix."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.blocks import scan
from lms.content.grammar.findings import Finding, apply_fixes
from lms.content.grammar.traps import traps

EXAMPLES = Path(__file__).parents[2] / "examples"


def found(source: str) -> tuple[Finding, ...]:
    return traps(source, scan(source))


def mended(source: str) -> str:
    return apply_fixes(source, [finding.fix for finding in found(source) if finding.fix])


def coded(source: str, code: str) -> list[Finding]:
    return [finding for finding in found(source) if finding.code == code]


MENDABLE = [
    ("·限时60秒·", "`限时60秒`", "第 1 行：“·限时60秒·”用的是间隔号，请换成反引号。"),
    ("# 题\n\n·抽4题· ·每题2分·", "# 题\n\n`抽4题` `每题2分`", "第 3 行：“·抽4题·”用的是间隔号，请换成反引号。"),
    ("# 题\n#售后 #时效", "# 题\n`#售后` `#时效`", "第 2 行：标签要加反引号，否则成了一级标题。"),
    ("#售后 #时效", "`#售后` `#时效`", "第 1 行：标签要加反引号，否则成了一级标题。"),
    ("1. [√] 7 天", "1. [x] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("1. [ x ] 7 天", "1. [x] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("- [x]7 天", "- [x] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("1.[x] 7 天", "1. [x] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("2、[ ] 7 天", "2. [ ] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("- [] 7 天", "- [ ] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("- ［Ｘ］7 天", "- [x] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
    ("见[核实](#核实）。", "见[核实](#核实)。", "第 1 行：链接的右括号是全角，请换成 )。"),
    ("见[核实]（#核实）。", "见[核实](#核实)。", "第 1 行：链接的括号是全角，请换成 ( )。"),
    ("##开场", "## 开场", "第 1 行：# 后面要空一格，否则有的网站不认作标题。"),
    ("1. [x] 7 天\n  - 解析：对", "1. [x] 7 天\n    - 解析：对", "第 2 行：解析要缩进 4 格。"),
    ("1. [x] 7 天\n- 解析：对", "1. [x] 7 天\n    - 解析：对", "第 2 行：解析要缩进 4 格。"),
    ("- [x] 7 天\n  - 解析：对", "- [x] 7 天\n    - 解析：对", "第 2 行：解析要缩进 4 格。"),
    ("- [a](#a)\n   - 点评：好", "- [a](#a)\n    - 点评：好", "第 2 行：点评要缩进 4 格。"),
    ("- a\n  - b\n    - c", "- a\n    - b\n        - c", "第 3 行：下一级要缩进 4 格，否则并到上一条里。"),
    ("说明：\n- a\n- b", "说明：\n\n- a\n- b", "第 2 行：列表前面要空一行，否则和上一行连成一段。"),
    ("> 说明：\n> - a", "> 说明：\n>\n> - a", "第 2 行：列表前面要空一行，否则和上一行连成一段。"),
    ("## 开场 `限时60秒`", "## 开场\n`限时60秒`", "第 1 行：设置要写在标题的下一行，标题里只写名称。"),
    ("一\n\n---\n\n二", "一\n\n\n二", "第 3 行：不用分隔线，请删去；分段用标题。"),
    ("一\n---\n二", "一\n二", "第 2 行：这一行会把上一行变成标题，请删去，或在前面空一行。"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "right", "message"), MENDABLE)
def test_what_authors_type_is_said_and_mended(typed: str, right: str, message: str):
    assert message in [str(finding.message) for finding in found(typed)]
    assert mended(typed) == right


@pytest.mark.parametrize(("typed", "right", "message"), MENDABLE)
def test_a_mended_source_has_nothing_left_to_mend(typed: str, right: str, message: str):
    assert found(right) == ()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "| 必说 | 分 |\n|---|---|\n| 抱歉 | 理解 | 3 |",
            "第 3 行：这一行有 3 格，表头只有 2 格；格内竖线写作 \\|。",
        ),
        ("- [×] 7 天", "第 1 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。"),
        ("    代码", "第 1 行：开头空了 4 格，会显示成代码；代码请用 ``` 包起来。"),
        ("<font color=red>红</font>", "第 1 行：不支持 HTML 标签 <font color=red>，会原样显示出来。"),
        ("```\n代码", "第 1 行：代码块没有结束，请在代码后面单独写一行 ```。"),
        ("<!-- 备注", "第 1 行：注释没有结束，请在末尾单独写 -->。"),
    ],
)
def test_what_no_machine_can_mend_is_said(typed: str, message: str):
    assert [str(finding.message) for finding in found(typed)] == [message]
    assert found(typed)[0].fix is None


@pytest.mark.parametrize(
    "right",
    [
        "# 双十一物流延迟·投诉升级·上岗",
        "- [x] 对\n- [ ] 错\n- [X] 对",
        "- [x](a.md)\n- [看](b.md)",
        "## 使用 `Ctrl`",
        "| a | b |\n|---|---|\n| 抱歉 \\| 理解 | `x|y` |",
        "见[a](b.md)（c）和 5 < 6",
        "```\n·限时60秒·\n  - 解析：x\n#售后\n```",
        "- a\n    - b\n        - c\n- d",
        "1. a\n    1. b\n    2. c",
        "- 一行\n  接着写",
    ],
)
def test_what_is_right_is_left_alone(right: str):
    assert found(right) == ()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.md")), ids=lambda path: path.stem)
def test_the_examples_have_no_finding(path: Path):
    assert found(path.read_text("utf-8")) == ()


LINES = st.lists(
    st.sampled_from(
        ["·限时60秒·", "#售后 #时效", "##开场", "# 题", "- [√] 对", "1.[x] a", "- a", "  - 解析：b", "    - c",
         "   1. d", "1. e", "说明：", "", "---", "> 引", "> - f", "```", "| a | b |", "|---|---|", "| 1 | 2 | 3 |",
         "见[a](#b）", "## 开场 `限时60秒`", "<!-- x", "-->", "    g"]
    ),
    max_size=10,
).map("\n".join)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_mending_again_and_again_ends(source: str):
    """Each round of fixes may uncover another trap, but not for ever: nesting is deepened at most ten times."""
    for _ in range(12):
        better = mended(source)
        if better == source:
            break
        source = better
    assert mended(source) == source


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_a_fix_applied_alone_removes_its_finding(source: str):
    for finding in found(source):
        if finding.fix is None:
            continue
        better = apply_fixes(source, [finding.fix])
        assert better != source
        left = {each.line for each in coded(better, finding.code)}
        written = range(finding.fix.first, finding.fix.first + len(finding.fix.lines) + (finding.code == "C128"))
        if written:
            assert not left & set(written)
        else:
            assert len(left) < len(coded(source, finding.code))
