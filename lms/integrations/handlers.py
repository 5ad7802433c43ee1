"""What other systems hear of; rooms.py subscribes it."""

from typing import Any

from lms.integrations.actions import webhooks


def on_fact(fact: Any) -> None:
    """fact: one of queries.facts.FACTS."""
    webhooks.put(fact)
