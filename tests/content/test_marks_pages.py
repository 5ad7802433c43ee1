"""Pages of 待复核: the list with its filters, one press, the flags in studio, editor and first screen, the API."""

import pytest

from lms.content.models import ReviewMark
from lms.content.queries import marks
from lms.content.queries.marks import Wanted
from lms.core.access import Role
from lms.core.db import session
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_question, a_quiz_text, an_article_text, edited
from tests.support.pages import send, token

RULE = "## 时效\n七天内可以申请。"


@pytest.fixture
def trainer(client):
    person = a_person(Role.TRAINER)
    sign_in(client, person)
    return person


@pytest.fixture
def quiz(trainer):
    author = as_actor(trainer)
    rule = a_document(author, an_article_text("退货规则", RULE), slug="rule")
    why = "\n\n> 解析：见[时效](../kb_content/rule.md#时效)。"
    text = a_quiz_text(a_question("几天？") + why, a_question("<script>alert(1)</script> 几天内？") + why, title="小测")
    made = a_document(author, text, kind="quiz", slug="check")
    edited(author, rule, an_article_text("退货规则", RULE.replace("七天", "十五天")))
    return made


def open_ids():
    return [mark.id for mark in marks.open_marks(Wanted())]


def test_the_change_stands_beside_the_question_and_its_key(client, quiz):
    page = client.get("/studio/marks").text
    assert "《退货规则》改了" in page
    assert "七天内" in page.replace("<del>", "").replace("</del>", "")
    assert page.count("正确答案") == 2
    assert "<script>alert" not in page


def test_one_press_confirms_a_question_and_comes_back_to_the_list(client, quiz):
    answer = send(client, "/studio/marks", mark=open_ids()[0], next="/studio/marks?kind=question")
    assert (answer.status_code, answer.location) == (303, "/studio/marks?kind=question")
    assert len(open_ids()) == 1


def test_one_press_confirms_all_of_a_cause(client, quiz):
    send(client, "/studio/marks", mark=open_ids())
    assert open_ids() == []
    assert "没有待复核的" in client.get("/studio/marks").text


def test_a_press_in_a_second_tab_is_told_that_it_was_done(client, quiz):
    ids = open_ids()
    for said in ("2 处确认了", "这些已经有人处理过了"):
        send(client, "/studio/marks", page="/me", mark=ids)
        assert said in client.get("/me").text


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"]])
def test_nothing_chosen_is_refused(client, quiz, ids):
    assert send(client, "/studio/marks", mark=ids).status_code == 422


def test_filters_stand_in_the_address(client, trainer, quiz):
    assert "这里没有待复核的" in client.get("/studio/marks?kind=section").text
    assert "这里没有待复核的" in client.get("/studio/marks?mine=1").text
    assert "只看《小测》里的" in client.get(f"/studio/marks?doc={quiz.id}").text
    assert "这里没有待复核的" in client.get("/studio/marks?cause=999999").text
    assert client.get("/studio/marks?page=99999999999&cause=x&doc=-3").status_code == 200


def test_the_studio_the_editor_and_its_form_say_what_is_in_doubt(client, quiz):
    assert "待复核 2" in client.get("/studio").text
    page = client.get("/studio/quiz/check/edit?view=form").text
    assert "这里有 2 处待复核" in page
    assert page.count("待复核</span>") == 2


def test_the_first_screen_of_a_trainer_counts_them(client, quiz):
    assert "2 题待复核" in client.get("/").text
    send(client, "/studio/marks", mark=open_ids())
    assert "题待复核" not in client.get("/").text


def test_an_agent_sees_none_of_it(client, quiz):
    sign_in(client, a_person())
    assert client.get("/studio/marks").status_code == 403
    assert "待复核" not in client.get("/").text


def test_the_api_lists_and_confirms(client, quiz):
    first = client.get("/api/v1/content/marks?limit=1").json
    [mark] = first["items"]
    assert (mark["document"], mark["cause"], mark["kind"]) == ("quiz:check", "article:rule", "question")
    assert len(client.get(f"/api/v1/content/marks?after={first['next']}").json["items"]) == 1
    csrf = {"X-CSRFToken": token(client, "/me")}
    path = f"/api/v1/content/marks/{mark['id']}"
    assert client.post(path, json={"verdict": "changed"}, headers=csrf).status_code == 422
    for cleared in (True, False):
        assert client.post(path, json={"verdict": "still_right"}, headers=csrf).json == {"cleared": cleared}
    assert client.post("/api/v1/content/marks/999999", json={"verdict": "still_right"}, headers=csrf).status_code == 404


def test_a_mark_whose_question_is_gone_shows_nowhere(client, trainer, quiz):
    edited(as_actor(trainer), quiz, a_quiz_text(a_question("别的题？"), title="小测"))
    assert session().query(ReviewMark).filter(ReviewMark.cleared_at.is_(None)).count() == 0
    assert "没有待复核的" in client.get("/studio/marks").text
