"""The facts that a host application may listen to. Handlers run inside the academy's transaction.

    from lms.facts import QuizGraded, on
    on(lms_app, QuizGraded, lambda fact: scores.append(fact))

A handler that raises undoes what caused the fact; whatever leaves the process belongs into the host's own queue.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from lms.core.bus import Bus
from lms.drills.events import DrillScored
from lms.learning.events import CertificateIssued, QueueRightChanged
from lms.performance.events import CompositeChanged
from lms.quizzes.events import QuizGraded, QuizRegraded
from lms.records.events import DocumentCompleted

__all__ = [
    "FACTS",
    "CertificateIssued",
    "CompositeChanged",
    "DocumentCompleted",
    "DrillScored",
    "QueueRightChanged",
    "QuizGraded",
    "QuizRegraded",
    "on",
]

FACTS = (
    QuizGraded,
    QuizRegraded,
    DrillScored,
    DocumentCompleted,
    CertificateIssued,
    QueueRightChanged,
    CompositeChanged,
)

Fact = TypeVar("Fact")


def on(academy: Flask, fact: type[Fact], handler: Callable[[Fact], None]) -> None:
    """Call the handler for every fact of this kind, after the academy's own handlers. Raises ValueError for others."""
    if fact not in FACTS:
        raise ValueError(f"{fact.__name__} is not a public fact")
    bus: Bus = academy.extensions["lms_bus"]
    bus.subscribe(fact, handler)
