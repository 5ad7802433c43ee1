"""What is wrong with a drill as a whole: a good sample has none of it, each bad one has just its own."""

import pytest

from lms.content.grammar.findings import Severity
from lms.content.grammar.keywords import Language
from lms.content.samples import sample
from lms.content.wordlists.said import lint_said
from lms.content.wordlists.spec import WordEntry
from lms.content.wordlists.spec import parse as parse_words
from lms.drills.lint import lint
from lms.drills.lint.beside import lint_beside
from lms.drills.parse import parse

PATH = "courses/drills/this.md"
GOOD = """---
类型: 演练
顾客: 小雨
情绪: 40
评分: {共情: 30, 合规: 70}
---
# 一个演练

## 开场
`限时60秒`
> 小雨：发了没有？

- [我查一下，两分钟回您。](#核实) `共情+10` `记下:已认账`
- [大促期间请您再等一等。](#走人) `共情-10`
- 超时 => [走人](#走人) `共情-5`

## 核实
`自由回复` `字数5-100`
> 小雨：哪天到？

- 必说 `合规+10`：预计
- 禁说 `合规-20`：保证
- 得分≥10 => [收尾](#收尾)
- 其他 => [走人](#走人)

## 收尾
> 小雨：说话算数？

- [算数，变了先告诉您。](#收场) `共情+5` `前提:已认账`
- [看快递，我们只管发。](#走人) `共情-5`
- [您放心吧。](#收场)

## 收场
`结局:通过`
> 小雨：好。

## 走人
`结局:失败`
> 系统：顾客已离开。

## 复盘
- 想一想。
"""


def found(text: str) -> list[tuple[str, int, Severity]]:
    parsed = parse(text, PATH)
    assert parsed.spec is not None, [str(each.message) for each in parsed.findings]
    apart = [each for each in lint(parsed.spec) if not each.code.startswith("D39")]  # of all paths: another file
    return [(each.code, each.line, each.severity) for each in apart]


def test_a_good_drill_has_no_finding():
    assert found(GOOD) == []


