"""Unsaved text: kept on the server, offered back, gone once it is saved; and who else has the document open."""

from datetime import timedelta

import pytest

from lms.content import actions, jobs
from lms.content.actions import autosave
from lms.content.models import Autosave
from lms.content.queries.autosave import others, unsaved
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import NotFound
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_draft, a_trainer, an_article_text
from tests.support.make_studio import address, opened, sent, text_in


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def kept(actor, made, text="写到一半"):
    with transaction():
        autosave.keep(actor, made.document_id, made.revision_id, text)


def test_the_last_of_several_kept_texts_counts(world):
    me = a_trainer()
    made = a_draft(me)
    kept(me, made, "一")
    kept(me, made, "二")
    found = unsaved(me.id, made.document_id)
    assert (found.text, found.base_revision_id) == ("二", made.revision_id)


def test_looking_again_keeps_the_unsaved_text(world):
    me = a_trainer()
    made = a_draft(me)
    kept(me, made)
    with transaction():
        autosave.be_seen(me, made.document_id, made.revision_id)
    assert unsaved(me.id, made.document_id).text == "写到一半"


def test_a_saved_draft_leaves_no_unsaved_text_behind(world):
    me = a_trainer()
    made = a_draft(me)
    kept(me, made)
    with transaction():
        actions.save_draft(me, made.document_id, made.revision_id, "写到一半")
    assert unsaved(me.id, made.document_id) is None


def test_nobody_sees_the_unsaved_text_of_another(world):
    me, other = a_trainer(), a_trainer()
    made = a_draft(me)
    kept(me, made)
    assert unsaved(other.id, made.document_id) is None


def test_the_base_has_to_be_a_version_of_the_document(world):
    me = a_trainer()
    one, two = a_draft(me), a_draft(me)
    with pytest.raises(NotFound), transaction():
        autosave.keep(me, one.document_id, two.revision_id, "x")


def test_who_else_is_here_is_known_until_their_page_falls_silent(world):
    me, other = a_trainer(), a_trainer()
    made = a_draft(me)
    with transaction():
        autosave.be_seen(other, made.document_id, made.revision_id)
    assert len(others(me.id, made.document_id, clock.now())) == 1
    assert others(other.id, made.document_id, clock.now()) == []
    assert others(me.id, made.document_id, clock.now() + timedelta(minutes=2)) == []


def test_unsaved_text_waits_thirty_days(world):
    me = a_trainer()
    made = a_draft(me)
    kept(me, made)
    now = clock.now()
    with clock.frozen(now + timedelta(days=29)):
        assert jobs.forget_autosaves() == 0
    with clock.frozen(now + timedelta(days=31)):
        assert jobs.forget_autosaves() == 1
    assert session().query(Autosave).count() == 0


def test_the_page_keeps_what_is_sent_and_names_the_others(client, me):
    made = a_draft(me, slug="typing")
    kept(as_actor(a_person(Role.TRAINER, name="周敏")), made)
    answer = sent(client, "article", "typing", "autosave", json=True, markdown="甲\n乙", base_revision=made.revision_id)
    assert answer.status_code == 200
    assert "已自动保存" in answer.json["kept"]
    assert "周敏" in answer.json["others"]
    assert unsaved(me.id, made.document_id).text == "甲\n乙"


def test_a_page_that_is_only_open_keeps_nothing(client, me):
    made = a_draft(me, slug="open")
    answer = sent(client, "article", "open", "autosave", json=True, open="1", base_revision=made.revision_id)
    assert answer.json["kept"] == ""
    assert unsaved(me.id, made.document_id) is None


def test_unsaved_text_is_offered_back_and_opened_on_its_own_base(client, me):
    made = a_draft(me, slug="back")
    kept(me, made, "没存的文字")
    assert "data-left" in client.get(address("article", "back")).text
    page = client.get(address("article", "back") + "?unsaved").text
    assert text_in(page[page.index('id="markdown"') - 60 :]) == "没存的文字"


def test_what_equals_the_draft_is_not_offered(client, me):
    made = a_draft(me, an_article_text(), slug="same")
    kept(me, made, an_article_text())
    assert "data-left" not in client.get(address("article", "same")).text


def test_what_is_not_wanted_is_forgotten(client, me):
    made = a_draft(me, slug="gone")
    kept(me, made)
    sent(client, "article", "gone", "autosave/drop")
    assert unsaved(me.id, made.document_id) is None
    assert "data-left" not in client.get(address("article", "gone")).text


def test_text_that_is_too_large_is_refused_with_a_sentence(client, me):
    made = a_draft(me, slug="large")
    answer = sent(
        client, "article", "large", "autosave", json=True, markdown="长" * 700_000, base_revision=made.revision_id
    )
    assert answer.status_code == 413
    assert "MB" in answer.json["error"]
    assert opened(client, "article", "large")[1] == made.revision_id
