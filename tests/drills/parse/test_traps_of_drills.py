"""What authors really type: each is told with its line and its mend, and the mend makes it right."""

import pytest

from lms.content.grammar.findings import apply_fixes
from lms.drills.parse import parse

PATH = "courses/drills/this.md"
FRONT = "顾客: 小雨 | 老顾客 | 急性子\n情绪: 40\n评分: {共情: 30, 合规: 70}\n"


def drill(scene: str = "> 小雨：在吗\n\n- [在](#收场)", *, front: str = FRONT) -> str:
    return (
        f"---\n类型: 演练\n{front}---\n# 一个演练\n\n## 开场\n{scene}\n\n## 收场\n`结局:通过`\n\n## 走人\n`结局:失败`\n"
    )


def free(lines: str) -> str:
    return drill(f"`自由回复`\n> 小雨：在吗\n\n{lines}\n- 其他 => [走人](#走人)")


def told(text: str) -> list[tuple[str, str]]:
    return [(finding.code, str(finding.message)) for finding in parse(text, PATH).findings]


def mended(text: str) -> str:
    return apply_fixes(text, [each.fix for each in parse(text, PATH).findings if each.fix])


def test_a_drill_without_a_fault_is_told_nothing():
    assert told(drill()) == []


MENDED = {
    "a wide bracket of a link": (drill("> 小雨：在吗\n\n- [在](#收场）"), "C125", "右括号是全角"),
    "a scene that has another name": (drill("> 小雨：在吗\n\n- [在](#收一场)"), "C141", "是否“收场”？"),
    "a heading without a space": (drill().replace("## 收场", "##收场"), "C126", "# 后面要空一格"),
    "dots for backticks": (
        drill("·限时60秒·\n> 小雨：在吗\n\n- [在](#收场)\n- 超时 => [走人](#走人)"),
        "C121",
        "间隔号",
    ),
    "a note indented by two": (
        drill("> 小雨：在吗\n\n- [在](#收场) `共情+5`\n  - 点评：好。"),
        "C127",
        "点评要缩进 4 格",
    ),
    "weights without a space": (drill(front=FRONT.replace("{共情: 30", "{共情:30")), "C103", "冒号后要有空格"),
    "effects without backticks": (drill("> 小雨：在吗\n\n- [在](#收场) 共情+5 情绪-5"), "D311", "要加反引号"),
    "an effect without a sign": (drill("> 小雨：在吗\n\n- [在](#收场) `共情10`"), "D311", "写成“共情+10”"),
    "an effect with a colon": (drill("> 小雨：在吗\n\n- [在](#收场) `共情：-10`"), "D311", "写成“共情-10”"),
    "a dimension with another name": (drill("> 小雨：在吗\n\n- [在](#收场) `共感+5`"), "D310", "是否“共情”？"),
    "an unknown chip": (drill("`限时60妙`\n> 小雨：在吗\n\n- [在](#收场)"), "C110", "不认识“限时60妙”"),
    "a reply with its scene behind an arrow": (drill("> 小雨：在吗\n\n- 在的 => 收场 `共情+5`"), "D305", "不用箭头"),
    "a reply with brackets in it": (drill("> 小雨：在吗\n\n- [亲[微笑]在的](#收场) `共情+5`"), "D305", "反斜杠"),
    "a box": (drill("> 小雨：在吗\n\n- [x] [在](#收场)"), "D305", "没有对错的方框"),
    "a way without its link": (
        drill("`限时60秒`\n> 小雨：在吗\n\n- [在](#收场)\n- 超时 => 走人"),
        "D313",
        "没有写走到哪个场景",
    ),
    "a way with a colon": (
        drill("`限时60秒`\n> 小雨：在吗\n\n- [在](#收场)\n- 超时：[走人](#走人)"),
        "D313",
        "后面写 =>",
    ),
    "points without a sign": (free("- 必说 `共情+5`：好\n- 得分5 => [收场](#收场)"), "D313", "写成“得分≥5”"),
    "a gain for what must not be said": (free("- 禁说 `合规+5`：保证"), "D315", "禁说是扣分"),
    "a note that is called otherwise": (
        drill("> 小雨：在吗\n\n- [在](#收场)\n    - 解析：好。"),
        "D314",
        "演练里叫“点评”",
    ),
    "a scene of the third level": (drill().replace("## 走人", "### 走人"), "D300", "场景用二级标题"),
    "words of the customer without >": (drill("小雨：在吗\n\n- [在](#收场)"), "D306", "行首加 >"),
    "a reply that is no item": (drill("> 小雨：在吗\n\n[在](#收场)"), "D305", "行首加“- ”"),
    "words of nobody": (drill("> 在吗\n\n- [在](#收场)"), "D306", "没有写是谁说的"),
    "a customer with another name": (drill("> 小余：在吗\n\n- [在](#收场)"), "D306", "是否“小雨”？"),
    "another ending": (drill().replace("结局:失败", "结局:失败了"), "D301", "结局写“通过”或“失败”"),
    "a rubric without its chip": (
        drill("> 小雨：在吗\n\n- 必说 `共情+5`：好\n- 其他 => [收场](#收场)"),
        "D316",
        "`自由回复`",
    ),
    "a mood that never began": (
        drill("> 小雨：在吗\n\n- [在](#收场) `情绪+5`", front=FRONT.replace("情绪: 40\n", "")),
        "D302",
        "情绪: 40",
    ),
    "a bare number to pass": (drill(front=FRONT + "通过: 75分\n"), "D308", "总分≥75"),
    "dimensions without weights": (
        drill(front=FRONT.replace("{共情: 30, 合规: 70}", "[共情, 合规]")),
        "D303",
        "{维度: 权重",
    ),
    "a deducting dimension with another name": (drill(front=FRONT + "扣分制: [合归]\n"), "D303", "是否“合规”？"),
    "a customer with commas": (drill(front=FRONT.replace(" | ", "，")), "D302", "用 | 隔开"),
}


