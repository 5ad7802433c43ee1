"""Lessons, tasks, courses and curricula are read with every problem at once and written back the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import apply_fixes
from lms.content.grammar.keywords import Language
from lms.core.plain import from_plain, to_plain
from lms.learning.spec import course, curriculum, lesson, task
from lms.learning.spec.course import CourseSpec
from lms.learning.spec.curriculum import CurriculumSpec
from lms.learning.spec.task import ConfirmedBy, Evidence, TaskSpec

EXAMPLES = Path(__file__).parents[1] / "examples"
KINDS: dict[str, Any] = {"lesson": lesson, "task": task, "course": course, "curriculum": curriculum}


def example(name: str) -> str:
    return (EXAMPLES / f"{name}.md").read_text("utf-8")


def read(name: str, source: str | None = None) -> Parsed[Any]:
    parsed: Parsed[Any] = KINDS[name].parse(
        example(name) if source is None else source, f"courses/onboarding/{name}.md"
    )
    return parsed


def messages(parsed: Parsed[Any]) -> list[str]:
    return [str(finding.message) for finding in parsed.findings]


@pytest.mark.parametrize("name", KINDS)
def test_the_example_is_read_without_a_finding(name: str):
    assert messages(read(name)) == []


@pytest.mark.parametrize("name", ["lesson", "task", "curriculum"])
def test_the_example_is_canonical(name: str):
    assert KINDS[name].write(read(name).spec) == example(name)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", Language)
def test_what_was_written_is_read_the_same_in_both_languages(name: str, language: Language):
    spec = read(name).spec
    written = KINDS[name].write(spec, language)
    again = read(name, written)
    if name != "lesson" or language is Language.ZH:  # the questions of a lesson stay in their own language
        assert again.findings == ()
    assert again.spec == spec


@pytest.mark.parametrize("name", KINDS)
def test_it_is_stored_and_read_from_the_database(name: str):
    spec = read(name).spec
    assert from_plain(type(spec), to_plain(spec)) == spec


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60, deadline=None)
@given(junk=st.text(max_size=120), at=st.integers(0, 400))
def test_any_source_is_read_without_raising(name: str, junk: str, at: int):
    read(name, example(name)[:at] + junk + example(name)[at:])


# lesson


def test_a_lesson_has_minutes_sections_and_self_checks():
    spec = read("lesson").spec
    assert (spec.title, spec.minutes, spec.competencies) == ("和顾客说清楚时效", 15, ("服务流程",))
    assert [section.title for section in spec.sections] == ["三步说清楚"]
    assert [question.stem.text for question in spec.self_checks] == ["顾客追问“明天一定能到吗”，哪一句更合适？"]


def test_a_lesson_without_minutes_is_told_so():
    assert messages(read("lesson", "---\n类型: 课时\n---\n# 题\n")) == ["第 1 行：缺少属性“时长”。"]


def test_minutes_may_be_called_by_their_alias():
    assert read("lesson", "---\n类型: 课时\n学时: 1小时\n---\n# 题\n").spec.minutes == 60


def a_lesson(body: str):
    return read("lesson", f"---\n类型: 课时\n时长: 5分钟\n---\n# 题\n\n{body}\n")


FILM = "[看一遍](files/kettle-3f9a2c.mp4)"


def test_a_video_may_have_to_be_watched():
    spec = a_lesson(f"## 视频\n\n{FILM} `看完80%`").spec
    assert [(watch.target.endswith("files/kettle-3f9a2c.mp4"), watch.percent) for watch in spec.watches] == [(True, 80)]


@pytest.mark.parametrize("chip", ["`看完80%`", "【看完80%】", "`看完80％`", "`watched 80%`"])
def test_watching_may_be_asked_for_in_each_way_of_writing(chip: str):
    assert [watch.percent for watch in a_lesson(f"{FILM} {chip}").spec.watches] == [80]


def test_a_watched_video_is_written_back_as_it_was():
    source = f"## 视频\n\n前\n\n{FILM} `看完80%`\n\n后"
    assert f"{FILM} `看完80%`" in lesson.write(a_lesson(source).spec)
    assert f"{FILM} `watched 80%`" in lesson.write(a_lesson(source).spec, Language.EN)


def test_only_a_video_can_be_watched():
    said = messages(a_lesson("[手册](files/a-3f9a2c.pdf) `看完80%`"))
    assert said == ["第 7 行：“看完”只能要求视频或音频，这个链接不是。"]


@pytest.mark.parametrize("chip", ["`看完0%`", "`看完101%`"])
def test_more_than_all_of_a_video_cannot_be_watched(chip: str):
    assert messages(a_lesson(f"{FILM} {chip}")) == ["第 7 行：“看完”后面写 1% 到 100%。"]


def test_a_video_is_asked_for_once():
    assert messages(a_lesson(f"{FILM} `看完80%` `看完90%`")) == ["第 7 行：一个视频只写一次“看完”。"]
    assert messages(a_lesson(f"{FILM} `看完80%`\n\n{FILM} `看完80%`")) == ["第 9 行：一个视频只写一次“看完”。"]


def test_another_word_behind_a_video_is_named():
    (said,) = messages(a_lesson(f"{FILM} `看到80%`"))
    assert said == "第 7 行：不认识“看到80%”，是否“看完80%”？可用：看完N%。"


@pytest.mark.parametrize("body", ["## 视频\n`看完80%`\n\n文", f"先看{FILM} `看完80%`", "只有字 `看完80%`"])
def test_watching_stands_behind_a_link_of_its_own(body: str):
    (said,) = messages(a_lesson(body))
    assert said.endswith("“看完”写在视频链接的后面：链接单独成段，后面空一格。")


# task


def test_a_task_says_who_confirms_what_is_shown_and_what_is_ticked():
    spec: TaskSpec = read("task").spec
    assert (spec.minutes, spec.confirmed_by, spec.evidence) == (120, ConfirmedBy.MENTOR, (Evidence.WRITING,))
    assert [item.text for item in spec.checklist] == [
        "记下五个顾客问得最多的问题",
        "每个问题写出带教用的一句话术",
        "和带教核对一遍",
    ]
    assert "checkbox" not in spec.html


def test_an_unknown_confirmer_gets_the_choices():
    (message,) = messages(read("task", example("task").replace("带教\n", "代教\n", 1)))
    assert message == "第 4 行：“确认人”不能写“代教”。可用：带教、讲师、本人。"


# course


def test_a_course_has_items_in_order_with_their_settings():
    spec: CourseSpec = read("course").spec
    first, _, article, quiz, _, optional = spec.items
    assert (first.target, first.minutes, first.day, first.required) == (
        "courses/onboarding/01-overview.md",
        40,
        4,
        True,
    )
    assert (article.must_read, article.target) == (True, "kb_content/after-sales/return-7d.md")
    assert quiz.title == "上岗测验"
    assert (optional.required, optional.minutes) == (False, 15)


def course_of(*items: str) -> Parsed[CourseSpec]:
    lines = "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))
    return course.parse(f"---\n类型: 课程\n---\n# 课\n\n## 内容\n{lines}\n", "courses/a/course.md")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("没有链接", "第 7 行：这里要写一个链接，如“[售后流程](after-sales/overview.md)”。"),
        ("[外网](https://example.com/a.md)", "第 7 行：这里要写一个链接，如“[售后流程](after-sales/overview.md)”。"),
        ("[图](a.png)", "第 7 行：链接要指到一份内容，文件名以 .md 结尾。"),
        ("[a](a.md) `必读` `选修`", "第 7 行：设置重复或互相矛盾，请每样只留一个。"),
        ("[a](a.md) `30分`", "第 7 行：不认识“30分”，是否“30分钟”？可用：必读、选修、N分钟、第N天。"),
        ("先看[a](a.md)", "第 7 行：链接以外的文字不会显示，说明请写在列表前面。"),
    ],
)
def test_an_item_that_cannot_be_a_step_is_told_why(item: str, message: str):
    assert messages(course_of(item)) == [message]


def test_the_same_document_twice_is_an_error():
    assert messages(course_of("[a](a.md)", "[b](a.md)")) == ["第 8 行：“b”和第 7 行是同一份内容。"]


def test_two_sections_of_one_document_are_two_items():
    assert course_of("[a](a.md#一)", "[b](a.md#二)").findings == ()


def test_a_course_without_contents_is_told_so():
    assert "缺少“## 内容”" in messages(course.parse("---\n类型: 课程\n---\n# 课\n", "courses/a.md"))[0]


# curriculum


def test_a_curriculum_has_stages_with_days_order_and_sign_off():
    spec: CurriculumSpec = read("curriculum").spec
    first, second, third = spec.stages
    assert (spec.positions, spec.minutes) == (("客服专员",), 80 * 60)
    assert (first.first_day, first.last_day, first.any_order, first.after) == (1, 3, True, ())
    assert second.after == ("认识公司与系统",)
    assert (third.sign_off, third.items[2].day) == (True, 10)
    assert [item.minutes for item in second.items] == [None, 120, 180, None]


def stages(*chips: str) -> Parsed[CurriculumSpec]:
    parts = [f"## 阶段{number}\n{chip}\n\n- [a](a{number}.md)" for number, chip in enumerate(chips, start=1)]
    return curriculum.parse("---\n类型: 培训计划\n---\n# 计划\n\n" + "\n\n".join(parts) + "\n", "courses/plan.md")


def test_a_stage_that_is_waited_for_has_to_exist():
    parsed = stages("`第1天`", "`需完成:阶段一1`")
    assert messages(parsed) == ["第 12 行：没有“阶段一1”这个阶段，是否“阶段1”？"]
    assert parsed.findings[0].fix is not None
    assert parsed.findings[0].fix.lines == ("`需完成:阶段1`",)


def test_days_start_at_one_and_rise():
    assert "天数从 1 开始" in messages(stages("`第0-3天`"))[0]
    assert "天数从 1 开始" in messages(stages("`第5-3天`"))[0]


def test_a_stage_of_one_day_is_written_as_one_day():
    spec = stages("`第2天`").spec
    assert spec is not None
    assert "`第2天`" in curriculum.write(spec)


def test_a_stage_keeps_the_text_above_its_items():
    source = "---\n类型: 培训计划\n---\n# 计划\n\n## 一\n`第1天`\n\n先认识大家。\n\n- [a](a.md)\n"
    spec = read("curriculum", source).spec
    assert spec.stages[0].html == "<p>先认识大家。</p>"
    assert curriculum.write(spec) == source


def test_two_stages_of_one_name_are_an_error():
    source = "---\n类型: 培训计划\n---\n# 计划\n\n## 一\n- [a](a.md)\n\n## 一\n- [b](b.md)\n"
    assert messages(read("curriculum", source)) == ["第 9 行：有两个阶段都叫“一”，请改名。"]


ITEM: Callable[[], st.SearchStrategy[str]] = lambda: st.builds(  # noqa: E731 (a strategy by name)
    lambda name, chips: f"[{name}]({name}.md){''.join(f' `{chip}`' for chip in sorted(chips))}",
    st.sampled_from(["总览", "时效", "运费险"]),
    st.sets(st.sampled_from(["30分钟", "第2天", "选修"])),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(ITEM(), min_size=1, max_size=3, unique_by=lambda item: item.split("]")[0]))
def test_a_course_is_written_and_read_the_same(items: list[str]):
    parsed = course_of(*items)
    assert parsed.spec is not None
    assert course.parse(course.write(parsed.spec), "courses/a/course.md").spec == parsed.spec


def test_one_click_mends_every_chip_of_a_course():
    source = "---\n类型: 课程\n---\n# 课\n\n## 内容\n1. [a](a.md) `选秀`\n2. [b](b.md) `第3日`\n"
    fixes = [finding.fix for finding in course.parse(source, "courses/a.md").findings if finding.fix]
    mended = course.parse(apply_fixes(source, fixes), "courses/a.md")
    assert mended.spec is not None
    assert [(item.required, item.day) for item in mended.spec.items] == [(False, None), (True, 3)]
