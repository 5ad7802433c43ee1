"""The pages of 重新判分: what a correction would do, doing it, what was done, and what people see of it."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from lms.core.access import Role
from lms.core.db import session
from lms.quizzes import jobs
from lms.quizzes.models import Regrade
from lms.quizzes.spec import Use
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, a_single, document_id, one_of_each
from tests.support.make_regrades import answered, begun_regrade, part_of, regraded, result
from tests.support.pages import send

WRONG = a_single("几天内可以退？", right="o3", options=("3 天", "7 天", "15 天"))
OTHER = a_single("运费谁付？", options=("商家", "顾客"), right="o1")
RIGHT = replace(WRONG, shape=replace(WRONG.shape, right="o2"))


@pytest.fixture
def trainer(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


@pytest.fixture
def slug(world):
    return a_quiz(WRONG, OTHER, pass_mark=Fraction(60, 100), attempts=None)


@pytest.fixture
def page(slug):
    return f"/exams/{slug}/regrades/{part_of(WRONG).key}"


def read(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[-600:]
    return answer.get_data(as_text=True)


def test_a_question_that_nobody_answered_has_nothing_to_mark_again(client, trainer, page):
    assert "这道题还没有人答过" in read(client, page)


def test_nothing_is_chosen_by_itself_while_the_published_key_is_the_same(client, trainer, slug, page):
    answered(slug, "o2", "o1")
    shown = read(client, page)
    assert "看影响" in shown
    assert 'name="reason"' not in shown


def test_a_preview_names_who_goes_up_and_who_goes_down_and_changes_nothing(client, trainer, slug, page):
    gains = as_actor(a_person(name="郑可"))
    loses = as_actor(a_person(name="陈予"))
    _, one = answered(slug, "o2", "o1", actor=gains)
    _, other = answered(slug, "o3", "o1", actor=loses)
    shown = read(client, f"{page}?act=edit&right=o2")
    assert "郑可" in shown
    assert "陈予" in shown
    assert "已有的完成记录不会自动取消" in shown
    assert (result(one)[2], result(other)[2]) == (False, True)
    assert session().query(Regrade).count() == 0


def test_a_confirmed_preview_is_applied_and_shown_old_beside_new(client, trainer, slug, page):
    _, one = answered(slug, "o2", "o1")
    shown = read(client, f"{page}?act=edit&right=o2")
    seen = re.search(r'name="seen" value="(\w+)"', shown)[1]
    version = re.search(r'name="version" value="(\w+)"', shown)[1]
    done = send(
        client,
        page,
        f"{page}?act=edit&right=o2",
        version=version,
        act="edit",
        right="o2",
        seen=seen,
        reason="看错了条款",
    )
    assert done.status_code == 303
    after = read(client, done.location)
    assert "看错了条款" in after
    assert "撤销这次更正" in after
    assert result(one)[2] is True


def test_no_reason_keeps_the_preview_and_says_so(client, trainer, slug, page):
    answered(slug, "o2", "o1")
    refused = send(client, page, f"{page}?act=all", act="all", reason="")
    assert refused.status_code == 422
    shown = refused.get_data(as_text=True)
    assert "原因不能为空" in shown
    assert "重新判分 1 份答卷" in shown


def test_a_preview_that_is_old_is_shown_anew(client, trainer, slug, page):
    answered(slug, "o2", "o1")
    refused = send(client, page, f"{page}?act=all", act="all", reason="歧义", seen="0" * 16)
    assert refused.status_code == 409
    assert "请再看一遍" in refused.get_data(as_text=True)
    assert session().query(Regrade).count() == 0


def test_what_is_published_now_is_proposed_by_itself(client, trainer, slug, page):
    answered(slug, "o2", "o1")
    part = part_of(WRONG)
    a_quiz(RIGHT, OTHER, slug=slug, document=document_id(slug))
    published = session().merge(part)
    from lms.questions.rules.identity import asked_sha

    published.text_sha = asked_sha(RIGHT)
    session().commit()
    assert "改为通过的" in read(client, page)


def test_options_that_changed_are_named_with_a_way_out(client, trainer, slug, page):
    answered(slug, "o2", "o1")
    other = a_single("几天内可以退？", right="o2", options=("3 天", "7 天整", "15 天"))
    a_quiz(other, OTHER, slug=slug, document=document_id(slug))
    from lms.questions.rules.identity import asked_sha

    part = session().merge(part_of(WRONG))
    part.text_sha = asked_sha(other)
    session().commit()
    shown = read(client, page)
    assert "选项 B 当时是“7 天”，现在是“7 天整”" in shown
    assert "请直接改当时那一版的答案" in shown


@pytest.mark.parametrize(
    "question", [each for each in one_of_each() if each.kind != "open"], ids=lambda each: each.kind
)
def test_every_kind_of_question_has_its_own_fields(client, trainer, question):
    slug = a_quiz(question, a_single("别的题"), attempts=None)
    answered(slug, None, "o1")
    shown = read(client, f"/exams/{slug}/regrades/{part_of(question).key}")
    assert "直接改答案" in shown
    assert re.search(r'name="(right|blank1|low|place-s1|pair-l1)"', shown)


def test_a_key_that_is_none_is_refused_at_its_field(client, trainer, slug, page):
    answered(slug, "o2", "o1")
    assert "请至少选一个正确的选项" in read(client, f"{page}?act=edit")


def test_a_regrade_that_is_not_finished_shows_how_far_it_is_and_the_worker_goes_on(client, trainer, slug):
    answered(slug, "o2", "o1")
    regrade = begun_regrade(trainer, slug, WRONG, RIGHT)
    shown = read(client, f"/regrades/{regrade}")
    assert "已处理 0/1 份答卷" in shown
    assert jobs.regrade_waiting() == 1
    assert "进度" not in read(client, f"/regrades/{regrade}")


def test_whoever_opens_an_unfinished_one_can_go_on_without_a_worker(client, trainer, slug):
    _, attempt = answered(slug, "o2", "o1")
    regrade = begun_regrade(trainer, slug, WRONG, RIGHT)
    assert send(client, f"/regrades/{regrade}/continue", f"/regrades/{regrade}").status_code == 303
    assert result(attempt)[2] is True


def test_the_history_says_who_and_why_and_offers_the_way_back(client, trainer, slug):
    assert "还没有重新判过分" in read(client, f"/exams/{slug}/regrades")
    answered(slug, "o2", "o1")
    regrade = regraded(trainer, slug, WRONG, RIGHT, reason="看错了条款")
    shown = read(client, f"/exams/{slug}/regrades")
    assert "苏岩" in shown
    assert "看错了条款" in shown
    back = re.search(r'href="(/exams/[^"]+act=asked[^"]*)"', read(client, f"/regrades/{regrade}"))[1].replace(
        "&amp;", "&"
    )
    assert "恢复当时的答案" in read(client, back)


def test_who_is_below_the_mark_and_counts_as_done_still_is_listed(client, trainer, slug):
    loses = as_actor(a_person(name="陈予"))
    answered(slug, "o3", "o1", actor=loses)
    regrade = regraded(trainer, slug, WRONG, RIGHT)
    shown = read(client, f"/regrades/{regrade}")
    assert "1 人如今未达及格线，仍算完成" in shown


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.HR, Role.DIRECTOR, Role.ADMIN])
def test_only_trainers_mark_again(client, slug, page, role):
    sign_in(client, a_person(role))
    for path in (page, f"/exams/{slug}/regrades"):
        read(client, path, 403)


def test_a_result_says_what_it_was_before_and_why(client, slug, page):
    person = a_person(name="郑可")
    _, attempt = answered(slug, "o2", "o1", actor=as_actor(person))
    regraded(as_actor(a_person(Role.TRAINER)), slug, WRONG, RIGHT, reason="看错了条款")
    sign_in(client, person)
    shown = read(client, f"/attempts/{attempt}/result")
    assert "更正前 50 分" in shown
    assert "看错了条款" in shown


def test_the_reason_is_not_said_while_an_exam_is_still_to_be_passed(client):
    person, slug = a_person(name="郑可"), a_quiz(WRONG, OTHER, use=Use.EXAM, attempts=None)
    _, attempt = answered(slug, "o2", "o2", actor=as_actor(person))
    regraded(as_actor(a_person(Role.TRAINER)), slug, WRONG, RIGHT, reason="正确的是七天")
    sign_in(client, person)
    for path in (f"/attempts/{attempt}/result", f"/attempts/{attempt}/print", "/inbox", f"/quizzes/{slug}"):
        assert "正确的是七天" not in read(client, path)


def test_a_dropped_question_says_that_it_does_not_count(client, slug, page):
    person = a_person(name="郑可")
    _, attempt = answered(slug, "o2", "o1", actor=as_actor(person))
    regraded(as_actor(a_person(Role.TRAINER)), slug, WRONG, None, reason="题目有歧义")
    sign_in(client, person)
    assert "已作废，不计分" in read(client, f"/attempts/{attempt}/result")
