"""Proofs of training: what they say, that they stay as issued, who may have them, and what stands behind a code."""

from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import text

from lms.core import optional
from lms.core.access import Role
from lms.core.db import AppendOnlyError, session, transaction
from lms.core.here import today
from lms.learning.rules.certificates import code_shown
from lms.performance.models import TrainingProof, TrainingProofPaper
from lms.performance.queries.proofs import behind, paper_of
from lms.performance.views.proofs import ASKED
from lms.records.actions import lock_people, regrade, void
from lms.records.models import Record
from tests.support.make import a_person, a_team, an_actor, sign_in
from tests.support.make_certificates import a_plan, completes
from tests.support.make_content import a_document, a_lesson_text, edited
from tests.support.make_profiles import a_proof, passed_paper
from tests.support.pages import send


@pytest.fixture(autouse=True)
def fresh_brake() -> None:
    ASKED.forget()


@pytest.fixture
def own(world):
    """陈予, who has passed a quiz today."""
    person = a_person(Role.AGENT, team=a_team("投诉纠纷组"), no="A1017", name="陈予")
    passed_paper(person)
    return person


def body(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def test_a_proof_is_looked_at_then_issued_and_listed(own, client):
    sign_in(client, own)
    day = today().isoformat()
    would = body(client, f"/people/A1017/proof?from={day}&to={day}")
    assert "投诉小测" in would
    assert "签发这份证明" in would
    issued = send(client, "/people/A1017/proof", "/me", **{"from": day, "to": day})
    assert issued.status_code == 303
    paper = body(client, issued.headers["Location"])
    for words in ("陈予", "A1017", "投诉小测", "第 2 版", "考核通过", "100.0", "SHA-256", "主管签字"):
        assert words in paper, words
    found = session().query(TrainingProof).one()
    assert code_shown(found.code) in paper
    assert found.sha.hex() in paper
    assert code_shown(found.code) in body(client, "/people/A1017/proof")


def test_what_was_seen_then_stays_whatever_becomes_of_it(own, client):
    trainer = an_actor(Role.TRAINER)
    lesson = a_document(trainer, a_lesson_text("投诉怎么接"), kind="lesson", slug="care")
    completes(own, lesson.id)
    edited(trainer, lesson, a_lesson_text("投诉怎么接（新）"))
    code = a_proof(own)
    paper = paper_of(own.id, code)[1]
    line = next(each for each in paper.lines if each.kind == "lesson")
    assert (line.title, line.number) == ("投诉怎么接", 2)
    assert len(line.wording) == 64
    edited(trainer, lesson, a_lesson_text("投诉怎么接（再改）"))
    with transaction() as s:
        s.get_one(type(own), own.id).name = "陈大予"
    assert paper_of(own.id, code)[1] == paper
    assert paper.name == "陈予"


def test_an_issued_proof_cannot_be_changed(own):
    a_proof(own)
    found = session().query(TrainingProof).one()
    with pytest.raises(AppendOnlyError), transaction() as s:
        s.get_one(TrainingProof, found.id).items = 99


def test_certificates_of_the_time_stand_on_it(own):
    plan = a_plan(name="投诉处理证书")
    completes(own, plan.document_id)
    assert [held.name for held in paper_of(own.id, a_proof(own))[1].certificates] == ["投诉处理证书"]


def test_nothing_learned_is_no_proof(own, client):
    sign_in(client, own)
    empty = send(client, "/people/A1017/proof", "/me", **{"from": "2020-01-01", "to": "2020-02-01"})
    assert empty.status_code == 422
    assert "没有可以证明的内容" in empty.get_data(as_text=True)
    assert session().query(TrainingProof).count() == 0


JUNK = ["", "²", "-1", "1e999", "9" * 4_500, "2026-02-31", "x" * 700, "1999-01-01"]


@pytest.mark.parametrize("junk", JUNK)
def test_days_that_are_none_are_refused_at_their_field(own, client, junk):
    sign_in(client, own)
    assert client.get("/people/A1017/proof", query_string={"from": junk, "to": "2026-01-01"}).status_code == 422
    answer = send(client, "/people/A1017/proof", "/me", **{"from": junk, "to": junk})
    assert answer.status_code == 422
    assert 'id="error-of-from"' in answer.get_data(as_text=True)


def test_anybody_may_ask_for_a_code_and_hears_the_surname_alone(own, client):
    code = a_proof(own)
    said = body(client, f"/proofs/{code_shown(code).lower()}")
    assert "由本学院签发" in said
    assert "陈＊" in said
    for secret in ("陈予", "A1017", "投诉小测"):
        assert secret not in said
    for unknown in ("none", "AAAA-AAAA-AAAA", "²", "x" * 700, "%F0%9F%98%80"):
        assert "没有这个编号" in body(client, f"/proofs/{unknown}")
    assert "没有这个编号" not in body(client, "/proofs")
    assert "由本学院签发" in body(client, f"/proofs?code={code}")


def test_a_code_is_not_asked_for_without_end(own, client):
    for _ in range(30):
        client.get("/proofs/none")
    assert client.get("/proofs/none").status_code == 429


def test_words_that_were_changed_or_deleted_are_noticed(own, client):
    code = a_proof(own)
    assert behind(code).whole is True
    with transaction() as s:
        s.execute(text("UPDATE training_proof_paper SET content = content || ' '"))
    assert behind(code).whole is False
    assert "不一致" in body(client, f"/proofs/{code}")
    with transaction() as s:
        s.query(TrainingProofPaper).delete()
    assert behind(code).whole is None
    assert "已按本人的要求删除" in body(client, f"/proofs/{code}")
    sign_in(client, own)
    body(client, f"/people/A1017/proof/{code}", 404)


def test_a_proof_of_somebody_is_not_found_under_another_name(own, client):
    code = a_proof(own)
    other = a_person(Role.AGENT, no="B2000")
    sign_in(client, other)
    for path in (f"/people/A1017/proof/{code}", f"/people/B2000/proof/{code}", f"/people/A1017/proof/{code}/csv"):
        body(client, path, 404)


def test_the_lines_come_as_a_table(own, client):
    code = a_proof(own)
    sign_in(client, own)
    answer = client.get(f"/people/A1017/proof/{code}/csv")
    assert answer.mimetype == "text/csv"
    assert "投诉小测" in answer.get_data().decode("utf-8-sig")


@pytest.mark.skipif(optional.typst() is None, reason="the extra pdf is not installed")
def test_a_proof_is_set_on_paper(own, client):
    code = a_proof(own)
    sign_in(client, own)
    made = client.get(f"/people/A1017/proof/{code}/pdf")
    assert made.mimetype == "application/pdf"
    words = pypdfium2.PdfDocument(BytesIO(made.data))[0].get_textpage().get_text_range()
    assert "投诉小测" in words
    assert code_shown(code) in words


def test_a_voided_line_is_proved_no_more_in_the_next_proof(own):
    lesson = a_document(an_actor(Role.TRAINER), a_lesson_text(), kind="lesson")
    completes(own, lesson.id)
    old = a_proof(own)
    line = next(each for each in paper_of(own.id, old)[1].lines if each.kind == "lesson")
    trainer = an_actor(Role.TRAINER)
    with transaction():
        void(trainer, line.record, "走错了账号")
    assert line in paper_of(own.id, old)[1].lines
    assert line not in paper_of(own.id, a_proof(own))[1].lines


def test_a_corrected_result_stands_as_corrected(own):
    before = next(each for each in paper_of(own.id, a_proof(own))[1].lines if each.verb == "graded")
    for earned in (0, 27_720 // 2):
        with transaction() as s:
            lock_people([own.id])
            line = s.get_one(Record, before.record)
            regrade(None, line, earned=earned, possible=27_720, passed=False, source="regrade")
    after = next(each for each in paper_of(own.id, a_proof(own))[1].lines if each.record == before.record)
    assert (before.percent, after.percent, after.passed) == (100.0, 50.0, False)
