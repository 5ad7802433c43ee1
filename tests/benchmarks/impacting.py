"""Does training help, over 5,000 people: a course learnt in 26 waves, a figure by week of everybody for a year."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from sqlalchemy import insert

from lms.accounts.models import Person, RoleGrant
from lms.content.models import Blob, Document, Revision, Slug
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.here import settings, today
from lms.performance.models import KpiValue
from lms.performance.rules.periods import Grain, period_of
from lms.records.models import Standing
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample
from tests.benchmarks.ruling import floor
from tests.support.make import sign_in

NAMES = ("impact-5000",)
WEEKS, WAVES = 52, 26
LIMIT = 2.0
"""Seconds of CPU; slower fails."""


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Open the page as somebody who may, another figure of equal size in each round. hello: CPU of one, in ms."""
    figures, sql = Figures(), 0
    app = data.open_app(folder)
    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        fill()
        browser = app.test_client()
        sign_in(browser, session().get_one(Person, 1))
        db.session.remove()
        for number in range(rounds):
            metric = ("csat", "fcr")[number % 2]
            one = hello()
            seen.clear()
            began, started = time.process_time(), time.perf_counter()
            answer = browser.get(f"/impact?document=course:made/impact&metric={metric}&weeks=4&over=26")
            took = (time.perf_counter() - started) * 1000
            spent = time.process_time() - began
            assert "学过的 " in answer.text, answer.status_code
            assert spent < LIMIT, spent
            figures.hello.append(one)
            figures.samples.append(Sample(spent * 1000, [took]))
            sql = len(seen)
    return {NAMES[0]: (figures, sql)}


def fill(grain: Grain = Grain.WEEK) -> None:
    """Make 5,000 people with figures of a year; half of them have learnt one course, each in one of 26 weeks."""
    _teams, people = floor()
    luck = random.Random(1)
    now, monday = clock.now(), period_of(today(), Grain.WEEK).start
    with transaction() as current:
        current.add(RoleGrant(person_id=people[0], role=Role.TRAINER, team_id=1, from_on=today()))
        current.add(Blob(sha=bytes(32), zlib=b"", size=0))
        document = Document(kind="course", folder="courses", title="退款课", state="published", created_at=now)
        current.add(document)
        current.flush()
        current.add(Slug(kind="course", slug="made/impact", document_id=document.id, is_current=True))
        current.add(Revision(document_id=document.id, number=1, blob_sha=bytes(32), kind="sync", at=now))
        done = []
        for number, person in enumerate(people):
            if number % 2:
                continue
            day = monday - timedelta(weeks=6 + number // 2 % WAVES, days=-2)
            at = datetime.combine(day, clock_time(12), settings().timezone)
            done.append({"person_id": person, "document_id": document.id, "state": "done", "first_done_at": at})
        current.execute(insert(Standing), [{**row, "last_seq": 0, "last_at": now} for row in done])
        days = 1 if grain is Grain.WEEK else 7
        for back in range(1, WEEKS):
            for extra in range(days):
                start = monday - timedelta(weeks=back) + timedelta(days=extra)
                current.execute(
                    insert(KpiValue),
                    [
                        {
                            "metric": metric,
                            "grain": grain.value,
                            "start": start,
                            "person_id": person,
                            "value": luck.gauss(85, 6),
                            "count": 20,
                        }
                        for metric in (("csat", "fcr") if grain is Grain.WEEK else ("csat",))
                        for person in people
                    ],
                )
