"""Watching: which parts of a film somebody has seen, and whether that is enough for the lesson that shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.content.attachments import queries as attachments
from lms.content.attachments.lengths import spoken
from lms.content.attachments.rules import AUDIO, VIDEO
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, NotFound
from lms.core.texts import text
from lms.learning.models import Watching
from lms.learning.queries.watching import watched_by
from lms.learning.rules.watching import MOST_CLAIMED, Seen, accept, begin, merged, percent, still_to_watch, total
from lms.learning.spec.lesson import Watch
from lms.records.actions import lock_people


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What counts as seen now. length, position: milliseconds. watched: ranges seen, in milliseconds.

    waiting: milliseconds that were said to be played and count only later, as the server's clock goes on.
    """

    path: str
    length: int
    position: int
    waiting: int
    watched: tuple[tuple[int, int], ...]

    @property
    def percent(self) -> int:
        return percent(self.watched, self.length)

    def still(self, needed: int) -> int:
        return still_to_watch(self.watched, self.length, needed)


def report(actor: Actor, path: str, *, ranges: Iterable[Sequence[int]], position: int) -> Watched:
    """Note which parts of a film the actor has played since the page was opened, and where it stands.

    path: of the file. ranges, position: milliseconds; all ranges of this visit, so that a lost report costs nothing.
    What would be more than the server's clock allows is left for a later report.
    Raises NotFound for what the actor may not see or is no film.
    """
    row = attachments.seen_by(actor, path)
    length = int(row.facts.get("milliseconds", 0))
    if row.kind not in (VIDEO, AUDIO) or length <= 0:
        raise NotFound()
    lock_people([actor.id])
    now = clock.now()
    kept = session().get(Watching, (actor.id, row.id), populate_existing=True)
    if kept is None:
        start = begin(now)
        kept = Watching(
            person_id=actor.id, attachment_id=row.id, position=0, watched=[], started_at=now, last_at=start.clock
        )
        session().add(kept)
    before = Seen(watched=tuple((start, end) for start, end in kept.watched), clock=kept.last_at)
    claimed = list(ranges)[:MOST_CLAIMED]
    after = accept(before, claimed, duration=length, now=now)
    kept.watched = [list(span) for span in after.watched]
    kept.last_at = after.clock
    kept.position = max(0, min(position, length))
    session().flush()
    waiting = total(merged([*after.watched, *claimed], length)) - total(after.watched)
    return Watched(path=path, length=length, position=kept.position, waiting=waiting, watched=after.watched)


def require_watched(person_id: int, watches: Sequence[Watch]) -> None:
    """Raise Conflict where too little of a film is seen. A film that is not there any more is not asked for."""
    if not watches:
        return
    rows = watched_by(person_id, [watch.target for watch in watches])
    for watch in watches:
        row = rows.get(watch.target)
        length = int(row.facts.get("milliseconds", 0)) if row else 0
        still = still_to_watch(row.watched or () if row else (), length, watch.percent)
        if still:
            raise Conflict(
                text("视频还没看够，还差 %(time)s。看完再记录。", time=spoken(still)),
                code="not_watched",
                details={"file": watch.target, "milliseconds": still},
            )
