"""What decides a person's days: shifts and cycles, leave, public holidays, silent times, and the files of all these."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts import actions, queries
from lms.accounts.actions import day_files, staff
from lms.accounts.actions.calendar import shift_words
from lms.accounts.events import FreezeChanged, FreezeImpact, Moved, RosterChanged
from lms.accounts.models import Leave, Person
from lms.accounts.queries import days as day_pages
from lms.accounts.queries.calendar import company_days
from lms.accounts.rules.calendar import Freeze, office_days, public_day
from lms.accounts.rules.leave import KIND_WORDS
from lms.accounts.rules.roster import Pattern, Roster
from lms.accounts.rules.shifts import Hours, read_cycle, read_hours, show_cycle
from lms.assignments.actions import assign as give
from lms.assignments.actions import reschedule
from lms.assignments.due import settled_day
from lms.assignments.jobs.days import reschedule_waiting
from lms.assignments.queries import duties
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import ask
from lms.core.db import queued, session, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.core.i18n import say_in
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_duties import a_document, owes
from tests.support.pages import send

MONDAY = date(2026, 11, 23)
LONG_AGO = date(2020, 1, 1)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def days(n):
    return timedelta(days=n)


# Cycles and shifts


@pytest.mark.parametrize(
    ("written", "cycle"),
    [
        ("做四休二", ("班",) * 4 + ("", "")),
        ("上5休2", ("班",) * 5 + ("", "")),
        ("4 on 2 off", ("班",) * 4 + ("", "")),
        ("早早晚晚休休", ("早", "早", "晚", "晚", "", "")),
        ("早班、晚班、休", ("早", "晚", "")),
    ],
)
def test_a_cycle_as_people_write_it(written, cycle):
    assert read_cycle(written) == cycle


@pytest.mark.parametrize("written", ["休休", "做零休二", "喵喵", "做四休七十", ""])
def test_a_cycle_that_says_nothing_is_refused(written):
    with pytest.raises(Invalid):
        read_cycle(written)


def test_codes_of_the_house_are_known_the_longest_first():
    assert read_cycle("A1A休", ["A", "A1"]) == ("A1", "A", "")


@given(st.lists(st.sampled_from(["早", "晚", "中", ""]), min_size=1, max_size=20).filter(any))
def test_what_is_shown_of_a_cycle_reads_as_the_same_cycle(cycle):
    assert read_cycle(show_cycle(cycle)) == tuple(cycle)


@pytest.mark.parametrize(
    ("written", "hours"),
    [("8:00-16:00", (480, 960)), ("8-16", (480, 960)), ("22:00～次日6:00", (1320, 360)), ("16:00—24:00", (960, 0))],
)
def test_hours_as_people_write_them(written, hours):
    assert read_hours(written) == Hours(starts=hours[0], ends=hours[1])


def test_a_cycle_begins_anew_and_never_follows_the_public_calendar():
    pattern = Pattern(weekdays=31, cycle=("早", "晚", ""), from_on=date(2026, 9, 30), follows_holidays=True)
    roster = Roster(own=[pattern])
    assert [roster.shift(date(2026, 9, 30) + days(n)) for n in range(4)] == ["早", "晚", "", "早"]


# Public holidays and 调休


def test_an_office_is_closed_on_a_holiday_and_works_on_the_saturday_for_it():
    office = Roster(own=[Pattern(weekdays=31, from_on=LONG_AGO, follows_holidays=True)])
    assert [office(date(2026, 10, 1)), office(date(2026, 10, 10)), office(date(2026, 10, 11))] == [False, True, False]


def test_a_floor_knows_no_holiday_unless_it_says_so():
    floor = Roster(own=[Pattern(weekdays=31, from_on=LONG_AGO)])
    assert [floor(date(2026, 10, 1)), floor(date(2026, 10, 10))] == [True, False]


def test_a_year_that_nobody_has_announced_is_said_to_be_unknown_and_the_week_counts():
    assert public_day(date(2027, 1, 1)) is None
    office = Roster(own=[Pattern(weekdays=31, from_on=LONG_AGO, follows_holidays=True)])
    assert office(date(2027, 1, 1))


def test_the_word_of_the_company_is_stronger():
    office = office_days({date(2026, 10, 1): True, date(2027, 1, 1): False})
    assert [office(date(2026, 10, 1)), office(date(2027, 1, 1)), office(date(2026, 10, 2))] == [True, False, False]


def test_a_company_day_moves_only_those_whose_pattern_follows_holidays(world):
    boss, office, floor = an_actor(Role.HR), a_person(), a_person()
    with transaction():
        for person, follows in ((office, True), (floor, False)):
            actions.set_pattern(
                boss, actions.Owner(person_id=person.id), weekdays=31, from_on=LONG_AGO, follows_holidays=follows
            )
    with transaction():
        actions.set_company_days(boss, {MONDAY: (False, "公司年会")})
        told = [fact for fact in queued().facts if isinstance(fact, RosterChanged)]
    assert told == [RosterChanged(person_ids=(office.id,))]
    assert [queries.works(each.id)(MONDAY) for each in (office, floor)] == [False, True]


# Leave


def test_who_is_on_leave_does_not_work_whatever_the_roster_says(world):
    boss, person = an_actor(Role.HR), a_person()
    with transaction():
        actions.set_days(boss, {person.id: {MONDAY: True}})
        actions.note_leave(boss, person.id, from_on=MONDAY, until_on=MONDAY + days(2))
    works = queries.works(person.id)
    assert [works(MONDAY + days(n)) for n in range(4)] == [False, False, False, True]
    assert queries.roster_of(person.id).source(MONDAY) == "leave"


def test_leave_of_one_kind_that_touches_is_one_leave(world):
    boss, person = an_actor(Role.HR), a_person()
    with transaction():
        first = actions.note_leave(boss, person.id, from_on=MONDAY, until_on=MONDAY, kind="sick")
        second = actions.note_leave(boss, person.id, from_on=MONDAY + days(1), until_on=MONDAY + days(3), kind="sick")
    assert (second.id, second.from_on, second.until_on) == (first.id, MONDAY, MONDAY + days(3))


def test_leave_of_another_kind_may_not_overlap(world):
    boss, person = an_actor(Role.HR), a_person()
    with transaction():
        actions.note_leave(boss, person.id, from_on=MONDAY, until_on=MONDAY + days(3), kind="sick")
    with pytest.raises(Invalid, match="重叠") as refused, transaction():
        actions.note_leave(boss, person.id, from_on=MONDAY + days(3), until_on=MONDAY + days(9), kind="annual")
    assert say_in(refused.value.message, "zh_CN") == "和 2026年11月23日 至 2026年11月26日 的请假重叠。"
    assert say_in(refused.value.message, "en") == "It overlaps the leave from 23 Nov 2026 to 26 Nov 2026."


def test_leave_ends_early_and_before_its_first_day_it_is_gone(world):
    boss, person = an_actor(Role.HR), a_person()
    with transaction():
        leave = actions.note_leave(boss, person.id, from_on=MONDAY, until_on=MONDAY + days(3))
    with transaction():
        actions.end_leave(boss, leave.id, MONDAY)
    assert [queries.works(person.id)(MONDAY + days(n)) for n in range(2)] == [False, True]
    with transaction():
        actions.end_leave(boss, leave.id, MONDAY - days(1))
    assert queries.works(person.id)(MONDAY)


def test_only_hr_sees_of_what_kind_a_leave_is(world, client):
    team = a_team()
    person, lead, hr = a_person(team=team), a_person(Role.LEAD, team=team), a_person(Role.HR, team=team)
    with transaction():
        actions.note_leave(as_actor(hr), person.id, from_on=today(), until_on=today() + days(3), kind="maternity")
    sign_in(client, lead)
    page = client.get("/leave").text
    assert person.name in page
    assert "产假" not in page
    sign_in(client, hr)
    assert "产假" in client.get("/leave").text


def test_a_lead_notes_leave_of_the_own_team_only(world, client):
    root = a_team()
    team = a_team(parent=root)
    mine, other = a_person(team=team), a_person(team=a_team(parent=root))
    lead = a_person(Role.LEAD, team=team)
    sign_in(client, lead)
    span = {"from_on": today().isoformat(), "until_on": today().isoformat()}
    assert send(client, "/leave", number=mine.employee_no, **span).status_code == 302
    assert send(client, "/leave", number=other.employee_no, **span).status_code == 422
    assert [queries.roster_of(each.id).on_leave(today()) for each in (mine, other)] == [True, False]


# Silent times


def test_a_due_day_in_a_freeze_moves_to_the_first_working_day_after_it():
    freeze = [Freeze(from_on=date(2026, 11, 9), until_on=date(2026, 11, 13))]
    assert settled_day(date(2026, 11, 10), Roster(), freeze) == date(2026, 11, 16)
    assert settled_day(date(2026, 11, 8), Roster(), freeze) == date(2026, 11, 8)


def test_one_freeze_after_another_moves_it_behind_both_and_so_does_leave():
    spans = [
        Freeze(from_on=MONDAY, until_on=MONDAY + days(1)),
        Freeze(from_on=MONDAY + days(2), until_on=MONDAY + days(3), away=True),
    ]
    assert settled_day(MONDAY, Roster(leave=spans[1:]), spans) == MONDAY + days(4)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=5)


@given(SPANS, st.integers(0, 60), st.integers(1, 127))
def test_what_counts_is_never_earlier_and_never_held(spans, asked, weekdays):
    freezes = [Freeze(from_on=MONDAY + days(a), until_on=MONDAY + days(a + b)) for a, b in spans]
    works = Roster(own=[Pattern(weekdays=weekdays, from_on=LONG_AGO)])
    found = settled_day(MONDAY + days(asked), works, freezes)
    assert found >= MONDAY + days(asked)
    assert not any(freeze.covers(found) for freeze in freezes)
    assert found == MONDAY + days(asked) or works(found)


def test_a_freeze_is_of_the_team_and_all_below_it_and_keeps_reminders_silent(world):
    root = a_team()
    inside, outside, boss = a_person(team=a_team(parent=root)), a_person(), an_actor(Role.HR)
    away = a_person()
    with transaction():
        actions.set_freeze(boss, root.id, name="双十一", from_on=today(), until_on=today() + days(3))
        actions.note_leave(boss, away.id, from_on=today(), until_on=today())
    people = [inside.id, outside.id, away.id]
    assert queries.silent_on(today(), people) == {inside.id, away.id}
    assert queries.silent_on(today() + days(4), people) == set()


def test_what_a_freeze_would_move_is_counted(world):
    person, goal = a_person(), a_document("course")
    inside, later = a_document(), a_document()
    owes(person, goal, (inside, today() + days(2), False), (later, today() + days(9), False), (goal, today(), True))
    found = ask(FreezeImpact(person_ids=(person.id,), from_on=today(), until_on=today() + days(3)))
    assert found == [Moved(items=1, people=1)]


def test_an_open_item_moves_behind_the_freeze_and_back_when_that_is_taken_away(world):
    team, boss = a_team(), an_actor(Role.HR)
    person, course = a_person(team=team), a_document("article")
    with transaction():
        give(boss, [person.id], course.id, due_on=MONDAY)
    due = lambda: [duty.item.due_on for duty in duties(person.id, today())]  # noqa: E731
    with transaction():
        window = actions.set_freeze(boss, team.id, name="双十二", from_on=MONDAY - days(1), until_on=MONDAY + days(1))
        window.until_on = max(window.until_on, today())
    assert due() != [MONDAY]
    with transaction():
        session().delete(window)
        session().flush()
        reschedule([person.id])
    assert due() == [MONDAY]


def test_leave_moves_what_falls_due_in_it_and_a_granted_day_stays(world):
    boss, person, article = an_actor(Role.HR), a_person(), a_document("article")
    with transaction():
        give(boss, [person.id], article.id, due_on=MONDAY)
        actions.note_leave(boss, person.id, from_on=MONDAY, until_on=MONDAY + days(1))
    (duty,) = duties(person.id, today())
    assert duty.item.due_on == MONDAY + days(2)
    with transaction():
        leave = session().scalars(select(Leave)).one()
        actions.end_leave(boss, leave.id, MONDAY - days(1))
    assert [each.item.due_on for each in duties(person.id, today())] == [MONDAY]


def test_the_days_of_a_hundred_take_as_many_statements_as_those_of_one(world, statements):
    boss, article = an_actor(Role.HR), a_document("article")
    people = [a_person().id for _ in range(8)]
    with transaction():
        give(boss, people, article.id, due_on=MONDAY)

    def count(ids):
        with transaction():
            statements.clear()
            reschedule(ids)
            return len(statements)

    assert count(people[:1]) == count(people)


def test_of_more_than_a_hundred_the_worker_counts_the_days(world):
    team, boss = a_team(), an_actor(Role.HR)
    article = a_document("article")
    with transaction() as s:
        s.add_all(
            Person(employee_no=f"B{n}", name="x", team_id=team.id, created_at=clock.now(), hired_on=LONG_AGO)
            for n in range(101)
        )
    people = list(session().scalars(select(Person.id).where(Person.team_id == team.id)))
    with transaction():
        give(boss, people[-1:], article.id, due_on=MONDAY)
    with transaction():
        actions.set_freeze(boss, team.id, name="促", from_on=MONDAY, until_on=max(MONDAY, today()) + days(1))
    assert [duty.item.due_on for duty in duties(people[-1], today())] == [MONDAY]
    assert reschedule_waiting() == 101
    assert [duty.item.due_on for duty in duties(people[-1], today())] > [MONDAY]


def test_the_people_of_a_freeze_are_told_and_again_when_it_goes(world):
    team, boss = a_team(), an_actor(Role.HR)
    person = a_person(team=team)
    with transaction():
        window = actions.set_freeze(boss, team.id, name="618", from_on=today(), until_on=today() + days(3))
        assert FreezeChanged(person_ids=(person.id,)) in queued().facts
    with transaction():
        actions.remove_freeze(boss, window.id)
        assert FreezeChanged(person_ids=(person.id,)) in queued().facts
    assert queries.freezes_of([person.id]) == {person.id: ()}


def test_what_is_over_is_not_taken_back(world):
    team, boss = a_team(), an_actor(Role.HR)
    with transaction():
        window = actions.set_freeze(boss, team.id, name="618", from_on=today() - days(9), until_on=today() - days(5))
    with pytest.raises(Conflict), transaction():
        actions.remove_freeze(boss, window.id)


# Files


def a_sheet(heads, *rows):
    book = openpyxl.Workbook()
    book.active.append(heads)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_month_with_a_column_for_each_day_is_read(world):
    boss, person = an_actor(Role.HR), a_person(no="M1")
    with transaction():
        actions.set_shift(boss, "早", name="早班", starts=480, ends=960)
    data = a_sheet(
        ["工号", "姓名", MONDAY, "11月24日", "25"], ["", "", "一", "二", "三"], ["M1", "", "早", "休", "22:00-6:00"]
    )
    with clock.frozen(NOON), transaction():
        staff.apply_roster(boss, data, month=date(2026, 11, 1))
    roster = queries.roster_of(person.id)
    assert [roster.shift(MONDAY + days(n)) for n in range(3)] == ["早", "", "22:00-06:00"]
    assert "22:00-06:00" in shift_words()


def test_every_wrong_cell_is_said_and_only_what_is_right_may_be_taken(world):
    boss, person = an_actor(Role.HR), a_person(no="M1")
    day = today()
    data = f"工号,{day},{day + days(1)}\nM1,休,喵\nXX,早,早\n".encode()
    plan = staff.plan_roster(boss, data)
    assert [row.line for row in plan.refused] == [2, 3]
    assert "喵" in str(plan.refused[0].reasons[0])
    with pytest.raises(Invalid), transaction():
        staff.apply_roster(boss, data)
    with transaction():
        staff.apply_roster(boss, data, partly=True)
    assert queries.works(person.id)(day) is False


def test_the_templates_of_the_roster_can_be_read_back(world, client):
    hr = a_person(Role.HR)
    a_person(no="A1002")
    sign_in(client, hr)
    for form in ("month", "days"):
        plan = staff.plan_roster(as_actor(hr), client.get(f"/roster?template={form}").data)
        assert plan.changed
        assert not plan.refused


def test_a_file_of_leave_says_every_refused_row_and_notes_all_or_nothing(world):
    boss, person = an_actor(Role.HR), a_person(no="M1")
    a_person(no="M2")
    head = "工号,开始,结束,类别\n"
    good = f"M1,{MONDAY},{MONDAY + days(2)},年假\n"
    bad = f"M2,{MONDAY},{MONDAY - days(2)},年假\nM2,{MONDAY},{MONDAY},休假休假\nM1,{MONDAY + days(1)},{MONDAY + days(4)},病假\n"
    plan = day_files.plan_leave(boss, (head + good + bad).encode())
    assert [row.line for row in plan.refused] == [3, 4, 5]
    with pytest.raises(Invalid), transaction():
        day_files.apply_leave(boss, (head + good + bad).encode())
    with transaction():
        day_files.apply_leave(boss, (head + good).encode())
    assert queries.roster_of(person.id).on_leave(MONDAY + days(2))
    assert day_files.plan_leave(boss, (head + good).encode()).unchanged == 1


def test_every_word_for_a_kind_of_leave_is_one_of_the_kinds():
    assert set(KIND_WORDS.values()) == {"annual", "sick", "maternity", "personal", "other"}


def test_a_year_of_company_days_comes_in_by_a_file(world):
    boss = an_actor(Role.HR)
    data = "日期,上班,名称\n2027-01-01,否,元旦\n2027-02-06,是,春节调休\n".encode()
    with transaction():
        day_files.apply_days(boss, data)
    assert company_days() == {date(2027, 1, 1): False, date(2027, 2, 6): True}


# Pages


def test_the_calendar_says_that_next_years_holidays_are_not_announced(world, client):
    sign_in(client, a_person())
    assert "国家日历只到 2026 年" in client.get("/calendar?month=2027-01").text
    assert "国庆节" in client.get("/calendar?month=2026-10").text


def test_a_freeze_is_looked_at_before_it_is_set(world, client):
    team = a_team()
    a_person(team=team)
    sign_in(client, a_person(Role.HR, team=team))
    span = {"from_on": today().isoformat(), "until_on": (today() + days(3)).isoformat()}
    page = send(client, "/calendar/freezes", "/calendar", name="双十一", team=str(team.id), do="look", **span).text
    assert "2 人在这个范围内" in page
    assert day_pages.freezes() == []
    send(client, "/calendar/freezes", "/calendar", name="双十一", team=str(team.id), do="save", **span)
    assert [row.name for row in day_pages.freezes()] == ["双十一"]


def test_who_only_learns_sees_the_own_month_and_changes_nothing(world, client):
    sign_in(client, a_person())
    page = client.get("/calendar")
    assert page.status_code == 200
    assert "看看会影响什么" not in page.text
    assert send(client, "/calendar/shifts", "/me/calendar", code="早", hours="8-16").status_code == 403


def test_a_shift_is_written_by_its_hours(world, client):
    sign_in(client, a_person(Role.HR))
    assert send(client, "/calendar/shifts", "/calendar", code="早", hours="8点到16点吧").status_code == 422
    assert send(client, "/calendar/shifts", "/calendar", code="早", hours="8:00-16:00").status_code == 302
    assert "08:00–16:00" in client.get("/calendar").text


def test_the_api_takes_all_rows_or_none(world):
    hr, person = a_person(Role.HR), a_person(no="M1")
    with transaction():
        token = actions.make_token(as_actor(hr), label="host")
    bearer = {"Authorization": f"Bearer {token}"}
    here = today().isoformat()

    def post(path, *items):
        return world.test_client().post(f"/api/v1/{path}", json={"items": items}, headers=bearer)

    good = {"employee_no": "M1", "day": here, "shift": "8:00-16:00"}
    refused = post("roster", good, {**good, "employee_no": "XX"})
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["items.1"])
    assert queries.roster_of(person.id).shift(today()) == ""
    assert post("roster", good).json == {"changed": 1, "unchanged": 0}
    assert queries.roster_of(person.id).shift(today()) == "08:00-16:00"
    leave = {"employee_no": "M1", "from_on": here, "until_on": here}
    assert post("leave", leave, {**leave, "kind": "nonsense"}).status_code == 422
    assert post("leave", leave).json == {"changed": 1, "unchanged": 0}
    assert queries.roster_of(person.id).on_leave(today())
