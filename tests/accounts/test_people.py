"""People: who sees whom, what is dated, what closing ends."""

from datetime import timedelta

import pytest

from lms.accounts import actions, jobs, queries
from lms.accounts.events import CohortChanged, PersonHired, PersonLeft, PersonMoved
from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Permission, Role
from lms.core.db import queued, session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import day_text
from tests.support.make import a_person, a_team, an_actor, as_actor, mentors, sign_in
from tests.support.pages import send, token


def team_of(person):
    return session().get_one(Person, person.id).team_id


def facts():
    return list(queued().facts)


def test_a_lead_sees_the_own_teams_and_nobody_else(client):
    team = a_team(parent=a_team())
    mine, below, foreign = a_person(team=team), a_person(team=a_team(parent=team)), a_person()
    sign_in(client, a_person(Role.LEAD, team=team))
    page = client.get("/people").text
    assert (mine.employee_no in page, below.employee_no in page, foreign.employee_no in page) == (True, True, False)
    assert client.get(f"/people/{mine.employee_no}").status_code == 200
    assert client.get(f"/people/{foreign.employee_no}").status_code == 404
    assert client.get("/people/no-such").status_code == 404


def test_a_mentor_sees_the_own_mentees(client):
    mentor, mentee, other = a_person(), a_person(), a_person()
    mentors(mentor, mentee)
    sign_in(client, mentor)
    assert client.get(f"/people/{mentee.employee_no}").status_code == 200
    assert client.get(f"/people/{other.employee_no}").status_code == 404


def test_a_lead_may_look_and_not_edit(client):
    team = a_team(parent=a_team())
    person = a_person(team=team)
    sign_in(client, a_person(Role.LEAD, team=team))
    page = client.get(f"/people/{person.employee_no}").text
    assert "保存资料" not in page
    assert send(client, f"/people/{person.employee_no}/close", "/me").status_code == 403


def test_the_list_searches_filters_sorts_and_pages_and_the_address_holds_it(client):
    team = a_team("售后一组")
    for number in range(60):
        a_person(team=team, no=f"S{number:02}", name=f"组员{number}")
    sign_in(client, a_person(Role.HR))
    assert "1–50，共 60 人" in client.get(f"/people?team={team.id}").text
    assert "51–60，共 60 人" in client.get(f"/people?team={team.id}&page=2").text
    assert client.get(f"/people?team={team.id}&sort=-no").text.index(">组员59<") > 0
    assert "1–1，共 1 人" in client.get("/people?q=s07").text
    assert "没有符合条件的人" in client.get("/people?q=%25%25%25").text
    assert client.get("/people?team=x&sort=nope&page=-3&state=none").status_code == 200


def test_an_export_holds_all_that_is_shown_and_runs_no_formula(client):
    a_person(no="S1", name="=1+1")
    sign_in(client, a_person(Role.HR))
    assert "'=1+1" in client.get("/people?q=S1&format=csv").data.decode("utf-8-sig")


def test_the_list_takes_the_same_number_of_statements_however_long_it_is(client, statements):
    sign_in(client, a_person(Role.HR))
    client.get("/people")
    statements.clear()
    client.get("/people")
    short = len(statements)
    for _ in range(10):
        a_person()
    statements.clear()
    client.get("/people")
    assert (len(statements), short <= 12) == (short, True)


def test_a_new_person_is_an_agent_in_the_team_from_the_hire_day(client):
    team = a_team()
    sign_in(client, a_person(Role.HR))
    answer = send(
        client,
        "/people/new",
        employee_no="N1",
        name="程新",
        team=team.id,
        employment="regular",
        hired_on="2026-11-20",
        password_hash="x",
        active="",
        session_version="9",
    )
    assert answer.location == "/people/N1"
    new = queries.active_by_no("N1")
    assert (new.team_id, new.password_hash, new.session_version) == (team.id, None, 0)
    assert as_actor(new).roles == {Role.AGENT}


def test_a_new_person_can_join_an_intake_at_once_and_learns_by_its_days(client):
    team, boss = a_team(), a_person(Role.HR)
    with transaction():
        made = actions.open_cohort(as_actor(boss), name="2611期", starts_on=today() + timedelta(days=5))
    sign_in(client, boss)
    values = {"name": "程新", "team": team.id, "employment": "regular", "hired_on": "2026-11-20"}
    assert "2611期" in client.get("/people/new").text
    send(client, "/people/new", employee_no="N1", cohort=made.id, **values)
    send(client, "/people/new", employee_no="N2", cohort="", **values)
    one, two = queries.active_by_no("N1").id, queries.active_by_no("N2").id
    assert queries.latest_intakes([one, two]) == {one: today() + timedelta(days=5)}
    refused = send(client, "/people/new", employee_no="N3", cohort=made.id + 1, **values)
    assert (refused.status_code, queries.active_by_no("N3")) == (422, None)


