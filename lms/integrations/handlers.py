"""What other systems hear of; rooms.py subscribes it."""

from typing import Any

from lms.integrations.actions import webhooks
from lms.performance.events import CompositesChanged


def on_fact(fact: Any) -> None:
    """fact: one of queries.facts.FACTS."""
    webhooks.put(fact)


def on_composites(fact: CompositesChanged) -> None:
    """Composites change by thousands, so they are put on their way together."""
    webhooks.put_all(fact.facts)
