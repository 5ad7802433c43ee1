"""Verbs of badges and leaderboards: grant what was reached, take part or not."""

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import delete, select

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, insert_new_returning, session, upsert
from lms.core.errors import Conflict, NotFound
from lms.core.here import today
from lms.core.texts import text
from lms.reviews.models import BadgeGrant, BadgeKind, LeaderOptOut
from lms.reviews.queries import badges as reading
from lms.reviews.rules.badges import BY_CODE, BadgeDraft, checked, reached

MOST_OWN = 100
"""Badges that a company can have of its own."""


def grant(person_ids: Collection[int]) -> int:
    """Grant these people the badges that they have reached; return how many are new. Again grants nothing.

    They are told in the inbox alone.
    """
    day, given = today(), reading.badges()
    wanted = [
        {"person_id": person, "badge": badge, "day": on, "at": clock.now()}
        for person, deeds in reading.deeds_of(person_ids, day).items()
        for badge, on in reached(deeds, day, given.values()).items()
    ]
    if not wanted:
        return 0
    new = insert_new_returning(BadgeGrant, ["person_id", "badge"], wanted, [BadgeGrant.person_id, BadgeGrant.badge])
    locales = dict(
        session().execute(select(Person.id, Person.locale).where(Person.id.in_({who for who, _ in new}))).all()
    )
    named = {locale: reading.badges(locale=locale or "") for locale in set(locales.values())}
    for person, badge in new:
        emit(
            Told(
                person_ids=(person,),
                topic="review",
                sentence=text("您得到了徽章“%(badge)s”。", badge=named[locales[person]][badge].name),
                link=("reviews.badges", {}),
                key=f"badge:{badge}",
                inbox_only=True,
            )
        )
    return len(new)


def take_part(actor: Actor, *, wanted: bool) -> None:
    """Stand in public lists (leaderboards, winners) from now on, or no more. The same again changes nothing."""
    if not wanted:
        insert_new(LeaderOptOut, ["person_id"], [{"person_id": actor.id, "at": clock.now()}])
        return
    kept = session().get(LeaderOptOut, actor.id)
    if kept is not None:
        session().delete(kept)
        session().flush()


def add(actor: Actor, draft: BadgeDraft) -> str:
    """Add a badge of the company's own and return its code. Raises Invalid; Conflict where there are too many."""
    there = reading.badges(every=True)
    if len(there) - len(BY_CODE) >= MOST_OWN:
        raise Conflict(text("自己的徽章最多 %(n)s 个。", n=MOST_OWN))
    code = next(f"own_{number}" for number in range(1, MOST_OWN + 2) if f"own_{number}" not in there)
    _save(actor, code, checked(draft), "badge.added")
    return code


def change(actor: Actor, code: str, draft: BadgeDraft) -> None:
    """Change a badge. Who has it keeps it; who has not gets it by what it asks for now. Raises NotFound, Invalid."""
    if code not in reading.badges(every=True):
        raise NotFound()
    _save(actor, code, checked(draft), "badge.changed")


def _save(actor: Actor, code: str, draft: BadgeDraft, verb: str) -> None:
    values = asdict(draft)
    upsert(BadgeKind, {"code": code}, {**values, "active": True}, values)
    audit(actor.id, verb, "badge", code, after=values)


def set_use(actor: Actor, code: str, *, active: bool) -> None:
    """Give a badge no more, or again; who has it keeps it either way. Raises NotFound."""
    badge = reading.badges(every=True).get(code)
    if badge is None:
        raise NotFound()
    row = reading.kind(code)
    if row is None:
        row = BadgeKind(
            code=code,
            name=badge.name.id,
            how=badge.how.id,
            mark=badge.mark.id,
            rule=badge.rule.value,
            threshold=badge.threshold,
        )
        session().add(row)
    row.active = active
    session().flush()
    audit(actor.id, "badge.used" if active else "badge.unused", "badge", code)


def reset(actor: Actor, code: str) -> None:
    """Let a badge be again as it came with the academy. Raises NotFound for one that did not."""
    if code not in BY_CODE:
        raise NotFound()
    session().execute(delete(BadgeKind).where(BadgeKind.code == code))
    audit(actor.id, "badge.reset", "badge", code)
