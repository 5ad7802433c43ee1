"""Documents over the API: strict bodies, honest statuses, the same refusals as in the browser."""

import json

import pytest

from lms.content import queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_question, a_quiz_text, an_article_text, edited
from tests.support.pages import token

API = "/api/v1"


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def call(client, method, path, body=None):
    headers = {"X-CSRFToken": token(client, "/studio/new")}
    data = json.dumps(body)  # plain ASCII: half of a pair of surrogates goes through as an escape
    return client.open(f"{API}{path}", method=method, data=data, content_type="application/json", headers=headers)


def the(document_id) -> Document:
    return session().get_one(Document, document_id, populate_existing=True)


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.ADMIN])
def test_only_who_writes_gets_in(client, role):
    sign_in(client, a_person(role))
    for path in ("/documents", "/documents/article/a", "/documents/article/a/revisions"):
        assert client.get(API + path).status_code == 403


def test_the_list_goes_on_where_it_stopped(client, me):
    for title in "甲乙丙":
        a_draft(me, an_article_text(title), slug=f"s{title}")
    first = client.get(f"{API}/documents?limit=2").json
    second = client.get(f"{API}/documents?limit=2&after={first['next']}").json
    assert sorted(item["title"] for item in first["items"] + second["items"]) == sorted("甲乙丙")
    assert second["next"] is None


def test_the_list_is_narrowed_by_kind_state_and_words(client, me):
    a_document(me, a_quiz_text(title="退货小测"), kind="quiz", slug="q")
    a_draft(me, an_article_text("换货"), slug="exchange")
    assert [each["document"] for each in client.get(f"{API}/documents?kind=quiz").json["items"]] == ["quiz:q"]
    assert [each["title"] for each in client.get(f"{API}/documents?state=draft").json["items"]] == ["换货"]
    assert [each["title"] for each in client.get(f"{API}/documents?q=exch").json["items"]] == ["换货"]
    for wrong in ("kind=nonsense", "state=nonsense", "limit=0", "after=-1", "limit=x"):
        assert client.get(f"{API}/documents?{wrong}").status_code == 422


def test_an_author_reads_the_source_as_it_is_written(client, me):
    document = a_document(me, an_article_text(body="旧"), slug="folder/a")
    edited(me, document, an_article_text(body="新"))
    found = client.get(f"{API}/documents/article/folder/a").json
    assert found["markdown"] == an_article_text(body="新")
    assert found["path"] == "kb_content/folder/a.md"
    assert found["base_revision"] == the(document.id).published_id
    assert client.get(f"{API}/documents/article/none").status_code == 404
    assert client.get(f"{API}/documents/nonsense/a").status_code == 404


def test_a_draft_is_saved_and_published(client, me):
    document = a_document(me, slug="a")
    saved = call(
        client,
        "PUT",
        "/documents/article/a/draft",
        {"markdown": an_article_text(body="新"), "base_revision": document.published_id, "note": "草稿"},
    )
    assert (saved.status_code, saved.json["changed"]) == (200, True)
    done = call(
        client, "POST", "/documents/article/a/publish", {"base_revision": saved.json["revision"], "note": "改了"}
    )
    assert done.status_code == 200
    assert queries.text(the(document.id).published_id) == an_article_text(body="新")
    versions = client.get(f"{API}/documents/article/a/revisions?limit=2").json
    assert [each["note"] for each in versions["items"]] == ["改了", "草稿"]
    older = client.get(f"{API}/documents/article/a/revisions?after={versions['next']}").json
    assert [each["number"] for each in older["items"]] == [2, 1]


def test_a_stale_base_is_a_conflict_that_keeps_the_text(client, me):
    document = a_document(me, slug="a")
    old = document.published_id
    edited(me, document, an_article_text(body="他的"))
    answer = call(
        client, "PUT", "/documents/article/a/draft", {"markdown": an_article_text(body="我的"), "base_revision": old}
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "stale")
    assert queries.text(answer.json["error"]["kept"]) == an_article_text(body="我的")
    assert the(document.id).draft_id is None


def test_what_must_be_mended_is_named_by_line(client, me):
    made = a_draft(me, a_quiz_text(a_question("几天？", chips="`漏选半分`")), kind="quiz", slug="q")
    answer = call(client, "POST", "/documents/quiz/q/publish", {"base_revision": made.revision_id, "note": "改"})
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "must_mend")
    assert answer.json["error"]["lines"] == [10]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"markdown": "x"},
        {"markdown": 1, "base_revision": 1},
        {"markdown": "x", "base_revision": "1"},
        {"markdown": "x", "base_revision": 0},
        {"markdown": "x", "base_revision": 1, "state": "published"},
        {"markdown": "x", "base_revision": 1, "note": "长" * 401},
    ],
)
def test_a_body_that_says_more_or_less_than_asked_is_refused(client, me, body):
    a_draft(me, slug="a")
    assert call(client, "PUT", "/documents/article/a/draft", body).status_code == 422


@pytest.mark.parametrize(("text", "status"), [("\x00", 422), ("\ud800", 422), ("x" * 2_000_001, 413)])
def test_what_is_no_text_is_refused(client, me, text, status):
    made = a_draft(me, slug="a")
    body = {"markdown": text, "base_revision": made.revision_id}
    assert call(client, "PUT", "/documents/article/a/draft", body).status_code == status
    assert call(client, "POST", "/content/check", {"path": "kb_content/a.md", "markdown": text}).status_code == status


def test_a_text_is_checked_without_being_kept(client, me):
    text = a_quiz_text(a_question("几天？", chips="`漏选半分`"))
    found = call(client, "POST", "/content/check", {"path": "quizzes/new-one.md", "markdown": text}).json
    assert (found["kind"], found["publishable"]) == ("quiz", False)
    (finding,) = found["findings"]
    assert (finding["line"], finding["severity"], finding["fix"]["lines"]) == (10, "error", ["`漏选给半分`"])
    assert session().query(Document).count() == 0


def test_a_text_of_no_kind_says_so(client, me):
    found = call(client, "POST", "/content/check", {"path": "quizzes/x.md", "markdown": "# 题"}).json
    assert (found["kind"], found["publishable"], found["findings"][0]["line"]) == (None, False, 1)
    assert call(client, "POST", "/content/check", {"path": "etc/passwd", "markdown": "# 题"}).status_code == 422


def test_reading_is_no_reason_to_be_completed(client, me):
    """The learning room's POST …/completions and the reading of `…/completions` by name do not meet."""
    a_document(me, slug="a")
    assert client.get(f"{API}/documents/article/a/completions").status_code in (404, 405)
