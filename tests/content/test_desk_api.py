"""The desk over the API: begun, copied, renamed, archived, changed several at once, with files, as on the pages."""

import io

import pytest

from lms.content import queries
from lms.content.models import Attachment, Document
from lms.core.access import Role
from lms.core.db import session
from tests.support.asked_api import Program
from tests.support.make import a_person
from tests.support.make_content import a_document, a_draft, an_article_text
from tests.support.make_files import a_picture


@pytest.fixture
def trainer(world, client):
    return Program(client, a_person(Role.TRAINER))


@pytest.fixture
def lead(world, client):
    return Program(client, a_person(Role.LEAD))


def the(slug, kind="article"):
    session().expire_all()
    return queries.open_work(kind, slug)


def count():
    return session().query(Document).count()


def head(slug, kind="article"):
    return {"document": f"{kind}:{slug}", "revision": the(slug, kind).head_id}


# new, copied


def test_a_document_is_begun_with_a_text_an_example_or_a_template(trainer):
    text = an_article_text("换货")
    made = trainer("POST", "/documents", {"kind": "article", "slug": "after-sales/exchange", "markdown": text})
    assert (made.status_code, made.json["document"]) == (201, "article:after-sales/exchange")
    assert queries.text(made.json["revision"]) == text
    named = trainer("POST", "/documents", {"kind": "article", "slug": "after-sales/", "title": "Exchange it"}).json
    assert named["document"].startswith("article:after-sales/")
    assert named["document"] != made.json["document"]
    exam = trainer("POST", "/documents", {"kind": "quiz", "slug": "exam", "title": "考试", "template": "exam"})
    assert (exam.status_code, exam.json["document"]) == (201, "quiz:exam")
    taken = trainer("POST", "/documents", {"kind": "article", "slug": "after-sales/exchange", "markdown": text})
    assert (taken.status_code, list(taken.json["error"]["fields"])) == (409, ["slug"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"kind": "none", "template": "none"}, {"kind", "title", "template"}),
        ({"kind": "scorm", "title": "x"}, {"kind"}),
        ({"kind": "article", "slug": "../up", "title": "x"}, {"slug"}),
        ({"kind": "article", "title": "x" * 121}, {"title"}),
        ({"kind": "article", "title": "x", "language": "fr"}, {"language"}),
        ({}, {"kind"}),
    ],
)
def test_every_reason_is_said_and_nothing_is_begun(trainer, body, fields):
    answer = trainer("POST", "/documents", body)
    assert (answer.status_code, set(answer.json["error"]["fields"]), count()) == (422, fields, 0)


def test_a_copy_is_a_new_draft(trainer):
    a_document(trainer.actor, an_article_text("换货"), slug="exchange")
    path = "/documents/article/exchange/duplicate"
    made = trainer("POST", path, {"slug": "exchange-2", "title": "换货二"})
    assert (made.status_code, made.json["document"], the("exchange-2").card.state) == (
        201,
        "article:exchange-2",
        "draft",
    )
    assert trainer("POST", path, {"slug": "exchange-2", "title": "换货二"}).status_code == 409
    assert trainer("POST", path, {"slug": "exchange-3", "title": " "}).status_code == 422
    assert trainer("POST", "/documents/article/none/duplicate", {"slug": "x", "title": "x"}).status_code == 404


# its address, its end


def test_a_document_moves_and_links_follow(trainer):
    a_document(trainer.actor, an_article_text("换货"), slug="exchange")
    a_document(trainer.actor, an_article_text("退货", "见[换货](exchange.md)。"), slug="return")
    path = "/documents/article/exchange/rename"
    moved = trainer("POST", path, {"slug": "after-sales/exchange", "follow": True})
    assert (moved.status_code, moved.json) == (200, {"document": "article:after-sales/exchange", "others": 1})
    assert trainer("GET", "/documents/article/exchange").json["slug"] == "after-sales/exchange"
    assert "after-sales/exchange.md" in trainer("GET", "/documents/article/return").json["markdown"]
    taken = trainer("POST", path, {"slug": "return"})
    assert (taken.status_code, list(taken.json["error"]["fields"])) == (409, ["slug"])
    assert trainer("POST", path, {"slug": "../up"}).status_code == 422


def test_a_document_is_archived_and_offered_again(trainer):
    a_document(trainer.actor, an_article_text("换货"), slug="exchange")
    a_document(trainer.actor, an_article_text("退货", "见[换货](exchange.md)。"), slug="return")
    path = "/documents/article/exchange"
    looked = trainer("POST", f"{path}/archive", {"dry_run": True}).json
    assert (looked["state"], looked["impacts"][0]["count"]) == ("published", 1)
    assert trainer("POST", f"{path}/archive", {}).json["state"] == "archived"
    assert trainer("POST", f"{path}/archive", {}).status_code == 409
    assert trainer("POST", f"{path}/unarchive").json["state"] == "published"
    assert trainer("POST", f"{path}/unarchive").status_code == 409


# several


