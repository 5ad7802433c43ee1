"""复盘 of a team drill: what went well, what badly, and why. Two who write at once never overwrite each other."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.drills.models import AfterReview, TeamDrill
from lms.drills.queries import team as reading

LONGEST = 4_000
"""Characters of each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has written, on top of which version; 0 where there was none."""

    went_well: str
    went_badly: str
    causes: str
    version: int


class WrittenMeanwhile(Conflict):
    """Somebody else has saved a version since; nothing was changed."""

    default_code = "version"
    default_message = text("您写的时候，别人保存了新的一版。两版都在下面，请合在一起再保存。")


def save_review(actor: Actor, team_drill_id: int, written: Written) -> int:
    """Save the review; return its new version. Raises NotFound, Invalid, WrittenMeanwhile.

    The same text again changes nothing and returns the version that stands.
    """
    if not reading.manages(actor, reading.teams_of(team_drill_id)):
        raise NotFound()
    parts = {name: getattr(written, name).strip() for name in ("went_well", "went_badly", "causes")}
    long = {name: text("最多 %(n)s 个字。", n=LONGEST) for name, words in parts.items() if len(words) > LONGEST}
    if long:
        raise Invalid(text("请看标出的地方。"), fields=long)
    session().execute(select(TeamDrill.id).where(TeamDrill.id == team_drill_id).with_for_update())
    row = session().get(AfterReview, team_drill_id, populate_existing=True)
    if row is not None and all(getattr(row, name) == words for name, words in parts.items()):
        return row.version
    if written.version != (row.version if row else 0):
        raise WrittenMeanwhile()
    if row is None:
        row = AfterReview(team_drill_id=team_drill_id, by_id=actor.id, at=clock.now(), version=0)
        session().add(row)
    row.went_well, row.went_badly, row.causes = parts["went_well"], parts["went_badly"], parts["causes"]
    row.by_id, row.at, row.version = actor.id, clock.now(), row.version + 1
    session().flush()
    audit(actor.id, "team_drill.review", "team_drill", team_drill_id, after={"version": row.version})
    return row.version
