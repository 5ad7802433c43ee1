"""Lessons and tasks as forms: sections as cards, self-checks as questions, a checklist line by line."""

from lms.content.form import Applied
from lms.learning.form.lesson import FORM as LESSON
from lms.learning.form.task import FORM as TASK
from lms.learning.spec.lesson import parse as parse_lesson
from tests.support.make_forms import fields_of

LESSON_TEXT = """---
类型: 课时
时长: 15分钟
---
# 说清楚时效

开头。

## 三步
<!-- 数字每季度核对 -->
先说已经发生的事。

### 细节
再说下一步。

## 自测

### 先说什么？
1. [x] 已经发生的
2. [ ] 猜的
"""
TASK_TEXT = """---
类型: 任务
时长: 60分钟
确认人: 带教
---
# 跟听

先听。

- [ ] 听三通
<!-- 原来是五通 -->
- [ ] 记下来

最后交表。
"""


def lesson(do: str, values: dict[str, list[str]] | None = None, source: str = LESSON_TEXT) -> Applied:
    return LESSON.apply(source, "courses/a/b.md", do, fields_of(values or {}))


def task(do: str, values: dict[str, list[str]] | None = None) -> Applied:
    return TASK.apply(TASK_TEXT, "courses/a/t.md", do, fields_of(values or {}))


def ref(title: str, source: str = LESSON_TEXT) -> str:
    found = LESSON.view(source, "courses/a/b.md", dict)
    return next(part.ref for part in found.parts if part.title == title)


def test_a_section_keeps_what_lies_under_its_small_headings():
    card = lesson(f"open:{ref('三步')}").open.card
    assert card.body.startswith("<!-- 数字每季度核对 -->")
    assert card.body.endswith("### 细节\n再说下一步。")


def test_one_line_of_a_section_is_all_that_changes():
    open = lesson(f"open:{ref('三步')}").open
    values = {
        "card-type": ["section"], "card-ref": [open.ref], "card-title": ["三步"], "card-watched": [""],
        "card-body": [open.card.body.replace("再说下一步。", "再说什么时候。")],
    }  # fmt: skip
    assert lesson("card:", values).source == LESSON_TEXT.replace("再说下一步。", "再说什么时候。")


def section(source: str, do: str = "card:", **typed: str) -> Applied:
    open = lesson(f"open:{ref('三步', source)}", source=source).open
    values = {"card-title": "三步", "card-body": open.card.body, "card-watched": open.card.extra["watched"], **typed}
    shut = {"card-type": ["section"], "card-ref": [open.ref]}
    return lesson(do, shut | {name: [value] for name, value in values.items()}, source)


FILMS = LESSON_TEXT.replace("再说下一步。", "再说下一步。\n\n[甲](files/a-123456.mp4)\n\n[乙](files/b-123456.webm)")


def test_how_much_is_to_be_watched_stands_behind_every_video_of_the_section():
    after = section(FILMS, **{"card-watched": "80"}).source
    assert after == FILMS.replace(".mp4)", ".mp4) `看完80%`").replace(".webm)", ".webm) `看完80%`")
    assert not parse_lesson(after, "courses/a/b.md").has_errors
    assert section(after).source == after
    assert section(after, **{"card-watched": ""}).source == FILMS


def test_videos_with_shares_of_their_own_keep_them_in_the_text():
    own = FILMS.replace(".mp4)", ".mp4) `看完50%`")
    card = lesson(f"open:{ref('三步', own)}", source=own).open.card
    assert (card.extra["watched"], "`看完50%`" in card.body) == ("", True)
    assert section(own, **{"card-watched": "80"}).source == own.replace(".webm)", ".webm) `看完80%`")


def test_a_share_that_is_no_number_to_a_hundred_is_told_at_its_field():
    for share in ("101", "²", "9" * 5000):
        found = section(FILMS, "keep", **{"card-watched": share})
        assert (found.source, "1 到 100" in str(found.open.missing[0])) == (FILMS, True)


def test_nothing_can_be_watched_where_no_video_is():
    found = section(LESSON_TEXT, "keep", **{"card-watched": "80"})
    assert (found.source, "还没有视频" in str(found.open.missing[0])) == (LESSON_TEXT, True)


def test_a_new_section_stands_before_the_self_check():
    values = {
        "card-type": ["section"],
        "card-ref": ["new@sections"],
        "card-title": ["小结"],
        "card-body": ["记住三步。"],
    }
    after = lesson("card:", values).source
    assert after.index("## 三步") < after.index("## 小结\n\n记住三步。\n\n## 自测")


def test_a_heading_that_would_begin_another_section_is_refused_at_the_body():
    values = {
        "card-type": ["section"],
        "card-ref": ["new@sections"],
        "card-title": ["小结"],
        "card-body": ["## 又一节"],
    }
    assert lesson("keep", values).source == LESSON_TEXT
    assert "这一级的标题" in str(lesson("keep", values).open.missing[0])


def test_a_self_check_is_a_question_like_any_other():
    found = LESSON.view(LESSON_TEXT, "courses/a/b.md", dict)
    checks = next(part for part in found.parts if part.title == "自测")
    assert [(line.title, line.kind) for line in checks.lines] == [("先说什么？", "single")]
    assert lesson(f"open:{checks.lines[0].ref}").open.card.rows[0].right


def test_self_checks_are_begun_where_there_are_none():
    source = LESSON_TEXT[: LESSON_TEXT.index("## 自测")]
    assert lesson("check", source=source).source.endswith("再说下一步。\n\n## 自测\n\n")


def test_a_line_of_the_checklist_is_all_that_changes():
    open = task("open:" + TASK.view(TASK_TEXT, "", dict).ref).open
    values = {
        "card-type": ["task"], "card-ref": [open.ref], "card-title": ["跟听"], "card-body": ["先听。"],
        "card-behind": ["最后交表。"], "row": ["1", "2", "3"], "row-1-text": ["听三通"], "row-2-text": ["记下来"],
        "row-3-text": ["问一个问题"],
    }  # fmt: skip
    assert task("card:", values).source == TASK_TEXT.replace("- [ ] 记下来\n", "- [ ] 记下来\n- [ ] 问一个问题\n")


def test_comments_between_lines_of_the_checklist_outlive_them():
    open = task("open:" + TASK.view(TASK_TEXT, "", dict).ref).open
    values = {
        "card-type": ["task"], "card-ref": [open.ref], "card-title": ["跟听"], "card-body": ["先听。"],
        "card-behind": ["最后交表。"], "row": ["2"], "row-2-text": ["记下来"],
    }  # fmt: skip
    assert "<!-- 原来是五通 -->" in task("card:", values).source