def test_several_drafts_are_published_or_none(trainer):
    for slug in ("a", "b"):
        a_draft(trainer.actor, an_article_text(slug), slug=slug)
    items = [head("a"), head("b")]
    stale = trainer("POST", "/content/publish", {"items": [items[0], items[1] | {"revision": 999_999}], "note": "上"})
    assert (stale.status_code, stale.json["error"]["code"]) == (422, "some_refused")
    assert {the(slug).card.state for slug in "ab"} == {"draft"}
    assert trainer("POST", "/content/publish", {"items": items, "note": "上"}).json == {"count": 2}
    assert {the(slug).card.state for slug in "ab"} == {"published"}
    assert trainer("POST", "/content/publish", {"items": items, "note": " "}).status_code == 422
    assert trainer("POST", "/content/publish", {"items": [], "note": "上"}).status_code == 422
    gone = {"items": [{"document": "article:none", "revision": 1}], "note": "上"}
    assert trainer("POST", "/content/publish", gone).status_code == 404


def test_tags_are_given_and_taken_in_drafts(trainer):
    a_document(trainer.actor, an_article_text("换货", 标签="旧的"), slug="a")
    done = trainer("POST", "/content/tags", {"items": [head("a")], "add": ["大促", "#双11"], "remove": ["旧的"]})
    assert (done.status_code, done.json) == (200, {"count": 1})
    written = trainer("GET", "/documents/article/a").json["markdown"]
    assert [word in written for word in ("大促", "双11", "旧的")] == [True, True, False]
    assert trainer("POST", "/content/tags", {"items": [head("a")]}).status_code == 422


def test_words_are_looked_for_and_then_replaced(trainer):
    a_document(trainer.actor, an_article_text("退货", "## 时效\n48 小时内退款，48 小时。"), slug="a")
    a_document(trainer.actor, an_article_text("换货"), slug="b")
    order = {"find": "48 小时", "put": "24 小时"}
    looked = trainer("POST", "/content/replace", order | {"dry_run": True}).json
    assert [(each["document"], each["hits"], each["breaks"]) for each in looked["items"]] == [("article:a", 2, [])]
    items = [{name: looked["items"][0][name] for name in ("document", "revision")}]
    assert trainer("POST", "/content/replace", order | {"items": items}).json["count"] == 1
    assert "24 小时内退款，24 小时" in trainer("GET", "/documents/article/a").json["markdown"]
    again = trainer("POST", "/content/replace", order | {"items": items})
    assert (again.status_code, again.json["error"]["code"]) == (422, "some_refused")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"find": " ", "put": "a\nb", "kind": "none"}, {"find", "put", "kind", "items"}),
        ({"find": "x", "put": "x", "dry_run": True}, {"put"}),
        ({"find": "x" * 201, "put": "y", "dry_run": True}, {"find"}),
        ({"find": "x", "put": "y"}, {"items"}),
    ],
)
def test_what_can_not_be_replaced_is_said_at_its_field(trainer, body, fields):
    answer = trainer("POST", "/content/replace", body)
    assert (answer.status_code, set(answer.json["error"]["fields"])) == (422, fields)


# files


def test_a_file_is_put_beside_a_document_and_taken_away_unless_it_is_shown(trainer):
    a_document(trainer.actor, an_article_text("换货"), slug="after-sales/exchange")
    path = "/documents/article/after-sales/exchange/files"

    def send(data, name="shot.png"):
        return trainer.client.post(f"/api/v1{path}", headers=trainer.headers, data={"file": (io.BytesIO(data), name)})

    sent = send(a_picture())
    assert (sent.status_code, sent.json["kind"]) == (201, "picture")
    assert send(a_picture()).json["path"] == sent.json["path"]
    assert [each["path"] for each in trainer("GET", path).json["items"]] == [sent.json["path"]]
    assert sent.json["url"] == f"/files/{sent.json['path']}"
    assert send(b"MZ\x90 not a picture", "x.exe").status_code == 422
    assert trainer.client.post(f"/api/v1{path}", headers=trainer.headers).status_code == 422
    a_document(trainer.actor, an_article_text("有图", sent.json["markdown"]), slug="after-sales/shown")
    used = trainer("POST", f"{path}/remove", {"path": sent.json["path"]})
    assert (used.status_code, used.json["error"]["code"]) == (409, "in_use")
    assert trainer("POST", f"{path}/remove", {"path": "elsewhere/x.png"}).status_code == 404
    assert trainer("POST", f"{path}/remove", {}).status_code == 422
    assert session().query(Attachment).count() == 1


def test_who_does_not_write_is_refused_everywhere(trainer, lead):
    a_document(trainer.actor, an_article_text("换货"), slug="a")
    for path in ("/documents", "/documents/article/a/duplicate", "/documents/article/a/rename",
                 "/documents/article/a/archive", "/documents/article/a/unarchive", "/content/publish", "/content/tags",
                 "/content/replace", "/documents/article/a/files", "/documents/article/a/files/remove"):  # fmt: skip
        assert lead("POST", path, {}).status_code == 403, path
    assert lead("GET", "/documents/article/a/files").status_code == 403
