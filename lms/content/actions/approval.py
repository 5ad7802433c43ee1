"""The gate in front of publishing: a category with a reviewer of its own asks for that person's yes."""

from sqlalchemy import select

from lms.content.models import Document, Slug
from lms.content.queries import reviewing as queries
from lms.content.rules import reviewing as rules
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict
from lms.core.texts import text


class NeedsApproval(Conflict):
    """Somebody else has to approve what is published in this category."""

    default_code = "needs_approval"


def refuse_unapproved(actor: Actor, document: Document) -> None:
    """Raise NeedsApproval where somebody else has to approve what is published in this category."""
    slug = session().scalars(select(Slug.slug).where(Slug.document_id == document.id, Slug.is_current)).one()
    reviewer = queries.reviewer_of(document, slug)
    if reviewer is not None and not rules.may_publish(actor.id, reviewer.id):
        raise NeedsApproval(
            text("《%(title)s》所在的分类要由%(name)s审过才能发布，请送审。", title=document.title, name=reviewer.name)
        )
