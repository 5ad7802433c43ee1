"""Adding an attempt up anew after one of its answers was marked, and whatever rests on its result."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from lms.accounts.events import Told
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import rows, session
from lms.core.plain import from_plain
from lms.core.points import decimal_text, percent
from lms.core.texts import Text, text
from lms.quizzes.events import QuizGraded
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries import Frozen
from lms.quizzes.rules.attempts import Mark, score
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

_MARKS = select(AttemptItem.points, AttemptItem.earned, AttemptItem.waiting).where(
    AttemptItem.attempt_id == bindparam("attempt_id"), AttemptItem.dropped.is_(False)
)


def add_up(actor: Actor | None, attempt: Attempt, *, source: str, note: str = "", told: str = "") -> None:
    """Give a closed attempt the result that its answers earn now, and let the log, duties and the person follow.

    source: as of records.regrade. told: key under which the person is told once no answer waits; "" = nobody is told.
    While answers wait, the log hears only of a verdict that they can't change any more. The caller holds the locks of
    person and attempt.
    """
    session().flush()
    marks = [
        Mark(earned=row.earned or 0, possible=row.points, waiting=row.waiting)
        for row in rows(_MARKS, {"attempt_id": attempt.id})
    ]
    waits = any(each.waiting for each in marks)
    total = score(marks)
    frozen: Frozen = from_plain(Frozen, attempt.limits)
    passed = total.verdict(frozen.rules.pass_mark)
    attempt.earned, attempt.possible, attempt.passed = total.earned, total.possible, passed
    lines = _logged(attempt)
    if lines and not (waits and passed is lines[-1].passed):
        _log(actor, attempt, lines, source, note)
    if told and not waits:
        emit(
            Told(
                person_ids=(attempt.person_id,),
                topic="duty",
                sentence=_told(attempt),
                link=("quizzes.result", {"attempt_id": attempt.public_id}),
                key=told,
            )
        )


def _logged(attempt: Attempt) -> Sequence[Record]:
    """Return what the log says of the attempt: its graded line, then the corrections."""
    return (
        session()
        .scalars(
            select(Record)
            .where(
                Record.person_id == attempt.person_id,
                Record.document_id == attempt.document_id,
                Record.ref == attempt.public_id,
                Record.verb.in_((Verb.GRADED.value, Verb.REGRADED.value)),
            )
            .order_by(Record.seq)
        )
        .all()
    )


def _log(actor: Actor | None, attempt: Attempt, lines: Sequence[Record], source: str, note: str) -> None:
    earned, possible, passed = attempt.earned or 0, attempt.possible, attempt.passed
    if (lines[-1].earned, lines[-1].possible, lines[-1].passed) == (earned, possible, passed):
        return
    records.regrade(actor, lines[0], earned=earned, possible=possible, passed=passed, source=source, note=note)
    emit(
        QuizGraded(
            person_id=attempt.person_id,
            document_id=attempt.document_id,
            attempt_id=attempt.public_id,
            earned=earned,
            possible=possible,
            passed=passed,
            at=clock.now(),
        )
    )


def _told(attempt: Attempt) -> Text:
    title = session().scalar(select(Document.title).where(Document.id == attempt.document_id)) or ""
    points = decimal_text(percent(attempt.earned or 0, attempt.possible), 1)
    if attempt.passed:
        return text("《%(title)s》的问答题批完了：%(score)s 分，通过。", title=title, score=points)
    return text("《%(title)s》的问答题批完了：%(score)s 分，未通过。", title=title, score=points)