def test_a_number_that_is_taken_is_refused_in_any_writing(client):
    a_person(no="A1001")
    sign_in(client, a_person(Role.HR))
    page = send(
        client,
        "/people/new",
        employee_no="ａ1001",
        name="程新",
        team=a_team().id,
        employment="regular",
        hired_on="2026-11-20",
    )
    assert (page.status_code, "已经有人用了" in page.text) == (422, True)


def test_hiring_is_told_to_whoever_assigns_trainings(world):
    boss, team = an_actor(Role.HR), a_team()
    with transaction():
        person = actions.hire(boss, employee_no="N1", name="程新", team_id=team.id)
        assert PersonHired(person_id=person.id) in facts()


def test_a_move_that_is_planned_says_its_day_in_the_readers_form(client):
    person, far, day = a_person(), a_team(), today() + timedelta(days=3)
    sign_in(client, a_person(Role.HR))
    send(client, f"/people/{person.employee_no}/move", f"/people/{person.employee_no}", team=far.id, from_on=day)
    assert f"到 {day_text(day, 'zh_CN', True)} 会自动调过去。" in client.get(f"/people/{person.employee_no}").text


def test_a_move_of_today_counts_today_and_a_later_one_on_its_day(world):
    boss, person, near, far = an_actor(Role.HR), a_person(), a_team(), a_team()
    with transaction():
        actions.move(boss, person.id, near.id, today())
        assert PersonMoved(person_id=person.id) in facts()
    assert team_of(person) == near.id
    with transaction():
        actions.move(boss, person.id, far.id, today() + timedelta(days=3))
    jobs.apply_dated_changes()
    assert team_of(person) == near.id
    with clock.shifted(timedelta(days=3)):
        assert jobs.apply_dated_changes() == 1
        assert jobs.apply_dated_changes() == 0
    assert team_of(person) == far.id


def test_a_role_holds_at_once_and_ends_at_once(world):
    boss, person, team = an_actor(Role.ADMIN), a_person(), a_team()
    with transaction():
        actions.grant(boss, person.id, Role.LEAD, team.id)
        actions.grant(boss, person.id, Role.LEAD, team.id)
    assert as_actor(person).teams_below == {team.id}
    (given,) = queries.grants(person.id)
    with transaction():
        actions.revoke(boss, person.id, given.id)
    assert as_actor(person).roles == {Role.AGENT}
    with transaction():
        actions.grant(boss, person.id, Role.LEAD, team.id)
    assert Role.LEAD in as_actor(person).roles


def test_hr_makes_no_administrator_and_touches_none(world):
    hr, admin, person, team = an_actor(Role.HR), a_person(Role.ADMIN), a_person(), a_team()
    with pytest.raises(Forbidden), transaction():
        actions.grant(hr, person.id, Role.ADMIN, team.id)
    with pytest.raises(Forbidden), transaction():
        actions.close(hr, admin.id)
    with pytest.raises(Forbidden), transaction():
        actions.change(hr, admin.id, {"email": "mine@x.cn"})


def test_the_last_administrator_stays(world):
    admin = a_person(Role.ADMIN)
    (given,) = queries.grants(admin.id)
    with pytest.raises(Conflict, match="最后一位管理员"), transaction():
        actions.revoke(as_actor(admin), admin.id, given.id)


def test_a_mentor_is_dated_and_replaced(world):
    boss, person, first, second = an_actor(Role.HR), a_person(), a_person(), a_person()
    with transaction():
        actions.set_mentor(boss, person.id, first.id)
    with transaction():
        actions.set_mentor(boss, person.id, second.id)
    assert queries.mentor_of(person.id).id == second.id
    with transaction():
        actions.set_mentor(boss, person.id, None)
    assert queries.mentor_of(person.id) is None


def test_nobody_is_the_own_mentor_and_a_closed_account_is_nobodys(world):
    boss, person, gone = an_actor(Role.HR), a_person(), a_person()
    with transaction():
        actions.close(boss, gone.id)
    with pytest.raises(Invalid), transaction():
        actions.set_mentor(boss, person.id, person.id)
    with pytest.raises(Invalid), transaction():
        actions.set_mentor(boss, person.id, gone.id)


def test_closing_ends_sign_ins_tokens_slips_roles_and_mentoring_at_once(client):
    boss, person, mentee, team = an_actor(Role.ADMIN), a_person(), a_person(), a_team()
    mentors(person, mentee)
    with transaction():
        actions.grant(boss, person.id, Role.LEAD, team.id)
        bearer = {"Authorization": f"Bearer {actions.make_token(as_actor_now(person.id), label='x')}"}
        actions.make_slips(boss, [person.id])
    sign_in(client, person)
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    assert client.get("/me").status_code == 200
    with transaction():
        actions.close(boss, person.id)
        assert PersonLeft(person_id=person.id) in facts()
    assert client.get("/me").status_code == 302
    assert client.get("/api/v1/me", headers=bearer).status_code == 401
    assert queries.open_slips(person.id, clock.now()) == 0
    with clock.shifted(timedelta(days=1)):
        assert (queries.grants(person.id), queries.mentor_of(mentee.id)) == ([], None)


