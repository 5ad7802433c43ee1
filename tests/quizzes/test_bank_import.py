"""Importing a bank: everything is shown first, then all of it is in a draft or none."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import func, select

from lms.content import queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from lms.core.models import AuditEntry
from lms.core.sheets import xlsx_bytes
from lms.quizzes.importers.placing import appended
from lms.quizzes.importers.twins import twins
from lms.quizzes.importers.xlsx import read
from lms.quizzes.spec import Use, parse
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document
from tests.support.pages import token

HEAD = ["题型", "题干", "选项A", "选项B", "选项C", "答案", "分值", "分类"]
GOOD = ["单选", "几天内可以退货？", "3 天", "7 天", "15 天", "B", "2", "退货"]
OTHER = ["判断", "可以口头承诺到账时间。", "", "", "", "错", "1", "退款"]
BAD = ["单选", "这道题没有答案。", "甲", "乙", "", "", "2", "退货"]
QUIZ = """---
类型: 测验
---

# 售后测验

## 退货
`全部` `每题2分`

### 几天内可以退货？
1. [ ] 3 天
2. [x] 7 天
3. [ ] 15 天

## 物流
`全部`

### 超过几小时算延迟？
- 答案：48 小时
"""


def sheet(*rows) -> bytes:
    return xlsx_bytes("题库", HEAD, rows)


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def preview(client, data: bytes, name: str = "十一月题库.xlsx", **more):
    sent = {"csrf_token": token(client, "/bank/import"), "file": (io.BytesIO(data), name), **more}
    return client.post("/bank/import", data=sent)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(key|name|format)" value="([^"]*)"', page))


def apply(client, data: bytes, **choices):
    page = preview(client, data).get_data(as_text=True)
    sent = {
        "csrf_token": token(client, "/bank/import"),
        **hidden(page),
        "target": "bank",
        "title": "售后题库",
        **choices,
    }
    return client.post("/bank/import/apply", data=sent)


def documents() -> int:
    return session().scalar(select(func.count()).select_from(Document)) or 0


def draft_of(slug: str):
    work = queries.open_work("quiz", slug)
    return parse(queries.text(work.head_id), "quizzes/x.md").spec


def test_the_preview_shows_every_question_with_its_key_and_writes_nothing(client, me):
    page = preview(client, sheet(GOOD, OTHER)).get_data(as_text=True)
    assert "可以导入 2 道题" in page
    assert re.search(r"is-key.*?7 天", page, re.DOTALL)
    assert documents() == 0


def test_a_refused_question_is_shown_with_its_row_and_how_to_mend_it(client, me):
    page = preview(client, sheet(GOOD, BAD)).get_data(as_text=True)
    assert "第 3 行" in page
    assert "请写正确选项的字母" in page
    assert "导入没有问题的 1 道" in page


def test_a_new_bank_is_a_draft_with_sections_and_opens_in_the_editor(client, me):
    answer = apply(client, sheet(GOOD, OTHER))
    assert answer.status_code == 303
    assert answer.location.endswith("/studio/quiz/%E5%94%AE%E5%90%8E%E9%A2%98%E5%BA%93/edit")
    found = draft_of("售后题库")
    assert found.rules.use is Use.BANK
    assert [section.title for section in found.sections] == ["退货", "退款"]
    assert session().scalar(select(AuditEntry.verb).where(AuditEntry.verb == "quiz.imported"))


def test_a_new_quiz_is_made_where_that_was_chosen(client, me):
    apply(client, sheet(GOOD), target="quiz", title="小测")
    assert draft_of("小测").rules.use is Use.CHECK


def test_a_second_import_of_the_same_title_takes_another_address(client, me):
    apply(client, sheet(GOOD))
    apply(client, sheet(OTHER))
    assert draft_of("售后题库-2").questions[0].stem.text == OTHER[1]


def test_questions_go_behind_the_section_of_their_name_and_all_else_stays(client, me):
    a_document(me, QUIZ, kind="quiz", slug="after-sales")
    more = [*GOOD[:1], "换货几天内申请？", *GOOD[2:]]
    apply(client, sheet(more, OTHER), target="into", slug="after-sales")
    found = draft_of("after-sales")
    assert [section.title for section in found.sections] == ["退货", "物流", "退款"]
    assert [each.stem.text for each in found.sections[0].questions] == ["几天内可以退货？", "换货几天内申请？"]


def test_what_is_there_already_is_left_out_unless_it_is_wanted(client, me):
    a_document(me, QUIZ, kind="quiz", slug="after-sales")
    page = preview(client, sheet(GOOD, OTHER)).get_data(as_text=True)
    assert "和《售后测验》里的一道完全一样" in page
    apply(client, sheet(GOOD, OTHER))
    assert [each.stem.text for each in draft_of("售后题库").questions] == [OTHER[1]]
    apply(client, sheet(GOOD, OTHER), title="都要", all="keep")
    assert len(draft_of("都要").questions) == 2


def test_a_question_much_like_another_is_shown_beside_it_and_taken(client, me):
    a_document(me, QUIZ, kind="quiz", slug="after-sales")
    alike = [GOOD[0], "几天之内可以退货？", *GOOD[2:]]
    page = preview(client, sheet(alike)).get_data(as_text=True)
    assert "像《售后测验》里的一道" in page
    apply(client, sheet(alike))
    assert len(draft_of("售后题库").questions) == 1


def test_the_same_question_twice_in_a_file_is_taken_once(client, me):
    apply(client, sheet(GOOD, GOOD))
    assert len(draft_of("售后题库").questions) == 1


def test_numbers_that_make_another_question_are_no_twins():
    one = read(sheet(GOOD)).questions[0].question
    other = read(sheet([*GOOD[:2], "24 小时", "48 小时", "72 小时", *GOOD[5:]])).questions[0].question
    assert twins([one, other], []) == [None, None]


def test_without_a_name_nothing_is_written_and_the_file_need_not_be_sent_again(client, me):
    answer = apply(client, sheet(GOOD), title=" ")
    assert answer.status_code == 422
    assert "请写一个名称" in answer.get_data(as_text=True)
    assert documents() == 0


def test_a_target_that_is_gone_leaves_all_as_it_was(client, me):
    assert apply(client, sheet(GOOD), target="into", slug="gone").status_code == 404
    assert documents() == 0


def test_the_button_pressed_twice_imports_once(client, me):
    page = preview(client, sheet(GOOD)).get_data(as_text=True)
    sent = {"csrf_token": token(client, "/bank/import"), **hidden(page), "target": "bank", "title": "售后题库"}
    assert [client.post("/bank/import/apply", data=sent).status_code for _ in range(2)] == [303, 409]
    assert documents() == 1


def test_what_was_refused_is_downloaded_with_its_reason(client, me):
    page = preview(client, sheet(GOOD, BAD)).get_data(as_text=True)
    answer = client.get("/bank/import/refused", query_string=hidden(page))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("原因", "题型", "题干")
    assert "第 3 行：没有答案" in rows[1][0]


def test_the_template_is_a_workbook(client, me):
    answer = client.get("/bank/import?template")
    assert openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames == ["题库", "填写说明"]


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (b"", "a.xlsx", 400),
        (b"\x00\x01\x02", "a.bin", 400),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "a.xls", 400),
        ("工号,姓名\n1,2\n".encode(), "a.csv", 400),
    ],
)
def test_a_file_that_is_no_bank_is_refused_as_a_whole(client, me, data, name, status):
    answer = preview(client, data, name)
    assert answer.status_code == status
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_somebody_elses_upload_cannot_be_imported(client, me):
    page = hidden(preview(client, sheet(GOOD)).get_data(as_text=True))
    sign_in(client, a_person(Role.TRAINER, name="何静"))
    sent = {"csrf_token": token(client, "/bank/import"), **page, "target": "bank", "title": "偷"}
    assert client.post("/bank/import/apply", data=sent).status_code == 409
    assert documents() == 0


@pytest.mark.parametrize("path", ["/bank/import", "/bank/export", "/bank/import/refused"])
def test_only_those_who_write_content_may_look(client, path):
    sign_in(client, a_person(Role.AGENT, name="林小满"))
    assert client.get(path).status_code == 403


def test_an_export_is_a_file_and_what_it_cannot_say_is_told_first(client, me):
    a_document(me, QUIZ, kind="quiz", slug="after-sales")
    answer = client.get("/bank/export?quiz=after-sales&format=xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(read(answer.data).questions) == 2
    told = client.get("/bank/export?quiz=after-sales&format=aiken")
    assert told.mimetype == "text/html"
    assert client.get("/bank/export?quiz=after-sales&format=aiken&anyway=1").mimetype == "text/plain"


def test_an_exported_question_counts_what_its_section_says(client, me):
    a_document(me, QUIZ, kind="quiz", slug="after-sales")
    found = read(client.get("/bank/export?quiz=after-sales&format=xlsx").data).questions
    assert [each.section for each in found] == ["退货", "物流"]
    assert found[0].question.points == 2 * 27720


def test_all_banks_go_into_one_file(client, me):
    a_document(me, QUIZ, kind="quiz", slug="after-sales")
    apply(client, sheet(OTHER))
    found = read(client.get("/bank/export?format=xlsx").data).questions
    assert {each.section for each in found} == {"售后测验 / 退货", "售后测验 / 物流", "售后题库 / 退款"}


def test_a_format_or_a_quiz_that_is_not_there_is_said(client, me):
    assert client.get("/bank/export?quiz=gone&format=xlsx").status_code == 404
    assert client.get("/bank/export?format=pdf").status_code == 422


def test_what_a_file_had_stays_byte_for_byte():
    (new,) = read(sheet(OTHER)).questions
    assert appended(QUIZ, "quizzes/a.md", [new], "导入").startswith(QUIZ.rstrip("\n"))


def test_the_api_imports_and_exports(client, me):
    headers = {"X-CSRFToken": token(client, "/bank/import")}

    def sent(query: str):
        data = {"file": (io.BytesIO(sheet(GOOD, BAD)), "a.xlsx")}
        return client.post(f"/api/v1/quizzes/import{query}", data=data, headers=headers).json

    dry = sent("?dry_run=true&good_only=true")
    assert (dry["questions"], dry["refused"][0]["number"], dry["slug"]) == (1, 3, None)
    assert (sent("")["slug"], documents()) == (None, 0)
    done = sent("?good_only=true&new=banks/a&title=售后")
    assert (done["slug"], done["imported"]) == ("banks/a", 1)
    assert len(read(client.get("/api/v1/quizzes/banks/a/export?format=xlsx").data).questions) == 1
