"""Files beside a document as people meet them: sent by an author, served to readers, hidden from everybody else."""

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete, func, select

from lms.content import actions as content
from lms.content.attachments import actions
from lms.content.models import Attachment, Document
from lms.core import files
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, TooLarge, Unreadable
from lms.core.here import settings
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text, edited
from tests.support.make_files import a_picture
from tests.support.pages import token

PAGE = "/studio/article/returns/how/files"


@pytest.fixture
def me(client: FlaskClient) -> Actor:
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def attached(actor: Actor, where: str = "kb_content/returns/how.md", name: str = "退货 流程.png", **more) -> Attachment:
    with transaction():
        return actions.attach(actor, where, name, a_picture(**more))


def an_article_with(row: Attachment, words: str = "流程图") -> str:
    return an_article_text(body=f"## 时效\n![{words}](files/{row.path.rpartition('/')[2]})")


def a_shown_picture(**front: str) -> Attachment:
    """Return a picture that a published article shows."""
    trainer = a_trainer()
    row = attached(trainer)
    text = an_article_text(body=f"## 时效\n![流程图](files/{row.path.rpartition('/')[2]})", **front)
    a_document(trainer, text, slug="returns/how")
    return row


def sent(client: FlaskClient, content: bytes, name: str = "a.png", *, json: bool = True):
    return client.post(
        PAGE,
        data={"csrf_token": token(client, PAGE), "file": (io.BytesIO(content), name)},
        headers={"Accept": "application/json"} if json else {},
        content_type="multipart/form-data",
    )


def stored_files() -> int:
    return sum(1 for each in settings().uploads.rglob("*") if each.is_file())


def test_a_script_that_sends_a_picture_is_told_what_to_insert(client, me):
    a_document(me, slug="returns/how")
    answer = sent(client, a_picture(size=(240, 160)), "退货 流程(1).PNG").json
    [row] = session().scalars(select(Attachment))
    assert answer["path"] == row.path == f"kb_content/returns/files/退货-流程-1-{row.sha.hex()[:6]}.png"
    assert answer["link"] == row.path.removeprefix("kb_content/returns/")
    assert answer["markdown"] == f"![退货 流程 1]({answer['link']})"
    assert (answer["kind"], answer["width"], answer["height"]) == ("picture", 240, 160)
    with client.get(answer["address"]) as picture:
        assert picture.status_code == 200


def test_the_same_picture_sent_twice_is_one_file(client, me):
    a_document(me, slug="returns/how")
    first, second = sent(client, a_picture()).json, sent(client, a_picture(), "b.png").json
    assert first["path"] == second["path"]
    assert session().scalar(select(func.count()).select_from(Attachment)) == 1


