"""The table of a drill: what it shows of a text, and that an act changes nothing but what it is about."""

import re
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.form import Applied, Fields
from lms.core.errors import Invalid
from lms.drills.form.scene import SceneCard
from lms.drills.form.table import apply, view
from lms.drills.parse import parse
from lms.drills.spec import Effect
from tests.support.make_forms import fields_of

PATH = "courses/drills/urge.md"
SHIPPED = sorted(Path("courses/drills").glob("*.md"))
TEXT = """---
类型: 演练
顾客: 小雨 | 老顾客 | 急性子
情绪: 40
评分: {共情: 60, 合规: 40}
---
# 催发货

您是售后客服。

## 开场
`限时60秒`
> 系统：订单 8821。
>
> 小雨：还没发货？
> 我等三天了！

- [抱歉，我马上查。](#核实) `共情+10` `情绪+10` `记下:已核实`
    - 点评：先处理情绪。
<!-- 这一句是常见的错 -->
- [“我们也催不了。”](#激怒)   `共情-10`
- 超时 => [激怒](#激怒) `合规-10`

## 核实
`自由回复` `限时90秒` `字数15-150`
> 小雨：那你查。

- 必说 `共情+8`：抱歉 | 理解
- 禁说 `合规-30`：一定到
- 得分≥8 => [顺利](#顺利)
- 其他 => [激怒](#激怒)

## 激怒
> 小雨（情绪低于20）：我要投诉！
>
> 小雨：快说！

- [已登记。](#顺利) `前提:已核实`
- [没办法。](#差评)

## 顺利
`结局:通过`
> 小雨：好吧。

## 差评
`结局:失败`
> 系统：顾客已离开。

## 复盘
- 问自己：他要什么？
"""


def typed(card: SceneCard, ref: str, **more: str) -> dict[str, list[str]]:
    """What a browser sends of an open scene."""
    settings = card.settings
    values = {
        "card-ref": [ref], "card-type": ["scene"], "card-title": [card.title], "card-clock": [settings.clock],
        "card-least": [settings.least], "card-most": [settings.most], "card-ending": [settings.ending],
        "row": [str(row.number) for row in card.rows],
    }  # fmt: skip
    if settings.free:
        values["card-free"] = ["yes"]
    for row in card.rows:
        parts = {
            "kind": row.kind.value, "words": row.words, "limit": row.limit, "effects": row.effects, "next": row.next,
            "note": row.note,
        }  # fmt: skip
        values |= {f"row-{row.number}-{part}": [value] for part, value in parts.items()}
    return values | {name: [value] for name, value in more.items()}


def act(source: str, do: str, values: dict[str, list[str]] | None = None) -> Applied:
    return apply(source, PATH, do, fields_of(values or {}))


def scene(source: str, title: str):
    return next(each for each in view(source, PATH, dict).scenes if each.title == title)


def changed(source: str, title: str, **fields: str) -> str:
    """The text after a scene was opened, fields of it typed anew, and done."""
    open = act(source, f"open:{scene(source, title).ref}").open
    values = typed(open.card, open.ref)
    for name, value in fields.items():
        values[name.replace("_", "-")] = [value]
    return act(source, "card:", values).source


def lines_changed(before: str, after: str) -> list[str]:
    found = unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def test_a_scene_shows_who_speaks_what_is_answered_and_where_it_leads():
    first = scene(TEXT, "开场").card
    assert [row.kind.value for row in first.rows] == ["system", "customer", "choice", "choice", "timeout"]
    assert first.rows[1].words == "还没发货？\n我等三天了！"
    assert (first.rows[2].chips, first.rows[2].next) == (("共情+10", "情绪+10", "记下:已核实"), "核实")
    assert (first.rows[2].note, first.settings.clock) == ("先处理情绪。", "60秒")


def test_a_free_scene_shows_its_rubric_and_its_ways():
    card = scene(TEXT, "核实").card
    assert (card.settings.free, card.settings.least, card.settings.most) == (True, "15", "150")
    assert [(row.kind.value, row.words, row.limit) for row in card.rows[1:4]] == [
        ("must", "抱歉 | 理解", ""), ("never", "一定到", ""), ("score", "", "8"),
    ]  # fmt: skip


