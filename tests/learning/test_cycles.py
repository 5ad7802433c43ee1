"""A cycle from its draft to its report: who gets it, by when, who counts, and what is kept for good."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import select

from lms.accounts.actions.people import close
from lms.assignments.jobs.ruling import keep_rules
from lms.assignments.models import Assignment, AssignmentReason, Rule
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import day_of, settings, today
from lms.learning.actions import cycles as actions
from lms.learning.jobs.cycles import draft_ahead
from lms.learning.models import Cycle
from lms.learning.queries import cycle_counts as counts
from lms.learning.queries import cycles as queries
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_cycles import DUE, STARTS, a_draft_cycle, a_plan, a_quarters_lesson, a_running_cycle, finishes
from tests.support.make_leading import is_away
from tests.support.pages import send, token

NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)


def at(day: date):
    return clock.frozen(datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC))


@pytest.fixture
def school(world):
    """Two teams of two, a trainer, a lesson for the quarter; it is the first day of the cycle."""
    with at(STARTS):
        root = a_team("总部")
        red, blue = a_team("红组", root), a_team("蓝组", root)
        trainer = a_person(Role.TRAINER, team=root, name="老师")
        found = {
            "root": root,
            "red": red,
            "blue": blue,
            "trainer": as_actor(trainer),
            "trainer_person": trainer,
            "lesson": a_quarters_lesson(as_actor(trainer)),
            "one": a_person(team=red, name="红一"),
            "two": a_person(team=red, name="红二"),
            "three": a_person(team=blue, name="蓝三"),
            "four": a_person(team=blue, name="蓝四"),
            "lead": a_person(Role.LEAD, team=red, name="红组长"),
        }
        yield found


def duty_of(person):
    return session().scalars(select(Assignment).where(Assignment.person_id == person.id)).one_or_none()


def running(school, **more):
    return a_running_cycle(school["trainer"], a_plan(school["lesson"], school["red"], school["blue"], **more))


def test_a_draft_names_whom_it_would_reach_and_who_stays_outside(school):
    found = queries.reach(a_plan(school["lesson"], school["red"]))
    assert [(team.name, names) for team, _wave, names in found.teams] == [("红组", ["红一", "红二", "红组长"])]
    assert set(found.outside) == {"蓝三", "蓝四", "老师"}


def test_a_started_cycle_is_given_wave_by_wave_with_its_reason(school):
    cycle = running(school)
    duty = duty_of(school["one"])
    assert (duty.occasion, duty.due_on) == (f"cycle:{cycle.id}", DUE)
    reason = session().scalars(select(AssignmentReason).where(AssignmentReason.assignment_id == duty.id)).one()
    assert reason.kind == "cycle"
    rules_made = session().scalars(select(Rule).where(Rule.source_ref == f"cycle:{cycle.id}")).all()
    assert len(rules_made) == 2


def test_a_wave_begins_on_its_own_day(school):
    later = STARTS + timedelta(days=10)
    plan = a_plan(school["lesson"], school["red"], school["blue"])
    waves = [plan.waves[0], queries.Wave(team_id=school["blue"].id, starts_on=later, due_on=DUE)]
    a_running_cycle(school["trainer"], a_plan(school["lesson"], waves=waves))
    assert duty_of(school["one"]) is not None
    assert duty_of(school["three"]) is None
    with at(later):
        keep_rules()
        assert duty_of(school["three"]).due_on == DUE


def test_what_was_learned_before_the_start_counts_for_nothing(school):
    with at(STARTS - timedelta(days=5)):
        finishes(school["one"].id, school["lesson"])
    running(school)
    assert duty_of(school["one"]).state == "open"
    finishes(school["one"].id, school["lesson"])
    assert duty_of(school["one"]).state == "done"


def test_who_comes_later_has_days_of_their_own(school):
    cycle = running(school, joiner_days=20)
    with at(DUE - timedelta(days=3)):
        new = a_person(team=school["red"], name="新人", hired_on=today())
        keep_rules()
        assert duty_of(new).due_on == today() + timedelta(days=20)
    with at(DUE + timedelta(days=1)):
        found = queries.counted_now(cycle)
        assert found.people["joiner"] == [new.id]
        assert new.id not in found.people["undone"]


def test_a_cycle_without_a_course_does_not_start(school):
    cycle = a_draft_cycle(school["trainer"], a_plan(None, school["red"]))
    with pytest.raises(Invalid), transaction():
        actions.start(school["trainer"], cycle.public_id)


def test_two_drafts_of_a_quarter_are_one_too_many(school):
    a_draft_cycle(school["trainer"], a_plan(None, school["red"]))
    with pytest.raises(Conflict), transaction():
        actions.begin(school["trainer"], "2026Q4")


def test_progress_is_of_the_people_whom_one_sees(school):
    cycle = running(school)
    finishes(school["one"].id, school["lesson"])
    whole = counts.total_of(list(counts.tallies(school["trainer"], cycle).values()))
    own = counts.total_of(list(counts.tallies(as_actor(school["lead"]), cycle).values()))
    assert (whole.people, whole.done) == (5, 1)
    assert (own.people, own.done) == (3, 1)


def test_who_finished_near_midnight_finished_on_the_day_of_the_house(school):
    cycle = running(school)
    for person, moment in (
        (school["one"], datetime(2026, 10, 9, 15, 59, 59, tzinfo=UTC)),
        (school["two"], datetime(2026, 10, 9, 16, 0, 0, tzinfo=UTC)),
        (school["three"], datetime(2026, 10, 9, 15, 52, 40, 600_000, tzinfo=UTC)),
    ):
        with clock.frozen(moment):
            finishes(person.id, school["lesson"])
    assert counts.finished_by_day(None, cycle) == [(date(2026, 10, 9), 2), (date(2026, 10, 10), 1)]


ZONES = {
    "Asia/Shanghai": datetime(2026, 10, 20, 16, 0, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 10, 20, 18, 15, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 2, 5, 0, tzinfo=UTC),  # an hour later than before that day
    "Australia/Lord_Howe": datetime(2026, 10, 20, 13, 0, tzinfo=UTC),
}
"""When a day begins."""


def test_a_day_begins_where_the_house_is(world, school, monkeypatch):
    cycle, here = running(school), settings()
    for zone, midnight in ZONES.items():
        monkeypatch.setitem(world.extensions, "lms_settings", replace(here, timezone=ZoneInfo(zone)))
        for name, after in {
            "one": timedelta(microseconds=-1),
            "two": timedelta(0),
            "three": timedelta(hours=23),
        }.items():
            duty = duty_of(school[name])
            duty.state, duty.done_at = "done", midnight + after
        session().flush()
        day = day_of(midnight)
        assert counts.finished_by_day(None, cycle) == [(day - timedelta(days=1), 1), (day, 2)]


def test_counts_say_how_each_duty_of_a_team_stands(school):
    cycle, day = running(school), today()
    stands = {
        "one": {"state": "open", "next_due_on": day - timedelta(days=3)},
        "two": {"state": "open", "next_due_on": day, "done_items": 1},
        "lead": {"state": "open", "next_due_on": day - timedelta(days=1)},
        "three": {"state": "exempt"},
        "four": {"state": "done", "next_due_on": None},
    }
    for name, values in stands.items():
        for column, value in values.items():
            setattr(duty_of(school[name]), column, value)
    session().flush()
    assert counts.tallies(school["trainer"], cycle) == {
        school["red"].id: counts.Tally(people=3, late=2, begun=1, longest=3),
        school["blue"].id: counts.Tally(people=1, done=1, exempt=1),
    }
    duty_of(school["one"]).state, school["two"].active = "optional", False
    session().flush()
    assert counts.tallies(school["trainer"], cycle)[school["red"].id] == counts.Tally(
        people=1, late=1, left=1, longest=1
    )


def closed(school, cycle, note="", day=DUE + timedelta(days=1)):
    with at(day), transaction():
        actions.close(school["trainer"], cycle.public_id, note)
    return session().get_one(Cycle, cycle.id)


def test_a_report_keeps_who_counts_who_is_apart_and_who_left(school):
    cycle = running(school)
    finishes(school["one"].id, school["lesson"])
    with transaction():
        close(None, school["four"].id)
        duty_of(school["two"]).state = "exempt"
    report = closed(school, cycle).report
    assert (report["done"], report["counted"], report["left"]) == (1, 3, 1)
    assert report["people"]["exempt"] == [[school["two"].id, school["red"].id]]
    assert {id for id, _team in report["people"]["undone"]} == {school["three"].id, school["lead"].id}


def test_who_is_on_leave_at_the_closing_with_a_later_due_day_is_counted_apart(school):
    cycle = running(school)
    is_away(school["two"], first=DUE - timedelta(days=1), days=10)
    with transaction():
        duty_of(school["two"]).next_due_on = DUE + timedelta(days=12)
    report = closed(school, cycle).report
    assert report["people"]["leave"] == [[school["two"].id, school["red"].id]]


def test_after_the_closing_nothing_that_was_counted_changes_and_nobody_new_is_asked(school):
    cycle = closed(school, running(school))
    before = dict(cycle.report)
    with at(DUE + timedelta(days=2)):
        late = a_person(team=school["red"], name="更晚")
        finishes(school["one"].id, school["lesson"])
        keep_rules()
        assert duty_of(late) is None
        assert duty_of(school["two"]).state == "open"
        assert session().get_one(Cycle, cycle.id).report == before


def test_a_closed_cycle_takes_notes_and_nothing_else(school):
    cycle = closed(school, running(school), note="收官")
    with transaction():
        actions.add_note(school["trainer"], cycle.public_id, "补考两人已过")
    assert session().get_one(Cycle, cycle.id).closing_note.splitlines()[0] == "收官"
    with pytest.raises(Conflict), transaction():
        actions.close(school["trainer"], cycle.public_id, "")
    with pytest.raises(Conflict), transaction():
        actions.start(school["trainer"], cycle.public_id)


def test_the_next_quarter_is_drafted_once_and_the_trainers_are_told(school):
    running(school)
    with at(date(2026, 12, 3)):
        assert draft_ahead() == 0
    with at(date(2026, 12, 5)):
        assert draft_ahead() == 1
        assert draft_ahead() == 0
    draft = session().scalars(select(Cycle).where(Cycle.quarter == "2027Q1")).one()
    assert (draft.state, draft.document_id, len(queries.waves_of(draft.id))) == ("draft", None, 2)
    told = session().scalars(select(Notice).where(Notice.dedup_key.startswith("cycle-draft:"))).all()
    assert [notice.person_id for notice in told] == [school["trainer"].id]


def test_a_draft_that_was_given_up_is_not_drafted_again(school):
    running(school)
    with at(date(2026, 12, 5)):
        draft_ahead()
        draft = session().scalars(select(Cycle).where(Cycle.quarter == "2027Q1")).one()
        with transaction():
            actions.drop(school["trainer"], draft.public_id)
        assert draft_ahead() == 0


def test_a_trainer_drafts_changes_and_starts_a_cycle_on_the_pages(school, client):
    sign_in(client, school["trainer_person"])
    page = send(client, "/cycles", quarter="2026Q4", like="plain")
    where = page.headers["Location"]
    sent = {
        "csrf_token": token(client, where),
        "name": "四季度",
        "quarter": "2026Q4",
        "document": str(school["lesson"].id),
        "starts_on": STARTS.isoformat(),
        "due_on": DUE.isoformat(),
        "target_percent": "95",
        "joiner_days": "30",
        "wave": [str(school["red"].id)],
    }
    assert "会派给 3 人" in client.post(where, data={**sent, "do": "save"}, follow_redirects=True).text
    assert "派给 3 人" in client.post(where, data={**sent, "do": "start"}, follow_redirects=True).text
    assert "收官" in client.get(where).text
    assert "现在收官，会这样计" in client.get(where + "?close=1").text


def test_overlapping_waves_are_refused_on_the_page(school, client):
    cycle = a_draft_cycle(school["trainer"], a_plan(school["lesson"], school["red"]))
    sign_in(client, school["trainer_person"])
    where = f"/cycles/{cycle.public_id}"
    sent = {"csrf_token": token(client, where), "name": "x", "quarter": "2026Q4", "do": "save"}
    sent |= {"starts_on": "2026-10-08", "due_on": "2026-12-17", "target_percent": "95", "joiner_days": "30"}
    page = client.post(where, data={**sent, "wave": [str(school["root"].id), str(school["red"].id)]})
    assert page.status_code == 422
    assert "只能选一个" in page.text


def test_a_lead_sees_progress_and_report_of_the_own_team_and_may_change_nothing(school, client):
    cycle = running(school)
    sign_in(client, school["lead"])
    page = client.get(f"/cycles/{cycle.public_id}").text
    assert "红组" in page
    assert "<strong>蓝组</strong>" not in page
    closed(school, cycle)
    report = client.get(f"/cycles/{cycle.public_id}").text
    assert "红一" in report
    assert "蓝三" not in report
    sent = {"csrf_token": token(client, "/late?who=left"), "do": "close"}
    assert client.post(f"/cycles/{cycle.public_id}", data=sent).status_code == 403


def test_a_draft_is_for_trainers_only(school, client):
    cycle = a_draft_cycle(school["trainer"], a_plan(None, school["red"]))
    sign_in(client, school["lead"])
    assert client.get(f"/cycles/{cycle.public_id}").status_code == 404
    assert cycle.name not in client.get("/cycles").text


def test_the_report_as_a_workbook_names_everybody_who_has_not_finished(school, client):
    cycle = closed(school, running(school))
    sign_in(client, school["trainer_person"])
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/cycles/{cycle.public_id}?format=xlsx").data))
    people = list(book.worksheets[0].iter_rows(values_only=True))
    assert {row[1] for row in people[1:]} == {"红一", "红二", "红组长", "蓝三", "蓝四"}
    assert len(book.worksheets) == 4


def test_the_api_tells_how_far_a_cycle_is(school, client):
    cycle = running(school)
    finishes(school["one"].id, school["lesson"])
    sign_in(client, school["trainer_person"])
    listed = client.get("/api/v1/cycles").json["items"]
    assert [(line["id"], line["people"], line["done"]) for line in listed] == [(cycle.public_id, 5, 1)]
    found = client.get(f"/api/v1/cycles/{cycle.public_id}/progress").json
    assert (found["people"], found["done"], found["percent"]) == (5, 1, 20)
    assert found["days"] == [{"day": STARTS.isoformat(), "finished": 1}]
    assert client.get("/api/v1/cycles/none/progress").status_code == 404


@pytest.mark.parametrize("view", ["", "?view=items", "?format=csv"])
def test_the_statements_do_not_grow_with_the_people(school, client, statements, view):
    cycle = running(school)
    sign_in(client, school["trainer_person"])
    path = f"/cycles/{cycle.public_id}{view}"
    client.get(path)
    statements.clear()
    client.get(path)
    before = len(statements)
    for number in range(5):
        a_person(team=school["red"], name=f"多{number}")
    keep_rules()
    statements.clear()
    client.get(path)
    assert len(statements) <= before <= 20
