"""What the knowledge base does when something is published, or somebody comes; rooms.py subscribes it."""

from lms.accounts.events import PersonHired, PersonMoved
from lms.content.attachments.events import PagesRead
from lms.content.events import Archived, Published, Renamed, Unarchived
from lms.kb import actions
from lms.kb.actions import gaps, suggestions, urgent


def on_published(fact: Published) -> None:
    if fact.kind == "article":
        actions.index_article(fact.document_id, fact.revision_id)
        gaps.close_gaps_of(fact)
        suggestions.give_credit(fact.document_id, fact.revision_id)


def on_offered_otherwise(fact: Archived | Unarchived | Renamed) -> None:
    if fact.kind == "article":
        actions.reindex(fact.document_id)


def on_pages_read(fact: PagesRead) -> None:
    actions.index_articles_showing(fact.path)


def on_hired(fact: PersonHired) -> None:
    urgent.include([fact.person_id])


def on_moved(fact: PersonMoved) -> None:
    urgent.include([fact.person_id])
