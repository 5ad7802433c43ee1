"""Facts of the learning log, declared below all who listen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms.core.texts import Text


class Verb(StrEnum):
    COMPLETED = "completed"  # read to the end, or rolled up from its items
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"  # a task, by its mentor, trainer or the person
    GRADED = "graded"
    SIGNED_OFF = "signed_off"  # a stage (ref = its position) of a curriculum
    REGRADED = "regraded"  # corrects = the graded line whose result is another one now
    CERTIFIED = "certified"  # ref = the certificate that it gives, valid_until its last day
    REVOKED = "revoked"  # corrects = the certified line that was taken back by a named person
    VOIDED = "voided"  # corrects = the record that no longer counts
    ERASED = "erased"  # who this was is no longer known; the notes beside the person's lines are gone


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAppended:
    """A line entered the log, in this transaction. `at` in UTC. `counts`: whether it makes its document done."""

    person_id: int
    actor_id: int | None
    document_id: int | None
    revision_id: int | None
    verb: Verb
    passed: bool | None
    at: datetime
    ref: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCompleted:
    """A person has completed a document for the first time on this occasion."""

    person_id: int
    document_id: int
    revision_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """Whose verdict a correction would turn: passed before (None = was not decided yet) and after."""

    person_id: int
    before: bool | None
    after: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionImpact:
    """Question: what else changes when the results of a document are corrected. Answered with `Consequence`s."""

    document_id: int
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One consequence of a correction. count: of people or things, at least 1."""

    count: int
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingsRebuilt:
    """The standings of these people were folded anew from the log; whatever rests on them is to be folded too."""

    person_ids: tuple[int, ...]
