"""Duties from hire to completion: laid out, rolled up in one transaction, kept in step with rosters and documents."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.assignments import actions, queries
from lms.assignments.handlers import on_publish_preview
from lms.assignments.models import Assignment
from lms.assignments.rules import State
from lms.content import actions as content_actions
from lms.content import queries as content
from lms.content.events import PublishPreview
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record, Standing
from tests.support.make import a_team, an_actor, as_actor

LESSON = "---\n类型: 课时\n时长: 12分钟\n---\n# {title}\n\n## 一节\n读完就会。\n"
COURSE = "---\n类型: 课程\n---\n# 课程\n\n## 内容\n\n{items}\n"
PLAN = (
    "---\n类型: 培训计划\n岗位: [客服专员]\n时长: 24分钟\n---\n# 入职\n\n## 第一段\n`第1-2天` `带教验收`\n\n"
    "- [课程](course.md) `第1天`\n\n## 第二段\n`第3-3天` `需完成:第一段`\n\n- [第三课](three.md) `第3天`\n"
)


def publish(trainer, kind, slug, source):
    with transaction():
        made = content_actions.create(trainer, kind, slug, source)
    with transaction():
        content_actions.publish(trainer, made.document_id, content.open_work(kind, slug).head_id, "新建")
    return content.open_work(kind, slug).card


@pytest.fixture
def school(world):
    """A curriculum of two stages: a course of two lessons with a sign-off, then one lesson more."""
    trainer = an_actor(Role.TRAINER)
    cards = {
        name: publish(trainer, "lesson", f"in/{name}", LESSON.format(title=name)) for name in ("one", "two", "three")
    }
    items = "1. [第一课](one.md)\n2. [第二课](two.md)"
    cards["course"] = publish(trainer, "course", "in/course", COURSE.format(items=items))
    cards["plan"] = publish(trainer, "curriculum", "in/plan", PLAN)
    return {"trainer": trainer, **{name: card.document_id for name, card in cards.items()}}


def finish(actor, document_id, verb=Verb.COMPLETED, ref=""):
    with transaction():
        records.append(actor, actor.id, verb, document_id=document_id, revision_id=None, source="web", ref=ref)


def hired(school, **more):
    admin = an_actor(Role.ADMIN)
    team = a_team()
    number = f"N{team.id}"
    with transaction():
        person = accounts.hire(
            admin, employee_no=number, name="新人", team_id=team.id, hired_on=today(), position="客服专员", **more
        )
    return as_actor(person)


def test_the_curriculum_of_the_position_is_given_on_hire(school):
    person = hired(school)
    mine = queries.duties(person.id, today())
    assert [(duty.kind, duty.title, duty.item.day) for duty in mine] == [
        ("lesson", "one", 1),
        ("lesson", "two", 1),
        ("curriculum", "入职", 2),
        ("lesson", "three", 3),
    ]


def test_somebody_of_another_position_gets_nothing(school):
    admin, team = an_actor(Role.ADMIN), a_team()
    with transaction():
        person = accounts.hire(
            admin, employee_no="N9", name="仓管", team_id=team.id, hired_on=today(), position="仓库管理员"
        )
    assert queries.duties(person.id, today()) == []


def test_an_item_is_due_on_the_persons_nth_rostered_day(school):
    admin, team = an_actor(Role.ADMIN), a_team()
    with transaction():  # works every second day of the week only: Monday, Wednesday, Friday, Sunday
        accounts.set_pattern(admin, accounts.Owner(team_id=team.id), weekdays=0b1010101, from_on=date(2020, 1, 1))
    with transaction():
        person = accounts.hire(
            admin, employee_no="N10", name="轮班", team_id=team.id, hired_on=today(), position="客服专员"
        )
    third = next(duty for duty in queries.duties(person.id, today()) if duty.title == "three").item.due_on
    working = [day for day in (today() + timedelta(days=n) for n in range(10)) if 0b1010101 >> day.weekday() & 1]
    assert third == working[2]


def test_a_change_of_the_roster_moves_open_items_and_no_finished_one(school):
    person = hired(school)
    finish(person, school["one"])
    before = {duty.title: duty.item.due_on for duty in queries.duties(person.id, today())}
    admin = an_actor(Role.ADMIN)
    with transaction():
        accounts.set_days(admin, {person.id: {today() + timedelta(days=n): False for n in range(14)}})
    after = {duty.title: duty.item.due_on for duty in queries.duties(person.id, today())}
    assert after["one"] == before["one"]
    assert after["three"] > before["three"]


def test_the_last_item_completes_the_course_in_the_same_transaction(school):
    person = hired(school)
    finish(person, school["one"])
    assert session().get(Standing, (person.id, school["course"])) is None
    finish(person, school["two"])
    assert session().get_one(Standing, (person.id, school["course"])).state == "done"


def test_the_second_stage_waits_for_the_sign_off_of_the_first(school):
    person = hired(school)
    finish(person, school["one"])
    finish(person, school["two"])
    third = next(duty for duty in queries.duties(person.id, today()) if duty.title == "three")
    assert third.state == State.LOCKED
    assert "第一段" in str(queries.locked_reason(person.id, school["three"], today()))
    finish(person, school["plan"], Verb.SIGNED_OFF, ref="0")
    assert queries.locked_reason(person.id, school["three"], today()) is None


def test_everything_done_completes_the_curriculum_once(school):
    person = hired(school)
    for name in ("one", "two"):
        finish(person, school[name])
    finish(person, school["plan"], Verb.SIGNED_OFF, ref="0")
    finish(person, school["three"])
    finish(person, school["three"])
    completions = session().scalars(
        select(Record).where(Record.document_id == school["plan"], Record.verb == Verb.COMPLETED)
    )
    assert len(list(completions)) == 1
    assert session().scalars(select(Assignment.state).where(Assignment.person_id == person.id)).one() == "done"


def test_what_was_known_before_counts_at_once(school):
    person = an_actor()
    finish(person, school["one"])
    with transaction():
        actions.assign(school["trainer"], [person.id], school["course"])
    assert [duty.state for duty in queries.duties(person.id, today())] == [State.DONE, State.OPEN]


def test_giving_twice_is_one_duty_with_two_reasons(school):
    person = an_actor()
    for actor in (school["trainer"], an_actor(Role.LEAD)):
        with transaction():
            actions.assign(actor, [person.id], school["course"], due_on=today() + timedelta(days=actor.id % 7 + 1))
    assert len(list(session().scalars(select(Assignment).where(Assignment.person_id == person.id)))) == 1


def test_the_earliest_reason_is_the_due_day_of_every_item(school):
    person = an_actor()
    for days in (9, 4, 12):
        with transaction():
            actions.assign(
                school["trainer"], [person.id], school["course"], ref=f"r{days}", due_on=today() + timedelta(days=days)
            )
    assert {duty.item.due_on for duty in queries.duties(person.id, today())} == {today() + timedelta(days=4)}


def test_a_voided_completion_opens_the_item_and_the_curriculum_again(school):
    person = an_actor()
    with transaction():
        actions.assign(school["trainer"], [person.id], school["course"])
    finish(person, school["one"])
    finish(person, school["two"])
    line = session().scalars(select(Record.seq).where(Record.document_id == school["two"])).one()
    with transaction():
        records.void(school["trainer"], line, "替别人点的")
    assert [duty.state for duty in queries.duties(person.id, today())] == [State.DONE, State.OPEN]
    assert session().scalars(select(Assignment.state).where(Assignment.person_id == person.id)).one() == "open"


def test_rebuilding_from_the_log_changes_no_item(school):
    person = hired(school)
    finish(person, school["one"])
    finish(person, school["two"])
    finish(person, school["plan"], Verb.SIGNED_OFF, ref="0")
    before = queries.duties(person.id, today())
    with transaction():
        records.refold_people([person.id])
    assert queries.duties(person.id, today()) == before


def republish_course(school, items):
    work = content.open_work("course", "in/course")
    with transaction():
        saved = content_actions.save_draft(
            school["trainer"], school["course"], work.head_id, COURSE.format(items=items)
        )
    del saved
    with transaction():
        content_actions.publish(
            school["trainer"], school["course"], content.open_work("course", "in/course").head_id, "改内容"
        )


def test_publishing_a_course_adds_and_drops_items_and_keeps_what_is_done(school):
    person = an_actor()
    with transaction():
        actions.assign(school["trainer"], [person.id], school["course"])
    finish(person, school["one"])
    republish_course(school, "1. [第三课](three.md)\n2. [第一课](one.md)")
    assert [(duty.title, duty.state) for duty in queries.duties(person.id, today())] == [
        ("three", State.OPEN),
        ("one", State.DONE),
    ]


def test_dropping_the_last_open_item_completes_the_course(school):
    person = an_actor()
    with transaction():
        actions.assign(school["trainer"], [person.id], school["course"])
    finish(person, school["one"])
    republish_course(school, "1. [第一课](one.md)")
    line = session().scalars(select(Record).where(Record.document_id == school["course"])).one()
    assert (line.verb, line.source) == ("completed", "publish")


def test_before_publishing_it_is_said_who_is_affected(school):
    one, other = an_actor(), an_actor()
    with transaction():
        actions.assign(school["trainer"], [one.id, other.id], school["course"])
    finish(one, school["one"])
    impacts = on_publish_preview(PublishPreview(document_id=school["one"], kind="lesson"))
    assert [(impact.count, str(impact.text)) for impact in impacts] == [
        (1, "1 人还没学完，接下来看到的是新版。"),
        (1, "1 人已经完成，完成记录不受影响。"),
    ]


def test_a_person_of_long_standing_is_not_sent_back_to_school(school):
    admin, team = an_actor(Role.ADMIN), a_team()
    with transaction():
        person = accounts.hire(
            admin,
            employee_no="N11",
            name="老员工",
            team_id=team.id,
            hired_on=today() - timedelta(days=400),
            position="客服专员",
        )
    assert queries.duties(person.id, today()) == []


def test_the_statement_count_of_duties_is_one(school, statements):
    person = hired(school)
    statements.clear()
    queries.duties(person.id, today())
    assert len(statements) == 1
