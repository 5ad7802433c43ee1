"""The marker's pages: what waits, one answer with its words and its sheet, a clash, blindness down to the address."""

import re

import pytest

from lms.core.access import Role
from lms.core.points import from_fraction
from lms.quizzes.spec import Use
from tests.quizzes.test_marking import item
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_marking import GOOD, a_written, a_written_quiz, marked, planned, sitting, written
from tests.support.make_quizzes import a_single
from tests.support.pages import token

ALL = {"points-0": "3", "points-1": "2", "points-2": "1.5", "points-3": "0"}


@pytest.fixture
def trainer(client, world):
    person = a_person(Role.TRAINER)
    sign_in(client, person)
    return as_actor(person)


def page(client, path, status=200):
    with client.get(path, follow_redirects=False) as answer:
        assert answer.status_code == status, path
        return answer.text


def fields(html):
    return dict(re.findall(r'name="(version|turn|csrf_token)" value="([^"]*)"', html))


def sent(client, path, html=None, **values):
    return client.post(path, data={**fields(html or page(client, path)), **ALL, **values})


def test_the_queue_lists_quizzes_with_what_waits_and_says_when_nothing_does(client, trainer):
    assert "都批完了" in page(client, "/marking")
    slug = a_written_quiz(title="催发货怎么回")
    written(as_actor(a_person()), slug)
    written(as_actor(a_person()), slug)
    shown = page(client, "/marking")
    assert "2 份答案等你批改" in shown
    assert "催发货怎么回" in page(client, "/marking?turn=first&q=催")
    assert "没有符合条件" in page(client, "/marking?turn=second")
    assert "没有符合条件" in page(client, "/marking?q=退款")


def test_a_quiz_lists_its_answers_question_by_question(client, trainer):
    slug = a_written_quiz(a_written("催发货？"), a_written("退运费？"))
    written(as_actor(a_person(name="林小满")), slug, GOOD, GOOD)
    shown = page(client, f"/exams/{slug}/marking")
    assert shown.index("催发货？") < shown.index("退运费？")
    assert shown.count("林小满") == 2


def test_an_answer_shows_its_words_its_lines_and_what_they_suggest(client, trainer):
    attempt = written(as_actor(a_person(name="林小满")), a_written_quiz(), "很抱歉，我不能保证今天到")
    shown = page(client, f"/marking/{attempt}/1")
    assert '<mark class="said-earns">抱歉<sup>1</sup>' in shown
    assert '<mark class="said-doubt">保证<sup>4</sup>' in shown
    assert "前面有否定" in shown
    assert re.search(r'name="points-0" value="3"', shown)
    assert re.search(r'name="points-2" value=""', shown)
    assert "还剩 1 份" in shown


def test_a_saved_mark_leads_to_the_next_answer_and_offers_the_way_back(client, trainer):
    slug = a_written_quiz()
    one, two = (written(as_actor(a_person()), slug) for _ in range(2))
    answer = sent(client, f"/marking/{one}/1")
    assert answer.status_code == 303
    assert f"/marking/{two}/1" in answer.location
    assert (item(one).earned, item(one).waiting) == (from_fraction("6.5"), False)
    following = page(client, answer.location)
    assert "上一份已保存：6.5 分" in following
    undo = re.search(r'action="([^"]+/undo)"', following)[1]
    client.post(undo, data={"csrf_token": token(client, f"/marking/{two}/1"), "version": "1"})
    assert item(one).waiting


def test_a_wrong_number_is_said_at_its_line_and_nothing_typed_is_lost(client, trainer):
    attempt = written(as_actor(a_person()), a_written_quiz())
    answer = sent(client, f"/marking/{attempt}/1", **{"points-0": "9", "points-1": "x", "note": "先写一半"})
    assert answer.status_code == 422
    assert 'name="points-0" value="9"' in answer.text
    assert "先写一半" in answer.text
    assert item(attempt).waiting


