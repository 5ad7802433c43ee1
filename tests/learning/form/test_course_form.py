"""What each act of a course's form does to its text."""

import pytest

from lms.content.form import Fields, Target
from lms.core.errors import Invalid
from lms.learning.form import course

PATH = "courses/a/course.md"
COURSE = """---
类型: 课程
时长: 1小时
---
# 杯壶

学完能讲清楚。

## 内容
1. [杯子](01.md) `20分钟`
2. [刻字](../../kb_content/engraving.md) `必读`

<!-- 讲师：这里停一停 -->

3. [小测](../../quizzes/cups.md) `选修` `10分钟` `第4天`

## 备注
自己看。
"""


def seen(source=COURSE, *targets):
    return course.view(source, PATH, lambda _: {each.path: each for each in targets})


def rows(source=COURSE):
    return [row for each in seen(source).lists for row in each.rows]


def act(do, source=COURSE, **values):
    return course.apply(
        source, PATH, do, Fields({name.replace("__", "-"): [value] for name, value in values.items()})
    ).source


def test_the_sum_counts_what_is_required_and_says_what_tells_no_length():
    view = seen()
    assert (view.sum.minutes, view.sum.optional, view.sum.unknown) == (20, 10, 1)
    assert (view.promise, view.standing) == (60, "under")
    assert [each.line for each in view.problems] == [1]


def test_a_document_tells_the_length_that_its_item_leaves_out():
    path = "kb_content/engraving.md"
    known = Target(path=path, kind="article", slug="engraving", title="刻字", minutes=9, state="draft")
    row = seen(COURSE, known).lists[0].rows[1]
    assert (row.minutes, row.own_minutes, row.state, row.need) == (9, "", "draft", "must")


def test_the_numbers_stay_with_the_places_and_the_comment_where_it_is():
    after = act("move", item=rows()[2].key, list=seen().lists[0].key, position="0")
    assert after == COURSE.replace(
        "1. [杯子](01.md) `20分钟`", "1. [小测](../../quizzes/cups.md) `选修` `10分钟` `第4天`"
    ).replace("2. [刻字](../../kb_content/engraving.md) `必读`", "2. [杯子](01.md) `20分钟`").replace(
        "3. [小测](../../quizzes/cups.md) `选修` `10分钟` `第4天`", "3. [刻字](../../kb_content/engraving.md) `必读`"
    )


def test_what_is_behind_a_removed_item_is_counted_anew():
    after = act(f"remove:{rows()[0].key}")
    assert "1. [刻字]" in after
    assert "2. [小测]" in after
    assert "杯子" not in after


def test_a_document_is_added_with_the_next_number():
    after = act("add", add__path="courses/a/04.md", add__title="新的一课")
    assert after == COURSE.replace("`第4天`\n", "`第4天`\n4. [新的一课](04.md)\n")


def test_the_list_of_the_page_without_script_names_path_and_title_at_once():
    assert "4. [新的一课](04.md)\n" in act("add", add__pick="courses/a/04.md\t新的一课")


def test_fields_of_an_item_are_its_chips():
    key = rows()[0].key
    after = act("fields", **{f"minutes-{key}": "", f"day-{key}": "3", f"need-{key}": "optional"})
    assert after == COURSE.replace("[杯子](01.md) `20分钟`", "[杯子](01.md) `第3天` `选修`")


@pytest.mark.parametrize(("field", "typed"), [("minutes", "0"), ("minutes", "很久"), ("day", "-1"), ("day", "401")])
def test_what_is_no_number_is_refused_beside_its_field(field, typed):
    name = f"{field}-{rows()[0].key}"
    with pytest.raises(Invalid) as refused:
        act("fields", **{name: typed})
    assert name in refused.value.fields


def test_full_width_figures_are_figures():
    key = rows()[0].key
    assert "[杯子](01.md) `25分钟`" in act("fields", **{f"minutes-{key}": "２５"})


def test_a_course_without_contents_says_where_to_write_them():
    source = "---\n类型: 课程\n---\n# 课\n"
    assert seen(source).lists == ()
    with pytest.raises(Invalid, match="内容"):
        act("add", source, add__path="courses/a/04.md", add__title="x")
