"""Writing down who has seen which version of an article."""

from collections.abc import Iterable

from lms.core.db import upsert
from lms.kb.models import ArticleView
from lms.kb.viewlog import View


def note_views(views: Iterable[View]) -> None:
    """Add views to what is known: the first look stays, the last one moves on. Ordered, so that writers don't lock."""
    for view in sorted(views, key=lambda each: (each.person_id, each.revision_id)):
        upsert(
            ArticleView,
            {"person_id": view.person_id, "revision_id": view.revision_id},
            {
                "document_id": view.document_id,
                "first_at": view.first_at,
                "last_at": view.last_at,
                "times": view.times,
            },
            {"last_at": view.last_at, "times": ArticleView.times + view.times},
        )
