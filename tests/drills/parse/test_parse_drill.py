"""What an author writes of a drill, and what is read of it."""

from pathlib import Path

import pytest

from lms.content.grammar.findings import apply_fixes
from lms.drills.parse import parse
from lms.drills.spec import (
    Channel,
    Choice,
    Clause,
    Compared,
    Customer,
    Dimension,
    DrillSpec,
    Effects,
    Ending,
    Requirement,
    RouteKind,
)
from lms.questions.spec import CriterionKind, Span

EXAMPLE = (Path(__file__).parents[2] / "examples" / "drill.md").read_text("utf-8")
PATH = "courses/drills/this.md"
FRONT = "顾客: 小雨 | 老顾客 | 急性子\n情绪: 40\n评分: {共情: 30, 合规: 70}\n"


def source(first: str, *, front: str = "", chips: str = "", below: str = "") -> str:
    """A drill whose opening says and answers this, with both endings."""
    head = f"---\n类型: 演练\n{FRONT}{front}---\n# 一个演练\n{below}\n## 开场\n"
    return f"{head}{chips}{first}\n\n## 收场\n`结局:通过`\n\n## 走人\n`结局:失败`\n"


def told(text: str) -> list[str]:
    return [str(finding.message) for finding in parse(text, PATH).findings]


def codes(text: str) -> set[str]:
    return {finding.code for finding in parse(text, PATH).findings}


def read(text: str) -> DrillSpec:
    parsed = parse(text, PATH)
    assert parsed.spec is not None, told(text)
    return parsed.spec


def choice(line: str, front: str = "") -> Choice:
    return read(source(f"> 小雨：在吗\n\n{line}", front=front)).first.choices[0]


def mended(text: str) -> str:
    """The text after every fix that is offered."""
    return apply_fixes(text, [each.fix for each in parse(text, PATH).findings if each.fix])


def test_the_example_is_read_wholly():
    drill = read(EXAMPLE)
    assert [scene.title for scene in drill.scenes] == ["开场", "核实", "激怒", "要求找领导", "顺利结束", "差评收场"]
    assert parse(EXAMPLE, PATH).findings == ()
    assert (drill.customer, drill.mood, drill.seconds) == (
        Customer(name="小雨", about="老顾客", temper="急性子，爱连发短句"),
        40,
        480,
    )
    assert drill.dimensions[0] == Dimension(name="共情", weight=30)


def test_a_choice_has_its_words_its_effects_its_flag_and_its_note():
    first = read(EXAMPLE).first.choices[0]
    assert first.text == "非常抱歉让您等了这么久，我马上帮您查这一单，请稍等一分钟。"
    assert first.effects == Effects.of({"共情": 10, "准确": 5}, mood=10, sets=("已核实",))
    assert first.note is not None
    assert first.note.text == "先处理情绪，再处理事情。"
    assert (first.target, first.span) == ("核实", Span(first=18, last=19))


def test_a_free_scene_has_its_rubric_and_its_ways_from_the_top():
    scene = read(EXAMPLE).scene("核实")
    assert (scene.free, scene.seconds, scene.shortest, scene.longest) == (True, 90, 15, 150)
    assert [each.kind for each in scene.rubric][2:] == [CriterionKind.SHOULD, CriterionKind.NEVER]
    assert [(each.kind, each.at_least, each.target) for each in scene.routes] == [
        (RouteKind.SCORE, 15, "顺利结束"),
        (RouteKind.VIOLATED, 0, "要求找领导"),
        (RouteKind.ELSE, 0, "激怒"),
    ]


def test_every_line_knows_its_place_in_the_file():
    scene = read(EXAMPLE).scene("激怒")
    assert (scene.span, scene.bubbles[1].span) == (Span(first=35, last=44), Span(first=39, last=39))
    assert [each.span.first for each in scene.choices] == [41, 42]
    assert scene.routes[0].span == Span(first=44, last=44)


def test_an_angry_line_is_said_below_a_mood_alone():
    assert read(EXAMPLE).scene("激怒").bubbles[1].below == 20


def test_the_system_says_an_order_card_where_every_piece_has_a_name():
    drill = read(source("> 系统：订单：8821；付款：11月11日 00:02\n\n- [在](#收场)"))
    assert drill.first.bubbles[0].card == (("订单", "8821"), ("付款", "11月11日 00:02"))


@pytest.mark.parametrize("line", ["订单 8821，17 日前发出", "仓库回复：待打单；下一次更新在 16:00", "仓库回复：待打单"])
def test_any_other_word_of_the_system_is_no_card(line: str):
    assert read(source(f"> 系统：{line}\n\n- [在](#收场)")).first.bubbles[0].card == ()


def test_two_bubbles_without_an_empty_line_between_are_split_at_the_speaker():
    drill = read(source("> 小雨：在吗\n> 小雨（情绪低于20）：人呢\n> 系统：她在打字\n\n- [在](#收场)"))
    assert [(each.speaker, each.body.text, each.below) for each in drill.first.bubbles] == [
        ("小雨", "在吗", None),
        ("小雨", "人呢", 20),
        ("", "她在打字", None),
    ]


