"""Telling people that their result is another one, and the authors that results rest on a key that is no more."""

from lms.accounts.events import Told
from lms.content.queries import cards
from lms.core import clock
from lms.core.bus import emit
from lms.core.points import decimal_text
from lms.core.texts import Text, text
from lms.quizzes.events import QuizRegraded
from lms.quizzes.models import Attempt, Regrade
from lms.quizzes.queries import asked_question
from lms.quizzes.rules.regrade import Change, Outcome


def tell_regraded(row: Regrade, attempt: Attempt, change: Change) -> None:
    """Say that an attempt has another result: to whoever listens, and to its person if the score is another."""
    emit(
        QuizRegraded(
            person_id=attempt.person_id,
            document_id=attempt.document_id,
            attempt_id=attempt.public_id,
            earned=change.result.earned,
            possible=change.result.possible,
            passed=change.result.passed,
            passed_before=change.was.passed,
            at=clock.now(),
        )
    )
    if _points(change.was) == _points(change.result) and not change.flips:
        return
    title = cards([attempt.document_id])[attempt.document_id].title
    emit(
        Told(
            person_ids=(attempt.person_id,),
            topic="duty",
            sentence=_sentence(row, title, change),
            link=("quizzes.result", {"attempt_id": attempt.public_id}),
            key=f"regrade:{row.public_id[:12]}:{attempt.public_id[:12]}",
        )
    )


def _sentence(row: Regrade, title: str, change: Change) -> Text:
    values = {
        "title": title,
        "number": change.answered.position,
        "old": _points(change.was),
        "new": _points(change.result),
        "verdict": _verdict(change),
    }
    if row.to_sha is None:
        return text("《%(title)s》第 %(number)s 题作废，你的成绩由 %(old)s 改为 %(new)s%(verdict)s", **values)
    if asked_question(row.to_sha).given_to_all:
        return text("《%(title)s》第 %(number)s 题每人得满分，你的成绩由 %(old)s 改为 %(new)s%(verdict)s", **values)
    return text("《%(title)s》第 %(number)s 题答案更正，你的成绩由 %(old)s 改为 %(new)s%(verdict)s", **values)


def _verdict(change: Change) -> Text:
    match change.was.passed, change.result.passed:
        case ((False | None), True):
            return text("，已通过。")
        case True, False:
            return text("，低于及格线；已有的完成记录不变。")
        case _:
            return text("。")


def _points(outcome: Outcome) -> str:
    return decimal_text(outcome.percent, 1)
