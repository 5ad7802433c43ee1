"""Defining competencies and rating those of people."""

from collections.abc import Mapping

from sqlalchemy import select

from lms.accounts.events import Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.performance.models import Competency, CompetencyRating
from lms.performance.rules.competencies import rated, written

MOST = 60
"""So many competencies a company can have; more are no help to anybody."""


def make(actor: Actor, given: Mapping[str, str]) -> Competency:
    """Define a competency. given: what was typed, by field. Raises Invalid."""
    taken = set(session().scalars(select(Competency.code)))
    if len(taken) >= MOST:
        raise Invalid(text("能力项已有 %(n)s 个。太多就没人看得过来，请先停用或改写已有的。", n=MOST))
    read = written(given, taken=taken)
    made = Competency(
        code=read.code,
        name=read.name,
        about=read.about,
        words=list(read.words),
        dimensions=list(read.dimensions),
        levels=list(read.levels),
        fresh_days=read.fresh_days,
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    audit(actor.id, "competency.make", "competency", made.id, after={"code": read.code, "name": read.name})
    return made


def change(actor: Actor, public_id: str, given: Mapping[str, str]) -> Competency:
    """Change a competency; the levels of everybody follow at once. Raises NotFound, Invalid."""
    found = locked(Competency, public_id)
    taken = set(session().scalars(select(Competency.code).where(Competency.id != found.id)))
    read = written(given, taken=taken)
    before = {"code": found.code, "name": found.name, "levels": list(found.levels), "fresh_days": found.fresh_days}
    found.code, found.name, found.about = read.code, read.name, read.about
    found.words, found.dimensions = list(read.words), list(read.dimensions)
    found.levels, found.fresh_days = list(read.levels), read.fresh_days
    after = {"code": read.code, "name": read.name, "levels": list(read.levels), "fresh_days": read.fresh_days}
    audit(actor.id, "competency.change", "competency", found.id, before=before, after=after)
    return found


def switch(actor: Actor, public_id: str, *, active: bool) -> Competency:
    """Put a competency out of use, or into use again. What was rated stays. Raises NotFound."""
    found = locked(Competency, public_id)
    if found.active != active:
        found.active = active
        audit(actor.id, "competency.use" if active else "competency.stop", "competency", found.id)
    return found


def rate(actor: Actor, person_id: int, code: str, level: str, reason: str) -> CompetencyRating:
    """Say what level somebody shows in a competency, and why; the person is told. Whose it may be is the view's affair.

    Raises NotFound for a competency that is not in use, Invalid for one's own and for a level or reason that is none.
    """
    found = session().scalars(select(Competency).where(Competency.code == code, Competency.active)).one_or_none()
    if found is None:
        raise NotFound()
    if person_id == actor.id:
        raise Invalid(text("不能评定自己，请由主管或质检来评。"))
    number, why = rated(level, reason)
    made = CompetencyRating(
        person_id=person_id, competency_id=found.id, level=number, reason=why, by_id=actor.id, at=clock.now()
    )
    session().add(made)
    session().flush()
    audit(actor.id, "competency.rate", "competency", found.id, person_id=person_id, after={"level": number})
    sentence = text(
        "%(by)s评定了您的能力项“%(name)s”：%(level)s 级。依据写在您的档案里。",
        by=actor.name,
        name=found.name,
        level=number,
    )
    link: tuple[str, dict[str, object]] = ("performance.own_profile", {})
    emit(Told(person_ids=(person_id,), topic="review", sentence=sentence, link=link, key=f"competency:{made.id}"))
    return made
