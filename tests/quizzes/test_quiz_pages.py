"""The pages of a quiz as plain HTML: what they offer, what they refuse, and what they never show."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lms.content.events import ArchivePreview, PublishPreview
from lms.content.models import Slug
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import ask
from lms.core.db import session, transaction
from lms.quizzes import actions, queries
from lms.quizzes.rules.attempts import State
from lms.quizzes.spec import Use
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_quizzes import (
    a_quiz,
    a_single,
    answered_right,
    begun,
    document_id,
    handed_in,
    one_of_each,
    paper,
)
from tests.support.pages import send

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
SECRET = "机密"
SAT = [use for use in Use if use is not Use.BANK]


@pytest.fixture
def person(client):
    made = a_person(name="林小满")
    sign_in(client, made)
    return made


def html(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return answer.get_data(as_text=True)


def was(client, attempt, key):
    return re.search(rf'name="{key}\.was" value="(\w+)"', html(client, f"/attempts/{attempt}"))[1]


def post(client, attempt, **fields):
    """Post the paper with these fields, each question with what the page showed before."""
    keys = {name.partition("_")[0] for name in fields if name[0] == "q"}
    shown = {f"{key}.was": was(client, attempt, key) for key in keys}
    data = {name.replace("_", ".") if name[0] == "q" else name: value for name, value in fields.items()}
    return send(client, f"/attempts/{attempt}", **data, **shown)


# before


def test_the_first_page_says_what_awaits_and_offers_one_button(client, person):
    slug = a_quiz(*one_of_each(), seconds=900, attempts=3, use=Use.EXAM)
    page = html(client, f"/quizzes/{slug}")
    for words in ("<dd>7</dd>", "15 分钟", "80 分", "3 次", "自动保存"):
        assert words in page
    assert page.count("btn-primary") == 1


def test_an_old_address_leads_to_the_present_one(client, person):
    slug = a_quiz()
    from_old = "onboarding/old-name"
    with transaction() as s:
        s.add(Slug(kind="quiz", slug=from_old, document_id=document_id(slug), is_current=False))
    answer = client.get(f"/quizzes/{from_old}")
    assert (answer.status_code, answer.location) == (301, f"/quizzes/{slug}")


def test_pressing_start_leads_to_the_paper_and_again_to_the_same(client, person):
    slug = a_quiz()
    first, again = (send(client, f"/quizzes/{slug}", f"/quizzes/{a_quiz()}") for _ in range(2))
    assert first.status_code == 303
    assert first.location == again.location


def test_an_open_attempt_is_gone_on_with(client, person):
    slug = a_quiz()
    attempt = begun(as_actor(person), slug)
    assert f'href="/attempts/{attempt}"' in html(client, f"/quizzes/{slug}")


def test_a_wait_is_named_with_its_end_and_no_button(client, person):
    slug = a_quiz(cooldown_seconds=3600)
    with clock.frozen(NOON):
        handed_in(as_actor(person), begun(as_actor(person), slug))
        page = html(client, f"/quizzes/{slug}")
    assert "最早 13:00" in page
    assert "btn-primary" not in page


def test_a_refused_start_is_explained_on_the_first_page(client, person):
    slug = a_quiz(attempts=1)
    handed_in(as_actor(person), begun(as_actor(person), slug))
    answer = send(client, f"/quizzes/{slug}", f"/quizzes/{a_quiz()}")
    assert answer.status_code == 303
    assert "已经用完" in html(client, answer.location)


def test_a_quiz_that_is_not_there_is_404(client, person):
    html(client, "/quizzes/onboarding/none", 404)


# the paper


def test_an_old_page_in_another_tab_writes_over_nothing(client, person):
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each()))
    fields = {"q1.was": was(client, attempt, "q1"), "q5.was": was(client, attempt, "q5")}
    with transaction():
        actions.save_answer(actor, attempt, "q5", "64", 1)
    send(client, f"/attempts/{attempt}", **fields, **{"q1": "o2", "q5": "", "go": "2"})
    answers = paper(actor, attempt)
    assert (answers["q1"].answer, answers["q5"].answer) == ("o2", "64")


def test_an_answer_can_be_taken_back(client, person):
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each()))
    post(client, attempt, q2=["o1", "o2"])
    assert paper(actor, attempt)["q2"].answer == ["o1", "o2"]
    post(client, attempt, q2=[])
    assert paper(actor, attempt)["q2"].answer is None


def test_two_steps_on_one_place_are_named(client, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    answer = post(client, attempt, q6_s1="1", q6_s2="1", q6_s3="2", go="7")
    assert "第 6 题有两个步骤选了同一个位置" in html(client, answer.location)


def test_a_flag_is_set_and_the_answers_are_kept(client, person):
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each()))
    answer = post(client, attempt, q1="o3", flag="q1")
    assert answer.location.endswith(f"/attempts/{attempt}?q=1#q1")
    item = paper(actor, attempt)["q1"]
    assert (item.flagged, item.answer) == (True, "o3")


def test_before_handing_in_the_page_names_what_is_missing(client, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    answer = post(client, attempt, q1="o3", go="finish")
    assert answer.location == f"/attempts/{attempt}/confirm"
    assert "还有 6 题未作答" in html(client, answer.location)


def test_a_look_never_closes_an_attempt_and_the_button_does(client, person):
    actor = as_actor(person)
    with clock.frozen(NOON):
        attempt = begun(actor, a_quiz(seconds=60))
    with clock.frozen(NOON + timedelta(minutes=2)):
        assert "时间已到" in html(client, f"/attempts/{attempt}")
        assert queries.own_sitting(actor, attempt).state is State.OPEN
        answer = send(client, f"/attempts/{attempt}/submit", f"/attempts/{attempt}")
        assert "系统用已保存的答案交了卷" in html(client, answer.location)


def test_a_page_posted_after_the_time_shows_the_result_with_the_reason(client, person):
    with clock.frozen(NOON):
        attempt = begun(as_actor(person), a_quiz(seconds=60))
        old = was(client, attempt, "q1")
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', html(client, f"/attempts/{attempt}"))[1]
    with clock.frozen(NOON + timedelta(minutes=2)):
        answer = client.post(f"/attempts/{attempt}", data={"csrf_token": csrf, "q1": "o2", "q1.was": old})
        assert answer.location == f"/attempts/{attempt}/result"
        page = html(client, answer.location)
    assert "答题时间已到" in page
    assert ">0<small>" in page


@pytest.mark.parametrize("path", ["", "/confirm", "/result"])
def test_another_persons_attempt_is_404(client, person, path):
    html(client, f"/attempts/{begun(as_actor(a_person()), a_quiz())}{path}", 404)


def test_a_paper_costs_few_statements(client, person, statements):
    attempt = begun(as_actor(person), a_quiz(*one_of_each(), attempts=3))
    html(client, f"/attempts/{attempt}")
    session().rollback()
    statements.clear()
    html(client, f"/attempts/{attempt}")
    assert len(statements) <= 12


# what must not be seen


@pytest.mark.parametrize("use", SAT)
def test_no_key_and_no_explanation_before_the_end(client, person, use):
    attempt = begun(as_actor(person), a_quiz(*one_of_each(SECRET, written=True), use=use, slug="onboarding/canary"))
    for path in (
        "/quizzes/onboarding/canary",
        f"/attempts/{attempt}",
        f"/attempts/{attempt}/confirm",
        f"/api/v1/attempts/{attempt}",
    ):
        assert SECRET not in client.get(path, follow_redirects=True).get_data(as_text=True), path


@pytest.mark.parametrize("use", SAT)
def test_what_a_page_is_made_from_holds_no_key_either(world, use):
    """A template that shows too much can't show what it was never given."""
    actor = as_actor(a_person())
    attempt = begun(actor, a_quiz(*one_of_each(SECRET, written=True), use=use, attempts=2))
    sitting = queries.own_sitting(actor, attempt)
    assert SECRET not in repr(queries.papers(queries.items_of(sitting), sitting))
    handed_in(actor, attempt)
    result = queries.result_of(queries.own_sitting(actor, attempt))
    assert (SECRET in repr([line.review for line in result.lines])) is (use is not Use.EXAM)


