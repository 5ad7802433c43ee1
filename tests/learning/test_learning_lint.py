"""A curriculum is checked as a whole: stages that wait, days, minutes."""

from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.learning.lint import lint_course, lint_curriculum, lint_paths, planned_minutes
from lms.learning.spec.course import CourseSpec
from lms.learning.spec.curriculum import CurriculumSpec, StageSpec
from lms.learning.spec.items import PathItem

INTRO = SectionSpec(title="计划", anchor="计划", level=1)


def item(name: str, day: int | None = None, minutes: int | None = 60, required: bool = True) -> PathItem:
    return PathItem(target=name, link=name, title=name, day=day, minutes=minutes, required=required, first=9)


def stage(name: str, first: int, last: int, *items: PathItem, after: tuple[str, ...] = ()) -> StageSpec:
    return StageSpec(name=name, first_day=first, last_day=last, items=items, after=after, first=5)


def plan(*stages: StageSpec, minutes: int | None = None) -> CurriculumSpec:
    return CurriculumSpec(title="计划", about=About(), intro=INTRO, stages=stages, minutes=minutes)


def a_course(*items: PathItem, minutes: int | None = None) -> CourseSpec:
    return CourseSpec(title="课", about=About(), intro=INTRO, items=items, minutes=minutes)


def codes(spec: CurriculumSpec, inner: tuple[PathItem, ...] = ()) -> list[str]:
    return [finding.code for finding in lint_curriculum(spec, lambda path: None, lambda path: inner)]


def test_a_stage_waits_for_itself():
    assert codes(plan(stage("一", 1, 1, item("a", 1), after=("一",)))) == ["L410"]


def test_two_stages_wait_for_each_other():
    circle = plan(
        stage("一", 1, 1, item("a", 1), after=("二",)),
        stage("二", 1, 1, item("b", 1), after=("一",)),
        stage("三", 1, 1, item("c", 1), after=("二",)),
    )
    assert codes(circle) == ["L410", "L410"]


def test_an_item_is_due_before_its_stage_opens():
    (finding,) = lint_curriculum(
        plan(stage("一", 2, 2, item("a", 1), item("b", 2))), lambda path: None, lambda path: ()
    )
    assert str(finding.message) == "第 9 行：“a”要求第 1 天完成，但这个阶段第 2 天才开始。"


def test_an_item_is_due_before_the_stage_that_it_waits_for_is_done():
    late = plan(
        stage("一", 1, 3, item("a", 1), item("b", 2), item("c", 3)),
        stage("二", 2, 4, item("d", 2), item("e", 4), after=("一",)),
    )
    assert codes(late) == ["L411"]


def test_an_item_is_due_after_its_stage_has_ended():
    assert codes(plan(stage("一", 1, 1, item("a", 1), item("b", 2)))) == ["L414"]


def test_a_working_day_has_nothing_due():
    (finding,) = lint_curriculum(
        plan(stage("一", 1, 3, item("a", 1), item("b", 3))), lambda path: None, lambda path: ()
    )
    assert str(finding.message) == "第 5 行：第 2 天没有要完成的内容，请安排到这一天或调整天数。"


def test_an_item_inside_a_course_fills_its_day():
    assert codes(plan(stage("一", 1, 2, item("course", 1))), inner=(item("lesson", 2),)) == []


def test_an_item_without_a_day_is_due_on_the_last_day_of_its_stage():
    assert codes(plan(stage("一", 1, 1, item("a")))) == []


def test_minutes_that_do_not_fill_the_promise_are_told():
    short = plan(stage("一", 1, 1, item("a", 1, minutes=60), item("b", 1, minutes=None)), minutes=480)
    (finding,) = lint_curriculum(short, lambda path: None, lambda path: ())
    assert str(finding.message) == (
        "第 1 行：时长写的是 480 分钟，必修内容加起来是 60 分钟，有 1 项没写时长，请改时长或补上。"
    )


def test_minutes_that_are_all_known_are_asked_to_be_equal():
    short = plan(stage("一", 1, 1, item("a", 1, minutes=60)), minutes=480)
    (finding,) = lint_curriculum(short, lambda path: None, lambda path: ())
    assert str(finding.message) == "第 1 行：时长写的是 480 分钟，必修内容加起来是 60 分钟，请改成一致。"


def test_minutes_come_from_the_documents_and_optional_items_do_not_count():
    items = [item("a", minutes=None), item("b", minutes=30), item("c", required=False)]
    assert planned_minutes(items, lambda path: 20) == (50, 0)


def test_a_promise_is_kept_within_five_percent():
    assert lint_course(a_course(item("a", minutes=95), minutes=100), lambda path: None) == []
    assert len(lint_course(a_course(item("a", minutes=94), minutes=100), lambda path: None)) == 1


def test_all_courses_and_curricula_of_a_repository_are_checked():
    outer = plan(stage("一", 1, 1, PathItem(target="course", link="course", title="课", day=1)), minutes=100)
    parsed = {
        "plan": Parsed(path="plan", spec=outer),
        "course": Parsed(path="course", spec=a_course(item("quiz", minutes=None))),
        "broken": Parsed[CourseSpec](path="broken", spec=None),
    }
    assert [path for path, _ in lint_paths(parsed, lambda path: 100)] == ["plan"]


def test_a_course_inside_itself_does_not_run_for_ever():
    parsed = {"course": Parsed(path="course", spec=a_course(item("course", minutes=None), minutes=None))}
    assert list(lint_paths(parsed)) == []
