"""重新判分: marking closed attempts again by a corrected key, or without a question; in portions that can be resumed.

The row of the regrade is written first: whoever closes from then on is marked by it at once. Then the attempts that
were closed before, 100 people in a transaction, each attempt once, because its line is there afterwards.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.queries import actor_by_id
from lms.content.models import PartVersion
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.plain import to_plain
from lms.core.texts import text
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Question
from lms.quizzes.actions import health
from lms.quizzes.actions.telling import tell_regraded
from lms.quizzes.models import Attempt, AttemptItem, GradeChange, Regrade, RegradeLine
from lms.quizzes.queries import asked_question
from lms.quizzes.queries.corrections import standing
from lms.quizzes.queries.impact import impact
from lms.quizzes.queries.regrading import COUNTED, answers_to
from lms.quizzes.rules.attempts import CLOSED, State
from lms.quizzes.rules.regrade import Change, Correction, Drop, Rekey, plan
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

AT_ONCE = 100
"""People in one transaction."""
LONGEST_REASON = 400

_item: Table = AttemptItem.__table__  # type: ignore[assignment]
_attempt: Table = Attempt.__table__  # type: ignore[assignment]
_MARK_ITEM = (
    update(_item)
    .where(_item.c.attempt_id == bindparam("of_attempt"), _item.c.position == bindparam("at_position"))
    .values(
        earned=bindparam("new_earned"),
        waiting=bindparam("is_waiting"),
        dropped=bindparam("is_dropped"),
        graded_as=bindparam("as_version"),
    )
)
_RESULT = (
    update(_attempt)
    .where(_attempt.c.id == bindparam("of_attempt"))
    .values(earned=bindparam("new_earned"), possible=bindparam("new_possible"), passed=bindparam("new_passed"))
)


class Busy(Conflict):
    """The same version is being marked again at this moment."""

    default_code = "regrade_going"


class Moved(Conflict):
    """What the regrade would do is not what the person has seen any more."""

    default_code = "preview_stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """done: attempts that are written, of all. at: when the last was; None while it goes on."""

    done: int
    total: int
    at: datetime | None


def begin(
    actor: Actor,
    *,
    document_id: int,
    part_id: int,
    from_sha: bytes,
    by: Question | None,
    reason: str,
    remark: bool = False,
    seen: str | None = None,
) -> str:
    """Write down that a version is marked otherwise from now on; return the regrade's public name.

    by: the question with the key that counts, None = the question is dropped. seen: of the preview that the person
    looked at. Raises Invalid without a reason, Conflict where nothing would change, Busy, Moved, Misfit, NothingLeft.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(text("请写明为什么重新判分，学员会看到这句话。"), fields={"reason": text("原因不能为空。")})
    if len(reason) > LONGEST_REASON:
        why = text("原因最多 %(n)s 个字。", n=LONGEST_REASON)
        raise Invalid(why, fields={"reason": why})
    to_sha = None if by is None else asked_sha(by)
    now_stands = standing([from_sha]).get(from_sha)
    if to_sha == (from_sha if now_stands is None else now_stands.graded_as) and not remark:
        raise Conflict(text("现在就是这样判分的，没有要改的。"), code="nothing_to_regrade")
    correction: Correction = Drop() if by is None else Rekey(by=by, remark=remark)
    found = impact(asked_question(from_sha), from_sha, correction)
    if seen is not None and seen != found.seen:
        raise Moved(text("刚才又有人交卷或改了分，影响的人不同了。请再看一遍，再确认。"))
    _keep_version(part_id, from_sha, by)
    row = Regrade(
        document_id=document_id,
        part_id=part_id,
        from_sha=from_sha,
        to_sha=to_sha,
        remark=remark,
        reason=reason,
        counts=asdict(found.plan.totals),
        made_by=actor.id,
        made_at=clock.now(),
    )
    try:
        with session().begin_nested():
            session().add(row)
            session().flush()
    except IntegrityError:
        raise Busy(text("这道题正在重新判分，请等它完成，再看一遍。")) from None
    audit(
        actor.id,
        "quiz.regraded",
        "document",
        document_id,
        before={"version": from_sha.hex()[:16]},
        after={"version": to_sha.hex()[:16] if to_sha else None, "regrade": row.public_id},
    )
    return row.public_id


def _keep_version(part_id: int, from_sha: bytes, by: Question | None) -> None:
    """Keep a key that was corrected on the spot, as every version that is asked or marked by is kept."""
    if by is None or session().get(PartVersion, asked_sha(by)) is not None:
        return
    first = session().get_one(PartVersion, from_sha).first_revision_id
    with contextlib.suppress(IntegrityError), session().begin_nested():  # somebody else has kept it at this moment
        session().add(PartVersion(sha=asked_sha(by), part_id=part_id, spec=to_plain(by), first_revision_id=first))
        session().flush()


def going() -> list[int]:
    """Return the regrades that are not finished, the oldest first."""
    return list(session().scalars(select(Regrade.id).where(Regrade.done_at.is_(None)).order_by(Regrade.id)))


def number_of(public_id: str) -> int:
    """Return the number of a regrade for the database. Raises NotFound."""
    found = session().scalar(select(Regrade.id).where(Regrade.public_id == public_id))
    if found is None:
        raise NotFound()
    return found


def portion(regrade_id: int, after: int = 0) -> int | None:
    """Mark the attempts of the next people again; return the last of these people, None once all is done.

    Done twice or by two at once it changes nothing more: an attempt that has its line is left alone.
    """
    row = session().get_one(Regrade, regrade_id, populate_existing=True)
    if row.done_at is not None:
        return None
    people = _next_people(row, after)
    if not people:
        row.done_at = clock.now()
        health.look_again(row.document_id)
        return None
    records.lock_people(people)
    _apply(row, _closed_of(row, people))
    return people[-1]


