"""Importing Word files and sheets of questions: preview, then exactly that, as drafts."""

import io
import re
import zipfile

import pytest
from docx import Document as Word
from docx.shared import Inches
from PIL import Image
from sqlalchemy import func, select

from lms.content import queries
from lms.content.models import Attachment, Document
from lms.core.access import Role
from lms.core.db import session
from lms.core.sheets import xlsx_bytes
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, an_article_text
from tests.support.pages import token

HEAD = ["问题", "相似问", "答案", "分类", "店铺", "有效期"]


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def faq(*rows) -> bytes:
    return xlsx_bytes("问答", HEAD, [[*row, *[""] * (6 - len(row))] for row in rows])


def a_word_file(*, picture: bool = False) -> bytes:
    made = Word()
    made.add_heading("退货流程", 1)
    made.add_paragraph("先核对订单。")
    made.add_heading("时效", 2)
    made.add_paragraph("七天内", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for at, words in enumerate(["情况", "时限", "物流", "24 小时"]):
        table.cell(at // 2, at % 2).text = words
    if picture:
        image = io.BytesIO()
        Image.new("RGB", (30, 20), "red").save(image, "PNG")
        image.seek(0)
        made.add_picture(image, width=Inches(1))
    made.add_heading("换货流程", 1)
    made.add_paragraph("先看库存。")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def preview(client, data: bytes, name: str, **more):
    sent = {"csrf_token": token(client, "/studio/import"), "file": (io.BytesIO(data), name), **more}
    return client.post("/studio/import", data=sent)


def hidden(page: str) -> dict[str, str]:
    """Return the fields of the form that applies what is shown."""
    form = page[page.index('action="/studio/import/apply"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def apply(client, page: str, **more):
    return client.post("/studio/import/apply", data={**hidden(page), **more})


def sources() -> dict[str, str]:
    rows = session().execute(select(Document.title, Document.draft_id)).all()
    return {title: queries.text(draft) for title, draft in rows if draft is not None}


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ADMIN])
def test_only_who_writes_may_import(client, role):
    sign_in(client, a_person(role))
    assert client.get("/studio/import").status_code == 403


def test_a_preview_changes_nothing_and_applying_makes_drafts(client, me):
    page = preview(
        client, faq(("几天能退？", "多久能退", "七天。", "售后"), ("怎么换？", "", "先看库存。")), "问答.xlsx"
    ).text
    assert "可以导入 2 份" in page
    assert not sources()
    done = apply(client, page)
    assert done.status_code == 303
    assert set(sources()) == {"几天能退？", "怎么换？"}
    assert not session().scalar(select(func.count()).where(Document.published_id.is_not(None)))
    listed = client.get(done.location).text
    assert "建好了 2 份草稿" in listed
    assert "几天能退？" in listed


def test_sending_the_same_form_twice_makes_nothing_twice(client, me):
    page = preview(client, faq(("几天能退？", "", "七天。")), "问答.xlsx").text
    apply(client, page)
    apply(client, page)
    assert session().scalar(select(func.count()).select_from(Document)) == 1


def test_one_bad_row_and_nothing_is_made_unless_it_is_chosen(client, me):
    page = preview(client, faq(("几天能退？", "", "七天。"), ("怎么换？", "", "")), "问答.xlsx").text
    assert "第 3 行" in page
    assert "没有写答案。" in page
    fields = hidden(page)
    refused = client.post("/studio/import/apply", data={**fields, "partial": ""})
    assert refused.status_code == 422
    assert not sources()
    assert "只导入没有问题的 1 份" in page
    assert apply(client, page).status_code == 303
    assert set(sources()) == {"几天能退？"}


@pytest.mark.parametrize(("choice", "count", "text"), [("skip", 1, "旧的"), ("update", 1, "八天"), ("make", 2, "八天")])
def test_what_is_there_already_is_recognised_and_treated_as_chosen(client, me, choice, count, text):
    a_document(me, an_article_text("几天可以申请退货", "旧的", 别名="[多久能退]", 依据="法律"), slug="return")
    page = preview(client, faq(("几天可以申请退货？", "多久可退", "八天。")), "问答.xlsx").text
    assert "1 份像是已经有了" in page
    apply(client, page, **{"row-2": choice})
    documents = session().scalars(select(Document).order_by(Document.id)).all()
    assert len(documents) == count
    newest = queries.text(documents[-1].draft_id or documents[-1].published_id)
    assert text in newest
    if choice == "update":
        assert "依据: 法律" in newest
        assert "多久能退, 多久可退" in newest


@pytest.mark.parametrize(
    ("question", "found"), [("几天可以申请退货呀", True), ("多久 能退", True), ("怎样开发票", False)]
)
def test_titles_and_aliases_that_are_much_alike_are_twins(client, me, question, found):
    a_document(me, an_article_text("几天可以申请退货", 别名="[多久能退]"), slug="return")
    page = preview(client, faq((question, "", "八天。")), "问答.xlsx").text
    assert ("像是已经有了</h2>" in page) == found


def test_one_choice_for_all_twins(client, me):
    a_document(me, an_article_text("几天可以申请退货"), slug="return")
    page = preview(client, faq(("几天可以申请退货", "", "八天。")), "问答.xlsx").text
    apply(client, page, **{"row-2": "skip", "all": "make"})
    assert session().scalar(select(func.count()).select_from(Document)) == 2


def test_the_kind_of_day_is_asked_in_the_preview_and_then_used(client, me):
    page = preview(client, faq(("几天能退", "", "七天。", "", "", "2026-11-01..2026-11-20")), "问答.xlsx").text
    assert "有效期按哪一天算" in page
    assert "再按“按这样再看”" in page
    assert "改好文件" not in page
    key = re.search(r'name="key" value="(\w+)"', page)[1]
    again = client.post(
        "/studio/import",
        data={"csrf_token": token(client, "/studio/import"), "key": key, "name": "问答.xlsx", "day_kind": "order"},
    ).text
    apply(client, again)
    assert "`生效:2026-11-01..2026-11-20` `按下单日`" in sources()["几天能退"]


def test_a_word_file_becomes_one_document_with_its_sections(client, me):
    page = preview(client, a_word_file(), "接待手册.docx", kind="lesson", folder="word").text
    assert "导入 1 份" in page
    apply(client, page)
    source = sources()["接待手册"]
    assert "类型: 课时\n时长: 5分钟" in source
    assert (
        "## 退货流程\n\n先核对订单。\n\n### 时效\n\n- 七天内\n\n| 情况 | 时限 |\n|---|---|\n| 物流 | 24 小时 |"
        in source
    )


def test_a_word_file_becomes_a_document_for_each_first_heading(client, me):
    page = preview(client, a_word_file(picture=True), "手册.docx", kind="article", split="1").text
    apply(client, page)
    made = sources()
    assert set(made) == {"退货流程", "换货流程"}
    assert "## 时效" in made["退货流程"]
    assert re.search(r"!\[[^\]]+\]\(files/picture-[0-9a-f]{6}\.png\)", made["退货流程"])
    assert session().scalars(select(Attachment.path)).one().startswith("kb_content/files/picture-")


def test_a_picture_on_another_machine_is_not_fetched_but_told_of(client, me):
    with zipfile.ZipFile(io.BytesIO(a_word_file(picture=True))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    relations = parts["word/_rels/document.xml.rels"].decode()
    outside = re.sub(r'Target="media/[^"]+"', 'Target="https://a.example.com/1.png" TargetMode="External"', relations)
    body = parts["word/document.xml"].decode().replace("r:embed=", "r:link=")
    parts |= {"word/_rels/document.xml.rels": outside.encode(), "word/document.xml": body.encode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    page = preview(client, out.getvalue(), "手册.docx").text
    assert "有 1 张图片没有带过来，请另存后拖进来。" in page


def test_more_than_a_hundred_are_made_in_steps_that_a_script_can_show(client, me):
    page = preview(client, faq(*((f"第{n}个问题是什么", "", f"答案{n}") for n in range(120))), "问答.xlsx").text
    fields = hidden(page)
    first = client.post("/studio/import/apply", data=fields, headers={"Accept": "application/json"}).get_json()
    assert (first["left"], first["total"]) == (20, 120)
    second = client.post("/studio/import/apply", data=fields, headers={"Accept": "application/json"}).get_json()
    assert second["left"] == 0
    assert session().scalar(select(func.count()).select_from(Document)) == 120
    assert "建好了 120 份草稿" in client.get(second["next"]).text


def a_zip(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name.replace("__", "/"), data)
    return out.getvalue()


HOSTILE = {
    "empty.xlsx": b"",
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "WordDocument".encode("utf-16-le"),
    "picture.docx": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "cut.docx": None,
    "other.zip": a_zip(a=b"1"),
    "macro.docx": None,
    "text.csv": "只有一句话".encode(),
    "program.csv": b"MZ\x90\x00\x03\x00" * 50,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_odd_files_are_refused_with_a_sentence_and_nothing_is_kept(client, me, name):
    data = HOSTILE[name]
    if name == "cut.docx":
        data = a_word_file()[:4000]
    if name == "macro.docx":
        data = a_zip(**{"[Content_Types].xml": b"<x/>", "word__document.xml": b"<x/>", "word__vbaProject.bin": b"x"})
    answer = preview(client, data, name)
    assert answer.status_code in (400, 413, 422)
    assert 'role="alert"' in answer.text
    assert "会建这些草稿" not in answer.text
    assert not sources()


def test_an_empty_table_to_fill_in_is_taken_back(client, me):
    data = client.get("/studio/import?format=xlsx").data
    assert "可以导入" in preview(client, data, "模板.xlsx", day_kind="order").text


def test_what_somebody_else_uploaded_is_not_mine(client, me):
    page = preview(client, faq(("几天能退？", "", "七天。")), "问答.xlsx").text
    sign_in(client, a_person(Role.TRAINER))
    fields = {**hidden(page), "csrf_token": token(client, "/studio/import")}
    assert client.post("/studio/import/apply", data=fields).status_code == 409
