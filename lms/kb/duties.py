"""What the knowledge base asks of people when articles or people change; rooms.py subscribes it."""

from lms.accounts.events import PersonHired, PersonMoved, TeamMoved
from lms.assignments.events import Confirming
from lms.content import queries as content
from lms.content.events import Archived, Impact, Published, PublishPreview, Unarchived
from lms.content.models import Document
from lms.core.db import session
from lms.core.texts import text
from lms.kb.actions import cards
from lms.kb.queries.cards import card_of, plan_of, questions_of
from lms.kb.spec import ArticleSpec


def on_published(fact: Published) -> None:
    if fact.kind == "article":
        cards.follow(fact)


def on_hired(fact: PersonHired) -> None:
    cards.include([fact.person_id])


def on_moved(fact: PersonMoved) -> None:
    cards.include([fact.person_id])


def on_team_moved(fact: TeamMoved) -> None:
    cards.include_soon(fact.person_ids)


def on_archived(fact: Archived) -> None:
    if fact.kind == "article":
        cards.drop(fact.document_id)


def on_unarchived(fact: Unarchived) -> None:
    if fact.kind == "article":
        cards.take_up(fact.document_id)


def on_publish_preview(question: PublishPreview) -> list[Impact]:
    """Say how many people the draft asks, by the plan that publishing follows."""
    if not isinstance(question.spec, ArticleSpec):
        return []
    published = session().get_one(Document, question.document_id).published_id
    before: ArticleSpec | None = content.compiled(published) if published is not None else None
    plan = plan_of(question.document_id, question.spec, before, question.touched)
    count = len(plan.people)
    if not count or not plan.is_new:
        return []
    if before is None:
        return [Impact(count=count, text=text("%(n)s 人要读完并确认（必读）。", n=count))]
    return [Impact(count=count, text=text("%(n)s 人需要重新确认，只看改动；勾选“小改动”就不用。", n=count))]


def on_confirming(question: Confirming) -> int:
    """Return how many questions stand before this confirmation."""
    card = card_of(question.person_id, question.document_id)
    return len(questions_of(question.person_id, question.document_id, question.revision_id, card.base_id, seed=""))
