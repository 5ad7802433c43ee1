"""Several authors, learners and syncs at once, with real commits on both databases."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from lms.content import actions, queries
from lms.content.actions.documents import locked
from lms.content.events import Published
from lms.content.jobs import sync_files
from lms.content.models import Document, Revision
from lms.core.bus import bus
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from tests.support.make import a_person
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text, write

pytestmark = pytest.mark.committed


def at_once(app: APIFlask, *acts: Callable[[], object]) -> list[object]:
    """Run the acts at one time, each in a thread and an app context of its own; return results and exceptions."""
    barrier = threading.Barrier(len(acts))
    found: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                found[place] = act()
            except Exception as error:
                found[place] = error

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_eight_saves_on_one_base_one_is_the_draft_and_all_eight_texts_are_kept(fresh: APIFlask):
    with fresh.app_context():
        trainer = a_trainer()
        made = a_draft(trainer)

    def save(number: int) -> Callable[[], object]:
        def act() -> object:
            with transaction():
                text = an_article_text(body=f"第 {number} 位")
                return actions.save_draft(trainer, made.document_id, made.revision_id, text)

        return act

    saved = at_once(fresh, *(save(number) for number in range(8)))
    assert sum(each.conflict is None for each in saved) == 1  # type: ignore[attr-defined]
    with fresh.app_context():
        texts = {queries.text(version.id) for version in queries.history(made.document_id)}
        assert len(texts) == 9
        numbers = [version.number for version in queries.history(made.document_id)]
        assert numbers == list(range(9, 0, -1))


def test_eight_authors_at_once_in_eight_places_are_all_in_the_draft(fresh: APIFlask):
    paragraphs = [f"第 {number} 段说明规则。" for number in range(8)]
    with fresh.app_context():
        trainer = a_trainer()
        made = a_draft(trainer, an_article_text(body="\n\n".join(paragraphs)))

    def save(number: int) -> Callable[[], object]:
        def act() -> object:
            changed = [f"{each}改过{at}。" if at == number else each for at, each in enumerate(paragraphs)]
            with transaction():
                text = an_article_text(body="\n\n".join(changed))
                return actions.save_draft(trainer, made.document_id, made.revision_id, text)

        return act

    saved = at_once(fresh, *(save(number) for number in range(8)))
    assert [each for each in saved if isinstance(each, Exception)] == []
    with fresh.app_context():
        draft = session().get_one(Document, made.document_id).draft_id
        assert [number for number in range(8) if f"改过{number}。" not in queries.text(draft or 0)] == []
        assert sum(each.joined is not None for each in saved) == 7  # type: ignore[attr-defined]


def test_a_draft_is_published_once_however_many_press_the_button(fresh: APIFlask):
    with fresh.app_context():
        trainer = a_trainer()
        made = a_draft(trainer)

    def act() -> object:
        with transaction():
            return actions.publish(trainer, made.document_id, made.revision_id).id

    found = at_once(fresh, *[act] * 4)
    assert sum(isinstance(each, int) for each in found) == 1
    assert sum(isinstance(each, Conflict) for each in found) == 3


def test_two_new_documents_with_the_same_text_share_its_bytes_without_a_quarrel(fresh: APIFlask):
    with fresh.app_context():
        trainer = a_trainer()

    def create(slug: str) -> Callable[[], object]:
        def act() -> object:
            with transaction():
                return actions.create(trainer, "article", slug, an_article_text("同一篇"))

        return act

    found = at_once(fresh, *(create(f"s{number}") for number in range(4)))
    assert [each for each in found if isinstance(each, Exception)] == []


def test_publishing_and_completing_do_not_wait_for_one_another_in_a_circle(fresh: APIFlask):
    with fresh.app_context():
        trainer, person = a_trainer(), a_person()
        document = a_document(trainer)
        document_id, revision_id, person_id = document.id, document.published_id, person.id
    if fresh.extensions["lms_settings"].database_url.startswith("sqlite"):
        return  # one writer at a time: no circle can be
    both_hold = threading.Barrier(2, timeout=20)

    def complete() -> object:
        with transaction():
            lock_people([person_id])
            both_hold.wait()
            append(None, person_id, Verb.COMPLETED, document_id=document_id, revision_id=revision_id, source="test")
        return "done"

    def publish() -> object:
        with transaction():
            locked(document_id).title = "neu"
            session().flush()
            both_hold.wait()
            lock_people([person_id])
        return "done"

    assert at_once(fresh, complete, publish) == ["done", "done"]


def test_a_sync_that_was_stopped_is_finished_by_the_next_one(fresh: APIFlask, tmp_path: Path):
    for number in range(30):
        write(tmp_path, f"kb_content/n{number:02}.md", an_article_text(f"第 {number} 篇", "见[别的](n00.md)。"))
    with fresh.app_context():
        heard: list[Published] = []

        def stop(fact: Published) -> None:
            heard.append(fact)
            if len(heard) == 25:
                raise RuntimeError("killed")

        bus().subscribe(Published, stop)
        with pytest.raises(RuntimeError, match="killed"):
            sync_files(tmp_path)
        states = session().scalars(select(Document.state)).all()
        assert (len(states), 0 < states.count("published") < 30) == (30, True)
        assert sync_files(tmp_path).is_clean
        assert set(session().scalars(select(Document.state))) == {"published"}
        assert len(session().scalars(select(Revision)).all()) == 30


def test_two_syncs_at_once_take_each_file_once(fresh: APIFlask, tmp_path: Path):
    for number in range(10):
        write(tmp_path, f"kb_content/n{number}.md", an_article_text(f"第 {number} 篇"))
    at_once(fresh, lambda: sync_files(tmp_path), lambda: sync_files(tmp_path))
    with fresh.app_context():
        assert sync_files(tmp_path).is_clean
        assert len(session().scalars(select(Document)).all()) == 10
        assert len(session().scalars(select(Revision)).all()) == 10
