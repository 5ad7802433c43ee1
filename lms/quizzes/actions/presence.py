"""What the page of an open paper tells of itself: that it holds the paper, how long each question was in front."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, func, select, update

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import rows, session, type_pk, upsert
from lms.core.errors import NotFound
from lms.core.plain import from_plain
from lms.quizzes.models import Attempt, AttemptItem, Presence
from lms.quizzes.queries import Frozen, seconds_between
from lms.quizzes.rules.attempts import State
from lms.quizzes.rules.presence import Seen, Told, heard, holds

_item: Table = AttemptItem.__table__  # type: ignore[assignment]
_there: Table = Presence.__table__  # type: ignore[assignment]
_FOUND = (
    select(
        Attempt.id,
        Attempt.state,
        Attempt.started_at,
        Attempt.deadline_at,
        Attempt.paused_at,
        Attempt.limits,
        _there.c.tab,
        _there.c.seen_at,
        _there.c.away_times,
        _there.c.away_seconds,
        _there.c.gone_times,
        _there.c.gone_seconds,
    )
    .outerjoin(_there, _there.c.attempt_id == Attempt.id)
    .where(Attempt.public_id == bindparam("public_id"), Attempt.person_id == bindparam("person_id"))
    # A save takes FOR SHARE: whatever the page before has sent is stored before this one holds the paper.
    .with_for_update(of=Attempt)
)
_seconds = bindparam("new_seconds", type_=type_pk)
_IN_FRONT = (
    update(_item)
    .where(
        _item.c.attempt_id == bindparam("of_attempt"),
        _item.c.key == bindparam("of_key"),
        func.coalesce(_item.c.seconds, -1) < _seconds,
    )
    .values(seconds=_seconds)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an attempt stands for the page that spoke. held: it holds the paper. paused: a trainer stopped the clock.

    seconds_left: to the deadline, None without one. away_times, away_seconds: what is kept so far.
    """

    held: bool
    paused: bool
    state: State
    seconds_left: int | None
    away_times: int
    away_seconds: int


def tell(actor: Actor, public_id: str, told: Told, seconds: Mapping[str, int]) -> Standing:
    """Hear a page of one's own attempt. seconds: by question, how long it was in front; bounded, never falling.

    A page that does not hold the paper, and an attempt that is closed, change nothing. Raises NotFound.
    """
    now = clock.now()
    row = rows(_FOUND, {"public_id": public_id, "person_id": actor.id}).one_or_none()
    if row is None:
        raise NotFound()
    before = None
    if row.seen_at is not None:
        before = Seen(
            tab=row.tab,
            seen_at=row.seen_at,
            away_times=row.away_times,
            away_seconds=row.away_seconds,
            gone_times=row.gone_times,
            gone_seconds=row.gone_seconds,
        )
    after, state = before, State(row.state)
    held = state is State.OPEN and (told.take or before is None or holds(told.tab, before.tab))
    if held:
        frozen: Frozen = from_plain(Frozen, row.limits)
        after = heard(
            before,
            told,
            frozen.rules,
            started_at=row.started_at,
            now=now,
            paused=row.paused_at is not None,
            paused_seconds=frozen.paused_seconds,
        )
        values = {name: getattr(after, name) for name in Seen.__dataclass_fields__}
        upsert(Presence, {"attempt_id": row.id}, values, values)
        longest = max(int((now - row.started_at).total_seconds()), 0)
        counted = [
            {"of_attempt": row.id, "of_key": key, "new_seconds": min(each, longest)} for key, each in seconds.items()
        ]
        if counted:
            session().execute(_IN_FRONT, counted)
    return Standing(
        held=held,
        paused=row.paused_at is not None and state is State.OPEN,
        state=state,
        seconds_left=seconds_between(row.paused_at or now, row.deadline_at) if state is State.OPEN else None,
        away_times=after.away_times if after else 0,
        away_seconds=after.away_seconds if after else 0,
    )
