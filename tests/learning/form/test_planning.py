"""What each act of the board does to the text of a curriculum."""

import pytest

from lms.content.form import Fields, Target
from lms.core.errors import Invalid
from lms.learning.form import curriculum
from lms.learning.form.board import EMPTY, board

PATH = "courses/onboarding/curriculum.md"
PLAN = """---
类型: 培训计划
时长: 6小时
---
# 计划

## 认识公司
`第1-2天` `任意顺序`

先认人，再认店。

<!-- 第一天 -->
- [文化](culture/course.md) `第1天` `120分钟`
- [认人](tasks/meet.md) `第2天` `60分钟`

## 上手
`第3天` `需完成:认识公司` `带教验收`

- [旁听](tasks/listen.md) `第3天` `100分钟`
- [复习](tasks/again.md) `选修` `30分钟`
"""


def seen(source=PLAN, **targets):
    return board(source, PATH, lambda _: {each.path: each for each in targets.values()})


def empty_days(board):
    return [day.number for day in board.days if day.standing == EMPTY]


def cell(stage, day, source=PLAN):
    return next(
        each for each in (*seen(source).stages[stage].cells, seen(source).stages[stage].tray) if each.day == day
    )


def act(do, source=PLAN, **values):
    return curriculum.apply(source, PATH, do, Fields({name: [value] for name, value in values.items()})).source


def sent(do, values, source=PLAN):
    return curriculum.apply(source, PATH, do, Fields({name: [value] for name, value in values.items()})).source


def key_of(stage):
    return seen().stages[stage].key


def a_target(path="courses/onboarding/culture/course.md", *, state="published", minutes=45, days=()):
    return Target(
        path=path,
        kind="course",
        slug="onboarding/culture/course",
        title="文化",
        minutes=minutes,
        state=state,
        days=days,
    )


# what the board says


def test_each_day_says_its_minutes_against_its_share_of_the_promise():
    assert seen().a_day == 120
    assert [(day.sum.minutes, day.standing, day.gap) for day in seen().days] == [
        (120, "fits", 0),
        (60, "under", -60),
        (100, "under", -20),
    ]


def test_what_is_optional_is_apart_and_what_has_no_day_lies_in_the_tray():
    tray = seen().stages[1].tray
    assert [row.title for row in tray.rows] == ["复习"]
    assert (tray.sum.minutes, tray.sum.optional) == (0, 30)


def test_an_item_without_minutes_takes_those_of_its_document():
    source = PLAN.replace(" `120分钟`", "")
    assert seen(source, t=a_target()).days[0].sum.minutes == 45
    assert seen(source).days[0].sum.unknown == 1


@pytest.mark.parametrize(("state", "words"), [("draft", "请先发布"), ("archived", "已归档"), ("missing", "找不到")])
def test_a_target_that_a_learner_cannot_open_says_what_to_do(state, words):
    found = {} if state == "missing" else {"t": a_target(state=state)}
    row = seen(**found).stages[0].cells[0].rows[0]
    assert row.state == state
    assert words in str(row.advice)


def test_an_empty_day_is_marked_unless_something_within_a_course_is_due_on_it():
    source = PLAN.replace("`第2天` `60分钟`", "`第1天` `60分钟`")
    assert empty_days(seen(source)) == [2]
    assert empty_days(seen(source, t=a_target(days=(2,)))) == []


def test_an_item_due_before_its_stage_opens_says_so_where_it_stands():
    source = PLAN.replace("[旁听](tasks/listen.md) `第3天`", "[旁听](tasks/listen.md) `第2天`")
    row = next(row for each in seen(source).stages[1].cells for row in each.rows)
    assert "第 3 天才开始" in str(row.problems[0].message)
    assert next(each for each in seen(source).stages[1].cells if each.day == 2).outside


def test_a_stage_that_waits_for_itself_says_so_at_the_stage():
    source = PLAN.replace("`任意顺序`", "`任意顺序` `需完成:上手`", 1)
    assert "要等它自己完成" in str(seen(source).stages[0].problems[0].message)


def test_a_promise_that_is_not_kept_is_said_once_above_all_days():
    assert [each.line for each in seen().problems] == [1]
    assert seen().standing == "under"


def test_a_text_full_of_errors_is_shown_as_far_as_it_can_be_read():
    source = PLAN.replace("- [认人](tasks/meet.md)", "- 认人（还没写）").replace("`带教验收`", "`带教验受`")
    view = seen(source)
    assert [row.source for row in view.stages[0].tray.rows] == ["- 认人（还没写） `第2天` `60分钟`"]
    assert view.stages[1].problems
    assert curriculum.apply(source, PATH, "fields", Fields({})).source == source


# acts


