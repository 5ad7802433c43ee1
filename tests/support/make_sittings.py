"""Builders of windows, makeups and of what somebody saves while he sits."""

from lms.core import clock
from lms.core.db import session, transaction
from lms.quizzes import actions
from lms.quizzes.models import Attempt, Makeup, QuizWindow
from tests.support.make_quizzes import document_id


def a_window(slug, by, *, team=None, person=None, opens_at=None, closes_at=None, seconds=None, attempts=None):
    """Let the quiz be open as given, for everybody, for a team or for a person. by: who sets it."""
    with transaction() as s:
        s.add(
            QuizWindow(
                document_id=document_id(slug),
                team_id=team.id if team else None,
                person_id=person.id if person else None,
                opens_at=opens_at,
                closes_at=closes_at,
                seconds=seconds,
                attempts=attempts,
                set_by=by.id,
                set_at=clock.now(),
            )
        )


def a_makeup(slug, by, person, *, number=1, attempts=1, opens_at=None, closes_at=None):
    with transaction() as s:
        s.add(
            Makeup(
                document_id=document_id(slug),
                person_id=person.id,
                number=number,
                attempts=attempts,
                opens_at=opens_at,
                closes_at=closes_at,
                reason="补考",
                given_by=by.id,
                given_at=clock.now(),
            )
        )


def saved(actor, attempt, value="o1", seq=1, key="q1"):
    with transaction():
        return actions.save_answer(actor, attempt, key, value, seq)


def attempt_of(public_id):
    return session().query(Attempt).filter_by(public_id=public_id).populate_existing().one()
