"""The card: what has changed since the reader last confirmed, a question or two, one button."""

import pytest
from sqlalchemy import select

from lms.accounts.actions import make_token
from lms.content.actions import marks
from lms.content.models import ReviewMark
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_cards import NEW_RULE, RULE, has_read, number_of, owes_card, rule_text
from tests.support.make_content import a_document, a_question, a_quiz_text, a_trainer, edited
from tests.support.make_quizzes import answered_right, begun, handed_in
from tests.support.pages import token

PAGE = "/kb/after-sales/time/change"
SECRET = "因为新规从十一月起"


def check(section="时效", stem="几天内可以退？", right="十五天"):
    return f"""
### {stem}
1. [ ] 七天
    - 解析：那是旧规。
2. [x] {right}

> 解析：{SECRET}，见[{section}](#{section})。
"""


def with_checks(*checks, rule=NEW_RULE, **front):
    return rule_text(rule, more="## 运费\n质量问题由商家承担。\n\n## 自测\n" + "\n".join(checks), **front)


@pytest.fixture
def trainer(world):
    return a_trainer()


@pytest.fixture
def article(trainer):
    return a_document(trainer, rule_text(), slug="after-sales/time")


@pytest.fixture
def reader(client, article):
    """Somebody who has confirmed the first version and is signed in."""
    person = a_person(Role.AGENT)
    has_read(person, article)
    sign_in(client, person)
    return person


def send(client, article, **answers):
    values = {"csrf_token": token(client, PAGE), "revision": number_of(article)}
    return client.post(PAGE, data={**values, **{name.replace("_", "-"): value for name, value in answers.items()}})


def test_the_card_shows_the_change_and_not_the_rest(client, trainer, article, reader):
    edited(trainer, article, rule_text(NEW_RULE))
    page = client.get(PAGE).text
    assert "<del>七天</del>" in page
    assert "<ins>十五天</ins>" in page
    assert "质量问题由商家承担" not in page


def test_who_reads_it_for_the_first_time_sees_the_whole(client, trainer):
    person = a_person(Role.AGENT)
    a_document(trainer, rule_text(必读="[客服]"), slug="after-sales/time")
    sign_in(client, person)
    page = client.get(PAGE).text
    assert RULE in page
    assert "质量问题由商家承担" in page
    assert "我已读完，按这一版执行" in page


def test_a_new_section_is_shown_whole_and_one_that_is_gone_is_struck_out(client, trainer, article, reader):
    edited(trainer, article, rule_text(more="## 例外\n定制的不退。"))
    page = client.get(PAGE).text
    assert "新增" in page
    assert "定制的不退。" in page
    assert "删去，不再适用" in page


def test_one_button_confirms_and_leads_home(client, trainer, article, reader):
    edited(trainer, article, rule_text(NEW_RULE))
    answer = send(client, article)
    assert (answer.status_code, answer.location) == (303, "/")
    assert not owes_card(reader, article)


def test_sending_it_twice_says_it_once(client, trainer, article, reader):
    edited(trainer, article, with_checks(check()))
    first = send(client, article, q1_answer="o2")
    again = client.post(
        PAGE, data={"csrf_token": token(client, "/me"), "revision": number_of(article), "q1-answer": "o2"}
    )
    assert (first.status_code, again.status_code) == (303, 303)


def test_a_wrong_answer_explains_and_lets_them_try_again(client, trainer, article, reader):
    edited(trainer, article, with_checks(check()))
    before = client.get(PAGE).text
    assert "几天内可以退？" in before
    assert SECRET not in before
    wrong = send(client, article, q1_answer="o1")
    assert wrong.status_code == 422
    assert "那是旧规" in wrong.text
    assert SECRET in wrong.text
    assert owes_card(reader, article)
    assert send(client, article, q1_answer="o2").status_code == 303
    assert not owes_card(reader, article)


def test_nothing_answered_is_not_confirmed(client, trainer, article, reader):
    edited(trainer, article, with_checks(check()))
    answer = send(client, article)
    assert answer.status_code == 422
    assert SECRET not in answer.text


def test_a_question_about_what_did_not_change_is_not_asked(client, trainer, article, reader):
    edited(trainer, article, with_checks(check("运费", "谁承担运费？", "商家"), check()))
    page = client.get(PAGE).text
    assert "几天内可以退？" in page
    assert "谁承担运费？" not in page


