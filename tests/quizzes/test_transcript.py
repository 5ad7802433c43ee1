"""成绩单: one attempt on one A4 page and as XLSX; whoever may see the result, and nobody else."""

import io
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from lms.core import clock
from lms.core.access import Role
from lms.quizzes.spec import Use
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, answered_right, begun, handed_in, one_of_each

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
SECRET = "机密"


@pytest.fixture
def sat(client):
    """Return a person's attempt at an exam that may be tried again: two questions wrong."""
    team = a_team()
    person = a_person(name="林小满", team=team)
    actor, slug = (
        as_actor(person),
        a_quiz(*one_of_each(SECRET, written=True), use=Use.EXAM, attempts=3, title="上岗测验"),
    )
    with clock.frozen(NOON):
        attempt = begun(actor, slug)
        answered_right(actor, attempt, but=("q1", "q5"))
        handed_in(actor, attempt)
    sign_in(client, person)
    return attempt, team


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_the_page_says_whose_what_when_how_much_and_each_question(client, sat):
    shown = page(client, f"/attempts/{sat[0]}/print")
    for words in ("林小满", "上岗测验", "11月23日", "第 1 版", sat[0], "答对", "没有作答", "待阅卷", "系统"):
        assert words in shown, words
    assert shown.count("<tr>") == 9


def test_neither_the_page_nor_the_file_knows_a_key(client, sat):
    assert SECRET not in page(client, f"/attempts/{sat[0]}/print")
    assert SECRET.encode() not in client.get(f"/attempts/{sat[0]}/scores.xlsx").data
    assert SECRET not in repr(sheets(client, sat[0]))


def sheets(client, attempt):
    answer = client.get(f"/attempts/{attempt}/scores.xlsx")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.data))
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book]


def test_the_file_has_the_whole_and_each_question(client, sat):
    whole, lines = sheets(client, sat[0])
    facts = dict(whole)
    assert (facts["姓名"], facts["满分"], facts["答卷号"]) == ("林小满", 16, sat[0])
    assert [row[3] for row in lines[1:]] == ["没有作答", "答对", "答对", "答对", "没有作答", "答对", "答对", "待阅卷"]
    assert sum(row[4] for row in lines[1:]) == facts["得分"]


def test_an_open_paper_has_no_score_sheet(client, sat):
    person = a_person()
    attempt = begun(as_actor(person), a_quiz())
    sign_in(client, person)
    assert client.get(f"/attempts/{attempt}/print").status_code == 302
    assert client.get(f"/attempts/{attempt}/scores.xlsx").status_code == 409


def test_the_lead_of_the_team_sees_it_and_a_colleague_does_not(client, sat):
    for role, status in ((Role.LEAD, 200), (Role.AGENT, 404)):
        sign_in(client, a_person(role, team=sat[1]))
        page(client, f"/attempts/{sat[0]}/print", status)
        assert client.get(f"/attempts/{sat[0]}/scores.xlsx").status_code == status