def test_a_scene_says_what_leads_to_it():
    assert scene(TEXT, "激怒").incoming == ("开场", "核实")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scene_opens_and_is_put_back_byte_for_byte(path):
    source = path.read_bytes().decode()
    for each in view(source, f"courses/drills/{path.name}", dict).scenes:
        assert each.card is not None, each.title
        applied = apply(source, f"courses/drills/{path.name}", "card:", fields_of(typed(each.card, each.ref)))
        assert applied.source == source


def test_one_reply_changed_is_one_line_changed():
    after = changed(TEXT, "开场", row_4_words="我们催一催。")
    assert lines_changed(TEXT, after) == [
        "-- [“我们也催不了。”](#激怒)   `共情-10`",
        "+- [我们催一催。](#激怒) `共情-10`",
    ]


def test_an_effect_changed_is_that_effect_changed_and_nothing_else():
    after = changed(TEXT, "开场", row_3_effects="共情 +12，情绪+10 记下:已核实")
    before, now = parse(TEXT, PATH).spec, parse(after, PATH).spec
    choice = before.scenes[0].choices[0]
    effects = replace(choice.effects, points=(Effect("共情", 12),))
    expected = replace(before.scenes[0], choices=(replace(choice, effects=effects), before.scenes[0].choices[1]))
    assert now == replace(before, scenes=(expected, *before.scenes[1:]))


def test_effects_without_backticks_are_effects_of_the_row():
    loose = TEXT.replace("- 必说 `共情+8`：", "- 必说 共情+8 ：")
    after = changed(loose, "核实", row_2_words="抱歉")
    assert lines_changed(loose, after)[1] == "+- 必说 `共情+8`：抱歉"


def test_windows_line_ends_stay():
    source = TEXT.replace("\n", "\r\n")
    after = changed(source, "开场", row_4_words="我们催一催。")
    assert after.count("\r\n") == source.count("\r\n")
    assert "\n" not in after.replace("\r\n", "")


def test_a_row_is_added_behind_those_of_its_kind():
    open = act(TEXT, f"open:{scene(TEXT, '开场').ref}").open
    added = act(TEXT, "row-add:choice", typed(open.card, open.ref)).open
    new = added.card.rows[4]
    values = typed(added.card, added.ref) | {
        f"row-{new.number}-words": ["稍等。"], f"row-{new.number}-next": ["核实"],
    }  # fmt: skip
    assert lines_changed(TEXT, act(TEXT, "card:", values).source) == ["+- [稍等。](#核实)"]


def test_a_row_taken_out_leaves_the_comments_beside_it():
    open = act(TEXT, f"open:{scene(TEXT, '开场').ref}").open
    dropped = act(TEXT, "row-drop:3", typed(open.card, open.ref)).open
    after = act(TEXT, "card:", typed(dropped.card, dropped.ref)).source
    assert "抱歉，我马上查" not in after
    assert "<!-- 这一句是常见的错 -->" in after
    assert len(parse(after, PATH).spec.scenes[0].choices) == 1


def test_a_row_moves_among_those_of_its_kind():
    open = act(TEXT, f"open:{scene(TEXT, '开场').ref}").open
    moved = act(TEXT, "row-up:4", typed(open.card, open.ref)).open
    after = act(TEXT, "card:", typed(moved.card, moved.ref)).source
    before, now = parse(TEXT, PATH).spec.scenes[0], parse(after, PATH).spec.scenes[0]
    assert (now.choices, now.bubbles) == (before.choices[::-1], before.bubbles)
    assert "[“我们也催不了。”](#激怒)   `共情-10`" in after


def test_a_new_name_goes_to_everything_that_leads_to_the_scene():
    after = changed(TEXT, "激怒", card_title="他生气了")
    now = parse(after, PATH).spec
    assert [each.title for each in now.scenes][2] == "他生气了"
    assert [each.target for each in now.scenes[0].choices] == ["核实", "他生气了"]
    assert after == re.sub("激怒(?=\\)|\n)", "他生气了", TEXT)


def test_while_a_name_is_being_typed_nothing_is_written():
    open = act(TEXT, f"open:{scene(TEXT, '激怒').ref}").open
    kept = act(TEXT, "keep", typed(open.card, open.ref) | {"card-title": ["他"]})
    assert (kept.source, kept.open.unsent) == (TEXT, True)
    assert "2 个场景" in str(kept.open.missing[0])