def test_the_text_of_an_article_holds_neither_its_questions_nor_their_keys(client, trainer, article, reader):
    edited(trainer, article, with_checks(check()), minor=True)
    for path in ("/kb/after-sales/time", "/api/v1/kb/articles/after-sales/time", "/kb?q=几天内可以退", PAGE):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "几天内可以退？" not in answer.text
        assert SECRET not in answer.text


def test_a_version_published_meanwhile_is_shown_instead_of_confirmed(client, trainer, article, reader):
    edited(trainer, article, rule_text(NEW_RULE))
    values = {"csrf_token": token(client, PAGE), "revision": number_of(article)}
    edited(trainer, article, rule_text("三十天内可以申请退货。"))
    answer = client.post(PAGE, data=values)
    assert answer.status_code == 409
    assert "<ins>三十天</ins>" in answer.text
    assert owes_card(reader, article)


def test_anybody_may_look_at_the_change_since_a_version(client, trainer, article):
    first = number_of(article)
    edited(trainer, article, rule_text(NEW_RULE))
    sign_in(client, a_person(Role.AGENT))
    page = client.get(f"{PAGE}?since={first}").text
    assert "<ins>十五天</ins>" in page
    assert "我已读完" not in page
    assert client.get(f"{PAGE}?since=999").status_code == 404
    assert client.get(f"{PAGE}?since=1").status_code == 404  # a draft


def test_a_card_of_an_article_meant_for_others_is_not_there(client, trainer):
    a_document(trainer, rule_text(可见="[质检]", 必读="[质检]"), slug="after-sales/time")
    sign_in(client, a_person(Role.AGENT))
    assert client.get(PAGE).status_code == 404


# questions of quizzes


def a_quiz_on_it(trainer, use="小测"):
    text = a_quiz_text(
        f"{a_question('退货的时效是几天？', '十五天', ('七天',))}\n\n> 解析：{SECRET}，见[规则](../kb_content/after-sales/time.md#时效)。"
    )
    return a_document(trainer, text.replace("类型: 测验\n", f"类型: 测验\n用途: {use}\n"), kind="quiz", slug="quiz")


def passes(person):
    attempt = begun(as_actor(person), "quiz")
    answered_right(as_actor(person), attempt)
    handed_in(as_actor(person), attempt)


def confirm_keys(trainer):
    with transaction():
        ids = session().scalars(select(ReviewMark.id).where(ReviewMark.cleared_at.is_(None))).all()
        marks.confirm(trainer, ids)


@pytest.mark.parametrize(
    ("use", "confirmed", "asked"), [("小测", True, True), ("小测", False, False), ("考试", True, False)]
)
def test_a_quiz_question_is_asked_once_its_key_is_confirmed_and_never_one_of_an_exam(
    client, trainer, article, reader, use, confirmed, asked
):
    a_quiz_on_it(trainer, use)
    passes(reader)
    edited(trainer, article, rule_text(NEW_RULE))
    if confirmed:
        confirm_keys(trainer)
    page = client.get(PAGE).text
    assert ("退货的时效是几天？" in page) is asked
    assert SECRET not in page


def test_a_quiz_question_that_is_in_doubt_again_is_not_asked(client, trainer, article, reader):
    a_quiz_on_it(trainer)
    passes(reader)
    edited(trainer, article, rule_text(NEW_RULE))
    confirm_keys(trainer)
    edited(trainer, article, rule_text("三十天内可以申请退货。"))
    assert "退货的时效是几天？" not in client.get(PAGE).text


def test_a_wrong_answer_to_a_quiz_question_gives_nothing_of_its_key_away(client, trainer, article, reader):
    a_quiz_on_it(trainer)
    passes(reader)
    edited(trainer, article, rule_text(NEW_RULE))
    confirm_keys(trainer)
    answer = send(client, article, q1_answer="o2")
    assert answer.status_code == 422
    assert SECRET not in answer.text


# the other ways to confirm


def test_the_article_page_leads_to_the_change(client, trainer, article, reader):
    edited(trainer, article, rule_text(NEW_RULE))
    page = client.get("/kb/after-sales/time").text
    assert f'href="{PAGE}' in page
    assert 'action="/learn/done/article/after-sales/time"' not in page