def test_a_paper_looks_the_same_whatever_its_key(client, person):
    """Order, fields and ids tell nothing: two quizzes that differ in their keys alone give the same page."""
    pages = []
    for right in ("o1", "o3"):
        attempt = begun(as_actor(person), a_quiz(a_single(right=right), slug=f"onboarding/{right}"))
        page = html(client, f"/attempts/{attempt}?q=1")
        page = re.sub(rf"{attempt}|onboarding/{right}|csrf_token\" value=\"[^\"]+", "", page)
        pages.append(page)
    assert pages[0] == pages[1]


def test_a_failed_exam_shows_points_and_no_key_until_no_attempt_is_left(client, person):
    actor, slug = as_actor(person), a_quiz(*one_of_each(SECRET), use=Use.EXAM, attempts=2)
    first = begun(actor, slug)
    handed_in(actor, first)
    page = html(client, f"/attempts/{first}/result")
    assert SECRET not in page
    assert "才显示正确答案和解析" in page
    handed_in(actor, begun(actor, slug))
    assert SECRET in html(client, f"/attempts/{first}/result")


def test_a_passed_exam_and_a_check_show_everything(client, person):
    actor = as_actor(person)
    for use in (Use.EXAM, Use.CHECK):
        attempt = begun(actor, a_quiz(*one_of_each(SECRET), use=use, attempts=2))
        answered_right(actor, attempt, but=("q1",))
        handed_in(actor, attempt)
        page = html(client, f"/attempts/{attempt}/result")
        assert f"从签收次日零点起算{SECRET}" in page


