"""Builders of documents and duties for tests above the store: rows, by the shortest true way."""

import itertools
from datetime import date

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.content.models import Blob, Document, Revision, Slug
from lms.core import clock
from lms.core.db import session, transaction

_numbers = itertools.count(1)


def a_document(kind: str = "lesson", title: str = "", minutes: int = 12) -> Document:
    """Return a published document without a body, for pages that show titles only."""
    number = next(_numbers)
    with transaction() as s:
        sha = number.to_bytes(32, "big")
        s.add(Blob(sha=sha, zlib=b"", size=0))
        document = Document(
            kind=kind,
            folder="courses",
            title=title or f"内容{number}",
            minutes=minutes,
            state="published",
            created_at=clock.now(),
        )
        s.add(document)
        s.flush()
        s.add(Slug(kind=kind, slug=f"made/{number}", document_id=document.id, is_current=True))
        revision = Revision(document_id=document.id, number=1, blob_sha=sha, kind="sync", at=clock.now())
        s.add(revision)
        s.flush()
        document.published_id = revision.id
    return document


def owes(person: Person, goal: Document, *items: tuple[Document, date | None, bool], state: str = "open") -> Assignment:
    """Return the duty of a person: items are (document, due day, done)."""
    now = clock.now()
    with transaction() as s:
        assignment = Assignment(
            person_id=person.id,
            document_id=goal.id,
            revision_id=goal.published_id,
            counts_from=now,
            starts_on=now.date(),
            due_on=max((due for _, due, _ in items if due), default=None),
            next_due_on=min((due for _, due, done in items if due and not done), default=None),
            done_items=sum(done for *_, done in items),
            total_items=len(items),
            last_done_at=now if any(done for *_, done in items) else None,
            state=state,
        )
        s.add(assignment)
        s.flush()
        s.add(AssignmentReason(assignment_id=assignment.id, kind="manual", ref="test", since=now))
        for position, (document, due_on, done) in enumerate(items):
            s.add(
                AssignmentItem(
                    assignment_id=assignment.id,
                    position=position,
                    document_id=document.id,
                    due_on=due_on,
                    done_at=now if done else None,
                )
            )
    return session().get_one(Assignment, assignment.id)
