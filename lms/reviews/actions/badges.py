"""Verbs of badges and leaderboards: grant what was reached, take part or not."""

from collections.abc import Collection

from lms.accounts.events import Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import insert_new, insert_new_returning, session
from lms.core.here import today
from lms.core.texts import text
from lms.reviews.models import BadgeGrant, LeaderOptOut
from lms.reviews.queries import badges as reading
from lms.reviews.rules.badges import BY_CODE, reached


def grant(person_ids: Collection[int]) -> int:
    """Grant these people the badges that they have reached; return how many are new. Again grants nothing.

    They are told in the inbox alone.
    """
    day = today()
    wanted = [
        {"person_id": person, "badge": badge, "day": on, "at": clock.now()}
        for person, deeds in reading.deeds_of(person_ids, day).items()
        for badge, on in reached(deeds, day).items()
    ]
    if not wanted:
        return 0
    new = insert_new_returning(BadgeGrant, ["person_id", "badge"], wanted, [BadgeGrant.person_id, BadgeGrant.badge])
    for person, badge in new:
        emit(
            Told(
                person_ids=(person,),
                topic="review",
                sentence=text("您得到了徽章“%(badge)s”。", badge=BY_CODE[badge].name),
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
