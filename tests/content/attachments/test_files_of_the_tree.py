"""Pictures of the content folder: taken in and written out byte for byte, and said where they can't be."""

from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from lms.content.attachments import actions
from lms.content.grammar.findings import Severity
from lms.content.jobs import check_files, export_files, sync_files
from lms.content.models import Attachment
from lms.core import files
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, write
from tests.support.make_files import a_picture

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="9" height="9"/></svg>\n'
FLOW = "kb_content/returns/files/flow.svg"
PHOTO = "kb_content/returns/files/photo.png"


def an_article(picture: str = "files/flow.svg", words: str = "流程") -> str:
    return an_article_text(body=f"## 时效\n![{words}]({picture})")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "kb_content/returns/how.md", an_article() + "\n![照片](files/photo.png)\n")
    write(tmp_path, FLOW, DRAWING)
    write(tmp_path, PHOTO, a_picture(size=(2_400, 60)))
    return tmp_path


def rows() -> dict[str, Attachment]:
    return {row.path: row for row in session().scalars(select(Attachment))}


def codes(root: Path) -> list[tuple[str, str]]:
    return [(path, finding.code) for path, finding in check_files(root)]


def test_pictures_of_the_folder_are_taken_in_as_they_are(world: APIFlask, root: Path):
    outcome = sync_files(root)
    assert (sorted(outcome.created), outcome.refused) == ([FLOW, PHOTO, "kb_content/returns/how.md"], [])
    assert files.read(rows()[PHOTO].sha) == (root / PHOTO).read_bytes()
    assert rows()[PHOTO].facts == {"width": 2_400, "height": 60}
    assert rows()[FLOW].facts == {"width": 400, "height": 300}


def test_a_second_sync_takes_nothing(world: APIFlask, root: Path):
    sync_files(root)
    outcome = sync_files(root)
    assert (outcome.created, outcome.updated, outcome.refused) == ([], [], [])


def test_a_rehearsal_says_what_it_would_take_and_takes_nothing(world: APIFlask, root: Path):
    assert {FLOW, PHOTO} <= set(sync_files(root, dry_run=True).created)
    assert rows() == {}


def test_a_picture_that_changed_is_taken_again(world: APIFlask, root: Path):
    sync_files(root)
    before = rows()[PHOTO].id
    write(root, PHOTO, a_picture((1, 2, 3)))
    assert sync_files(root).updated == [PHOTO]
    assert rows()[PHOTO].facts["width"] == 240
    assert rows()[PHOTO].id == before


def test_what_was_synced_is_exported_byte_for_byte(
    world: APIFlask, root: Path, tmp_path_factory: pytest.TempPathFactory
):
    sync_files(root)
    there = tmp_path_factory.mktemp("out")
    export_files(there)
    assert {path: (there / path).read_bytes() for path in (FLOW, PHOTO)} == {
        path: (root / path).read_bytes() for path in (FLOW, PHOTO)
    }
    assert export_files(there).written == []


def test_a_picture_from_the_studio_is_exported_once_a_document_shows_it_and_comes_back_as_the_same(
    world: APIFlask, tmp_path: Path
):
    trainer = a_trainer()
    with transaction():
        shown = actions.attach(trainer, "kb_content/returns/how.md", "图.png", a_picture()).path
        actions.attach(trainer, "kb_content/returns/how.md", "没用到.png", a_picture((9, 9, 9)))
    a_document(trainer, an_article(f"files/{shown.rpartition('/')[2]}"), slug="returns/how")
    assert export_files(tmp_path).written == ["kb_content/returns/how.md", shown]
    assert sync_files(tmp_path).updated == []


def test_an_export_never_overwrites_another_picture(world: APIFlask, root: Path):
    sync_files(root)
    write(root, PHOTO, a_picture((7, 7, 7)))
    outcome = export_files(root)
    assert outcome.kept == [PHOTO]
    assert (root / PHOTO).read_bytes() == a_picture((7, 7, 7))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "脚本"),
        ("b.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><rect onclick="x()"/></svg>', "脚本"),
        ("c.svg", b'<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>', "实体"),
        ("d.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="https://e.com/x.png"/></svg>', "外部"),
        ("e.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><style>@import url(//e.com)</style></svg>', "外部"),
        ("f.svg", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "读不出来"),
        ("g.svg", b'<?xml-stylesheet href="x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>', "外部"),
        ("h.png", a_picture(kind="JPEG"), "内容是 .jpg"),
        ("i.png", a_picture()[:50], "图片坏了"),
        ("j.xlsx", b"PK\x03\x04", "不能放在内容里"),
        ("k.png", b"", "空"),
        ("l .png", a_picture(), None),
    ],
)
def test_what_can_not_be_shown_is_said_by_check_and_sync_and_the_others_go_on(
    world: APIFlask, root: Path, name: str, data: bytes, said: str | None
):
    path = f"kb_content/returns/files/{name}"
    write(root, path, data)
    found = [finding for at, finding in check_files(root) if at == path]
    outcome = sync_files(root)
    assert {FLOW, PHOTO} <= rows().keys()
    if said is None:
        assert (found, path in rows()) == ([], True)
        return
    assert [(finding.code, finding.severity) for finding in found] == [("C172", Severity.ERROR)]
    assert said in str(found[0].message)
    assert [(each.path, said in str(each.reason)) for each in outcome.refused] == [(path, True)]
    assert path not in rows()


def test_a_symbolic_link_is_not_followed(world: APIFlask, root: Path):
    (root / "kb_content/returns/files/x.png").symlink_to("/etc/passwd")
    assert [each.path for each in sync_files(root).refused] == ["kb_content/returns/files/x.png"]


def test_notes_beside_the_content_are_nobodys_affair(world: APIFlask, root: Path):
    write(root, "kb_content/returns/notes.txt", b"x")
    assert sync_files(root).refused == []


# what a check says of pictures in a text


def test_a_missing_picture_is_an_error_that_knows_the_nearest_name(world: APIFlask, root: Path):
    write(root, "kb_content/returns/how.md", an_article("files/flow.png"))
    [(path, finding)] = check_files(root)
    assert (path, finding.code) == ("kb_content/returns/how.md", "C140")
    assert "flow.svg" in str(finding.message)


@pytest.mark.parametrize(
    ("body", "code"),
    [("![](files/flow.svg)", "C180"), ("![图](https://e.com/x.png)", "C181"), ("写作 `![](x.png)` 就行", None)],
)
def test_a_picture_without_words_or_from_elsewhere_is_a_warning(
    world: APIFlask, root: Path, body: str, code: str | None
):
    write(root, "kb_content/returns/how.md", an_article_text(body=f"## 时效\n{body}"))
    assert codes(root) == ([("kb_content/returns/how.md", code)] if code else [])


def test_a_picture_that_is_only_in_the_database_can_be_linked_in_the_studio_and_by_sync(world: APIFlask, root: Path):
    trainer = a_trainer()
    with transaction():
        name = actions.attach(trainer, "kb_content/returns/how.md", "图.png", a_picture()).path.rpartition("/")[2]
    a_document(trainer, an_article(f"files/{name}"), slug="returns/in-studio")
    write(root, "kb_content/returns/how.md", an_article(f"files/{name}"))
    assert sync_files(root).refused == []


def test_a_drawing_is_served_in_a_sandbox(client, root: Path):
    sync_files(root)
    sign_in(client, a_person(Role.AGENT))
    with client.get(f"/files/{FLOW}") as answer:
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        assert answer.headers["Cache-Control"] == "private, no-cache"  # its name says nothing of its bytes
