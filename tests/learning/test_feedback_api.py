"""Campaigns, the catalogue, surveys and suggestions over the API: as their pages do it, refused to whom they refuse it."""

from datetime import timedelta

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.learning.models import Campaign, Survey
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, a_quiz_text, an_article_text
from tests.support.make_rules import state_of
from tests.support.make_sessions import completed


@pytest.fixture
def floor(client):
    root = a_team("公司")
    mine, theirs = a_team("甲", root), a_team("乙", root)
    people = {
        "trainer": a_person(Role.TRAINER, team=root),
        "lead": a_person(Role.LEAD, team=mine),
        "own": a_person(team=mine, no="A1"),
        "also": a_person(team=mine, no="A2"),
        "other": a_person(team=theirs, no="B1"),
    }
    trainer = as_actor(people["trainer"])
    a_document(trainer, an_article_text("双十二的规则"), slug="peak/rules")
    quiz = a_document(trainer, a_quiz_text(), kind="quiz", slug="two")
    bearers = {}

    def call(who, method, path, body=None):
        if who not in bearers:
            with transaction():
                bearers[who] = make_token(as_actor(people[who]), label="")
        answer = client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {bearers[who]}"}
        )
        return answer.status_code, answer.get_json(silent=True)

    return call, quiz, mine, theirs, people


def fields(answer):
    return answer[0], sorted(answer[1]["error"]["fields"])


def ahead(days):
    return (today() + timedelta(days=days)).isoformat()


def peak(team, **more):
    return {
        "name": "双十二",
        "team": team.code,
        "starts_on": ahead(10),
        "ends_on": ahead(13),
        "ready_on": ahead(9),
        "documents": ["quiz:two", "article:peak/rules"],
    } | more


def test_a_campaign_is_prepared_given_out_and_ended(floor):
    call, quiz, mine, _, people = floor
    call("trainer", "POST", "/queues", {"code": "peak", "name": "大促"})
    status, made = call("lead", "POST", "/campaigns", peak(mine, queues=["peak"], needed=2))
    where = f"/campaigns/{made['id']}"
    assert (status, made["state"], made["people"], made["queues"]) == (201, "draft", 3, ["peak"])
    assert made["documents"] == ["quiz:two", "article:peak/rules"]
    assert call("lead", "PUT", where, peak(mine, documents=["quiz:two"]))[1]["documents"] == ["quiz:two"]
    assert state_of(people["own"], quiz) is None
    assert call("lead", "POST", where, {"act": "start"}) == (200, {"state": "preparing"})
    assert [state_of(people[who], quiz) for who in ("own", "other")] == ["open", None]
    assert call("lead", "POST", where, {"act": "start"})[0] == 409
    assert call("lead", "POST", where, {"act": "discard"})[0] == 409
    later = call("lead", "PUT", where, peak(mine, name="双旦", ends_on=ahead(20), documents=[], needed=3))[1]
    assert (later["name"], later["ends_on"], later["documents"]) == ("双旦", ahead(20), ["quiz:two"])
    assert [each["name"] for each in call("lead", "GET", "/campaigns")[1]["items"]] == ["双旦"]
    assert call("lead", "POST", where, {"act": "stop"}) == (200, {"state": "over"})
    assert state_of(people["own"], quiz) == "withdrawn"
    assert call("lead", "PUT", where, peak(mine))[0] == 409


def test_what_is_wrong_with_a_campaign_is_said_at_once_and_none_is_made(floor):
    call, _, mine, theirs, _ = floor
    wrong = peak(theirs, documents=["quiz:none"], queues=["none"])
    assert fields(call("lead", "POST", "/campaigns", wrong)) == (422, ["documents", "queues", "team"])
    assert fields(call("lead", "POST", "/campaigns", peak(mine, ends_on=ahead(1), ready_on=ahead(11)))) == (
        422,
        ["ends_on", "ready_on"],
    )
    assert fields(call("lead", "POST", "/campaigns", peak(mine, documents=[]))) == (422, ["documents"])
    assert call("own", "POST", "/campaigns", peak(mine))[0] == 403
    assert session().query(Campaign).count() == 0
    foreign = call("trainer", "POST", "/campaigns", peak(theirs))[1]["id"]
    for name in (foreign, "0" * 32):
        assert call("lead", "GET", f"/campaigns/{name}")[0] == 404
        assert call("lead", "PUT", f"/campaigns/{name}", peak(mine))[0] == 404
        assert call("lead", "POST", f"/campaigns/{name}", {"act": "discard"})[0] == 404
    assert call("trainer", "POST", f"/campaigns/{foreign}", {"act": "discard"}) == (200, {"state": "discarded"})


