"""Builders for profiles: competencies, and somebody with a paper, a drill, a lesson and figures to show."""

from datetime import date, timedelta

from lms.accounts.models import Person
from lms.core.access import Actor, Role
from lms.core.db import transaction
from lms.core.here import today
from lms.drills.actions import rating
from lms.performance.actions import competencies, proofs
from lms.performance.models import Competency, KpiValue
from lms.performance.queries import profile
from lms.performance.rules.periods import Grain
from tests.support.make import an_actor, as_actor
from tests.support.make_content import a_document, a_quiz_text
from tests.support.make_played import a_published_drill, played_well
from tests.support.make_quizzes import answered_right, begun, handed_in

USUAL = {
    "code": "complaints",
    "name": "投诉处理",
    "about": "",
    "words": "投诉，售后",
    "dimensions": "共情",
    "levels": "50, 65, 80, 90",
    "fresh_days": "180",
}


def a_competency(actor: Actor | None = None, **given: str) -> Competency:
    """Return a competency that questions tagged 投诉 or 售后 and the dimension 共情 tell of."""
    actor = actor or an_actor(Role.TRAINER)
    with transaction():
        return competencies.make(actor, {**USUAL, **given})


def passed_paper(person: Person, *, slug: str = "complaints", tags: str = "投诉") -> str:
    """Let somebody answer all of a quiz right whose file carries a tag; return the attempt's public id."""
    text = a_quiz_text(title="投诉小测").replace("---\n", f"---\n标签: [{tags}]\n", 1)
    a_document(an_actor(Role.TRAINER), text, kind="quiz", slug=slug)
    attempt = begun(as_actor(person), slug)
    answered_right(as_actor(person), attempt)
    handed_in(as_actor(person), attempt)
    return attempt


def passed_drill(person: Person, *, slug: str = "drills/urge") -> str:
    """Let somebody play a drill well and put off the own rating, so that its score may be seen; return its name."""
    a_published_drill(an_actor(Role.TRAINER), slug=slug)
    actor = as_actor(person)
    run_id = played_well(actor, slug)
    with transaction():
        rating.put_off(actor, run_id)
    return run_id


def a_figure(person: Person, metric: str, start: date, value: float, *, count: int | None = 40) -> None:
    """Note a figure of a month."""
    with transaction() as s:
        s.add(
            KpiValue(metric=metric, grain=Grain.MONTH.value, start=start, person_id=person.id, value=value, count=count)
        )


def a_proof(person: Person, by: Person | None = None) -> str:
    """Return the code of a proof over the last month; there must be something to prove."""
    actor = as_actor(by or person)
    who = profile.who(actor, person.employee_no or "")
    with transaction():
        return proofs.issue(actor, who, today() - timedelta(days=30), today()).code
