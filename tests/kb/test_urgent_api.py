"""Urgent notices over the API: sent, counted, watched, extended and withdrawn as on the pages."""

from datetime import timedelta

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.kb.models import UrgentNotice
from tests.support.asked_api import Program
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_urgent import confirmed


@pytest.fixture
def place(world, client):
    root = a_team()
    team = a_team(parent=root)
    lead = a_person(Role.LEAD, team=team)
    agent = a_person(team=team, no="A1")
    return Program(client, a_person(Role.TRAINER, team=root)), Program(client, lead), agent, team


def in_hours(hours):
    return (clock.now() + timedelta(hours=hours)).isoformat()


def count():
    return session().query(UrgentNotice).count()


def test_one_is_counted_sent_watched_and_taken_down(place):
    trainer, _, agent, team = place
    order = {"title": "华东仓恢复发货", "teams": [team.code], "minutes": 15}
    looked = trainer("POST", "/kb/urgent", order | {"dry_run": True})
    assert (looked.status_code, looked.json["id"], looked.json["people"], count()) == (200, None, 2, 0)
    sent = trainer("POST", "/kb/urgent", order)
    assert (sent.status_code, sent.json["teams"]) == (201, looked.json["teams"])
    assert confirmed(as_actor(agent), sent.json["id"])
    [line] = trainer("GET", "/kb/urgent").json["items"]
    assert (line["id"], line["live"], line["confirmed"], line["people"]) == (sent.json["id"], True, 1, 2)
    whole = trainer("GET", f"/kb/urgent/{line['id']}").json
    assert {each["employee_no"] for each in whole["readers"] if each["confirmed_at"]} == {"A1"}
    until = in_hours(48)
    assert trainer("POST", f"/kb/urgent/{line['id']}/extend", {"until": until}).status_code == 200
    down = trainer("POST", f"/kb/urgent/{line['id']}/withdraw").json
    assert (down["live"], down["withdrawn_at"] is None) == (False, False)
    assert trainer("POST", f"/kb/urgent/{line['id']}/withdraw").status_code == 200
    again = trainer("POST", f"/kb/urgent/{line['id']}/extend", {"until": until})
    assert (again.status_code, again.json["error"]["code"]) == (409, "not_live")


def test_a_lead_reaches_own_teams_and_nobody_elses_notice(place):
    trainer, lead, _, _ = place
    other = a_team()
    a_person(team=other)
    assert lead("POST", "/kb/urgent", {"title": "改了话术"}).json["people"] == 2
    refused = lead("POST", "/kb/urgent", {"title": "改了话术", "teams": [other.code]})
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["teams"])
    theirs = trainer("POST", "/kb/urgent", {"title": "别的团队", "teams": [other.code]}).json["id"]
    missing = lead("GET", f"/kb/urgent/{'0' * 32}")
    for method, path in (("GET", ""), ("POST", "/withdraw")):
        answer = lead(method, f"/kb/urgent/{theirs}{path}")
        assert (answer.status_code, answer.json) == (404, missing.json)


def test_an_agent_sends_none(place, client):
    agent = Program(client, a_person())
    assert agent("POST", "/kb/urgent", {"title": "x"}).status_code == 403
    assert agent("GET", "/kb/urgent").status_code == 403


def test_every_reason_is_said_at_once_and_nothing_is_sent(place):
    trainer = place[0]
    wrong = {"title": " ", "teams": ["none"], "shops": ["none"], "article": "none", "until": in_hours(24 * 30)}
    answer = trainer("POST", "/kb/urgent", wrong)
    assert (answer.status_code, set(answer.json["error"]["fields"])) == (422, set(wrong))
    assert count() == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"title": ""}, {"title": "x" * 121}, {"title": "x", "minutes": 0}, {"title": "x", "minutes": 1441},
     {"title": "x", "roles": ["boss"]}, {"title": "x", "until": "2026-13-01"}, {"title": "x", "who": "all"},
     {"title": "x", "teams": "none"}, {"title": "x", "until": "9999-12-31T23:59:59-14:00"},
     {"title": "x", "until": "0001-01-01T00:00:00+14:00"}],
)  # fmt: skip
def test_what_is_no_notice_is_refused(place, body):
    assert place[0]("POST", "/kb/urgent", body).status_code == 422


def test_it_may_lead_to_an_article(place):
    trainer = place[0]
    a_document(trainer.actor, an_article_text("发货"), slug="logistics/east")
    sent = trainer("POST", "/kb/urgent", {"title": "华东仓恢复发货", "article": "logistics/east"}).json["id"]
    assert session().query(UrgentNotice).filter_by(public_id=sent).one().document_id is not None