def test_what_stands_in_the_catalogue_is_chosen_and_left(floor):
    call, quiz, *_, people = floor
    offer = {"document": "quiz:two", "category": "special", "words": "想转售后的人", "days": 14}
    assert call("trainer", "PUT", "/catalogue", offer)[0] == 204
    [line] = call("own", "GET", "/catalogue")[1]["items"]
    assert (line["document"], line["category"], line["days"], line["state"]) == ("quiz:two", "special", 14, "")
    assert call("own", "POST", "/catalogue/choices", {"document": "quiz:two"}) == (200, {"owed": True})
    assert state_of(people["own"], quiz) == "open"
    assert call("own", "GET", "/catalogue")[1]["items"][0]["chosen"] is True
    leave = {"document": "quiz:two", "do": "leave"}
    assert call("own", "POST", "/catalogue/choices", leave) == (200, {"owed": False})
    assert call("own", "POST", "/catalogue/choices", leave)[0] == 404
    completed(people["also"], quiz)
    assert call("also", "POST", "/catalogue/choices", {"document": "quiz:two"})[0] == 409
    assert call("trainer", "PUT", "/catalogue", {"document": "quiz:two", "closed": True})[0] == 204
    assert fields(call("own", "POST", "/catalogue/choices", {"document": "quiz:two"})) == (422, ["document"])
    assert fields(call("trainer", "PUT", "/catalogue", {"document": "quiz:none"})) == (422, ["document"])
    assert fields(call("trainer", "PUT", "/catalogue", offer | {"category": "fun", "days": 0})) == (
        422,
        ["category", "days"],
    )
    assert call("lead", "PUT", "/catalogue", offer)[0] == 403


def test_a_survey_is_asked_changed_and_stopped(floor):
    call, *_ = floor
    asked = {
        "title": "测验反馈",
        "document": "quiz:two",
        "questions": [
            {"type": "scale", "text": "难不难？"},
            {"type": "choice", "text": "哪里难？", "options": ["题干", "时间"]},
        ],
    }
    status, made = call("trainer", "POST", "/surveys", asked)
    assert (status, made["anonymous"], [each["text"] for each in made["questions"]]) == (
        201,
        True,
        ["难不难？", "哪里难？"],
    )
    assert call("trainer", "POST", "/surveys", asked)[0] == 409
    where = f"/surveys/{made['id']}"
    change = {"title": "新反馈", "questions": [{"type": "text", "text": "说几句"}], "anonymous": False}
    assert call("trainer", "PUT", where, change)[1]["title"] == "新反馈"
    assert call("trainer", "GET", where)[1]["anonymous"] is False
    assert call("trainer", "POST", f"{where}/stop")[1]["stopped"] is True
    assert call("trainer", "POST", f"{where}/stop")[0] == 200
    assert call("trainer", "PUT", where, change)[0] == 409
    choice = {"type": "choice", "text": "哪里难？", "options": ["题干"]}
    assert fields(call("trainer", "POST", "/surveys", asked | {"questions": [choice, choice]})) == (
        422,
        ["questions.0", "questions.1"],
    )
    assert fields(call("trainer", "POST", "/surveys", asked | {"title": "", "questions": []})) == (
        422,
        ["questions", "title"],
    )
    assert fields(call("trainer", "POST", "/surveys", asked | {"document": "quiz:none"})) == (422, ["document"])
    assert call("lead", "POST", "/surveys", asked)[0] == 403
    assert call("trainer", "PUT", f"/surveys/{'0' * 32}", change)[0] == 404
    assert call("trainer", "POST", f"/surveys/{'0' * 32}/stop")[0] == 404
    assert session().query(Survey).filter_by(kind="course").count() == 1


def test_a_suggestion_is_written_wanted_by_others_and_answered(floor):
    call, *_, people = floor
    status, made = call("own", "POST", "/ideas", {"text": "想多练爆仓的话术", "document": "quiz:two"})
    where = f"/ideas/{made['id']}"
    assert status == 201
    assert call("own", "POST", f"{where}/support", {"want": True})[0] == 409
    assert call("also", "POST", f"{where}/support", {"want": True})[0] == 204
    [seen] = call("also", "GET", "/ideas?state=open")[1]["items"]
    assert (seen["document"], seen["supporters"], seen["supported"], seen["by"]) == (
        "quiz:two",
        1,
        True,
        people["own"].name,
    )
    assert call("also", "POST", f"{where}/support", {"want": False})[0] == 204
    assert fields(call("trainer", "POST", f"{where}/answer", {"state": "planned"})) == (422, ["answer"])
    assert call("trainer", "POST", f"{where}/answer", {"state": "done", "answer": "下周开课"})[0] == 204
    assert call("also", "GET", "/ideas?state=done")[1]["items"][0]["answer"] == "下周开课"
    assert call("also", "POST", f"{where}/support", {"want": True})[0] == 409
    assert call("own", "POST", f"{where}/answer", {"state": "done", "answer": "x"})[0] == 403
    assert fields(call("own", "POST", "/ideas", {"text": "短"})) == (422, ["text"])
    assert fields(call("own", "POST", "/ideas", {"text": "想多练爆仓的话术", "document": "quiz:none"})) == (
        422,
        ["document"],
    )
    assert fields(call("own", "POST", "/ideas", {"text": "想多练爆仓的话术", "anonymous": True})) == (
        422,
        ["anonymous"],
    )
    assert call("own", "POST", f"/ideas/{'0' * 32}/support", {"want": True})[0] == 404
    assert call("trainer", "POST", f"/ideas/{'0' * 32}/answer", {"state": "open"})[0] == 404