def test_the_sum_becomes_the_promise():
    assert act("sum:280") == PLAN.replace("时长: 6小时", "时长: 280分钟")


def test_a_promise_is_typed_as_people_write_it():
    assert act("fields", promise="8 小时") == PLAN.replace("时长: 6小时", "时长: 8小时")
    with pytest.raises(Invalid) as refused:
        act("fields", promise="很久")
    assert "promise" in refused.value.fields


def test_a_renamed_stage_is_renamed_where_others_wait_for_it():
    after = sent("fields", {f"name-{key_of(0)}": "认识大家"})
    assert after == PLAN.replace("认识公司", "认识大家")


@pytest.mark.parametrize("name", ["", "  ", "上手", "a`b", "[甲]", "#甲", "长" * 81])
def test_a_name_that_cannot_be_a_heading_is_refused(name):
    with pytest.raises(Invalid) as refused:
        sent("fields", {f"name-{key_of(0)}": name})
    assert f"name-{key_of(0)}" in refused.value.fields


def test_settings_of_a_stage_rewrite_its_line_of_chips_alone():
    key = key_of(1)
    values = {f"set-{key}": "1", f"first-{key}": "3", f"last-{key}": "4", f"any-{key}": "1", f"after-{key}": "认识公司"}
    after = sent("fields", {**values, f"text-{key}": ""})
    assert after == PLAN.replace("`第3天` `需完成:认识公司` `带教验收`", "`第3-4天` `任意顺序` `需完成:认识公司`")


def test_a_description_is_written_taken_away_and_may_hold_no_list():
    key = key_of(1)
    chips = "`第3天` `需完成:认识公司` `带教验收`\n"
    base = {f"set-{key}": "1", f"first-{key}": "3", f"sign-{key}": "1", f"after-{key}": "认识公司"}
    there = sent("fields", {**base, f"text-{key}": "跟着听。\r\n不插话。"})
    assert there == PLAN.replace(chips, chips + "\n跟着听。\n不插话。\n")
    assert sent("fields", {**base, f"text-{key}": ""}, there) == PLAN
    with pytest.raises(Invalid):
        sent("fields", {**base, f"text-{key}": "- 一项"})


def test_a_new_stage_stands_at_the_end_on_the_next_day():
    assert act("add-stage", **{"new-stage": "实战"}) == PLAN + "\n## 实战\n`第4天`\n"


def test_a_document_is_added_as_the_last_of_its_day():
    values = {"add-to": cell(0, 1).key, "add-path": "kb_content/a/b.md", "add-title": "退货[新]"}
    line = "- [文化](culture/course.md) `第1天` `120分钟`\n"
    assert sent("add", values) == PLAN.replace(line, line + "- [退货（新）](../../kb_content/a/b.md) `第1天`\n")


@pytest.mark.parametrize(
    "path", ["", "x.md", "courses/onboarding/curriculum.md", "courses/onboarding/culture/course.md", "../a.md"]
)
def test_what_cannot_be_added_is_refused_with_a_sentence(path):
    with pytest.raises(Invalid) as refused:
        sent("add", {"add-to": cell(0, 1).key, "add-path": path, "add-title": "x"})
    assert "add-path" in refused.value.fields


def test_the_first_item_of_an_empty_stage_begins_its_list():
    source = PLAN + "\n## 实战\n`第4天`\n"
    values = {"add-to": cell(2, 4, source).key, "add-path": "courses/a.md", "add-title": "甲"}
    assert sent("add", values, source) == source + "\n- [甲](../a.md) `第4天`\n"


def test_a_removed_item_takes_its_line_along_and_nothing_else():
    line = "- [文化](culture/course.md) `第1天` `120分钟`\n"
    assert act(f"remove:{cell(0, 1).rows[0].key}") == PLAN.replace(line, "")


def test_an_item_dragged_to_another_stage_takes_its_day():
    key = cell(0, 2).rows[0].key
    after = act("move", item=key, list=cell(1, 3).key, position="0")
    line = "- [认人](tasks/meet.md) `第2天` `60分钟`\n"
    first = "- [旁听](tasks/listen.md)"
    assert after == PLAN.replace(line, "").replace(first, line.replace("第2天", "第3天") + first)


def test_an_item_dragged_to_the_tray_loses_its_day_alone():
    key = cell(1, 3).rows[0].key
    assert act("move", item=key, list=cell(1, 0).key, position="0") == PLAN.replace("listen.md) `第3天`", "listen.md)")


def test_a_day_put_in_moves_everything_behind_it():
    after = act(f"insert-day:{cell(0, 2).key}")
    wanted = (
        PLAN.replace("`第1-2天`", "`第1-3天`").replace("第3天", "第4天").replace("meet.md) `第2天`", "meet.md) `第3天`")
    )
    assert after == wanted
    assert cell(0, 2).shift.items == 2
    assert cell(0, 2).shift.stages == 1


