"""Accounts that end by themselves: shown before, put off for many at once as seen. On both databases."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from sqlalchemy import event, select

from lms.accounts import actions, jobs
from lms.accounts.actions import endings as acts
from lms.accounts.models import Person, Team
from lms.accounts.queries.endings import ending, ending_soon
from lms.accounts.rules.endings import Ending, plan
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import day_text, say_in
from lms.core.models import AuditEntry
from lms.core.texts import from_plain
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.pages import send

DAY = date(2026, 11, 12)
ONE = Ending(person_id=1, employee_no="S1", name="临时", team="训练营", employment="temporary", leaving_on=DAY)


def later(days: int) -> date:
    return today() + timedelta(days=days)


def a_temp(days: int = 3, **more):
    return a_person(Role.AGENT, employment="temporary", leaving_on=later(days), **more)


def last_days():
    session().expire_all()
    return sorted(session().scalars(select(Person.leaving_on).where(Person.leaving_on.is_not(None))))


@pytest.mark.parametrize(("to", "moved"), [(DAY + timedelta(1), 1), (DAY, 0), (DAY - timedelta(1), 0)])
def test_a_last_day_is_only_put_off(to, moved):
    found = plan([ONE], to, {Role.HR})
    assert (len(found.moved), len(found.refused)) == (moved, 1 - moved)


@pytest.mark.parametrize(("locale", "words"), [("zh_CN", "现在就到 2026年11月12日"), ("en", "Ends on 12 Nov 2026")])
def test_why_a_last_day_stays_names_it_in_the_readers_form(locale, words):
    assert words in say_in(plan([ONE], DAY, {Role.HR}).refused[0][1], locale)


@pytest.mark.usefixtures("world")
def test_who_ends_within_the_days_stands_there_the_first_first():
    a_temp(7, no="S7")
    a_temp(1, no="S1")
    a_temp(8)
    a_temp(1, active=False)
    a_person()
    boss = an_actor(Role.HR)
    assert [each.employee_no for each in ending(boss, later(7))] == ["S1", "S7"]
    assert ending_soon(boss) == 2


@pytest.mark.usefixtures("world")
def test_a_lead_sees_own_people_and_their_intake():
    team = a_team(parent=a_team())
    one, lead = a_temp(team=team), an_actor(Role.LEAD, team=team)
    a_temp()
    boss = an_actor(Role.HR)
    with transaction():
        made = actions.open_cohort(boss, name="双十一第 1 批", starts_on=DAY)
        actions.add_members(boss, made.id, [one.id])
    assert [(each.person_id, each.cohort) for each in ending(lead, later(7))] == [(one.id, "双十一第 1 批")]


@pytest.mark.usefixtures("world")
def test_many_are_put_off_at_once_each_with_a_line_of_the_audit():
    numbers = [a_temp(no=f"S{number}").employee_no for number in range(3)]
    boss = an_actor(Role.HR)
    shown = acts.plan_extension(boss, numbers, later(20)).digest
    with transaction():
        assert acts.extend(boss, numbers, later(20), shown) == 3
    assert last_days() == [later(20)] * 3
    lines = session().scalars(select(AuditEntry).where(AuditEntry.verb == "person.changed")).all()
    assert [line.before["leaving_on"] for line in lines] == [later(3).isoformat()] * 3


@pytest.mark.usefixtures("world")
def test_one_who_can_not_be_put_off_and_nobody_is():
    one, boss = a_temp(3), an_actor(Role.HR)
    numbers = [one.employee_no, a_temp(30).employee_no]
    with pytest.raises(Conflict, match="1 人改不了"), transaction():
        acts.extend(boss, numbers, later(20), acts.plan_extension(boss, numbers, later(20)).digest)
    assert last_days() == [later(3), later(30)]


@pytest.mark.usefixtures("world")
def test_the_account_of_an_administrator_is_put_off_by_none_but_an_administrator():
    admin = a_person(Role.ADMIN, leaving_on=later(3))
    assert len(acts.plan_extension(an_actor(Role.HR), [admin.employee_no], later(9)).refused) == 1
    assert len(acts.plan_extension(an_actor(Role.ADMIN), [admin.employee_no], later(9)).moved) == 1


@pytest.mark.usefixtures("world")
def test_what_is_done_is_what_was_seen_or_nothing():
    one, boss = a_temp(3), an_actor(Role.HR)
    shown = acts.plan_extension(boss, [one.employee_no], later(20)).digest
    with transaction():
        actions.change(boss, one.id, {"leaving_on": later(5)})
    with pytest.raises(Conflict, match="刚刚变了"), transaction():
        acts.extend(boss, [one.employee_no], later(20), shown)


@pytest.mark.committed
def test_of_two_who_put_off_at_once_the_second_sees_what_the_first_did(fresh):
    with fresh.app_context():
        no, boss = a_temp(3).employee_no, an_actor(Role.HR)
        shown = {days: acts.plan_extension(boss, [no], later(days)).digest for days in (20, 60)}

    def second() -> None:
        with fresh.app_context(), transaction():
            acts.extend(boss, [no], later(20), shown[20])

    waits = Event()

    def look(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("BEGIN IMMEDIATE") or "FOR " in statement:
            waits.set()

    with fresh.app_context(), ThreadPoolExecutor(1) as pool:
        with transaction():
            acts.extend(boss, [no], later(60), shown[60])
            session().flush()
            event.listen(db.engine, "before_cursor_execute", look)
            after = pool.submit(second)
            assert waits.wait(60)
        with pytest.raises(Conflict):
            after.result(60)
        assert last_days() == [later(60)]


@pytest.mark.usefixtures("world")
def test_nobody_a_day_that_is_over_and_somebody_unknown_are_refused():
    boss = an_actor(Role.HR)
    with pytest.raises(Invalid):
        acts.plan_extension(boss, [], later(3))
    with pytest.raises(Invalid):
        acts.plan_extension(boss, [a_temp().employee_no], later(-1))
    with pytest.raises(NotFound):
        acts.plan_extension(boss, [a_person().employee_no], later(3))
    with pytest.raises(NotFound):
        acts.plan_extension(as_actor(a_person(Role.TRAINER)), [a_temp().employee_no], later(9))


@pytest.mark.usefixtures("world")
def test_who_was_put_off_is_not_closed_on_the_day_that_stood_before():
    stays, goes, boss = a_temp(0, no="S1"), a_temp(0, no="S2"), an_actor(Role.HR)
    with transaction():
        shown = acts.plan_extension(boss, ["S1"], later(4)).digest
        acts.extend(boss, ["S1"], later(4), shown)
    assert jobs.close_leavers(later(1)) == 1
    session().expire_all()
    assert (session().get_one(Person, stays.id).active, session().get_one(Person, goes.id).active) == (True, False)


def told():
    """Return who was told what of accounts that end, and whether it still wants a look."""
    session().expire_all()
    found = session().scalars(select(Notice).where(Notice.dedup_key.startswith("account")).order_by(Notice.id))
    return [(each.person_id, str(from_plain(each.sentence)), each.read_at is None) for each in found]


@pytest.mark.usefixtures("world")
def test_three_days_before_the_person_and_the_lead_are_told_once():
    team = a_team()
    lead = a_person(Role.LEAD, team=team)
    temp, other = a_temp(3, no="S1", name="何家豪", team=team), a_temp(3, no="S2", team=team)
    a_temp(4, team=team)
    for _ in range(2):
        jobs.apply_dated_changes()
    assert sorted(person_id for person_id, *_ in told()) == sorted([temp.id, other.id, lead.id])
    assert any(said.startswith("何家豪 等 2 人的账号用到") for _, said, _ in told())


@pytest.mark.usefixtures("world")
def test_who_has_no_lead_is_told_alone_and_a_lead_of_one_reads_the_name():
    lead = a_person(Role.LEAD, employment="temporary", leaving_on=later(2), name="周组长")
    jobs.apply_dated_changes()
    assert [person_id for person_id, *_ in told()] == [lead.id]
    temp = a_temp(1, name="何家豪", team=session().get_one(Team, lead.team_id))
    jobs.apply_dated_changes()
    assert [person_id for person_id, *_ in told()] == [lead.id, temp.id, lead.id]
    assert told()[-1][1].startswith("何家豪 的账号用到")


@pytest.mark.usefixtures("world")
def test_who_is_put_off_closed_or_a_regular_employee_is_not_told():
    boss, late, closed = an_actor(Role.HR), a_temp(4, no="S1"), a_temp(4)
    a_person(Role.AGENT, leaving_on=later(2))
    a_person(Role.AGENT, employment="temporary", leaving_on=later(2), active=False)
    with transaction():
        acts.extend(boss, ["S1"], later(9), acts.plan_extension(boss, ["S1"], later(9)).digest)
        actions.close(boss, closed.id)
    for day in (1, 2, 3, 4):
        jobs.tell_of_endings(later(day))
    assert told() == []
    jobs.tell_of_endings(later(6))
    assert [person_id for person_id, *_ in told()] == [late.id]


@pytest.mark.usefixtures("world")
def test_who_ends_on_one_day_is_told_with_one_word():
    team = a_team(parent=a_team())
    a_person(Role.LEAD, team=team)
    one, other = a_temp(3, team=team), a_temp(3, team=team)
    a_temp(2, team=team)
    said = acts.words_of_endings(today())
    assert [len(each.person_ids) for each in said] == [1, 2, 1, 1]
    assert set(said[1].person_ids) == {one.id, other.id}


@pytest.mark.usefixtures("world")
def test_what_was_told_of_a_day_is_over_once_it_is_put_off():
    boss, temp = an_actor(Role.HR), a_temp(3, no="S1")
    jobs.tell_of_endings(today())
    with transaction():
        actions.change(boss, temp.id, {"leaving_on": later(30)})
    assert [(person_id, waits) for person_id, _, waits in told()] == [(temp.id, False)]
    jobs.tell_of_endings(later(28))
    assert [waits for *_, waits in told()] == [False, True]


@pytest.mark.usefixtures("world")
def test_the_page_shows_the_names_first_and_changes_on_the_button(client):
    a_temp(3, no="S1", name="何家豪")
    a_temp(3, no="S2", name="邓佳")
    sign_in(client, a_person(Role.HR))
    assert "7 天内到期 2 人" in client.get("/people").text
    values = {"person": ["S1", "S2"], "to": later(20).isoformat()}
    shown = send(client, "/people/closing", do="look", **values)
    assert ("邓佳" in shown.text, last_days()) == (True, [later(3)] * 2)
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', shown.text)[1]
    assert send(client, "/people/closing", do="apply", digest=digest, **values).status_code == 303
    assert last_days() == [later(20)] * 2
    assert f"2 人的账号延到 {day_text(later(20), 'zh_CN', True)}。" in client.get("/people/closing").text


@pytest.mark.usefixtures("world")
def test_a_trainer_sees_them_and_may_not_change_them(client):
    a_temp(3, name="何家豪")
    sign_in(client, a_person(Role.TRAINER))
    page = client.get("/people/closing").text
    assert ("何家豪" in page, "请人事或管理员" in page, 'name="to"' in page) == (True, True, False)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("typed", ["", "2026-13-01", "gestern", "2020-01-01"])
def test_a_day_that_is_none_is_said_at_its_field(client, typed):
    one = a_temp(3)
    sign_in(client, a_person(Role.HR))
    answer = send(client, "/people/closing", do="look", person=one.employee_no, to=typed)
    assert (answer.status_code, 'id="to-error"' in answer.text) == (422, True)
