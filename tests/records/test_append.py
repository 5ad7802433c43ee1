"""The log: gap-free, hashed, append-only, folded into standings in the same transaction."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from lms.content.models import Document
from lms.core import clock
from lms.core.db import AppendOnlyError, session, transaction
from lms.records import actions, queries
from lms.records.events import Verb
from lms.records.models import Record, Standing
from tests.support.make import an_actor


def a_document() -> int:
    with transaction() as s:
        document = Document(kind="lesson", folder="courses", title="课", state="published", created_at=clock.now())
        s.add(document)
    return document.id


def completed(actor, document_id, **more):
    with transaction():
        actions.append(
            actor,
            actor.id,
            Verb.COMPLETED,
            document_id=document_id,
            revision_id=None,
            source="web",
            credited_minutes=12,
            **more,
        )


def failed(actor, document_id):
    with transaction():
        actions.append(actor, actor.id, Verb.COMPLETED, document_id=document_id, revision_id=None, source="web")
        raise ZeroDivisionError


def test_lines_are_numbered_without_a_gap_and_verify(world):
    actor, document = an_actor(), a_document()
    completed(actor, document)
    completed(actor, document, note="又读了一遍")
    assert [line.seq for line in queries.lines_after(0, 10)] == [1, 2]
    assert queries.verify().problems == ()


def test_a_completion_stands_in_the_same_transaction(world):
    actor, document = an_actor(), a_document()
    completed(actor, document)
    standing = session().get_one(Standing, (actor.id, document))
    assert (standing.state, standing.credited_minutes, standing.last_seq) == ("done", 12, 1)


def test_a_voided_completion_no_longer_counts_and_stays_readable(world):
    actor, document = an_actor(), a_document()
    completed(actor, document)
    with transaction():
        actions.void(actor, 1, "替别人点的")
    assert session().get_one(Standing, (actor.id, document)).state == "touched"
    assert len(queries.lines_after(0, 10)) == 2
    assert queries.verify().problems == ()


def test_a_failed_transaction_leaves_no_line_and_no_number_is_lost(world):
    actor, document = an_actor(), a_document()
    with pytest.raises(ZeroDivisionError):
        failed(actor, document)
    completed(actor, document)
    assert [line.seq for line in queries.lines_after(0, 10)] == [1]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE record SET verb = 'voided'", "DELETE FROM record", "UPDATE record SET seq = 9"],
)
def test_the_log_refuses_a_change_by_any_way(world, statement):
    actor, document = an_actor(), a_document()
    completed(actor, document)
    with pytest.raises(DBAPIError, match="append-only"), session().begin_nested():
        session().execute(text(statement))
    with pytest.raises(AppendOnlyError):
        session().execute(update(Record).values(verb="voided"))
    session().rollback()


def test_a_changed_line_is_named_by_verify(world):
    actor, document = an_actor(), a_document()
    completed(actor, document)
    completed(actor, document)
    current = session()
    if current.get_bind().dialect.name == "sqlite":
        current.execute(text("DROP TRIGGER record_no_update"))
    else:
        current.execute(text("ALTER TABLE record DISABLE TRIGGER USER"))
    current.execute(text("UPDATE record SET credited_minutes = 99 WHERE seq = 1"))
    assert "第 1 条记录与哈希不符" in str(queries.verify().problems[0])


def test_rebuilding_the_standings_changes_nothing(world):
    actor, document = an_actor(), a_document()
    completed(actor, document)
    columns = Standing.__table__.columns
    before = session().execute(select(*columns)).all()
    with transaction():
        actions.refold_people([actor.id])
    assert session().execute(select(*columns)).all() == before
