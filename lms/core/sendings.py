"""Rows of what is to leave the house, in whichever table: which are due, how it went, what is in trouble.

A table of sendings has the columns id, state (waiting | sent | dead, and what it calls its own), at, due_at, tries,
lease_until (in somebody's hands until then) and answer. Inside a transaction all that writes.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, literal, null, or_, select, union_all, update

from lms.core.db import session

WAITING = ("waiting",)


def is_free(table: Any, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody has it in hand."""
    return or_(table.lease_until.is_(None), table.lease_until <= now)


def is_due(table: Any, now: datetime) -> ColumnElement[bool]:
    """Return the condition that it may go out."""
    return and_(table.state == "waiting", table.due_at <= now, is_free(table, now))


def note(table: Any, ids: Collection[int], *, states: Collection[str] = WAITING, **values: object) -> None:
    """Write how these stand, of those that are in one of the states; what was sent is past changing."""
    if ids:
        session().execute(
            update(table)
            .where(table.id.in_(ids), table.state.in_(states))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def missed(table: Any, ids: Collection[int], later: datetime | None, answer: str) -> None:
    """Note that these did not arrive: they are tried again later, or dead (None)."""
    if later is None:
        note(table, ids, state="dead", lease_until=None, answer=answer)
    else:
        note(table, ids, due_at=later, lease_until=None, answer=answer)


def troubles(table: Any, owner: Any, now: datetime, since: datetime) -> Subquery:
    """Return what is in trouble by a column, `owner`: `failing` (tried in vain, tried again), `dead` of those made
    since a time, `oldest`: since when the first one is due that has not gone out, NULL = none.
    """
    waiting = select(
        owner.label("owner"),
        func.count().filter(table.tries > 0).label("failing"),
        literal(0).label("dead"),
        func.min(table.due_at).filter(table.due_at <= now).label("oldest"),
    ).where(table.state == "waiting")
    dead = select(owner, literal(0), func.count(), null()).where(table.state == "dead", table.at >= since)
    both = union_all(waiting.group_by(owner), dead.group_by(owner)).subquery()  # so that each half has its index
    failing, died, oldest = func.sum(both.c.failing), func.sum(both.c.dead), func.max(both.c.oldest)
    return (
        select(both.c.owner, failing.label("failing"), died.label("dead"), oldest.label("oldest"))
        .group_by(both.c.owner)
        .having(or_(failing > 0, died > 0, oldest.is_not(None)))
        .subquery()
    )