def test_an_old_page_of_the_article_cannot_confirm_what_is_no_more(client, trainer, article, reader):
    old, csrf = number_of(article), token(client, "/me")
    edited(trainer, article, rule_text(NEW_RULE))
    answer = client.post("/learn/done/article/after-sales/time", data={"csrf_token": csrf, "revision": old})
    assert (answer.status_code, answer.location) == (302, PAGE)
    assert owes_card(reader, article)


@pytest.mark.parametrize(("number", "checks", "code"), [("old", False, "newer_revision"), ("new", True, "check_first")])
def test_the_api_refuses_an_older_version_and_what_asks_first(client, trainer, article, reader, number, checks, code):
    numbers = {"old": number_of(article)}
    edited(trainer, article, with_checks(check()) if checks else rule_text(NEW_RULE))
    numbers["new"] = number_of(article)
    with transaction():
        bearer = make_token(as_actor(reader), label="脚本")
    answer = client.post(
        "/api/v1/documents/article/after-sales/time/completions",
        json={"revision": numbers[number]},
        headers={"Authorization": f"Bearer {bearer}"},
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (409, code)


def test_the_api_confirms_a_change_without_questions(client, trainer, article, reader):
    edited(trainer, article, rule_text(NEW_RULE))
    with transaction():
        bearer = make_token(as_actor(reader), label="脚本")
    answer = client.post(
        "/api/v1/documents/article/after-sales/time/completions",
        json={"revision": number_of(article)},
        headers={"Authorization": f"Bearer {bearer}"},
    )
    assert answer.json["new"] is True
    assert not owes_card(reader, article)


def test_a_lesson_that_rests_on_it_leads_to_the_change(client, trainer, article, reader):
    first = number_of(article)
    text = "---\n类型: 课时\n时长: 5分钟\n---\n# 课\n\n## 一\n见[规则](../kb_content/after-sales/time.md#时效)。\n"
    a_document(trainer, text, kind="lesson", slug="lesson")
    edited(trainer, article, rule_text(NEW_RULE))
    page = client.get("/learn/lesson/lesson").text
    assert "依据已更新" in page
    assert f'href="{PAGE}?since={first}"' in page
    confirm_keys(trainer)
    assert "依据已更新" not in client.get("/learn/lesson/lesson").text


def test_the_first_screen_leads_to_the_change(client, trainer, article, reader):
    edited(trainer, article, rule_text(NEW_RULE))
    page = client.get("/").text
    assert "1 条变更待确认" in page
    assert f'href="{PAGE}"' in page


# who has confirmed


def test_a_lead_sees_the_own_team_and_nobody_else(client, trainer):
    own, other = a_team("一组"), a_team("二组")
    done, late = a_person(Role.AGENT, team=own, name="做完的"), a_person(Role.AGENT, team=own, name="没做的")
    a_person(Role.AGENT, team=other, name="别组的")
    lead = a_person(Role.LEAD, team=own)
    has_read(done, a_document(trainer, rule_text(必读="[客服]"), slug="after-sales/time"))
    sign_in(client, lead)
    assert ">1/2<" in client.get("/kb/care/must-reads").text
    people = client.get("/kb/care/must-reads?article=after-sales/time").text
    assert "做完的" in people
    assert "没做的" in people
    assert "别组的" not in people
    sheet = client.get("/kb/care/must-reads?format=csv").get_data(as_text=True)
    assert [line.split(",")[4] for line in sheet.splitlines()[1:]] == ["没做的", "做完的"]
    assert late.name == "没做的"


def test_an_agent_has_no_page_of_who_confirmed(client, trainer):
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/kb/care/must-reads").status_code == 403


def test_an_article_that_a_lead_may_not_read_stands_in_no_list_of_theirs(client, trainer):
    team = a_team("一组")
    a_person(Role.AGENT, team=team, position="专席")
    a_document(trainer, rule_text(可见="[专席]", 必读="[专席]"), slug="after-sales/time")
    sign_in(client, a_person(Role.LEAD, team=team))
    assert "退货时效" not in client.get("/kb/care/must-reads").text
    assert client.get("/kb/care/must-reads?article=after-sales/time").status_code == 404
