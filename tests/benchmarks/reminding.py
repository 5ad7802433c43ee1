"""Reminding 5,000 people, of two things each, and their leads: what the worker does on a morning when all is due."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, insert, select

from lms.accounts.models import RoleGrant, RosterPattern
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.content.models import Blob, Document, Revision, Slug
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.here import settings, today
from lms.notifications.jobs.reminders import remind
from lms.notifications.models import Delivery, Notice, Reminder
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample
from tests.benchmarks.ruling import floor

NAMES = ("remind-5000",)
DOCUMENTS = 40


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Remind everybody in each round; what was said is forgotten between them. hello: CPU of one, in ms."""
    figures, count = Figures(), 0
    app = data.open_app(folder)
    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        morning = datetime.combine(today(), datetime.min.time(), settings().timezone) + timedelta(hours=9, minutes=5)
        with clock.frozen(morning):
            people = _owing()
            for _ in range(rounds):
                one = hello()
                seen.clear()
                began, started = time.process_time(), time.perf_counter()
                remind()
                took = (time.perf_counter() - started) * 1000
                figures.hello.append(one)
                figures.samples.append(Sample((time.process_time() - began) * 1000, [took]))
                count = len(seen)
                _forget(people)
        db.session.remove()
    return {NAMES[0]: (figures, count)}


def _owing() -> int:
    """Let each of 5,000 people owe something that falls due tomorrow, and something that is three days late."""
    teams, people = floor()
    now, day = clock.now(), today()
    with transaction() as current:
        current.execute(
            insert(RosterPattern),
            [{"team_id": id, "weekdays": 127, "from_on": day - timedelta(days=9)} for id in teams],
        )
        current.execute(
            insert(RoleGrant),
            [
                {"person_id": people[number], "role": Role.LEAD, "team_id": id, "from_on": day - timedelta(days=9)}
                for number, id in enumerate(teams)
            ],
        )
        documents = []
        for number in range(DOCUMENTS):
            sha = number.to_bytes(32, "big")
            current.add(Blob(sha=sha, zlib=b"", size=0))
            document = Document(
                kind="lesson", folder="courses", title=f"课时{number}", minutes=12, state="published", created_at=now
            )
            current.add(document)
            current.flush()
            current.add(Slug(kind="lesson", slug=f"made/{number}", document_id=document.id, is_current=True))
            revision = Revision(document_id=document.id, number=1, blob_sha=sha, kind="sync", at=now)
            current.add(revision)
            current.flush()
            document.published_id = revision.id
            documents.append(document.id)
        owed = [
            {
                "person_id": person_id,
                "document_id": documents[(number + half) % DOCUMENTS],
                "counts_from": now,
                "starts_on": day,
                "due_on": due_on,
                "next_due_on": due_on,
                "total_items": 1,
            }
            for number, person_id in enumerate(people)
            for half, due_on in ((0, day + timedelta(days=1)), (1, day - timedelta(days=3)))
        ]
        ids = list(current.scalars(insert(Assignment).returning(Assignment.id, sort_by_parameter_order=True), owed))
        current.execute(
            insert(AssignmentItem),
            [
                {"assignment_id": id, "position": 0, "document_id": each["document_id"], "due_on": each["due_on"]}
                for id, each in zip(ids, owed, strict=True)
            ],
        )
        current.execute(
            insert(AssignmentReason),
            [{"assignment_id": id, "kind": "manual", "ref": "bench", "since": now} for id in ids],
        )
    return len(people)


def _forget(people: int) -> None:
    with transaction() as current:
        said = current.scalar(select(func.count()).select_from(Notice).where(Notice.topic == "reminder"))
        assert said == people, f"{said} of {people} were reminded"
        current.execute(delete(Delivery))
        current.execute(delete(Reminder))
        current.execute(delete(Notice))
    session().rollback()