# the result


def test_a_result_puts_what_was_lost_first(client, person):
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each(), pass_mark=0))
    answered_right(actor, attempt, but=("q2", "q5"))
    handed_in(actor, attempt)
    page = html(client, f"/attempts/{attempt}/result")
    assert page.index("先看这 2 题") < page.index('id="r2"') < page.index('id="r5"') < page.index('id="r1"')
    assert "答对的 5 题" in page
    assert page.count("btn-primary") == 1


def test_a_failed_attempt_offers_the_next_one_with_its_time(client, person):
    actor = as_actor(person)
    with clock.frozen(NOON):
        attempt = begun(actor, a_quiz(cooldown_seconds=600, attempts=3))
        handed_in(actor, attempt)
        page = html(client, f"/attempts/{attempt}/result")
    assert "12:10 起可以再考" in page
    assert "还可考 2 次" in page


def test_a_trainer_sees_a_result_with_its_keys_and_a_colleague_none(client):
    agent, trainer, colleague = a_person(), a_person(Role.TRAINER), a_person()
    attempt = begun(as_actor(agent), a_quiz(*one_of_each(SECRET), use=Use.EXAM, attempts=5))
    handed_in(as_actor(agent), attempt)
    sign_in(client, colleague)
    html(client, f"/attempts/{attempt}/result", 404)
    sign_in(client, trainer)
    assert SECRET in html(client, f"/attempts/{attempt}/result")


def test_a_lead_sees_an_exam_of_the_team_without_its_keys(client):
    team = a_team()
    agent, lead = a_person(team=team), a_person(Role.LEAD, team=team)
    attempt = begun(as_actor(agent), a_quiz(*one_of_each(SECRET), use=Use.EXAM, attempts=5))
    handed_in(as_actor(agent), attempt)
    sign_in(client, lead)
    assert SECRET not in html(client, f"/attempts/{attempt}/result")


def test_a_trainer_voids_an_attempt_with_a_reason(client):
    agent, trainer = a_person(), a_person(Role.TRAINER)
    attempt = begun(as_actor(agent), a_quiz())
    handed_in(as_actor(agent), attempt)
    sign_in(client, trainer)
    page = f"/attempts/{attempt}/result"
    assert send(client, f"/attempts/{attempt}/void", page, reason="").status_code == 422
    assert send(client, f"/attempts/{attempt}/void", page, reason="代考").status_code == 303
    assert "已作废" in html(client, page)
    sign_in(client, agent)
    assert send(client, f"/attempts/{attempt}/void", f"/quizzes/{a_quiz()}", reason="x").status_code == 403


def test_publishing_says_who_is_sitting_at_it(world):
    slug = a_quiz()
    for _ in range(3):
        begun(as_actor(a_person()), slug)
    document = document_id(slug)
    for question in (
        PublishPreview(document_id=document, kind="quiz"),
        ArchivePreview(document_id=document, kind="quiz"),
    ):
        [impact] = [impact for answer in ask(question) for impact in answer if "作答" in impact.text.id]
        assert (impact.count, str(impact.text)) == (3, "3 人正在作答，其答卷不受影响。")
