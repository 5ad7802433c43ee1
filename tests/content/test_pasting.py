"""What the editor gets back for a page's HTML from the clipboard."""

import base64
import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from lms.content import actions
from lms.content.models import Attachment, Document
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, an_article_text
from tests.support.pages import token


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def pasted(client, html: str | bytes, path: str = "/studio/article/returns/7d/paste", top: str = ""):
    sent = html if isinstance(html, bytes) else html.encode()
    return client.post(
        path,
        data={"html": (io.BytesIO(sent), "paste.html"), "top": top, "csrf_token": token(client, "/studio/new")},
        headers={"Accept": "application/json"},
    )


def a_picture() -> str:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "PNG")
    return "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()


def test_html_comes_back_as_markdown_and_nothing_is_saved(client, me):
    made = a_draft(me, an_article_text(), slug="returns/7d")
    answer = pasted(client, "<h1>时效</h1><ul><li><b>七天</b>内</li></ul>")
    assert answer.get_json()["markdown"] == "## 时效\n\n- **七天**内\n"
    assert answer.get_json()["notice"] == ""
    session().expire_all()
    assert session().get_one(Document, made.document_id).draft_id == made.revision_id


@pytest.mark.parametrize(("top", "found"), [("3", "### 时效\n\n#### 例外\n"), ("99", "###### 时效\n\n###### 例外\n")])
def test_headings_begin_at_the_level_that_the_form_has_room_for(client, me, top, found):
    a_draft(me, an_article_text(), slug="returns/7d")
    assert pasted(client, "<h1>时效</h1><h2>例外</h2>", top=top).get_json()["markdown"] == found


def test_what_was_left_out_is_told(client, me):
    a_draft(me, an_article_text(), slug="returns/7d")
    html = '<p>甲</p><img src="https://a.com/1.png"><img src="file:///c:/2.png"><iframe src="x"></iframe>'
    data = pasted(client, html).get_json()
    assert data["left_out"] == {"pictures": 2, "objects": 1}
    assert "有 2 张图片没有带过来，请另存后拖进来。" in data["notice"]


def test_a_picture_that_came_along_lies_beside_the_document(client, me):
    a_draft(me, an_article_text(), slug="returns/7d")
    data = pasted(client, f'<p>看<img alt="退货页" src="{a_picture()}"></p>').get_json()
    assert re.fullmatch(r"看!\[退货页\]\(files/退货页-[0-9a-f]{6}\.png\)\n", data["markdown"])
    (path,) = session().scalars(select(Attachment.path))
    assert path.startswith("kb_content/returns/files/退货页-")
    assert data["left_out"]["pictures"] == 0


def test_a_picture_that_is_none_is_left_out(client, me):
    a_draft(me, an_article_text(), slug="returns/7d")
    data = pasted(client, '<p>甲<img src="data:image/png;base64,AAAA"></p>').get_json()
    assert data["markdown"] == "甲\n"
    assert data["left_out"]["pictures"] == 1
    assert not session().scalars(select(Attachment.path)).all()


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ADMIN])
def test_only_who_writes_may_paste(client, role):
    a_draft(as_actor(a_person(Role.TRAINER)), an_article_text(), slug="returns/7d")
    sign_in(client, a_person(role))
    sent = {"html": "<b>x</b>", "csrf_token": token(client, "/me")}
    assert client.post("/studio/article/returns/7d/paste", data=sent).status_code == 403


def test_a_document_that_is_not_there_and_one_that_is_archived(client, me):
    assert pasted(client, "<b>x</b>").status_code == 404
    document = a_document(me, an_article_text(), slug="returns/7d")
    with transaction():
        actions.archive(me, document.id)
    answer = pasted(client, "<b>x</b>")
    assert answer.status_code == 409
    assert "归档" in answer.get_json()["error"]


def test_nothing_sent_is_said_in_a_sentence(client, me):
    a_draft(me, an_article_text(), slug="returns/7d")
    answer = pasted(client, "")
    assert answer.status_code == 422
    assert answer.get_json()["error"] == "没有收到要粘贴的内容，请再试一次。"


def test_bytes_that_are_no_text_do_no_harm(client, me):
    a_draft(me, an_article_text(), slug="returns/7d")
    assert pasted(client, b"<p>\xff\xfe\x00\x01ok").get_json()["markdown"].endswith("ok\n")