def test_a_day_put_in_behind_a_stage_belongs_to_it():
    key = seen().stages[0].key
    after = act(f"insert-day:{key}.3")
    assert after == PLAN.replace("`第1-2天`", "`第1-3天`").replace("第3天", "第4天").replace("`第1-4天`", "`第1-3天`")


def test_a_day_with_something_on_it_is_not_taken_out():
    with pytest.raises(Invalid, match="第 2 天还有内容"):
        act(f"remove-day:{cell(0, 2).key}")


def test_the_only_day_of_a_stage_is_not_taken_out():
    source = act("move", item=cell(1, 3).rows[0].key, list=cell(1, 0).key, position="0")
    with pytest.raises(Invalid, match="只有这一天"):
        act(f"remove-day:{cell(1, 3, source).key}", source)


def test_a_stage_moved_up_takes_its_days_along():
    after = act(f"up:{key_of(1)}")
    assert [(stage.name, stage.first_day, stage.last_day) for stage in seen(after).stages] == [
        ("上手", 1, 1),
        ("认识公司", 2, 3),
    ]
    assert "<!-- 第一天 -->\n- [文化](culture/course.md) `第2天` `120分钟`\n" in after


def test_a_stage_that_is_deleted_leaves_its_items_and_days_to_its_neighbour():
    after = act(f"remove-stage:{key_of(1)}")
    assert [(stage.name, stage.count, stage.last_day) for stage in seen(after).stages] == [("认识公司", 4, 3)]
    after = act(f"remove-stage:{key_of(0)}")
    assert "需完成" not in after
    assert [(stage.name, stage.count, stage.first_day) for stage in seen(after).stages] == [("上手", 4, 1)]


def test_the_only_stage_stays_while_it_holds_anything():
    alone = act(f"remove-stage:{key_of(1)}")
    with pytest.raises(Invalid, match="唯一的阶段"):
        act(f"remove-stage:{seen(alone).stages[0].key}", alone)


def test_a_field_and_an_act_at_once_both_hold():
    values = {f"name-{key_of(0)}": "认识大家", "item": cell(0, 2).rows[0].key, "list": cell(1, 3).key, "position": "0"}
    key = key_of(1)
    values |= {f"set-{key}": "1", f"first-{key}": "3", f"text-{key}": "一行。\n两行。", f"sign-{key}": "1"}
    after = sent("move", values)
    assert [row.title for row in cell(1, 3, after).rows] == ["认人", "旁听"]
    assert "## 认识大家" in after
    assert "一行。\n两行。" in after


@pytest.mark.parametrize(
    "do",
    ["", "move", "place:i1", "remove:zzz", "insert-day:", "insert-day:s7.0", "remove-day:x.9", "up:s7", "down:s17", "up:x", "sum:", "sum:0", "sum:x", "nonsense:1"],
)  # fmt: skip
def test_an_act_that_means_nothing_here_changes_nothing(do):
    assert act(do, item="i99", list="s1.1", position="0") == PLAN


def test_windows_line_ends_stay():
    source = PLAN.replace("\n", "\r\n")
    key = seen(source).stages[0].cells[1].rows[0].key
    after = act("move", source, item=key, list=cell(1, 3, source).key, position="0")
    assert "\n" not in after.replace("\r\n", "")


def test_fields_of_a_form_that_was_drawn_from_another_text_write_nothing():
    key = cell(0, 1).rows[0].key
    other = PLAN.replace("- [文化]", "- [新的](new.md) `第1天`\n- [文化]")
    assert act("fields", other, drawn=seen().drawn, **{f"minutes-{key}": "5"}) == other
    assert "`5分钟`" in act("fields", other, drawn=seen(other).drawn, **{f"minutes-{key}": "5"})
    assert seen().drawn == seen(PLAN.replace("\n", "\r\n")).drawn


def test_drawing_alone_writes_nothing():
    assert act("", **{f"minutes-{cell(0, 1).rows[0].key}": "5"}) == PLAN


def test_a_setting_on_a_line_of_its_own_takes_its_line_along():
    source = PLAN.replace("`第1-2天` `任意顺序`", "`第1-2天`\n`任意顺序`")
    key = seen(source).stages[0].key
    values = {f"set-{key}": "1", f"first-{key}": "1", f"last-{key}": "2", f"text-{key}": "先认人，再认店。"}
    assert sent("fields", values, source) == PLAN.replace(" `任意顺序`", "")


def test_the_day_of_an_item_is_chosen_by_its_place_alone():
    assert act("fields", **{f"day-{cell(0, 1).rows[0].key}": "7"}) == PLAN