def as_actor_now(person_id):
    return queries.actor_by_id(person_id)


def test_who_comes_back_is_in_the_last_team_and_has_no_role(world):
    boss, person, team = an_actor(Role.ADMIN), a_person(), a_team()
    with transaction():
        actions.grant(boss, person.id, Role.LEAD, team.id)
        actions.close(boss, person.id)
    with clock.shifted(timedelta(days=2)):
        with transaction():
            actions.reopen(boss, person.id)
            assert PersonHired(person_id=person.id) in facts()
        assert as_actor(person).roles == {Role.AGENT}
        assert queries.stays(person.id)[0].until_on is None


def test_an_account_closes_by_itself_after_the_planned_last_day(world):
    boss, person = an_actor(Role.ADMIN), a_person()
    with transaction():
        actions.change(boss, person.id, {"leaving_on": today()})
    assert jobs.close_leavers(today()) == 0
    assert jobs.close_leavers(today() + timedelta(days=1)) == 1
    gone = session().get_one(Person, person.id)
    assert (gone.active, gone.left_on) == (False, today())


def test_the_last_administrator_is_not_closed_by_the_clock(world):
    admin = a_person(Role.ADMIN, leaving_on=today() - timedelta(days=1))
    assert jobs.close_leavers(today()) == 0
    assert session().get_one(Person, admin.id).active


def test_ending_all_sign_ins_leaves_the_account_open(client):
    boss, person = an_actor(Role.HR), a_person()
    sign_in(client, person)
    with transaction():
        actions.end_sessions(boss, person.id)
    assert client.get("/me").status_code == 302
    assert session().get_one(Person, person.id).active


def test_joining_a_cohort_is_told_once(world):
    boss, person = an_actor(Role.HR), a_person()
    with transaction():
        cohort = actions.open_cohort(boss, name="2611", starts_on=today())
        actions.add_members(boss, cohort.id, [person.id])
        assert CohortChanged(person_ids=(person.id,)) in facts()
    with transaction():
        assert actions.add_members(boss, cohort.id, [person.id]) == 0
    assert queries.cohort_of(person.id).name == "2611"


def test_a_team_can_not_stand_below_itself(world):
    boss, team = an_actor(Role.ADMIN), a_team(parent=a_team())
    below = a_team(parent=team)
    with pytest.raises(Conflict), transaction():
        actions.change_team(boss, team.id, name="x", parent_id=below.id)


def test_a_team_with_people_does_not_close(world):
    boss, team = an_actor(Role.ADMIN), a_team(parent=a_team())
    a_person(team=team)
    with pytest.raises(Conflict, match="1 人"), transaction():
        actions.close_team(boss, team.id)


def test_a_lead_edits_the_roster_of_the_own_people_only(client):
    team = a_team(parent=a_team())
    mine, foreign = a_person(team=team), a_person()
    sign_in(client, a_person(Role.LEAD, team=team))
    assert client.get(f"/roster/{mine.employee_no}").status_code == 200
    assert client.get(f"/roster/{foreign.employee_no}").status_code == 404
    form = {"csrf_token": token(client, "/roster"), "from_on": "2026-11-23", "weekday": ["5", "6"], "do": "save"}
    assert client.post("/roster", data={**form, "owner": f"team:{team.id}"}).status_code == 302
    assert client.post("/roster", data={**form, "owner": f"team:{foreign.team_id}"}).status_code == 403
    number = {"owner": "person:", "number": foreign.employee_no}
    assert client.post("/roster", data={**form, **number}).status_code == 422


def test_the_preview_of_a_pattern_shows_its_first_ten_days_and_changes_nothing(client):
    sign_in(client, a_person(Role.HR))
    form = {"csrf_token": token(client, "/roster"), "from_on": "2026-11-23", "weekday": ["5", "6"], "do": "preview"}
    page = client.post("/roster", data={**form, "owner": "person:"}).text
    assert ("11月28日 周六" in page, "12月27日 周日" in page) == (True, True)
    assert "还没有周排班" in page


def test_a_person_unseen_is_not_found_by_any_act(world):
    lead = an_actor(Role.LEAD, team=a_team(parent=a_team()))
    with pytest.raises(NotFound):
        queries.person_by_no(lead, a_person(no="F1").employee_no, Permission.SLIP_PRINT)
