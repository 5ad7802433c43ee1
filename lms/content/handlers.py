"""What the store does when something is published or archived, or somebody leaves; rooms.py subscribes it."""

from lms.accounts.events import PersonLeft
from lms.content.actions import leaving, reviewing
from lms.content.events import Archived, Published


def on_published(fact: Published) -> None:
    reviewing.close_open(fact.document_id, fact.actor_id)


def on_archived(fact: Archived) -> None:
    reviewing.close_open(fact.document_id, fact.actor_id)


def on_left(fact: PersonLeft) -> None:
    reviewing.reviewer_left(fact.person_id)
    leaving.hand_over(fact.person_id)
