"""Below an article: asked, answered, settled; told to whom it concerns; deleted by who wrote it."""

from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.kb.actions import talk as acts
from lms.kb.models import Comment
from lms.kb.queries import talk as queries
from lms.kb.rules.talking import LONGEST, Remark, listeners, threads
from lms.notifications.models import Notice
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, an_article_text, edited
from tests.support.pages import token

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def remark(id, answers=None, settled=False, words="话"):
    return Remark(
        id=id,
        public_id=f"p{id}",
        anchor="",
        answers_id=answers,
        person_id=id,
        name="",
        text=words,
        at=NOON,
        settled_at=NOON if settled else None,
    )


# the rules


def test_answers_stand_below_their_question_in_order():
    found = threads([remark(1), remark(4, 1), remark(2), remark(3, 1)])
    assert [(each.first.id, [answer.id for answer in each.answers]) for each in found] == [(2, []), (1, [3, 4])]


def test_what_is_settled_comes_last():
    assert [each.first.id for each in threads([remark(1), remark(2, settled=True)])] == [1, 2]


def test_an_answer_to_an_answer_belongs_to_the_question():
    (thread,) = threads([remark(1), remark(2, 1), remark(3, 2)])
    assert [each.id for each in thread.answers] == [2, 3]


def test_a_question_that_was_taken_back_shows_only_while_answers_are_there():
    assert threads([remark(1, words="")]) == []
    assert len(threads([remark(1, words=""), remark(2, 1)])) == 1


def test_whoever_speaks_is_not_told_of_it():
    assert listeners(1, 2, {1, 3}) == [2, 3]
    assert listeners(2, 2, ()) == []
    assert listeners(1, None, {1}) == []


# saying


@pytest.fixture
def owner(world: APIFlask) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


@pytest.fixture
def article(owner) -> Document:
    return a_document(as_actor(owner), an_article_text("退货", 负责人=owner.employee_no), slug="a/x")


def said(actor, article, words="多久到账？", **more):
    with transaction() as s:
        return acts.speak(actor, s.get_one(Document, article.id), words, **more).public_id


def told(person_id):
    rows = session().scalars(select(Notice.sentence).where(Notice.person_id == person_id).order_by(Notice.id))
    return [each["id"] for each in rows]


def test_the_owner_is_told_of_a_question_and_who_asked_of_the_answer(owner, article):
    agent, other = an_actor(Role.AGENT), an_actor(Role.AGENT)
    asked = said(agent, article)
    said(as_actor(owner), article, "三天。", answers=asked)
    said(other, article, "我也想问", answers=asked)
    assert told(owner.id) == ["%(name)s在《%(title)s》下面提了一个问题。", "%(name)s回复了《%(title)s》下面的讨论。"]
    assert told(agent.id) == ["%(name)s回复了《%(title)s》下面的讨论。"] * 2
    assert told(other.id) == []


@pytest.mark.parametrize("words", ["", "   ", "长" * (LONGEST + 1)])
def test_nothing_and_too_much_are_refused(article, words):
    agent = an_actor(Role.AGENT)
    with pytest.raises(Invalid):
        said(agent, article, words)


def test_an_answer_belongs_to_its_own_article(owner, article):
    agent = an_actor(Role.AGENT)
    asked = said(agent, article)
    other = a_document(as_actor(owner), an_article_text("别的"))
    with pytest.raises(NotFound):
        said(agent, other, "答", answers=asked)


def test_only_its_author_deletes_a_remark(owner, article):
    agent = an_actor(Role.AGENT)
    asked = said(agent, article)
    with pytest.raises(NotFound), transaction():
        acts.take_back(as_actor(owner), asked)
    with transaction():
        acts.take_back(agent, asked)
    assert session().scalars(select(Comment)).all() == []


def test_of_an_answered_question_only_the_words_go(owner, article):
    agent = an_actor(Role.AGENT)
    asked = said(agent, article)
    said(as_actor(owner), article, "三天。", answers=asked)
    with transaction():
        acts.take_back(agent, asked)
    (thread,) = queries.talk(article.id)
    assert (thread.first.text, thread.answers[0].text) == ("", "三天。")


@pytest.mark.parametrize("who", ["owner", "asker", "trainer"])
def test_owner_asker_and_trainers_settle_a_question(owner, article, who):
    agent = an_actor(Role.AGENT)
    asked = said(agent, article)
    actor = {"owner": as_actor(owner), "asker": agent, "trainer": an_actor(Role.TRAINER)}[who]
    with transaction():
        acts.settle(actor, asked)
    assert queries.talk(article.id)[0].is_settled


def test_nobody_else_settles_it_and_an_answer_is_not_settled(owner, article):
    agent, other = an_actor(Role.AGENT), an_actor(Role.AGENT)
    asked = said(agent, article)
    answer = said(as_actor(owner), article, "三天。", answers=asked)
    with pytest.raises(Forbidden), transaction():
        acts.settle(other, asked)
    with pytest.raises(Conflict), transaction():
        acts.settle(as_actor(owner), answer)


def test_who_asks_on_opens_the_question_again(owner, article):
    agent = an_actor(Role.AGENT)
    asked = said(agent, article)
    with transaction():
        acts.settle(as_actor(owner), asked)
    said(agent, article, "还是没到", answers=asked)
    assert not queries.talk(article.id)[0].is_settled


# the page


def test_what_is_typed_stands_there_as_text(client: FlaskClient, article):
    agent = a_person(name="<b>小林</b>")
    sign_in(client, agent)
    data = {"csrf_token": token(client, "/kb/a/x/talk"), "words": "<script>alert(1)</script>\n第二行", "anchor": "时效"}
    assert client.post("/kb/a/x/talk", data=data).status_code == 303
    page = client.get("/kb/a/x/talk").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>小林" not in page
    assert "1 个问题等回答" in client.get("/kb/a/x").text


def test_a_remark_of_a_restricted_article_is_nowhere(client: FlaskClient, owner, article):
    agent = an_actor(Role.AGENT)
    asked = said(agent, article)
    text = an_article_text("退货", 负责人=owner.employee_no, 可见="[人事]")
    edited(as_actor(owner), session().get_one(Document, article.id, populate_existing=True), text)
    sign_in(client, session().get_one(Person, agent.id))
    assert client.get("/kb/a/x/talk").status_code == 404
    data = {"csrf_token": token(client, "/me")}
    assert client.post(f"/kb/talk/{asked}/delete", data=data).status_code == 404
    assert client.post(f"/kb/talk/{asked}/settle", data=data).status_code == 404


def test_a_section_that_is_gone_keeps_its_question(owner, article):
    asked = said(an_actor(Role.AGENT), article, anchor="时效")
    edited(as_actor(owner), session().get_one(Document, article.id), an_article_text("退货", "## 别的\n新。"))
    assert queries.talk(article.id)[0].first.public_id == asked
