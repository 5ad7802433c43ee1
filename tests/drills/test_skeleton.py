"""A masked chat as the skeleton of a drill: what was said is there, the gaps are named, and it parses as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.findings import Severity
from lms.content.lint import lint_personal_data
from lms.drills.kind import KIND
from lms.drills.lint import lint
from lms.drills.spec import Ending
from lms.drills.tickets.masking import masked_lines
from lms.drills.tickets.skeleton import BAD, GOOD, clock_of, exchanges, skeleton
from lms.drills.tickets.talk import Line, Side

C, A, S = Side.CUSTOMER, Side.AGENT, Side.SYSTEM


def chat(*parts):
    return [Line(side, at, said) for side, at, said in parts]


def parsed(made):
    read = KIND.parse(made.source, "courses/drills/x.md")
    assert [str(each.message) for each in read.findings if each.severity is Severity.ERROR] == []
    return read.spec


SMALL = chat(
    (A, 0, "欢迎光临"),
    (C, 5, "到哪了"),
    (C, 9, "快说"),
    (A, 65, "抱歉"),
    (A, 70, "我查一下"),
    (C, 90, "好"),
    (A, 120, "17 日前发"),
    (C, 130, "行吧"),
)


def test_each_exchange_is_a_scene_and_the_reply_its_first_choice():
    spec = parsed(skeleton("物流延迟", SMALL))
    assert [scene.title for scene in spec.scenes] == ["开场", "第2轮", GOOD, BAD]
    first = spec.scenes[0]
    assert [bubble.body.text for bubble in first.bubbles if not bubble.card] == ["到哪了", "快说"]
    assert first.choices[0].text == "抱歉。我查一下。"
    assert first.choices[0].target == "第2轮"


def test_the_last_words_of_the_customer_are_the_good_ending():
    spec = parsed(skeleton("物流延迟", SMALL))
    assert spec.scene(GOOD).bubbles[0].body.text == "行吧"
    assert (spec.scene(GOOD).ending, spec.scene(BAD).ending) == (Ending.PASS, Ending.FAIL)


def test_the_clock_is_the_median_of_the_real_waits():
    assert skeleton("物流延迟", SMALL).seconds == 45


@pytest.mark.parametrize(
    ("waits", "seconds"), [([1], 15), ([22], 15), ([23], 30), ([30, 60, 90], 60), ([9_999], 600), ([], None)]
)
def test_waits_are_rounded_to_fifteen_seconds(waits, seconds):
    lines = [line for wait in waits for line in chat((C, 0, "问"), (A, wait, "答"))]
    assert clock_of(exchanges(lines)[0]) == seconds


def test_without_times_the_usual_clock_stands():
    made = skeleton("物流延迟", chat((C, None, "在吗"), (A, None, "在")))
    assert (made.seconds, made.timed) == (60, False)


def test_after_ten_exchanges_the_rest_is_named_not_kept():
    made = skeleton("物流延迟", chat(*[part for n in range(13) for part in ((C, n, f"问{n}"), (A, n, f"答{n}"))]))
    assert (made.scenes, made.dropped) == (10, 3)
    assert "后面还有 3 轮" in made.source
    assert "问11" not in made.source


def test_a_chat_without_an_answer_is_no_drill():
    assert skeleton("物流延迟", chat((C, 0, "在吗"))) is None
    assert skeleton("物流延迟", chat((A, 0, "在的"))) is None


def test_the_order_card_holds_what_is_known():
    lines = masked_lines(chat((C, 0, "订单号3344556677889900"), (A, 5, "单号SF1234567890123"))).lines
    card = parsed(skeleton("物流延迟", lines)).scenes[0].bubbles[0].card
    assert dict(card)["订单"] == "【订单号1】"
    assert dict(card)["快递单号"] == "【快递单号1】"


def test_the_skeleton_as_made_has_nothing_that_must_be_mended():
    spec = parsed(skeleton("物流延迟", SMALL, "T1001"))
    assert [each for each in lint(spec) if each.severity is Severity.ERROR] == []
    assert lint_personal_data(skeleton("物流延迟", SMALL, "T1001").source) == []


NASTY = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(
        [
            "- 一",
            "·限时60秒·",
            "a·b・c•d",
            "］",
            "[x](#y",
            "【a】`b`",
            "# 二",
            "> 三",
            "1. 四",
            "[x](#y)",
            "`限时60秒`",
            "【限时60秒】",
            "超时 => [x](#x)",
            "顾客：在",
            "系统：a：b；c：d",
            "| a | b |",
            "---",
            "```",
            "<b>",
            "![p](a.png)",
            "点评：x",
            "必说 共情+8：a",
            "https://a.example/b_c_d",
            "a\n\n- b",
            "****",
            "____",
            "\\",
            "&lt;",
            "“”",
            "~~~",
            "[ ]",
            "结局:通过",
            "自评：x",
            "$x$",
            "http://",
        ]
    ),
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.sampled_from([C, A, S]), st.none() | st.integers(0, 5_000), NASTY), min_size=1, max_size=14),
    NASTY,
)
def test_whatever_was_typed_the_skeleton_parses(parts, title):
    made = skeleton(title, chat(*parts))
    if made is not None:
        spec = parsed(made)
        assert len(spec.scenes) == made.scenes + 2