def test_a_letter_runs_over_several_paragraphs():
    (bubble,) = read(source("> 小雨：您好：\n>\n> 第一：标签不同。\n>\n> 此致\n\n- [在](#收场)")).first.bubbles
    assert bubble.body.source == "您好：\n\n第一：标签不同。\n\n此致"
    assert bubble.span == Span(first=10, last=14)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("“您好。”", "您好。"), ("“甲”和“乙”", "“甲”和“乙”"), ("「您好」", "您好"), (r"亲\[微笑\]", "亲[微笑]")],
)
def test_quotation_marks_around_the_whole_reply_are_dropped(typed: str, said: str):
    assert choice(f"- [{typed}](#收场)").text == said


def test_a_flag_and_moods_may_be_needed():
    needs = choice("- [在](#收场) `前提:已核实` `前提:情绪≥30` `前提:情绪低于80`").requires
    assert needs == (
        Requirement(flag="已核实"),
        Requirement(compared=Compared.AT_LEAST, mood=30),
        Requirement(compared=Compared.UNDER, mood=80),
    )


@pytest.mark.parametrize("chip", ["`共情+10`", "`共情＋10`", "【共情+10】", "`共情 +10`"])
def test_an_effect_is_read_in_any_width(chip: str):
    assert choice(f"- [在](#收场) {chip}").effects == Effects.of({"共情": 10})


@pytest.mark.parametrize("chip", ["`共情-5`", "`共情−5`", "`共情–5`"])
def test_any_dash_is_a_minus(chip: str):
    assert choice(f"- [在](#收场) {chip}").effects == Effects.of({"共情": -5})


@pytest.mark.parametrize("head", ["必说 共情+8", "必说 `共情+8`", "必说（共情+8）", "必说`共情+8`"])
def test_the_points_of_a_criterion_need_no_backticks(head: str):
    (criterion,) = read(
        source(f"> 小雨：在吗\n\n- {head}：抱歉 | 理解\n- 其他 => [收场](#收场)", chips="`自由回复`\n")
    ).first.rubric
    assert (criterion.effects, criterion.words) == (Effects.of({"共情": 8}), "抱歉 | 理解")


@pytest.mark.parametrize("arrow", ["=>", "→", "＝＞", "⇒"])
@pytest.mark.parametrize("limit", ["得分≥15", "得分>=15", "得分 ≥ 15 分", "得分>14", "得分不低于15"])
def test_a_way_by_points_is_read_as_it_is_typed(arrow: str, limit: str):
    text = source(
        f"> 小雨：在吗\n\n- {limit} {arrow} [收场](#收场) `情绪+5`\n- 其他 {arrow} [走人](#走人)", chips="`自由回复`\n"
    )
    route = read(text).first.routes[0]
    assert (route.kind, route.at_least, route.effects.mood) == (RouteKind.SCORE, 15, 5)


def test_the_pass_rule_has_alternatives_of_clauses():
    rule = read(source("> 小雨：在吗\n\n- [在](#收场)", front="通过: 总分≥75 且 合规>=60 或 共情>90\n")).passes
    assert rule == (
        (
            Clause(dimension="", compared=Compared.AT_LEAST, limit=75),
            Clause(dimension="合规", compared=Compared.AT_LEAST, limit=60),
        ),
        (Clause(dimension="共情", compared=Compared.OVER, limit=90),),
    )


def test_a_dimension_may_only_fall():
    drill = read(source("> 小雨：在吗\n\n- [在](#收场)", front="扣分制: [合规]\n"))
    assert [each.deduct for each in drill.dimensions] == [False, True]
    every = read(source("> 小雨：在吗\n\n- [在](#收场)").replace("# 一个演练\n", "# 一个演练\n`扣分制`\n"))
    assert [each.deduct for each in every.dimensions] == [True, True]


def test_other_drills_and_word_lists_are_named_by_relative_paths():
    front = "并发: [other.md, ../third.md]\n禁用语库: [../../kb_content/words/own.md]\n渠道: 电话\n可中断: 是\n"
    parsed = parse(source("> 小雨：在吗\n\n- [在](#收场)", front=front), PATH)
    assert parsed.spec is not None
    assert parsed.spec.concurrent == ("courses/drills/other.md", "courses/third.md")
    assert parsed.spec.word_lists == ("kb_content/words/own.md",)
    assert (parsed.spec.channel, parsed.spec.interruptible) == (Channel.PHONE, True)
    assert {link.target for link in parsed.links} >= {"courses/third.md", "kb_content/words/own.md"}


def test_the_debrief_asks_its_own_questions_and_may_have_headings():
    text = (
        source("> 小雨：在吗\n\n- [在](#收场)") + "\n## 复盘\n- 自评：时间算过吗？\n- 想一想\n\n### 对照\n\n见文章。\n"
    )
    debrief = read(text).debrief
    assert debrief is not None
    assert debrief.asks == ("时间算过吗？",)
    assert debrief.body.source == "- 想一想\n\n### 对照\n\n见文章。"


def test_a_drill_in_english_is_the_same_drill():
    text = (
        "---\ntype: drill\ncustomer: Rain\nmood: 40\nrubric: {empathy: 1}\npass: total≥75 and empathy≥60\n---\n# A drill\n\n"
        "## Opening\n`time 60s`\n> Rain (mood below 20): Hello?\n\n- [Hello](#happy-end) `empathy+5` `mood-5` `set:seen`\n"
        "    - note: Fine.\n- timeout => [Happy end](#happy-end)\n\n## Happy end\n`ending:pass`\n"
    )
    drill = read(text)
    assert parse(text, PATH).findings == ()
    assert drill.first.choices[0].target == "Happy end"
    assert drill.scenes[1].ending is Ending.PASS