def _left(row: Regrade) -> Any:
    """Attempts that had the version and are not written; open ones too: one may close while we wait for its person."""
    return (
        _item.c.part_version_sha == row.from_sha,
        Attempt.state != State.VOIDED.value,
        COUNTED,
        ~exists().where(RegradeLine.regrade_id == row.id, RegradeLine.attempt_id == Attempt.id),
    )


def _next_people(row: Regrade, after: int) -> list[int]:
    return list(
        session().scalars(
            select(Attempt.person_id)
            .join(_item, _item.c.attempt_id == Attempt.id)
            .where(*_left(row), Attempt.person_id > after)
            .distinct()
            .order_by(Attempt.person_id)
            .limit(AT_ONCE)
        )
    )


def _closed_of(row: Regrade, people: Sequence[int]) -> list[int]:
    with_it = select(_item.c.attempt_id).where(_item.c.part_version_sha == row.from_sha)
    return list(
        session().scalars(
            select(Attempt.id)
            .where(
                Attempt.id.in_(with_it),
                Attempt.person_id.in_(people),
                Attempt.state.in_(CLOSED),
                COUNTED,
                ~exists().where(RegradeLine.regrade_id == row.id, RegradeLine.attempt_id == Attempt.id),
            )
            .order_by(Attempt.id)
            .with_for_update(of=Attempt)
        )
    )


def _apply(row: Regrade, attempt_ids: Sequence[int]) -> None:
    """Write the plan for these attempts: lines, questions, results, the log; tell their people."""
    if not attempt_ids:
        return
    correction: Correction = Drop() if row.to_sha is None else Rekey(by=asked_question(row.to_sha), remark=row.remark)
    changes = plan(asked_question(row.from_sha), correction, answers_to(row.from_sha, attempt_ids)).changes
    current = session()
    current.execute(insert(RegradeLine), [_line(row, each) for each in changes])
    current.execute(_MARK_ITEM, [_marked(row, each) for each in changes])
    other = [each for each in changes if each.is_other]
    history = [_history(row, each) for each in changes if each.earned != each.answered.earned or each.is_other]
    if history:
        current.execute(insert(GradeChange), history)
    if row.remark:
        _unmark([each for each in changes if each.answered.by_person])
    if other:
        current.execute(_RESULT, [_result(each) for each in other])
        current.expire_all()
        _record(row, other)


def _line(row: Regrade, each: Change) -> dict[str, Any]:
    return {
        "regrade_id": row.id,
        "attempt_id": each.attempt_id,
        "old_earned": each.was.earned,
        "old_possible": each.was.possible,
        "old_passed": each.was.passed,
        "new_earned": each.result.earned,
        "new_possible": each.result.possible,
        "new_passed": each.result.passed,
    }


def _marked(row: Regrade, each: Change) -> dict[str, Any]:
    return {
        "of_attempt": each.attempt_id,
        "at_position": each.answered.position,
        "new_earned": each.earned,
        "is_waiting": each.waiting,
        "is_dropped": each.dropped,
        "as_version": row.to_sha,
    }


def _history(row: Regrade, each: Change) -> dict[str, Any]:
    return {
        "attempt_id": each.attempt_id,
        "position": each.answered.position,
        "kind": "regrade",
        "earned_before": each.answered.earned,
        "earned_after": each.earned,
        "version": 0,
        "criteria": [],
        "regrade_id": row.id,
        "made_by": row.made_by,
        "made_at": clock.now(),
    }


def _unmark(changes: Sequence[Change]) -> None:
    """Take a person's marks from answers that were marked anew; whoever marks at this moment gets a conflict."""
    for each in changes:
        session().execute(
            update(_item)
            .where(_item.c.attempt_id == each.attempt_id, _item.c.position == each.answered.position)
            .values(marked_by=None, mark_version=_item.c.mark_version + 1)
        )


def _result(each: Change) -> dict[str, Any]:
    return {
        "of_attempt": each.attempt_id,
        "new_earned": each.result.earned,
        "new_possible": each.result.possible,
        "new_passed": each.result.passed,
    }


def _record(row: Regrade, changes: Sequence[Change]) -> None:
    """Correct the line of each attempt in the log; the line itself stays."""
    ids = [each.attempt_id for each in changes]
    attempts = {each.id: each for each in session().scalars(select(Attempt).where(Attempt.id.in_(ids)))}
    lines = {
        line.ref: line
        for line in session().scalars(
            select(Record).where(
                Record.person_id.in_({each.answered.person_id for each in changes}),
                Record.verb == Verb.GRADED.value,
                Record.ref.in_([each.public_id for each in attempts.values()]),
            )
        )
    }
    actor = actor_by_id(row.made_by)
    for each in changes:
        attempt = attempts[each.attempt_id]
        line = lines.get(attempt.public_id)
        if line is not None:
            records.regrade(
                actor,
                line,
                earned=each.result.earned,
                possible=each.result.possible,
                passed=each.result.passed,
                source="regrade",
                note=row.reason,
            )
        tell_regraded(row, attempt, each)


def progress(regrade_id: int) -> Progress:
    """Return how far a regrade has come."""
    row = session().get_one(Regrade, regrade_id, populate_existing=True)
    done = session().scalar(select(func.count()).where(RegradeLine.regrade_id == regrade_id)) or 0
    return Progress(done=done, total=max(done, int(row.counts["attempts"])), at=row.done_at)