def test_without_a_script_the_page_lists_what_was_sent(client, me):
    a_document(me, slug="returns/how")
    assert sent(client, a_picture(), "前台.png", json=False).status_code == 303
    page = client.get(PAGE).text
    assert "已上传 1 个文件" in page
    assert "![前台](files/" in page
    assert "还没有用到" in page


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x90\x00" + bytes(100), "a.png", "不认识这种文件"),
        (b"", "a.png", "空"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "SVG"),
        (b"<!DOCTYPE html><p>x", "a.png", "网页"),
        (b"\x89PNG\r\n\x1a\n" + b"broken" * 9, "a.png", "图片坏了"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(80), "a.jpg", "JPG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document".encode("utf-16-le"), "a.pptx", ".pptx"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_sentence_and_nothing_stays(client, me, content, name, said):
    a_document(me, slug="returns/how")
    before = stored_files()
    answer = sent(client, content, name)
    assert answer.status_code in (400, 422)
    assert said in answer.json["error"]
    assert (session().scalar(select(func.count()).select_from(Attachment)), stored_files()) == (0, before)


def test_a_refusal_is_told_on_the_page_too(client, me):
    a_document(me, slug="returns/how")
    answer = sent(client, b"MZ" + bytes(90), "a.exe", json=False)
    assert answer.status_code == 422
    assert "不认识这种文件" in answer.text


class Unread(io.BytesIO):
    """A body of which nobody may read a byte."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")

    readinto = readline = read


@pytest.mark.parametrize("json", [True, False])
def test_300_megabytes_are_refused_by_what_they_announce_before_they_are_read(client, me, json):
    a_document(me, slug="returns/how")

    answer = client.post(
        PAGE,
        input_stream=Unread(),
        headers={"Accept": "application/json" if json else "text/html"},
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "300000000"},
    )
    assert answer.status_code == 413
    assert "300 MB，最大 250 MB" in (answer.json["error"] if json else answer.text)


def test_other_pages_take_no_more_than_before(client, me):
    a_document(me, slug="returns/how")
    answer = client.post(
        "/studio/article/returns/how/edit",
        input_stream=Unread(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "30000000"},
    )
    assert answer.status_code == 413


# who sees what


def seen(client: FlaskClient, person, path: str) -> int:
    sign_in(client, person)
    with client.get(f"/files/{path}") as answer:
        return answer.status_code


def test_whoever_may_read_a_document_sees_what_it_shows(client):
    row = a_shown_picture()
    assert [seen(client, a_person(role), row.path) for role in (Role.AGENT, Role.HR, Role.TRAINER)] == [200, 200, 200]


def test_a_picture_of_a_document_meant_for_others_is_as_missing(client):
    row = a_shown_picture(可见="[人事]")
    assert [seen(client, a_person(role), row.path) for role in (Role.AGENT, Role.HR, Role.TRAINER)] == [404, 200, 200]


def test_a_picture_that_nothing_published_shows_is_seen_by_authors_only(client):
    trainer = a_trainer()
    row = attached(trainer)
    a_draft(trainer, an_article_with(row), slug="returns/how")
    assert [seen(client, a_person(role), row.path) for role in (Role.AGENT, Role.QUALITY, Role.TRAINER)] == [
        404,
        404,
        200,
    ]


def test_nobody_sees_a_picture_of_an_archived_document(client):
    row = a_shown_picture()
    trainer = a_trainer()
    with transaction():
        content.archive(trainer, session().scalars(select(Document.id)).one())
    assert seen(client, a_person(Role.AGENT), row.path) == 404


def test_a_picture_stays_to_be_seen_by_whoever_works_on_the_version_that_showed_it(client):
    row = a_shown_picture()
    document = session().scalars(select(Document)).one()
    edited(a_trainer(), document, an_article_text(body="## 时效\n没有图了。"))
    assert seen(client, a_person(Role.AGENT), row.path) == 200


def test_nobody_signed_in_sees_nothing(client):
    row = a_shown_picture()
    assert client.get(f"/files/{row.path}").status_code == 302


@pytest.mark.parametrize("path", ["../secret_key", "courses/%2e%2e/x.png", "x", "kb_content/returns/files/none.png"])
def test_what_is_not_there_is_404(client, me, path):
    assert client.get(f"/files/{path}").status_code == 404


# how it is served


def test_a_picture_is_kept_by_the_browser_that_asks_each_time_whether_it_may_show_it(client, me):
    row = attached(me)
    with client.get(f"/files/{row.path}") as answer:
        headers = answer.headers
        assert headers["Content-Type"] == "image/png"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"].startswith("inline")
        assert headers["Cache-Control"] == "private, no-cache"
        assert "sandbox" in headers["Content-Security-Policy"]
        tag = headers["ETag"]
    with client.get(f"/files/{row.path}", headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")
    with client.get(f"/files/{row.path}?download") as saved:
        assert saved.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "told", "length"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{size}", 10),
        ("bytes=10-", 206, "bytes 10-{last}/{size}", -10),
        ("bytes=-5", 206, "bytes {tail}-{last}/{size}", 5),
        ("bytes=999999-", 416, "bytes */{size}", 0),
        ("bytes=0-1,4-5", 416, "bytes */{size}", 0),
        ("bytes=9-1", 416, "bytes */{size}", 0),
        ("lines=1-2", 416, "bytes */{size}", 0),
    ],
)
def test_one_part_of_a_file_can_be_asked_for(client, me, asked, status, told, length):
    row = attached(me)
    whole = files.read(row.sha)
    with client.get(f"/files/{row.path}", headers={"Range": asked}) as answer:
        size = len(whole)
        assert answer.status_code == status
        expected = told and told.format(size=size, last=size - 1, tail=size - 5)
        assert answer.headers.get("Content-Range") == expected
        if length is not None:
            assert len(answer.data) == (length if length >= 0 else size + length)


# in documents


def test_a_document_shows_its_picture_with_its_size(client):
    row = a_shown_picture()
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb/returns/how").text
    assert (
        f'src="/files/kb_content/returns/files/%E9%80%80%E8%B4%A7-%E6%B5%81%E7%A8%8B-{row.sha.hex()[:6]}.png" width="240" height="160"'
        in page
    )
    assert 'loading="lazy"' in page


def test_a_missing_picture_is_its_words(client):
    row = a_shown_picture()
    with transaction():
        session().execute(delete(Attachment).where(Attachment.path == row.path))
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb/returns/how").text
    assert '<span class="no-picture">流程图</span>' in page


def test_a_file_that_is_used_is_not_deleted(client, me):
    row = attached(me)
    a_document(me, an_article_with(row), slug="returns/how")
    answer = client.post(f"{PAGE}/remove", data={"csrf_token": token(client, PAGE), "path": row.path})
    assert answer.status_code == 409
    assert "《退货时效》里还用着" in answer.text


def test_a_draft_counts_as_use(client, me):
    row = attached(me)
    a_draft(me, an_article_with(row), slug="returns/how")
    with pytest.raises(Conflict), transaction():
        actions.remove(me, row.path)


def test_an_unused_file_is_deleted_and_its_bytes_follow(client, me):
    a_document(me, slug="returns/how")
    path, sha = (row := attached(me)).path, row.sha
    answer = client.post(f"{PAGE}/remove", data={"csrf_token": token(client, PAGE), "path": path})
    assert answer.status_code == 303
    assert session().scalars(select(Attachment)).all() == []
    assert files.delete_unused(frozenset(), older_than=-1) >= 1
    assert not files.exists(sha)


def test_a_file_of_another_folder_is_not_deleted_from_here(client, me):
    a_document(me, slug="returns/how")
    row = attached(me, "kb_content/other/how.md")
    answer = client.post(f"{PAGE}/remove", data={"csrf_token": token(client, PAGE), "path": row.path})
    assert answer.status_code == 404


def test_a_photo_loses_its_place_and_a_large_one_is_shrunk(client, me):
    notes = Image.Exif()
    notes.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 1.0)})
    out = io.BytesIO()
    Image.new("RGB", (3000, 1500)).save(out, "JPEG", exif=notes)
    with transaction():
        row = actions.attach(me, "kb_content/returns/how.md", "IMG_1.jpeg", out.getvalue())
    with files.local(row.sha) as path, Image.open(path) as kept:
        assert (kept.size, dict(kept.getexif())) == ((2000, 1000), {})
    assert row.path.endswith(f"img-1-{row.sha.hex()[:6]}.jpg")


class Watched(io.BytesIO):
    """A film of which nobody may hold more than a megabyte at once."""

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 < size <= 1_000_000
        return super().read(size)


def test_a_film_is_never_held_as_a_whole(me):
    with pytest.raises(Unreadable):  # there is no film in it; it was copied to the disk all the same
        actions.receive("a.mp4", Watched(b"\x00\x00\x00\x18ftypmp42" + bytes(30_000_000)))


def test_a_film_may_be_larger_than_other_files_and_has_its_own_limit(me):
    limits = {kind: actions.largest(kind) for kind in ("picture", "pdf", "slides", "video", "audio")}
    small, large = settings().upload_max_bytes, settings().video_max_bytes
    assert limits == {"picture": small, "pdf": small, "slides": small, "video": large, "audio": large}
    with pytest.raises(TooLarge, match="PDF有 21 MB，最大 20 MB"):
        actions.receive("a.pdf", b"%PDF-1.7" + bytes(21_000_000))