def test_another_scene_opens_after_a_rename():
    open = act(TEXT, f"open:{scene(TEXT, '激怒').ref}").open
    values = typed(open.card, open.ref) | {"card-title": ["他生气了"]}
    next_one = act(TEXT, f"open:{scene(TEXT, '开场').ref}", values)
    assert next_one.open.card.title == "开场"
    assert next_one.open.card.rows[3].next == "他生气了"


def test_a_scene_is_added_before_the_debrief():
    open = act(TEXT, "add:scene::sections").open
    values = typed(open.card, open.ref) | {
        "card-title": ["新的"], "row": ["1", "2"], "row-1-words": ["喂？"], "row-2-words": ["在的。"],
        "row-2-next": ["新的"],
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        act(TEXT, "card:", values | {"row-2-next": [""]})
    assert "row-2-next" in refused.value.fields
    after = act(TEXT, "card:", values | {"row-2-next": ["顺利"]}).source
    assert "> 系统：顾客已离开。\n\n## 新的\n> 小雨：喂？\n\n- [在的。](#顺利)\n\n## 复盘" in after


def test_scenes_change_places_and_go():
    down = act(TEXT, f"down:{scene(TEXT, '激怒').ref}").source
    assert [each.title for each in parse(down, PATH).spec.scenes][2:4] == ["顺利", "激怒"]
    assert act(down, f"up:{scene(down, '激怒').ref}").source == TEXT
    gone = act(TEXT, f"delete:{scene(TEXT, '激怒').ref}").source
    assert "激怒" not in [each.title for each in view(gone, PATH, dict).scenes]
    assert scene(gone, "开场").card.rows[3].next == ""


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"row_3_words": ""}, "row-3-words"),
        ({"row_3_next": ""}, "row-3-next"),
        ({"row_3_effects": "耐心+5"}, "row-3-effects"),
        ({"row_3_effects": "共情"}, "row-3-effects"),
        ({"row_2_limit": "200"}, "row-2-limit"),
        ({"card_clock": "一会儿"}, "card-clock"),
        ({"card_title": "核实"}, "card-title"),
        ({"card_title": "复盘"}, "card-title"),
        ({"card_title": ""}, "card-title"),
        ({"card_free": "yes"}, "card-settings"),
        ({"card_ending": "pass"}, "card-settings"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(fields, wrong):
    with pytest.raises(Invalid) as error:
        changed(TEXT, "开场", **fields)
    assert wrong in error.value.fields


def test_words_that_would_read_back_otherwise_are_refused():
    with pytest.raises(Invalid):
        changed(TEXT, "开场", row_2_words="还没发货？\n小雨：喂")
    with pytest.raises(Invalid):
        changed(TEXT, "开场", row_4_next="没有这个")


def test_a_scene_that_the_table_cannot_read_shows_its_lines():
    broken = TEXT.replace("- [没办法。](#差评)", "- 没办法。")
    found = scene(broken, "激怒")
    assert found.card is None
    assert "- 没办法。" in found.source


WORDS = st.text(st.sampled_from("好的 查了。*_[]()#`>-“”：:=|，ab1\\<"), min_size=1, max_size=12)


@settings(max_examples=60)
@given(words=WORDS, note=WORDS, which=st.sampled_from([3, 4]))
def test_whatever_is_typed_reads_back_or_is_refused(words, note, which):
    try:
        after = changed(TEXT, "开场", **{f"row_{which}_words": words, f"row_{which}_note": note})
    except Invalid:
        return
    row = scene(after, "开场").card.rows[which - 1]
    assert (row.words, row.note) == (" ".join(words.split()), " ".join(note.split()))
    assert parse(after, PATH).spec.scenes[1:] == parse(TEXT, PATH).spec.scenes[1:]


@settings(max_examples=60)
@given(field=st.sampled_from(["card_title", "card_clock", "card_most", "row_3_effects", "row_2_limit", "row_2_words"]),
       typed_in=WORDS)  # fmt: skip
def test_whatever_a_field_holds_the_other_scenes_stay_as_they_are(field, typed_in):
    try:
        after = changed(TEXT, "激怒" if field == "card_title" else "开场", **{field: typed_in})
    except Invalid:
        return
    assert len(view(after, PATH, dict).scenes) == 5
    assert all(each.card for each in view(after, PATH, dict).scenes)
    assert after.endswith(TEXT[TEXT.index("## 顺利") :])


def test_fields_of_a_table_may_be_missing():
    assert isinstance(apply(TEXT, PATH, "", Fields({})), Applied)
