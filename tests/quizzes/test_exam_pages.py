"""The pages of those who run a quiz: who sits now, windows, makeups, scores and their files, for whom they open."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.notifications.models import Notice
from lms.quizzes import queries
from lms.quizzes.models import Makeup, Presence, QuizWindow
from lms.quizzes.models.marking import QuizHealth
from lms.quizzes.rules.attempts import State
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, answered_right, begun, document_id, handed_in, one_of_each
from tests.support.make_sittings import a_makeup, a_window, attempt_of
from tests.support.pages import token


class Floor:
    """Two teams below one root, somebody in each, a lead of the first, a trainer; a quiz of half an hour, one try."""

    def __init__(self):
        self.root = a_team()
        self.teams = [a_team("售前组", parent=self.root), a_team("售后组", parent=self.root)]
        self.people = [
            a_person(team=team, name=name) for team, name in zip(self.teams, ("林小满", "许文静"), strict=True)
        ]
        self.mine, self.other = (as_actor(person) for person in self.people)
        self.lead = a_person(Role.LEAD, team=self.teams[0])
        self.trainer = a_person(Role.TRAINER, team=self.root)
        self.slug = a_quiz(*one_of_each(), seconds=1800, attempts=1, title="退货测验")

    def path(self, word):
        return f"/exams/{self.slug}/{word}"


@pytest.fixture
def floor(world):
    return Floor()


def post(client, path, page=None, **values):
    values["csrf_token"] = token(client, page or path)
    return client.post(path, data=values)


def failed(actor, slug):
    attempt = begun(actor, slug)
    handed_in(actor, attempt)
    return attempt


# 现场


def test_the_page_shows_who_sits_with_progress_and_hint(floor, client):
    attempt = begun(floor.mine, floor.slug)
    answered_right(floor.mine, attempt, but=("q1", "q2"))
    with transaction() as s:
        seen = clock.now()
        s.add(Presence(attempt_id=attempt_of(attempt).id, seen_at=seen, away_times=2, away_seconds=95))
    sign_in(client, floor.trainer)
    page = client.get(floor.path("manage")).text
    for words in ("林小满", "5/7 题", "2 次", "1 人在作答"):
        assert words in page
    assert "林小满" in client.get(floor.path("live")).text


def test_a_lead_sees_only_own_people_and_nobody_else_s_windows(floor, client):
    begun(floor.mine, floor.slug)
    begun(floor.other, floor.slug)
    a_window(floor.slug, floor.trainer, person=floor.other, attempts=3)
    sign_in(client, floor.lead)
    page = client.get(floor.path("manage")).text
    assert "林小满" in page
    assert "许文静" not in page
    assert "所有人</option>" not in page


def test_an_agent_and_quality_do_not_come_in(floor, client):
    for person, statuses in (
        (floor.people[0], (403, 403, 403)),
        (a_person(Role.QUALITY, team=floor.root), (403, 200, 200)),
    ):
        sign_in(client, person)
        paths = (floor.path("manage"), floor.path("scores"), "/exams")
        assert tuple(client.get(path).status_code for path in paths) == statuses


def test_an_old_name_leads_to_the_new_one_and_an_unknown_one_is_404(floor, client):
    sign_in(client, floor.trainer)
    assert client.get("/exams/nothing/here/manage").status_code == 404
    assert client.get("/exams/nothing/here/scores").status_code == 404


def test_one_is_paused_by_the_button_of_the_row_and_everybody_by_the_one_above(floor, client):
    own, foreign = begun(floor.mine, floor.slug), begun(floor.other, floor.slug)
    sign_in(client, floor.trainer)
    post(client, floor.path("manage"), do=f"pause:{own}")
    assert attempt_of(own).paused_at
    assert not attempt_of(foreign).paused_at
    post(client, floor.path("manage"), do="pause")
    assert attempt_of(foreign).paused_at
    answer = post(client, floor.path("manage"), do="go_on", team=floor.teams[1].id)
    assert answer.status_code == 303
    assert attempt_of(own).paused_at
    assert not attempt_of(foreign).paused_at


def test_more_time_for_the_ticked_alone(floor, client):
    own, foreign = begun(floor.mine, floor.slug), begun(floor.other, floor.slug)
    before = attempt_of(own).deadline_at
    sign_in(client, floor.trainer)
    post(client, floor.path("manage"), do="extend", minutes="15", attempt=own, team=floor.teams[1].id)
    assert attempt_of(own).deadline_at == before + timedelta(minutes=15)
    assert attempt_of(foreign).deadline_at - attempt_of(foreign).started_at == timedelta(minutes=30)


def test_collecting_asks_first_and_names_everybody(floor, client):
    attempt = begun(floor.mine, floor.slug)
    sign_in(client, floor.trainer)
    asked = post(client, floor.path("manage"), do="end")
    assert "给 1 人收卷？" in asked.text
    assert queries.own_sitting(floor.mine, attempt).state is State.OPEN
    begun(floor.other, floor.slug)
    post(client, floor.path("manage"), do="end", confirmed="1")
    assert queries.own_sitting(floor.mine, attempt).state is State.OPEN  # two sit now: one was named
    post(client, floor.path("manage"), do="end", confirmed="1", attempt=attempt)
    assert queries.own_sitting(floor.mine, attempt).ended_by == "trainer"


def test_a_lead_cannot_reach_anothers_person_by_its_number(floor, client):
    foreign = begun(floor.other, floor.slug)
    sign_in(client, floor.lead)
    for do in (f"pause:{foreign}", f"end:{foreign}"):
        post(client, floor.path("manage"), do=do, confirmed="1")
    assert (attempt_of(foreign).paused_at, attempt_of(foreign).state) == (None, "open")


# windows


def test_a_window_is_set_shown_changed_and_taken_away(floor, client):
    sign_in(client, floor.trainer)
    page = floor.path("manage")
    post(client, floor.path("windows"), page, whose="all", opens_at="2026-11-01T09:00", minutes="20")
    row = session().query(QuizWindow).one()
    assert (row.seconds, row.opens_at.hour, row.set_by) == (1200, 1, floor.trainer.id)
    assert 'value="2026-11-01T09:00"' in client.get(f"{page}?window=all").text
    post(client, floor.path("windows"), page, whose="all", attempts="2")
    session().expire_all()
    assert (session().query(QuizWindow).one().seconds, session().query(QuizWindow).one().attempts) == (None, 2)
    post(client, floor.path("windows"), page, whose="all", remove="1")
    assert session().query(QuizWindow).count() == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"whose": "all"}, "至少填一项"),
        ({"whose": "person", "employee_no": "X-none", "attempts": "2"}, "没有找到工号 X-none"),
        ({"whose": "person", "attempts": "2"}, "请填工号"),
        ({"whose": "all", "opens_at": "2026-11-02T09:00", "closes_at": "2026-11-01T09:00"}, "结束要晚于开始"),
        ({"whose": "all", "minutes": "0"}, "form-control is-invalid"),
    ],
)
def test_a_window_that_makes_no_sense_comes_back_with_the_reason(floor, client, values, words):
    sign_in(client, floor.trainer)
    answer = post(client, floor.path("windows"), floor.path("manage"), **values)
    assert answer.status_code == 422
    assert words in answer.text
    assert session().query(QuizWindow).count() == 0


def test_a_window_that_would_end_attempts_asks_and_says_how_many(floor, client):
    attempt = begun(floor.mine, floor.slug)
    sign_in(client, floor.trainer)
    values = {"whose": "all", "closes_at": "2020-01-01T09:00"}
    asked = post(client, floor.path("windows"), floor.path("manage"), **values)
    assert asked.status_code == 409
    assert "1 人会立刻交卷" in asked.text
    assert 'name="closes_at" value="2020-01-01T09:00"' in asked.text
    post(client, floor.path("windows"), floor.path("manage"), **values, confirmed="1")
    assert attempt_of(attempt).deadline_at <= clock.now()


# makeups


def test_a_makeup_is_given_told_begun_and_counted_apart(floor, client):
    failed(floor.mine, floor.slug)
    sign_in(client, floor.trainer)
    page = client.get(floor.path("makeups")).text
    assert "林小满" in page
    answer = post(client, floor.path("makeups"), person=floor.mine.employee_no, attempts="1", reason="断电")
    assert answer.status_code == 303
    assert session().query(Notice).filter_by(person_id=floor.mine.id).count() == 1
    sign_in(client, floor.people[0])
    intro = client.get(f"/quizzes/{floor.slug}").text
    assert "补考" in intro
    paper = post(client, f"/quizzes/{floor.slug}")
    sitting = queries.own_sitting(floor.mine, paper.location.rpartition("/")[2])
    assert (sitting.occasion, sitting.number) == ("makeup:1", 1)
    answered_right(floor.mine, sitting.public_id)
    handed_in(floor.mine, sitting.public_id)
    sign_in(client, floor.trainer)
    scores = client.get(floor.path("scores")).text
    assert "补考通过" in scores
    assert "0<small>%</small>" in scores
    assert "100<small>%</small>" in scores


def test_nobody_ticked_and_no_reason_come_back_with_the_reason(floor, client):
    failed(floor.mine, floor.slug)
    sign_in(client, floor.trainer)
    assert "请先勾选要补考的人" in post(client, floor.path("makeups"), attempts="1", reason="断电").text
    assert post(client, floor.path("makeups"), person=floor.mine.employee_no, attempts="1").status_code == 422
    assert session().query(Makeup).count() == 0


def test_a_makeup_is_withdrawn_with_a_reason_and_can_be_begun_no_more(floor, client):
    failed(floor.mine, floor.slug)
    a_makeup(floor.slug, floor.trainer, floor.mine)
    made = session().query(Makeup).one()
    path = f"/makeups/{made.public_id}/withdraw"
    sign_in(client, floor.trainer)
    post(client, path, floor.path("manage"), slug=floor.slug, reason=" ")
    assert session().query(Makeup).one().withdrawn_at is None
    post(client, path, floor.path("manage"), slug=floor.slug, reason="写错人")
    session().expire_all()
    assert session().query(Makeup).one().withdrawn_at
    assert "已撤回" in client.get(floor.path("manage")).text
    assert queries.intro(floor.mine, floor.slug).refusal is not None


# scores


def test_the_scores_of_a_team_and_their_file_are_what_is_shown(floor, client):
    failed(floor.mine, floor.slug)
    attempt = begun(floor.other, floor.slug)
    answered_right(floor.other, attempt)
    handed_in(floor.other, attempt)
    sign_in(client, floor.trainer)
    page = client.get(floor.path("scores")).text
    assert "50<small>%</small>" in page
    assert f"/attempts/{attempt}/result" in page
    narrow = f"?team={floor.teams[1].id}"
    assert "林小满" not in client.get(floor.path("scores") + narrow).text
    book = load_workbook(io.BytesIO(client.get(floor.path("scores") + narrow + "&format=xlsx").data))
    rows = list(book.active.values)
    assert [row[0] for row in rows][-1] == "许文静"
    assert rows[-1][3:7] == ("通过", 100, 100, 100)
    assert len([row for row in rows if row[0]]) == 2


@pytest.mark.parametrize(
    ("query", "shown"), [("standing=failed", "林小满"), ("standing=passed", "许文静"), ("q=文静", "许文静")]
)
def test_the_scores_are_filtered(floor, client, query, shown):
    failed(floor.mine, floor.slug)
    attempt = begun(floor.other, floor.slug)
    answered_right(floor.other, attempt)
    handed_in(floor.other, attempt)
    sign_in(client, floor.trainer)
    page = client.get(f"{floor.path('scores')}?{query}").text
    assert [name for name in ("林小满", "许文静") if f"<strong>{name}" in page] == [shown]


def test_a_lead_reads_the_scores_of_own_people(floor, client):
    failed(floor.mine, floor.slug)
    failed(floor.other, floor.slug)
    sign_in(client, floor.lead)
    for path in (floor.path("scores"), floor.path("sheet"), floor.path("scores") + "?format=csv"):
        text = client.get(path).text
        assert "林小满" in text
        assert "许文静" not in text


def test_the_list_counts_what_happens_now_and_lately(floor, client):
    begun(floor.mine, floor.slug)
    failed(floor.other, floor.slug)
    sign_in(client, floor.trainer)
    page = client.get("/exams").text
    assert "退货测验" in page
    assert "1 人在作答" in page
    assert "0/1" in page
    sign_in(client, floor.lead)
    assert "0/1" not in client.get("/exams").text


def test_pages_without_anything_say_what_comes_here(floor, client):
    sign_in(client, floor.trainer)
    assert "现在没有人在作答" in client.get(floor.path("manage")).text
    assert "还没有人考过" in client.get(floor.path("scores")).text
    assert "没有需要补考的人" in client.get(floor.path("makeups")).text


@pytest.mark.parametrize("word", ["manage", "scores"])
def test_the_statements_of_a_page_do_not_grow_with_the_people(floor, client, statements, word):
    def count():
        client.get(floor.path(word))
        statements.clear()
        client.get(floor.path(word))
        return len(statements)

    sign_in(client, floor.trainer)
    begun(floor.mine, floor.slug)
    few = count()
    for _ in range(5):
        begun(as_actor(a_person(team=floor.teams[0])), floor.slug)
        failed(as_actor(a_person(team=floor.teams[1])), floor.slug)
    assert count() == few <= 14


def test_the_list_says_how_many_questions_are_bad_to_those_who_may_know(floor, client):
    with transaction() as s:
        found = document_id(floor.slug)
        s.add(QuizHealth(document_id=found, papers=60, bad=2, look=0, worst=None, made_at=clock.now()))
    sign_in(client, floor.trainer)
    assert f"/exams/{floor.slug}/analysis" in client.get("/exams").text
    sign_in(client, floor.lead)
    assert f"/exams/{floor.slug}/analysis" not in client.get("/exams").text
