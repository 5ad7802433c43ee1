"""Gaps and reviews over the API: asked for, opened, taken, answered, confirmed as on the pages."""

from datetime import UTC, datetime

import pytest

from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.kb.jobs.gaps import count_misses
from lms.kb.models import Gap, GapAsker
from tests.support.asked_api import Program
from tests.support.make import a_person
from tests.support.make_content import a_document, an_article_text
from tests.support.make_kb import a_gap, missed_by

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def trainer(world, client):
    return Program(client, a_person(Role.TRAINER, name="苏岩"))


@pytest.fixture
def quality(world, client):
    return Program(client, a_person(Role.QUALITY))


@pytest.fixture
def agent(world, client):
    return Program(client, a_person(Role.AGENT))


def documents():
    return session().query(Document).count()


def test_who_needs_an_answer_says_so_and_it_is_a_gap(agent, quality):
    assert agent("POST", "/kb/ask", {"q": "保价怎么赔"}).status_code == 204
    assert agent("POST", "/kb/ask", {"q": "保价怎么赔"}).status_code == 204
    [gap] = quality("GET", "/kb/gaps").json["items"]
    assert (gap["title"], gap["askers"], gap["state"], gap["owner"]) == ("保价怎么赔", 1, "open", "")
    assert session().query(GapAsker).count() == 1
    assert agent("GET", "/kb/gaps").status_code == 403


@pytest.mark.parametrize("body", [{}, {"q": ""}, {"q": "？？"}, {"q": "x" * 2_000}, {"q": 7}, {"q": "保价", "to": "x"}])
def test_what_says_nothing_is_refused(agent, body):
    assert agent("POST", "/kb/ask", body).status_code == 422
    assert session().query(Gap).count() == 0


def test_words_that_are_missed_too_seldom_are_made_a_gap(trainer, quality):
    missed_by("发票抬头", a_person())
    count_misses()
    assert quality("POST", "/kb/gaps", {"words": "发票抬头"}).status_code == 403
    made = trainer("POST", "/kb/gaps", {"words": "发票抬头"})
    assert (made.status_code, [each["words"] for each in made.json["words"]]) == (201, ["发票抬头"])
    assert trainer("POST", "/kb/gaps", {"words": "没人搜过"}).status_code == 404


def test_a_gap_is_taken_renamed_parted_merged_dismissed_and_opened_again(trainer):
    gap = a_gap("保价", "差价").public_id
    path = f"/kb/gaps/{gap}"
    assert trainer("POST", path, {"act": "take"}).json["owner"] == "苏岩"
    assert trainer("POST", path, {"act": "leave"}).json["owner"] == ""
    assert trainer("POST", path, {"act": "rename", "title": "保价规则"}).json["title"] == "保价规则"
    other = trainer("POST", path, {"act": "part", "words": ["差价"]}).json
    assert (other["id"] != gap, [each["words"] for each in other["words"]]) == (True, ["差价"])
    whole = trainer("POST", f"/kb/gaps/{other['id']}", {"act": "merge", "into": gap}).json
    assert (whole["id"], {each["words"] for each in whole["words"]}) == (gap, {"保价", "差价"})
    assert trainer("GET", f"/kb/gaps/{other['id']}").json["merged_into"] == gap
    down = trainer("POST", path, {"act": "dismiss", "reason": "不是知识"}).json
    assert (down["state"], down["reason"]) == ("dismissed", "不是知识")
    again = trainer("POST", path, {"act": "take"})
    assert again.status_code == 409
    assert trainer("POST", path, {"act": "reopen"}).json["state"] == "open"
    assert trainer("POST", path, {"act": "reopen"}).status_code == 409


def test_the_missing_article_is_begun_or_named(trainer):
    gap = a_gap("保价").public_id
    made = trainer("POST", f"/kb/gaps/{gap}", {"act": "write", "title": "保价规则", "folder": "pricing"})
    assert (made.status_code, made.json["draft"].startswith("article:pricing/")) == (200, True)
    assert trainer("POST", f"/kb/gaps/{gap}", {"act": "write", "title": "保价规则"}).status_code == 409
    a_document(trainer.actor, an_article_text("运费"), slug="after-sales/freight")
    other = a_gap("运费谁出").public_id
    linked = trainer("POST", f"/kb/gaps/{other}", {"act": "link", "article": "after-sales/freight"})
    assert (linked.json["state"], linked.json["article"]) == ("closed", "article:after-sales/freight")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"act": "rename"}, "title"),
        ({"act": "dismiss"}, "reason"),
        ({"act": "link", "article": "none"}, "article"),
        ({"act": "write"}, "title"),
        ({"act": "burn"}, "act"),
        ({"act": "rename", "title": "x" * 81}, "title"),
        ({"act": "part", "words": "保价"}, "words"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_done(trainer, body, field):
    gap, before = a_gap("保价").public_id, documents()
    answer = trainer("POST", f"/kb/gaps/{gap}", body)
    assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, [field])
    assert (trainer("GET", f"/kb/gaps/{gap}").json["state"], documents()) == ("open", before)


def test_who_does_not_write_reads_gaps_and_does_nothing_with_them(quality, agent):
    gap = a_gap("保价").public_id
    assert quality("GET", f"/kb/gaps/{gap}").json["title"] == "保价"
    for program in (quality, agent):
        assert program("POST", f"/kb/gaps/{gap}", {"act": "take"}).status_code == 403
    assert quality("GET", f"/kb/gaps/{'0' * 32}").status_code == 404


# 复审


def test_what_is_to_be_looked_at_is_confirmed_in_the_version_that_was_seen(trainer, agent):
    a_document(trainer.actor, an_article_text("运费", 复审周期="90天"), slug="after-sales/freight")
    [row] = trainer("GET", "/kb/reviews?whose=all").json["items"]
    assert (row["document"], row["title"], row["stand"]) == ("article:after-sales/freight", "运费", "good")
    seen = {"items": [{"document": row["document"], "revision": row["revision"]}]}
    assert trainer("POST", "/kb/reviews/confirm", seen).json == {"count": 1}
    assert agent("POST", "/kb/reviews/confirm", seen).status_code == 404
    assert agent("GET", "/kb/reviews?whose=all").json["items"] == []
    old = {"items": [{"document": row["document"], "revision": row["revision"] + 999}]}
    assert trainer("POST", "/kb/reviews/confirm", old).status_code == 409
    for document in ("article:none", "none:none", "none", ""):
        answer = trainer("POST", "/kb/reviews/confirm", {"items": [{"document": document, "revision": 1}]})
        assert answer.status_code == 404, document
    for items in ([], [{}], [{"document": "article:x", "revision": 0}], "all", [{"document": "x", "revision": "1"}]):
        assert trainer("POST", "/kb/reviews/confirm", {"items": items}).status_code == 422
