"""Marking written answers: a first mark, a second one that has not seen it, a decision between both, a step back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, upsert
from lms.core.errors import Conflict, Invalid
from lms.core.points import Points, points_text
from lms.core.texts import text
from lms.questions.rules.grade import grade
from lms.questions.rules.rubric import worths
from lms.questions.spec import Open
from lms.quizzes.actions.automatic import words_of
from lms.quizzes.actions.results import add_up
from lms.quizzes.models import Attempt, AttemptItem, GradeChange, MarkingPlan, SecondMark
from lms.quizzes.queries.answers import answer_in, history_of, row_of, standing_in
from lms.quizzes.queries.marking import Plan, plans_of, quiz_of
from lms.quizzes.queries.sittings import question_as
from lms.quizzes.rules.marking import LONGEST_NOTE, MarkedMeanwhile, Turn, checked, counting, sampled, turn_of
from lms.records import actions as records


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """turn: what the mark was. earned: 1/27,720 point. version: of the answer, from now on. again: one more follows."""

    turn: Turn
    earned: Points
    version: int
    again: bool = False


def save_mark(
    actor: Actor,
    ref: str,
    position: int,
    *,
    version: int,
    turn: Turn,
    given: Mapping[int, Points],
    note: str = "",
) -> Saved:
    """Give an answer its points, line by line. turn, version: as the marker's page said them.

    Raises as answers.row_of; MarkedMeanwhile where somebody else was quicker; Invalid at `points-…` and `note`.
    """
    note = _note(note)
    attempt, item, row = _locked(actor, ref, position)
    now_turn = turn_of(standing_in(row), actor.id)
    if now_turn is not turn or version != row.mark_version:
        raise _meanwhile(row, now_turn)
    question = question_as(row.part_version_sha, row.graded_as)
    assert isinstance(question.shape, Open)
    earned = checked(worths(question.shape, row.points), given, row.points)
    graded = grade(question, answer_in(row))
    criteria = [
        {"line": line, "points": points, "words": words_of(graded, line)} for line, points in sorted(given.items())
    ]
    if turn is Turn.SECOND:
        _second(actor, attempt, item, earned, criteria, note)
        return Saved(turn=turn, earned=earned, version=item.mark_version)
    if turn is Turn.CHANGE and not note:
        raise Invalid(text("改分要写明原因。"), fields={"note": text("请写明为什么改分。")})
    was_waiting = item.waiting
    _write(actor, item, "settle" if turn is Turn.SETTLE else "mark", earned, criteria, note)
    again = False
    if turn is Turn.SETTLE:
        session().get_one(SecondMark, (item.attempt_id, item.position)).settled_at = clock.now()
    elif was_waiting:
        again = _asks_again(attempt, item)
    add_up(actor, attempt, source="marking", note=note, told=_key(item))
    return Saved(turn=turn, earned=earned, version=item.mark_version, again=again)


def undo(actor: Actor, ref: str, position: int, *, version: int) -> None:
    """Take one's own last mark of an answer back, as long as nobody has changed anything since.

    The history keeps both. Raises as answers.row_of, MarkedMeanwhile, Conflict where there is nothing to take back.
    """
    attempt, item, row = _locked(actor, ref, position)
    second = session().get(SecondMark, (item.attempt_id, item.position))
    if second is not None and second.marked_by == actor.id and second.settled_at in (None, second.marked_at):
        audit(actor.id, "answer.second_mark_undone", "answer", f"{attempt.public_id}/{position}")
        second.marked_by, second.marked_at, second.earned, second.settled_at = None, None, None, None
        second.criteria, second.note = [], ""
        return
    if version != row.mark_version:
        raise _meanwhile(row, turn_of(standing_in(row), actor.id))
    changes = _changes(item)
    kinds = [each.kind for each in changes]
    place = counting(kinds)
    last = changes[place] if place is not None and "regrade" not in kinds[place:] else None
    if last is None or last.kind != "mark" or last.made_by != actor.id or (second is not None and second.marked_by):
        raise Conflict(text("没有可以撤销的批改：别人已经接着批了，或这一步不是您做的。"))
    waited = last.earned_before is None
    if second is not None and waited:
        session().delete(second)
    below = counting([*kinds, "undo"])
    earlier = changes[below] if below is not None and kinds[below] in ("mark", "settle") else None
    item.marked_by = earlier.made_by if earlier else None
    _write_row(actor, item, "undo", 0 if waited else last.earned_before or 0, earlier.criteria if earlier else [], "")
    item.waiting = waited
    add_up(actor, attempt, source="marking", note="")


def set_plan(actor: Actor, slug: str, *, blind: bool, second_percent: int) -> Plan:
    """Decide how the written answers of a quiz are marked from now on. Raises NotFound, Invalid."""
    if not 0 <= second_percent <= 100:
        wrong = text("请填 0 到 100 之间的整数。")
        raise Invalid(wrong, fields={"second_percent": wrong})
    quiz = quiz_of(slug)
    values = {"blind": blind, "second_percent": second_percent, "set_by": actor.id, "set_at": clock.now()}
    upsert(MarkingPlan, {"document_id": quiz.document_id}, values, values)
    after = {"blind": blind, "second_percent": second_percent}
    before = {"blind": quiz.plan.blind, "second_percent": quiz.plan.second_percent}
    audit(actor.id, "marking.planned", "document", quiz.document_id, before=before, after=after)
    return Plan(blind=blind, second_percent=second_percent)


def _note(note: str) -> str:
    plain = note.replace("\x00", "").strip()
    if len(plain) > LONGEST_NOTE:
        wrong = text("评语最多 %(n)s 个字，请缩短。", n=LONGEST_NOTE)
        raise Invalid(wrong, fields={"note": wrong})
    return plain


def _locked(actor: Actor, ref: str, position: int) -> tuple[Attempt, AttemptItem, Any]:
    """Return attempt, answer and raw row, read again under the locks of the person and the attempt."""
    found = row_of(actor, ref, position)
    records.lock_people([found.person_id])
    attempt = (
        session()
        .scalars(
            select(Attempt).where(Attempt.id == found.id).with_for_update().execution_options(populate_existing=True)
        )
        .one()
    )
    item = session().get_one(AttemptItem, (found.id, position), populate_existing=True)
    return attempt, item, row_of(actor, ref, position)


def _write(
    actor: Actor, item: AttemptItem, kind: str, earned: Points, criteria: list[dict[str, Any]], note: str
) -> None:
    item.marked_by = actor.id
    _write_row(actor, item, kind, earned, criteria, note)
    item.waiting = False


def _write_row(actor: Actor, item: AttemptItem, kind: str, earned: Points, criteria: list[Any], note: str) -> None:
    """Change what an answer earns and log it, who and when and from what to what."""
    before = None if item.waiting else item.earned
    item.earned = earned
    item.mark_version += 1
    session().add(
        GradeChange(
            attempt_id=item.attempt_id,
            position=item.position,
            kind=kind,
            earned_before=before,
            earned_after=earned,
            version=item.mark_version,
            criteria=criteria,
            note=note,
            made_by=actor.id,
            made_at=clock.now(),
        )
    )
    session().flush()


def _asks_again(attempt: Attempt, item: AttemptItem) -> bool:
    """Ask a second person for a mark where the sample says so; once for each answer."""
    percent = plans_of({attempt.document_id})[attempt.document_id].second_percent
    if not sampled(attempt.public_id, item.position, percent):
        return False
    if session().get(SecondMark, (item.attempt_id, item.position)) is None:
        session().add(
            SecondMark(attempt_id=item.attempt_id, position=item.position, asked_at=clock.now(), criteria=[], note="")
        )
    return True


def _second(
    actor: Actor, attempt: Attempt, item: AttemptItem, earned: Points, criteria: list[dict[str, Any]], note: str
) -> None:
    second = session().get_one(SecondMark, (item.attempt_id, item.position))
    now = clock.now()
    second.earned, second.criteria, second.note = earned, criteria, note
    second.marked_by, second.marked_at = actor.id, now
    if earned == item.earned:
        second.settled_at = now
    audit(
        actor.id,
        "answer.second_marked",
        "answer",
        f"{attempt.public_id}/{item.position}",
        person_id=attempt.person_id,
        after={"earned": points_text(earned)},
    )


def _changes(item: AttemptItem) -> Sequence[GradeChange]:
    return (
        session()
        .scalars(
            select(GradeChange)
            .where(GradeChange.attempt_id == item.attempt_id, GradeChange.position == item.position)
            .order_by(GradeChange.id)
        )
        .all()
    )


def _key(item: AttemptItem) -> str:
    return f"marked:{item.attempt_id}:{item.position}:{item.mark_version}"


def _meanwhile(row: Any, turn: Turn) -> MarkedMeanwhile:
    """Say what is stored now, but to a second marker nothing of the first marks."""
    details: dict[str, object] = {"version": row.mark_version, "turn": turn.value}
    if turn is Turn.SECOND:
        message = text("另一位培训师刚批完这份，它被抽中由两人分别批改。您填的分还在，再保存就是第二次批改。")
        return MarkedMeanwhile(message, details=details)
    last = next((each for each in reversed(history_of(row.id, row.position)) if each.kind != "auto"), None)
    if last is not None:
        details |= {
            "earned": points_text(last.after),
            "lines": [{"line": line, "points": points_text(points)} for line, points in last.given.items()],
            "note": last.note,
            "by": last.by,
            "at": last.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
    return MarkedMeanwhile(
        text("这份答案刚被别人批过，您的分数没有覆盖它。请对照两份，再决定用哪一份。"), details=details
    )
