"""Must-reads and change cards in the story: most confirm on the same day, some the next, a few are still to."""

from functools import partial

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import works_of
from lms.assignments.models import Assignment
from lms.assignments.rules import READ
from lms.content.models import Document, Revision, Slug
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import day_of
from lms.demo.stage import Stage
from lms.demo.studio import FIRST_DAY, PRICES
from lms.demo.writings import EAST
from lms.kb.actions import cards

AT_ONCE, YESTERDAY = 0.83, 0.6
"""Share of people who confirm on the day on which they are asked; yesterday some had gone home by then."""
NEW, A_DAY = 10, 0.3
"""Days after the hire in which the must-reads come one after the other, and which share of them each day."""
STILL_OPEN = frozenset({("A1002", PRICES)})
"""Who has not looked at what yet, today."""


def plan(stage: Stage) -> None:
    """Note that every evening those who are asked confirm; the last emergency tells its own story."""
    for ago in range(FIRST_DAY - 1, 0, -1):
        stage.agenda.once(stage.at(ago, 17, 40), partial(_evening, stage, ago))


def _evening(stage: Stage, ago: int) -> None:
    here = day_of(clock.now())
    rows = (
        session()
        .execute(
            select(Person.id, Person.employee_no, Person.hired_on, Slug.slug, Revision.number, Assignment.counts_from)
            .join(Assignment, Assignment.person_id == Person.id)
            .join(Document, Document.id == Assignment.document_id)
            .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
            .join(Revision, Revision.id == Document.published_id)
            .where(Assignment.occasion == READ, Assignment.state == "open", Person.active, Slug.slug != EAST)
            .order_by(Assignment.id)
        )
        .all()
    )
    works = works_of({row.id for row in rows})
    willing = []
    for row in rows:
        chance = stage.rng("confirm", row.employee_no, row.slug, row.number, here).random()
        is_new = row.hired_on is not None and (here - row.hired_on).days < NEW
        share = A_DAY if is_new else 1.0 if day_of(row.counts_from) < here else YESTERDAY if ago == 1 else AT_ONCE
        if works[row.id](here) and chance < share and (row.employee_no, row.slug) not in STILL_OPEN:
            willing.append((row.employee_no, row.slug, row.number))
    session().rollback()
    people = {no: stage.who(no) for no, _slug, _number in willing}
    with transaction():
        for no, slug, number in willing:
            cards.confirm(people[no], slug, number=number)
