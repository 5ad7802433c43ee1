"""Builders of quizzes that people have sat with a wrong key, and of regrades that are carried out to the end."""

from sqlalchemy import select

from lms.content.models import Part, PartVersion
from lms.core.db import session, transaction
from lms.questions.rules.identity import asked_sha
from lms.quizzes import actions, queries
from lms.quizzes.actions import regrade
from lms.quizzes.models import Attempt, AttemptItem
from tests.support.make import an_actor
from tests.support.make_quizzes import begun, document_id, handed_in


def part_of(question):
    """The part under which a question of a published quiz is known."""
    sha = asked_sha(question)
    return (
        session()
        .execute(select(Part).join(PartVersion, PartVersion.part_id == Part.id).where(PartVersion.sha == sha))
        .scalar_one()
    )


def answered(slug, *values, actor=None, submit=True):
    """Return who, and the public name of an attempt with these answers (author's ids of choices), in order."""
    actor = actor or an_actor()
    attempt = begun(actor, slug)
    for number, value in enumerate(values, start=1):
        if value is not None:
            with transaction():
                actions.save_answer(actor, attempt, f"q{number}", value, 1)
    if submit:
        handed_in(actor, attempt)
    return actor, attempt


def begun_regrade(trainer, slug, question, by, *, reason="答案写错了", **more):
    """Write a regrade of this version down; by None drops it. Return its public name."""
    with transaction():
        return regrade.begin(
            trainer,
            document_id=document_id(slug),
            part_id=part_of(question).id,
            from_sha=asked_sha(question),
            by=by,
            reason=reason,
            **more,
        )


def carried_out(public_id):
    """Mark every attempt again, portion by portion."""
    number, after = regrade.number_of(public_id), 0
    while after is not None:
        with transaction():
            after = regrade.portion(number, after)


def regraded(trainer, slug, question, by, **more):
    public_id = begun_regrade(trainer, slug, question, by, **more)
    carried_out(public_id)
    return public_id


def result(attempt):
    """(earned, possible, passed) of an attempt as stored."""
    row = session().execute(
        select(Attempt.earned, Attempt.possible, Attempt.passed).where(Attempt.public_id == attempt)
    )
    return tuple(row.one())


def summed(attempt):
    """What the stored questions of an attempt add up to, without dropped ones."""
    found = session().execute(
        select(AttemptItem.earned, AttemptItem.points)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.public_id == attempt, ~AttemptItem.dropped)
    )
    rows = found.all()
    return sum(row.earned for row in rows), sum(row.points for row in rows)


def shown(actor, attempt):
    return queries.result_of(queries.own_sitting(actor, attempt))
