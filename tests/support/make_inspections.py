"""Builders of inspections: items, verdicts that come in, and days that go by."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.sheets import Row
from lms.performance.actions import inspections as actions
from lms.performance.actions.inspections import ItemDraft
from lms.performance.jobs import inspections as jobs
from lms.performance.models import Inspection, InspectionItem, InspectionLoop
from lms.performance.rules.inspection_file import InspectionPlan
from tests.support.make import an_actor

_numbers = itertools.count(1)


def an_inspector(**more: object) -> Actor:
    return an_actor(Role.QUALITY, **more)


def an_item(
    name: str = "", *, lesson: Document | None = None, recheck: Document | None = None, actor: Actor | None = None,
    **more: object,
) -> InspectionItem:  # fmt: skip
    draft = ItemDraft(
        name=name or f"检查项{next(_numbers)}",
        document_id=lesson.id if lesson is not None else None,
        recheck_id=recheck.id if recheck is not None else None,
        **more,  # type: ignore[arg-type]
    )
    actor = actor or an_inspector()
    with transaction():
        return actions.make_item(actor, draft)


def a_row(
    person: Person, item: InspectionItem | str, score: str = "不合格", *, conversation: str = "", on: date | None = None,
    line: int = 0, **more: str,
) -> Row:  # fmt: skip
    number = line or next(_numbers)
    values = {
        "employee_no": person.employee_no or "",
        "conversation": conversation or f"C{number:06}",
        "day": (on or clock.now().date()).isoformat(),
        "item": item if isinstance(item, str) else item.name,
        "score": score,
        **more,
    }
    return Row(line=number, values=values)


def taken(actor: Actor, *rows: Row) -> InspectionPlan:
    with transaction():
        return actions.apply_rows(actor, rows, source="file", hide=actions.hider())


def inspected(
    actor: Actor, person: Person, item: InspectionItem, score: str = "不合格", *, on: date | None = None, **more: str
) -> Inspection:
    """Return an inspection of one item that came in now."""
    row = a_row(person, item, score, on=on, **more)
    taken(actor, row)
    return (
        session().query(Inspection).filter_by(conversation=row["conversation"]).order_by(Inspection.id.desc()).first()
    )


@contextmanager
def later(days: float) -> Iterator[datetime]:
    """Let some days go by, and what is done by the clock be done."""
    with clock.shifted(timedelta(days=days)):
        jobs.take_effect()
        jobs.keep_loops()
        yield clock.now()


def loops_of(person: Person) -> list[InspectionLoop]:
    session().expire_all()
    return list(session().query(InspectionLoop).filter_by(person_id=person.id).order_by(InspectionLoop.id))
