"""What the inbox hears; rooms.py subscribes it."""

from lms.accounts.events import FreezeChanged, RosterChanged, Settled, Told
from lms.notifications import actions
from lms.notifications.actions.outgoing import time_soon
from lms.notifications.actions.reminders import settle_reminders
from lms.records.events import RecordAppended, Verb


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


def on_silence(fact: FreezeChanged | RosterChanged) -> None:
    """Let what waits on its way out go when a silent time ends earlier, and wait where one begins."""
    time_soon(fact.person_ids)


def on_record(fact: RecordAppended) -> None:
    """Take the reminders of what is done now as read; duties have been rolled up before."""
    if fact.counts or fact.verb == Verb.SIGNED_OFF:
        settle_reminders(fact.person_id)