def test_the_second_of_two_markers_gets_409_with_both_versions_and_what_he_typed(client, trainer):
    """Trust row 12 in the browser."""
    attempt = written(as_actor(a_person()), a_written_quiz())
    html = page(client, f"/marking/{attempt}/1")
    marked(as_actor(a_person(Role.TRAINER, name="苏岩")), attempt, 3, 2, 2, 0, note="语气好")
    answer = sent(client, f"/marking/{attempt}/1", html, note="差一句安抚", **{"points-1": "0"})
    assert answer.status_code == 409
    for words in ("已保存：7 分", "苏岩", "语气好", "您填的：4.5 分", "差一句安抚", "已保存 2 分"):
        assert words in answer.text
    assert item(attempt).earned == from_fraction(7)
    again = sent(client, f"/marking/{attempt}/1", answer.text, note="差一句安抚", **{"points-1": "0"})
    assert again.status_code == 303
    assert item(attempt).earned == from_fraction("4.5")


def test_a_blind_quiz_names_nobody_in_page_address_or_link(client, trainer):
    slug, person = a_written_quiz(), a_person(name="林小满")
    attempt = written(as_actor(person), slug)
    planned(trainer, slug, blind=True)
    shown = page(client, "/marking") + page(client, f"/exams/{slug}/marking")
    ref = re.search(r"/marking/(b[0-9a-f]{16})/1", shown)[1]
    shown += page(client, f"/marking/{ref}/1")
    assert page(client, f"/marking/{attempt}/1", 404)
    for secret in (person.name, person.employee_no, attempt, person.public_id, str(sitting(attempt).public_id)):
        assert secret not in shown


def test_the_plan_is_set_with_a_plain_form(client, trainer):
    slug = a_written_quiz()
    path = f"/exams/{slug}/marking"
    data = {"csrf_token": token(client, path), "blind": "1", "second_percent": "20"}
    assert client.post(path, data=data).status_code == 303
    assert "20%" in page(client, path)
    assert client.post(path, data={**data, "second_percent": "120"}).status_code == 422


def test_an_own_answer_and_one_that_the_server_marks_are_refused(client, trainer):
    own = written(trainer, a_written_quiz())
    assert "自己的答案" in page(client, f"/marking/{own}/1", 403)
    slug = a_written_quiz(a_single())
    assert page(client, f"/marking/{written(as_actor(a_person()), slug, 'o1')}/1", 409)


def test_the_learner_sees_that_it_waits_and_later_what_it_earned(client, world):
    person = a_person()
    sign_in(client, person)
    slug = a_written_quiz(title="催发货怎么回")
    attempt = written(as_actor(person), slug, "很抱歉")
    assert "待阅卷" in page(client, f"/quizzes/{slug}")
    assert "等待批改" in page(client, f"/attempts/{attempt}/result")
    assert "催发货怎么回" in page(client, "/")
    assert "待阅卷" in page(client, "/")
    marked(as_actor(a_person(Role.TRAINER)), attempt, 3, 0, 2, 0, note="再请顾客拍照")
    shown = page(client, f"/attempts/{attempt}/result")
    assert '<mark class="said-earns">抱歉' in shown
    for words in ("没有说到", "再请顾客拍照", "很抱歉让您久等了", "3/3 分"):
        assert words in shown
    assert "待阅卷" not in page(client, "/")


def test_an_exam_that_can_be_repeated_shows_points_and_no_word_of_the_rubric(client, trainer):
    person = a_person()
    slug = a_written_quiz(use=Use.EXAM, attempts=3, pass_mark=0.9)
    attempt = written(as_actor(person), slug, "很抱歉")
    marked(trainer, attempt, 3, 0, 0, 0, note="再请顾客拍照")
    sign_in(client, person)
    shown = page(client, f"/attempts/{attempt}/result")
    told = client.get(f"/api/v1/attempts/{attempt}").text
    assert "3/7 分" in shown
    for secret in ("拆封", "语气是否平和", "再请顾客拍照", "很抱歉让您久等了", "said-earns"):
        assert secret not in shown + told


def test_a_trainer_s_first_screen_says_how_many_wait(client, trainer):
    assert "主观题待阅" not in page(client, "/")
    attempt = written(as_actor(a_person()), a_written_quiz())
    assert "1 份主观题待阅" in page(client, "/")
    assert "1 道问答题待阅" in page(client, f"/attempts/{attempt}/result")
    marked(trainer, attempt)
    assert f"/marking/{attempt}/1" in page(client, f"/attempts/{attempt}/result")
