"""Facts of studying, declared below all who listen."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued:
    """A person was given a certificate. document_id: for what. valid_until: the last day, None = for ever."""

    person_id: int
    document_id: int
    code: str
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRightChanged:
    """A person may take a queue from now on, or no longer. queue: its code in the other system.

    since: UTC. lacks: what is missing, `quiz:onboarding/return-7d`; it may be allowed in spite of that.
    """

    person_id: int
    queue: str
    allowed: bool
    since: datetime
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesNamed:
    """Question: which stored bytes do rows of rooms above name? Answered with digests; what nobody names is waste."""