E, W = Severity.ERROR, Severity.WARNING
BAD = {
    "a scene that nobody reaches": (GOOD.replace("## 收场", "## 没人来\n> 小雨：？\n\n- [甲](#收场)\n- [乙](#走人)\n\n## 收场"), "D350", 33, W),
    "a dead end": (GOOD.replace("`结局:失败`\n", ""), "D351", 37, E),
    "a circle": (GOOD.replace("[您放心吧。](#收场)", "[您放心吧。](#圈)") + "\n## 圈\n> 小雨：？\n\n- [甲](#圈)\n- [乙乙](#圈)\n", "D352", 44, E),
    "a clock that leads nowhere": (GOOD.replace("- 超时 => [走人](#走人) `共情-5`\n", ""), "D353", 9, E),
    "a timeout without a clock": (GOOD.replace("`限时60秒`\n", ""), "D354", 14, W),
    "a free reply that may lead nowhere": (GOOD.replace("- 其他 => [走人](#走人)\n", ""), "D355", 17, E),
    "no good ending": (GOOD.replace("结局:通过", "结局:失败"), "D356", 9, E),
    "a dimension that is never scored": (GOOD.replace("合规: 70", "合规: 70, 效率: 5"), "D357", 1, W),
    "a flag that nobody sets": (GOOD.replace(" `记下:已认账`", ""), "D359", 29, W),
    "a flag that nobody asks for": (GOOD.replace(" `前提:已认账`", ""), "D360", 13, W),
    "a flag that is set too late": (GOOD.replace(" `记下:已认账`", "").replace("[您放心吧。](#收场)", "[您放心吧。](#收场) `记下:已认账`"), "D361", 29, W),
    "moods that rule each other out": (GOOD.replace("`前提:已认账`", "`前提:已认账` `前提:情绪≥60` `前提:情绪<50`"), "D361", 29, W),
    "more points than there are": (GOOD.replace("得分≥10", "得分≥11"), "D362", 23, E),
    "points that everybody has": (GOOD.replace("得分≥10", "得分≥-20"), "D369", 23, W),
    "every reply with a prerequisite": (GOOD.replace("[看快递，我们只管发。](#走人) `共情-5`", "[看快递，我们只管发。](#走人) `共情-5` `前提:已认账`").replace("- [您放心吧。](#收场)\n", ""), "D363", 26, W),
    "the same reply twice": (GOOD.replace("- [您放心吧。](#收场)", "- [看快递，我们只管发。](#收场)"), "D364", 31, E),
    "a free scene without a rubric": (GOOD.replace("- 必说 `合规+10`：预计\n- 禁说 `合规-20`：保证\n- 得分≥10 => [收尾](#收尾)\n- 其他 => [走人](#走人)", "- 其他 => [收尾](#收尾) `合规+5`"), "D365", 17, W),
    "a criterion without points": (GOOD.replace("- 禁说", "- 应说：谢谢\n- 禁说"), "D366", 22, W),
    "the best reply is the longest": (GOOD.replace("我查一下，两分钟回您。", "我查一下这一单，两分钟之内一定把结果告诉您，请稍等。"), "D367", 13, W),
    "a single reply": (GOOD.replace("- [您放心吧。](#收场)\n", "").replace("- [看快递，我们只管发。](#走人) `共情-5`\n", "").replace(" `前提:已认账`", "").replace(" `记下:已认账`", ""), "D368", 29, W),
    "no debrief": (GOOD.split("## 复盘")[0], "D370", 1, W),
    "a customer who says nothing": (GOOD.replace("> 小雨：说话算数？\n", ""), "D371", 26, W),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_it_is_found_alone_on_its_line(name: str):
    text, code, line, severity = BAD[name]
    assert found(text) == [(code, line, severity)]


def test_a_drill_without_dimensions_is_told_so():
    text = GOOD.replace("评分: {共情: 30, 合规: 70}\n", "")
    for chip in (" `共情+10`", " `共情-10`", " `共情-5`", " `共情+5`", " `合规+10`", " `合规-20`"):
        text = text.replace(chip, "")
    assert ("D358", 1, W) in found(text)


def test_moods_that_leave_a_reply_to_everybody_are_no_problem():
    text = GOOD.replace("`前提:已认账`", "`前提:情绪≥40`").replace(" `记下:已认账`", "")
    text = text.replace("- [您放心吧。](#收场)\n", "").replace(
        "`共情-5`\n\n## 收场", "`共情-5` `前提:情绪<40`\n\n## 收场"
    )
    assert found(text) == []


def test_a_clock_of_a_free_scene_may_lead_where_everything_else_leads():
    assert found(GOOD.replace("`自由回复`", "`自由回复` `限时90秒`")) == []


@pytest.mark.parametrize("language", Language)
def test_the_sample_of_a_new_drill_is_clean(language: Language):
    text = sample("drill", language, title="一个演练", owner="T1001")
    assert parse(text, PATH).findings == ()
    assert found(text) == []


LIST = "---\n类型: 词表\n词表: 禁用语\n---\n# 词\n\n- 保证今天到\n"


def between(front: str, **others: str) -> list[tuple[str, str]]:
    files = {
        f"courses/drills/{name}.md": parse(text, f"courses/drills/{name}.md")
        for name, text in others.items()
        if "演练" in text
    }
    files |= {f"courses/drills/{name}.md": parse_words(text, f"courses/drills/{name}.md") for name, text in others.items() if "词表" in text}  # fmt: skip
    files[PATH] = parse(GOOD.replace("情绪: 40", f"情绪: 40\n{front}"), PATH)
    return [(path, f"{finding.code}:{finding.line}") for path, finding in lint_beside(files, lambda _: None)]


def test_drills_may_go_on_together():
    assert between("并发: [other.md]\n禁用语库: [list.md]", other=GOOD, list=LIST) == []


def test_no_drill_goes_on_with_one_that_has_its_own():
    other = GOOD.replace("情绪: 40", "情绪: 40\n并发: [this.md]")
    assert between("并发: [other.md]", other=other)[-1] == (PATH, "D380:5")


def test_only_drills_go_on_together():
    assert between("并发: [list.md]", list=LIST) == [(PATH, "D380:5")]


def test_only_lists_of_what_is_banned_are_named():
    synonyms = LIST.replace("词表: 禁用语", "词表: 同义词")
    assert between("禁用语库: [list.md]", list=synonyms) == [(PATH, "D381:5")]


def test_a_right_reply_that_says_what_is_banned_is_told_and_a_wrong_one_is_not():
    entries = (WordEntry(words=("放心吧",), instead="变了先告诉您"),)
    text = GOOD.replace("[您放心吧。](#收场)", "[“您放心吧。”](#收场) `共情+5` `合规+5`")
    assert [finding.line for finding in lint_said(text, entries)] == [31]
    assert lint_said(text.replace("`合规+5`", "`合规-5`"), entries) == []
