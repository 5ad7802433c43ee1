"""Who has seen which version of an article, for the history that authors read."""

from collections.abc import Mapping

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content.events import HowManySaw, Seen, WhoSaw
from lms.core.access import Permission
from lms.core.db import session
from lms.kb.models import ArticleView


def how_many_saw(question: HowManySaw) -> Mapping[int, int]:
    """Return how many people have seen each version; one that nobody saw is left out."""
    rows = session().execute(
        select(ArticleView.revision_id, func.count().label("people"))
        .where(ArticleView.revision_id.in_(question.revision_ids))
        .group_by(ArticleView.revision_id)
    )
    return {row.revision_id: row.people for row in rows}


def who_saw(question: WhoSaw) -> list[Seen]:
    """Return who has seen a version, as far as the actor may see these people; the latest first."""
    rows = session().execute(
        select(Person.employee_no, Person.name, ArticleView.first_at, ArticleView.last_at, ArticleView.times)
        .join(Person, Person.id == ArticleView.person_id)
        .where(
            ArticleView.revision_id == question.revision_id,
            Person.name.is_not(None),
            visible(question.actor, Permission.REPORT_READ),
        )
        .order_by(ArticleView.last_at.desc(), Person.id)
        .limit(question.limit)
    )
    return [Seen(**row._mapping) for row in rows]
