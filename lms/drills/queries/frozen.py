"""What holds for a run from its start: the versions of its drills and word lists, the person's time."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from lms.content.models import Revision
from lms.content.queries import compiled
from lms.content.store import spec_of
from lms.core.db import session
from lms.drills.spec import DrillSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLane:
    """One conversation."""

    document_id: int
    revision_id: int
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """lanes: at least one. word_revisions: of the 禁用语 and 同义词 lists. time_percent: 100 = as written.

    minutes: credited for a run. scene: title at which a retry begins, "" for the first one; mood, flags: as they were
    when that scene began. digests: of its versions, in hexadecimal.
    """

    lanes: tuple[FrozenLane, ...]
    word_revisions: tuple[int, ...] = ()
    time_percent: int = 100
    minutes: int = 0
    scene: str = ""
    mood: int | None = None
    flags: tuple[str, ...] = ()
    digests: tuple[tuple[int, str], ...] = ()

    @property
    def digest_of(self) -> dict[int, bytes]:
        """The digest of what each version was compiled to, as far as it was noted: then nobody has to look it up."""
        return {revision_id: bytes.fromhex(digest) for revision_id, digest in self.digests}


def specs_of(frozen: Frozen) -> tuple[DrillSpec, ...]:
    """Return the drill of each lane, as published when the run began."""
    known = frozen.digest_of
    return tuple(
        spec_of(known[lane.revision_id]) if lane.revision_id in known else compiled(lane.revision_id)
        for lane in frozen.lanes
    )


def with_digests(frozen: Frozen) -> Frozen:
    """Return it with the digests of its versions, so that a step of the run does not look them up. One statement."""
    ids = [*(lane.revision_id for lane in frozen.lanes), *frozen.word_revisions]
    found = session().execute(
        select(Revision.id, Revision.compiled_sha).where(Revision.id.in_(ids), Revision.compiled_sha.is_not(None))
    )
    return replace(frozen, digests=tuple(sorted((row.id, row.compiled_sha.hex()) for row in found)))
