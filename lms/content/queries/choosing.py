"""What the lists of forms offer: published documents that the reader may read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from lms.content.audience import readable
from lms.content.models import Document, Slug
from lms.content.queries.reading import BANK
from lms.core.access import Actor
from lms.core.db import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A published document. name: its public name, "course:quarterly/2026q4". minutes: 0 where nobody has said."""

    document_id: int
    kind: str
    slug: str
    title: str
    minutes: int

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.slug}"


def choices(actor: Actor, kinds: Sequence[str], kept: Collection[int] = ()) -> list[Choice]:
    """Return what the actor may read of these kinds, banks left out, in the order of the kinds and by title.

    kept: chosen before, by whomever; they stay in the list while they are published.
    """
    found = session().execute(
        select(Document.id, Document.kind, Slug.slug, Document.title, Document.minutes)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(
            Document.state == "published",
            Document.kind.in_(kinds),
            Document.use != BANK,
            or_(readable(actor), Document.id.in_(kept)) if kept else readable(actor),
        )
        .order_by(Document.title, Document.id)
    )
    every = [
        Choice(document_id=row.id, kind=row.kind, slug=row.slug, title=row.title, minutes=row.minutes) for row in found
    ]
    return sorted(every, key=lambda choice: kinds.index(choice.kind))
