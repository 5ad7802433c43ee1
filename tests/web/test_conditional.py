"""ETags of the API: what has not changed is not sent again; what has changed is not overwritten unseen."""

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text, edited

HERE = "/api/v1/documents/article/return"


@pytest.fixture
def trainer(world):
    return as_actor(a_person(Role.TRAINER))


@pytest.fixture
def mine(trainer):
    with transaction():
        return {"Authorization": f"Bearer {make_token(trainer, label='')}"}


@pytest.fixture
def article(trainer):
    return a_document(trainer, an_article_text("退货"), slug="return")


@pytest.mark.parametrize(
    "path", [HERE, f"{HERE}/revisions", "/api/v1/kb/articles/return", "/api/v1/me", "/api/v1/openapi.json", "/api/v1/people/{no}/profile"]
)  # fmt: skip
def test_what_is_known_is_not_sent_again(client, mine, trainer, article, path):
    path = path.replace("{no}", trainer.employee_no)
    first = client.get(path, headers=mine)
    assert first.status_code == 200
    again = client.get(path, headers={**mine, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers={**mine, "If-None-Match": '"other"'}).data == first.data


def test_another_text_has_another_tag(client, mine, trainer, article):
    before = client.get(HERE, headers=mine).headers["ETag"]
    edited(trainer, article, an_article_text("退货", "## 时效\n八天。"))
    after = client.get(HERE, headers={**mine, "If-None-Match": before})
    assert (after.status_code, after.headers["ETag"] != before) == (200, True)


def test_a_refusal_has_no_tag(client, mine):
    assert "ETag" not in client.get("/api/v1/documents/article/none", headers=mine).headers


def test_a_draft_is_saved_under_the_tag_that_was_read_and_not_under_an_older_one(client, mine, article):
    read = client.get(HERE, headers=mine)
    body = {"markdown": an_article_text("退货", "## 时效\n九天。"), "base_revision": read.get_json()["base_revision"]}
    guarded = {**mine, "If-Match": read.headers["ETag"]}
    assert client.put(f"{HERE}/draft", json=body, headers=guarded).status_code == 200
    late = client.put(
        f"{HERE}/draft", json=body | {"markdown": an_article_text("退货", "## 时效\n十天。")}, headers=guarded
    )
    assert (late.status_code, late.get_json()["error"]["code"]) == (412, "precondition_failed")
    assert "九天" in client.get(HERE, headers=mine).get_json()["markdown"]


@pytest.mark.parametrize("tag", ["*", '"a", {tag}'])
def test_any_of_several_tags_will_do(client, mine, article, tag):
    read = client.get(HERE, headers=mine)
    body = {"markdown": an_article_text("退货", "## 时效\n九天。"), "base_revision": read.get_json()["base_revision"]}
    headers = {**mine, "If-Match": tag.replace("{tag}", read.headers["ETag"])}
    assert client.put(f"{HERE}/draft", json=body, headers=headers).status_code == 200


def test_where_both_changed_the_same_place_it_is_still_the_conflict_that_keeps_the_text(client, mine, trainer, article):
    read = client.get(HERE, headers=mine).get_json()
    edited(trainer, article, an_article_text("退货", "## 时效\n八天。"))
    body = {"markdown": an_article_text("退货", "## 时效\n九天。"), "base_revision": read["base_revision"]}
    late = client.put(f"{HERE}/draft", json=body, headers=mine)
    assert (late.status_code, late.get_json()["error"]["code"]) == (409, "stale")
