"""Somebody who takes a package in tests: what its pages would send reaches the server through the same actions."""

from sqlalchemy import select

from lms.core.db import session, transaction
from lms.core.here import settings
from lms.courseware.actions import studying
from lms.courseware.models import CoursewareAttempt, CoursewareState
from lms.records.models import Record, Standing


class Taker:
    """Somebody with a package in front of them, whose messages reach the server as its pages send them."""

    def __init__(self, actor, document, slug="returns/speaking"):
        self.actor, self.document, self.slug, self.seq = actor, document, slug, 0

    def opens(self, place=0, *, again=False):
        with transaction():
            attempt = studying.start(self.actor, self.slug, again=again)
            opening = studying.open_part(self.actor, attempt.public_id, place)
        self.key, self.seq = opening.key(settings().secret_key), 0
        return self

    def says(self, finish=False, seq=None, key=None, **elements):
        self.seq = seq or self.seq + 1
        changes = {name.replace("__", "."): value for name, value in elements.items()}
        with transaction():
            return studying.commit(key or self.key, self.seq, changes, finish=finish)

    @property
    def attempt(self):
        return (
            session()
            .scalars(
                select(CoursewareAttempt)
                .where(CoursewareAttempt.person_id == self.actor.id)
                .order_by(CoursewareAttempt.number.desc())
                .limit(1)
                .execution_options(populate_existing=True)
            )
            .one()
        )

    def cmi(self, place=0):
        return session().get_one(CoursewareState, (self.attempt.id, place), populate_existing=True).cmi

    @property
    def lines(self):
        found = session().scalars(select(Record).where(Record.person_id == self.actor.id).order_by(Record.seq))
        return [(line.verb, line.source, line.earned, line.possible, line.passed) for line in found]

    @property
    def standing(self):
        found = session().get(Standing, (self.actor.id, self.document.id), populate_existing=True)
        return found and found.state
