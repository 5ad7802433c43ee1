"""What a learner looks up during a drill: so that "did not know" and "could not find" are told apart."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from lms.content.models import Document, Slug
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.drills.models import Run, RunLookup

MOST = 500
"""Look-ups kept of one run: more is no reading any more."""

_OWN = (
    select(Run)
    .where(Run.public_id == bindparam("public_id"), Run.person_id == bindparam("person_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ARTICLE = (
    select(Document.id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.kind == "article"))
    .where(Slug.slug == bindparam("slug"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """kind: query | article | section. number: counts up within the run. found: of a query, how many results.

    seconds: how long what was opened has been in front; the same number again raises it.
    """

    number: int
    kind: str
    words: str = ""
    found: int | None = None
    slug: str = ""
    anchor: str = ""
    seconds: int | None = None
    lane: int = 0


def note(actor: Actor, public_id: str, lookup: Lookup) -> None:
    """Keep one look-up of an own open run; one that came before only gets its seconds. Raises NotFound."""
    run = session().scalars(_OWN, {"public_id": public_id, "person_id": actor.id}).one_or_none()
    if run is None:
        raise NotFound()
    if run.state != "open" or lookup.number > MOST or not lookup.lane < len(run.lanes):
        return
    kept = (
        session()
        .scalars(select(RunLookup).where(RunLookup.run_id == run.id, RunLookup.number == lookup.number))
        .one_or_none()
    )
    if kept is not None:
        kept.seconds = max(kept.seconds or 0, lookup.seconds or 0) if lookup.seconds is not None else kept.seconds
        return
    session().add(
        RunLookup(
            run_id=run.id,
            number=lookup.number,
            at=clock.now(),
            lane=lookup.lane,
            step=run.lanes[lookup.lane]["state"]["steps"],
            kind=lookup.kind,
            words=lookup.words.strip(),
            found=lookup.found,
            document_id=rows(_ARTICLE, {"slug": lookup.slug}).scalar() if lookup.slug else None,
            anchor=lookup.anchor,
            seconds=lookup.seconds,
        )
    )
