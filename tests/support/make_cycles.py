"""Builders of cycles: a course that is published, a draft with a wave for some teams, a cycle that runs."""

from datetime import date

from lms.accounts.models import Team
from lms.assignments.jobs.ruling import recompute
from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.learning.actions import cycles as actions
from lms.learning.models import Cycle
from lms.learning.rules.cycles import Draft, Wave
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from tests.support.make_learning import a_lesson

STARTS, DUE = date(2026, 10, 8), date(2026, 12, 17)


def a_plan(
    document: Document | None, *teams: Team, starts_on: date = STARTS, due_on: date = DUE, **more: object
) -> Draft:
    facts: dict[str, object] = {
        "name": "四季度全员培训",
        "quarter": "2026Q4",
        "document_id": document.id if document else None,
        "starts_on": starts_on,
        "due_on": due_on,
        "waves": [Wave(team_id=team.id, starts_on=starts_on, due_on=due_on) for team in teams],
    }
    return Draft(**{**facts, **more})  # type: ignore[arg-type]


def a_draft_cycle(trainer: Actor, plan: Draft) -> Cycle:
    with transaction():
        cycle = actions.begin(trainer, plan.quarter, like_last=False)
        actions.change(trainer, cycle.public_id, plan)
    return cycle


def a_running_cycle(trainer: Actor, plan: Draft) -> Cycle:
    """Return a cycle that was started and given to everybody whom its waves mean today."""
    cycle = a_draft_cycle(trainer, plan)
    with transaction():
        made = actions.start(trainer, cycle.public_id)
    recompute(made)
    return session().get_one(Cycle, cycle.id)


def finishes(person_id: int, document: Document) -> None:
    """Let a person have read a lesson to its end."""
    with transaction():
        lock_people([person_id])
        append(
            None, person_id, Verb.COMPLETED, document_id=document.id, revision_id=document.published_id, source="test"
        )


def a_quarters_lesson(trainer: Actor) -> Document:
    return a_lesson(trainer, slug="quarter", checks=False, title="四季度的课")
