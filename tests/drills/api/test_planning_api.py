"""Team drills and their measures over the API: planned, changed, called off, followed up as on the pages."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.drills.models import TeamDrill, TeamDrillPerson
from tests.support.asked_api import Program
from tests.support.make import a_person, a_team
from tests.support.make_played import a_published_drill, begun

WEDNESDAY = datetime(2026, 11, 25, 6, tzinfo=UTC)  # 14:00 in Shanghai


@pytest.fixture(autouse=True)
def on_wednesday():
    with clock.frozen(WEDNESDAY):
        yield


class Floor:
    def __init__(self, client):
        self.root = a_team("客服中心")
        self.one, self.two = a_team("一组", self.root), a_team("二组", self.root)
        self.trainer = Program(client, a_person(Role.TRAINER, team=self.root, no="T1"))
        self.lead = Program(client, a_person(Role.LEAD, team=self.one, no="L1"))
        self.anna = Program(client, a_person(Role.AGENT, team=self.one, no="A1"))
        a_person(Role.AGENT, team=self.one, no="A2")
        a_person(Role.AGENT, team=self.two, no="A3")
        a_published_drill(self.trainer.actor)

    def order(self, **more):
        return {
            "drill": "drills/urge",
            "title": "爆仓演练",
            "incident": "overflow",
            "teams": [self.one.code],
            "opens_at": "2026-11-26T14:00:00+08:00",
            "closes_at": "2026-11-26T16:00:00+08:00",
            "on_shift": False,
            **more,
        }

    def made(self, program=None, **more):
        answer = (program or self.trainer)("POST", "/team-drills", self.order(**more))
        assert answer.status_code == 201, answer.json
        return answer.json["id"]


@pytest.fixture
def floor(world, client):
    return Floor(client)


def count():
    return session().query(TeamDrill).count()


def people():
    return session().query(TeamDrillPerson).count()


def test_who_would_take_part_is_said_first_and_then_it_is_planned(floor):
    looked = floor.lead("POST", "/team-drills", floor.order(dry_run=True))
    assert (looked.status_code, looked.json) == (200, {"id": None, "people": ["A1", "A2"], "left_out": []})
    assert count() == 0
    made = floor.lead("POST", "/team-drills", floor.order())
    assert (made.status_code, made.json["people"], people()) == (201, ["A1", "A2"], 2)
    [line] = floor.lead("GET", "/team-drills").json["items"]
    assert (line["id"], line["state"], line["people"]) == (made.json["id"], "planned", 2)
    assert floor.lead("GET", f"/team-drills/{line['id']}").json["title"] == "爆仓演练"


def test_it_is_changed_in_what_is_named_and_called_off_once(floor):
    name = floor.made()
    path = f"/team-drills/{name}"
    changed = floor.trainer("PATCH", path, {"title": "再爆仓", "teams": [floor.root.code]})
    assert (changed.status_code, changed.json["people"]) == (200, ["A1", "A2", "A3"])
    [line] = floor.trainer("GET", "/team-drills").json["items"]
    assert (line["title"], line["incident"], line["opens_at"]) == ("再爆仓", "overflow", "2026-11-26T06:00:00.000Z")
    assert floor.trainer("PATCH", path, {"dry_run": True, "teams": [floor.two.code]}).json["people"] == ["A3"]
    assert floor.trainer("POST", f"{path}/cancel").status_code == 204
    assert floor.trainer("POST", f"{path}/cancel").status_code == 409
    assert floor.trainer("PATCH", path, {"title": "x"}).status_code == 409


def test_it_may_be_compared_with_an_earlier_one_alone(floor):
    earlier = floor.made()
    later = floor.made(opens_at="2026-12-26T14:00:00+08:00", closes_at="2026-12-26T16:00:00+08:00")
    assert floor.trainer("PATCH", f"/team-drills/{later}", {"previous": earlier}).status_code == 200
    wrong = floor.trainer("PATCH", f"/team-drills/{later}", {"previous": later})
    assert (wrong.status_code, list(wrong.json["error"]["fields"])) == (422, ["previous"])


@pytest.mark.parametrize(("named", "with_which"), [(True, 0), (False, 1)])
def test_a_new_one_is_compared_with_the_one_that_is_named_else_with_the_last(floor, named, with_which):
    earlier = [
        floor.made(opens_at=f"2026-{month}-26T14:00:00+08:00", closes_at=f"2026-{month}-26T16:00:00+08:00")
        for month in ("11", "12")
    ]
    more = {"previous": earlier[0]} if named else {}
    made = floor.made(opens_at="2027-01-26T14:00:00+08:00", closes_at="2027-01-26T16:00:00+08:00", **more)
    ids = {row.public_id: row.id for row in session().scalars(select(TeamDrill))}
    previous = session().scalar(select(TeamDrill.previous_id).where(TeamDrill.public_id == made))
    assert previous == ids[earlier[with_which]]


def test_a_lead_plans_for_own_teams_alone(floor):
    refused = floor.lead("POST", "/team-drills", floor.order(teams=[floor.two.code]))
    missing = floor.lead("POST", "/team-drills", floor.order(teams=["none"]))
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["teams"])
    assert missing.json["error"]["fields"].keys() == refused.json["error"]["fields"].keys()
    theirs = floor.made(teams=[floor.two.code])
    assert floor.lead("POST", f"/team-drills/{theirs}/cancel").status_code == 404
    both = floor.made(teams=[floor.root.code])
    assert floor.lead("PATCH", f"/team-drills/{both}", {"title": "x"}).status_code == 403
    assert floor.anna("POST", "/team-drills", floor.order()).status_code == 403
    assert floor.anna("GET", "/team-drills").status_code == 404


def test_every_reason_is_said_at_once_and_nothing_is_made(floor):
    wrong = floor.order(drill="none", title=" ", teams=["none"], previous="x", closes_at="2026-11-26T14:01:00+08:00")
    answer = floor.trainer("POST", "/team-drills", wrong)
    assert answer.status_code == 422
    assert set(answer.json["error"]["fields"]) == {"drill", "title", "teams", "previous", "closes_at"}
    assert count() == 0


@pytest.mark.parametrize(
    "more",
    [{"incident": "fire"}, {"title": "x" * 61}, {"teams": []}, {"opens_at": "2026-02-30T00:00:00Z"}, {"people": []},
     {"opens_at": "9999-12-31T23:59:59-14:00"}, {"closes_at": "0001-01-01T00:00:00+14:00"}, {"monthly": "yes"}],
)  # fmt: skip
def test_what_is_no_plan_is_refused(floor, more):
    assert floor.trainer("POST", "/team-drills", floor.order(**more)).status_code == 422


def test_somebody_is_let_off_and_takes_part_again(floor):
    name = floor.made()
    path = f"/team-drills/{name}/excuse"
    assert floor.lead("POST", path, {"employee_no": "A1", "reason": "产检"}).status_code == 204
    excused = session().query(TeamDrillPerson.excused).order_by(TeamDrillPerson.person_id)
    assert [each.excused for each in excused] == ["产检", ""]
    assert floor.lead("POST", path, {"employee_no": "A1", "reason": ""}).status_code == 204
    assert [each.excused for each in excused] == ["", ""]
    assert floor.lead("POST", path, {"employee_no": "A3", "reason": "x"}).status_code == 404
    assert floor.lead("POST", path, {"employee_no": "A1", "reason": "x" * 201}).status_code == 422
    with clock.frozen(datetime(2026, 11, 26, 7, tzinfo=UTC)):
        begun(floor.anna.actor)
        assert floor.lead("POST", path, {"employee_no": "A1", "reason": "太晚"}).status_code == 409


# measures

WORK = {"what": "写一页爆仓话术", "owner": "A1", "due_on": "2026-12-01", "check_on": "2026-12-15"}


def test_a_measure_is_given_done_and_checked(floor):
    name = floor.made()
    made = floor.lead("POST", f"/team-drills/{name}/measures", WORK)
    assert (made.status_code, made.json["team_drill"], made.json["state"]) == (201, name, "open")
    [own] = floor.anna("GET", "/measures").json["items"]
    path = f"/measures/{own['id']}"
    assert floor.lead("POST", f"{path}/check", {"verdict": "worked"}).status_code == 409
    assert floor.lead("POST", f"{path}/done", {}).status_code == 404
    assert floor.anna("POST", f"{path}/done", {"note": "写好了"}).json["done_note"] == "写好了"
    assert floor.anna("POST", f"{path}/check", {"verdict": "worked"}).status_code == 403
    assert floor.lead("POST", f"{path}/check", {"verdict": "maybe"}).status_code == 422
    assert floor.lead("POST", f"{path}/check", {"verdict": "worked"}).json["state"] == "worked"
    assert floor.lead("POST", f"{path}/drop").status_code == 409
    assert [each["state"] for each in floor.lead("GET", "/measures?which=settled").json["items"]] == ["worked"]


def test_a_measure_is_dropped_by_who_answers_for_it(floor):
    name = floor.made()
    measure = floor.lead("POST", f"/team-drills/{name}/measures", WORK).json["id"]
    assert floor.anna("POST", f"/measures/{measure}/drop").status_code == 403
    assert floor.lead("POST", f"/measures/{measure}/drop").json["state"] == "dropped"
    assert floor.lead("GET", "/measures?which=open").json["items"] == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"owner": "A3"}, "owner"),
        ({"owner": "none"}, "owner"),
        ({"what": " "}, "what"),
        ({"due_on": "2026-11-24"}, "due_on"),
        ({"due_on": "9999-12-31", "check_on": None}, "due_on"),
        ({"check_on": "2026-11-30"}, "check_on"),
        ({"what": "x" * 501}, "what"),
    ],
)
def test_what_is_no_measure_is_refused_at_its_field(floor, more, field):
    name = floor.made()
    answer = floor.lead("POST", f"/team-drills/{name}/measures", WORK | more)
    assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, [field])
    assert floor.anna("GET", "/measures").json["items"] == []
