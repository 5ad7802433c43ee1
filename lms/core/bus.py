"""Facts within one transaction, and typed questions that a lower slice asks of those above it.

`emit` queues a fact; the transaction runs every subscriber, in the order in which app.py subscribed them, before
it commits. Handlers may emit more. There is no handler after the commit: whatever leaves the process is an outbox row.
`ask` collects the answers of whoever answers a question of that type (previews of publish, archive, regrade).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app

from lms.core.db import queued

Fact = TypeVar("Fact")


class Bus:
    """Who listens to what, in order. One per app."""

    def __init__(self) -> None:
        self._handlers: dict[type, list[Callable[[Any], None]]] = {}
        self._answerers: dict[type, list[Callable[[Any], Any]]] = {}

    def subscribe(self, fact: type[Fact], handler: Callable[[Fact], None]) -> None:
        self._handlers.setdefault(fact, []).append(handler)

    def answer(self, question: type[Fact], answerer: Callable[[Fact], Any]) -> None:
        self._answerers.setdefault(question, []).append(answerer)

    def deliver(self, fact: object) -> None:
        for handler in self._handlers.get(type(fact), []):
            handler(fact)

    def collect(self, question: object) -> list[Any]:
        return [answerer(question) for answerer in self._answerers.get(type(question), [])]


def bus() -> Bus:
    """Return the bus of the running app."""
    found: Bus = current_app.extensions["lms_bus"]
    return found


def emit(fact: object) -> None:
    """Queue a fact for delivery inside the open transaction. Raises RuntimeError outside of one."""
    queued().facts.append(fact)


def ask(question: object) -> list[Any]:
    """Return what every subscriber answers to the question, in app.py's order."""
    return bus().collect(question)