@pytest.mark.parametrize("name", MENDED)
def test_it_is_told_and_its_fix_makes_it_right(name: str):
    text, code, words = MENDED[name]
    assert any(found == code and words in message for found, message in told(text)), told(text)
    assert told(mended(mended(text))) == []  # what one mend brings to light the next one mends


TOLD = {
    "no scene": ("---\n类型: 演练\n顾客: 小雨\n---\n# 一个演练\n", "D300", "还没有场景"),
    "no customer": (drill(front="评分: {共情: 1}\n"), "C108", "顾客"),
    "two scenes of one name": (drill().replace("## 走人", "## 开场"), "D300", "重名"),
    "a paragraph that nobody sees": (drill("> 小雨：在吗\n\n学员要先道歉。\n\n- [在](#收场)"), "D300", "不会显示"),
    "settings below the words": (drill("> 小雨：在吗\n\n`限时60秒`\n\n- [在](#收场)"), "D301", "紧跟在标题"),
    "words beside the reply": (drill("> 小雨：在吗\n\n- 说：[在](#收场)"), "D305", "不会发给顾客"),
    "a reply that leads into another file": (drill("> 小雨：在吗\n\n- [在](other.md#收场)"), "D304", "不是场景"),
    "a reply that leads to the title": (drill("> 小雨：在吗\n\n- [在](#一个演练)"), "D304", "不是场景"),
    "a reply that leads nowhere": (drill("> 小雨：在吗\n\n- 在的"), "D305", "看不懂"),
    "an empty bubble": (drill("> 小雨：\n\n- [在](#收场)"), "D306", "空的"),
    "another condition of a bubble": (drill("> 小雨（生气）：在吗\n\n- [在](#收场)"), "D307", "情绪低于20"),
    "a pass rule of an unknown dimension": (drill(front=FRONT + "通过: 礼貌≥60\n"), "D308", "没有“礼貌”"),
    "a pass rule that nobody can read": (drill(front=FRONT + "通过: 差不多就行\n"), "D308", "看不懂"),
    "a drill beside itself": (drill(front=FRONT + "并发: [this.md]\n"), "D309", "自己"),
    "five drills at once": (drill(front=FRONT + "并发: [a.md, b.md, c.md, d.md, e.md]\n"), "D309", "最多 4 个"),
    "a weight of nothing": (drill(front=FRONT.replace("70", "0")), "D303", "大于 0"),
    "a dimension called mood": (drill(front=FRONT.replace("合规", "情绪")), "D303", "另有意思"),
    "one dimension twice on a line": (drill("> 小雨：在吗\n\n- [在](#收场) `共情+5` `共情+6`"), "D311", "写了两次"),
    "a mood out of its range": (drill("> 小雨：在吗\n\n- [在](#收场) `前提:情绪≥200`"), "D312", "0 到 100"),
    "a prerequisite of a way": (
        drill("`限时9秒`\n> 小雨：在\n\n- [在](#收场)\n- 超时 => [走人](#走人) `前提:见过`"),
        "D312",
        "只能写在选项上",
    ),
    "a rubric that breaks off": (free("- 必说 `共情+5`：抱歉 |"), "D315", "写得不完整"),
    "two notes": (drill("> 小雨：在吗\n\n- [在](#收场)\n    - 点评：好。\n    - 点评：很好。"), "D314", "一个点评"),
    "an ending that goes on": (drill().replace("`结局:通过`\n", "`结局:通过`\n\n- [在](#开场)\n"), "D316", "是结局"),
    "a choice in a free scene": (free("- [在](#收场)"), "D316", "不写选项"),
    "a way behind the last one": (
        drill("`自由回复`\n> 小雨：在\n\n- 其他 => [走人](#走人)\n- 得分≥5 => [收场](#收场)"),
        "D317",
        "移到最后",
    ),
    "a higher limit below": (free("- 得分≥5 => [收场](#收场)\n- 得分≥9 => [收场](#收场)"), "D317", "走不到"),
    "the same way twice": (free("- 其他 => [收场](#收场)"), "D317", "同一种去向"),
    "two debriefs": (drill() + "\n## 复盘\n- 一\n\n## 复盘\n- 二\n", "D318", "合成一节"),
    "an empty question to rate by": (drill() + "\n## 复盘\n- 自评：\n", "D318", "写上问题"),
}


@pytest.mark.parametrize("name", TOLD)
def test_it_is_told_with_what_to_do(name: str):
    text, code, words = TOLD[name]
    assert any(found == code and words in message for found, message in told(text)), told(text)
    assert parse(text, PATH).spec is None


def test_everything_is_told_at_once():
    text = drill("> 在吗\n\n- [在](#收场) `共感+5`\n- 在的\n- [走](#收场) 共情-5")
    assert [code for code, _ in told(text)] == ["D306", "D310", "D305", "D311"]


def test_a_word_of_the_other_language_is_a_warning():
    assert [code for code, _ in told(drill().replace("结局:失败", "ending:fail"))] == ["C109"]
