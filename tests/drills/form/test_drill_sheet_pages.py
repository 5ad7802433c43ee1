"""The workbook of a drill through its pages: taken away, brought back with a preview, all rows or none."""

import io
import re
from urllib.parse import unquote

import pytest

from lms.content import queries
from lms.content.queries.studio import open_work
from lms.core.access import Role
from lms.core.sheets import xlsx_bytes
from lms.drills.form.sheet import COLUMNS, template
from lms.drills.parse import parse
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_draft
from tests.support.make_played import a_drill_text
from tests.support.pages import token

TEXT = a_drill_text()
TABLE = "/studio/drill/drills/urge/table"
NEW = "/studio/drill-table"


@pytest.fixture
def trainer(world, client):
    person = a_person(Role.TRAINER)
    a_draft(as_actor(person), TEXT, kind="drill", slug="drills/urge")
    sign_in(client, person)
    return person


def send(client, address: str, data: bytes = b"", **fields: str):
    sent = {**fields, "csrf_token": token(client, NEW)}
    if data:
        sent["file"] = (io.BytesIO(data), "table.xlsx")
    return client.post(address, data=sent, content_type="multipart/form-data")


def rows(*given: tuple[str, ...]) -> bytes:
    return xlsx_bytes("演练", [column.name for column in COLUMNS], [[*row, *[""] * (8 - len(row))] for row in given])


GOOD = rows(
    ("开场", "限时60秒", "小雨", "在吗？"),
    ("开场", "", "客服", "", "在的。", "共情+5", "走人"),
    ("走人", "结局:失败", "系统", "走了。"),
)


def text_now() -> str:
    return queries.text(open_work("drill", "drills/urge").head_id)


def test_what_was_taken_away_comes_back_as_nothing_to_write(client, trainer):
    book = client.get(f"{TABLE}.xlsx")
    assert book.data.startswith(b"PK")
    assert "没有要写的" in send(client, TABLE, book.data).text


def test_the_preview_names_the_scenes_and_writes_nothing(client, trainer):
    page = send(client, TABLE, GOOD).text
    assert "会改什么" in page
    assert "核实" in page
    assert text_now() == TEXT


def test_what_was_seen_is_written_as_a_draft(client, trainer):
    page = send(client, TABLE, GOOD).text
    fields = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "base")}
    assert send(client, f"{TABLE}/apply", **fields).status_code == 303
    assert [scene.title for scene in parse(text_now(), "courses/drills/urge.md").spec.scenes] == ["开场", "走人"]


def test_a_wrong_row_is_named_and_nothing_can_be_written(client, trainer):
    page = send(client, TABLE, rows(("开场", "", "路人", "在吗？"), ("走人", "结局:失败", "系统", "走了。"))).text
    assert "第 2 行" in page
    assert "写进草稿" not in page.replace("一行也没有写进草稿", "")


def test_a_draft_changed_after_the_preview_is_not_overwritten(client, trainer):
    page = send(client, TABLE, GOOD).text
    key = re.search(r'name="key" value="([^"]*)"', page)[1]
    assert send(client, f"{TABLE}/apply", key=key, base="999").status_code == 409
    assert text_now() == TEXT


def test_a_filled_template_becomes_a_new_drill(client, trainer):
    assert client.get(f"{NEW}?template").data.startswith(b"PK")
    answer = send(client, NEW, template(), title="催发货的新演练")
    assert answer.status_code == 303
    slug = unquote(re.search(r"/studio/drill/(.+)/edit", answer.headers["Location"])[1])
    work = open_work("drill", slug)
    assert parse(queries.text(work.head_id), work.card.path).spec.first.title == "开场"


def test_a_new_drill_with_a_wrong_row_is_not_begun(client, trainer):
    answer = send(client, NEW, rows(("开场", "", "客服", "", "在的。", "", "哪里")), title="错的")
    assert answer.status_code == 422
    assert "第 2 行" in answer.text


def test_whoever_writes_no_content_is_turned_away(client, world):
    sign_in(client, a_person())
    assert {client.get(each).status_code for each in (TABLE, f"{TABLE}.xlsx", NEW)} == {403}
