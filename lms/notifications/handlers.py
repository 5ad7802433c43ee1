"""What the inbox hears; rooms.py subscribes it."""

from lms.accounts.events import Settled, Told
from lms.notifications import actions


def on_told(fact: Told) -> None:
    actions.tell(
        fact.person_ids,
        fact.topic,
        fact.sentence,
        fact.link,
        fact.key,
        urgent=fact.urgent,
        inbox_only=fact.inbox_only,
    )


def on_settled(fact: Settled) -> None:
    actions.settle(fact.person_ids, fact.key)
