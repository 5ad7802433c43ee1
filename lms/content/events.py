"""Facts of the store, and the questions it asks before it changes what people read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.core.access import Actor
from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A revision became what people read. previous_id: the one before it, None at first. minor: nobody is to be told.

    actor_id: None where the files were synced. touched: ids of the sections and questions that were there before and
    read otherwise now, or are gone.
    """

    document_id: int
    kind: str
    revision_id: int
    previous_id: int | None
    actor_id: int | None
    minor: bool
    touched: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Parts of a document are 待复核 because of a new version of another one."""

    document_id: int
    cause_document_id: int
    cause_revision_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmarked:
    """Everything that a version put in doubt has been looked at, in these documents."""

    document_ids: tuple[int, ...]
    cause_revision_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A document is no longer offered; what was done with it stays."""

    document_id: int
    kind: str
    actor_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unarchived:
    """An archived document is offered again, as it was."""

    document_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A document has another address, perhaps in another folder; the old one leads to it."""

    document_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPreview:
    """Question: whom and what would the publishing of this document touch? Answered with a list of Impact.

    lost: keys of questions that the new version no longer has. changed: keys of questions asked otherwise.
    touched: ids of the sections and questions that read otherwise or are gone, as of `Published`.
    spec: the draft as its kind reads it, None where that is not possible.
    """

    document_id: int
    kind: str
    lost: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    touched: tuple[int, ...] = ()
    spec: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePreview:
    """Question: who still needs this document? Answered with a list of Impact."""

    document_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One line of an answer. count: of what the text speaks about, at least 1.

    names: of the people whom it speaks about, where they may be named; of very many only the first.
    """

    count: int
    text: Text
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsMissed:
    """Question: how were the questions answered from this instant on, up to that one? Answered with MissedQuestions."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedQuestion:
    """One question of an answer. key: of its Part. wrong: answers that earned less than half."""

    key: str
    title: str
    answered: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HowManySaw:
    """Question: how many people have seen each of these versions? Answered with a mapping from version to people."""

    revision_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSaw:
    """Question: who of those whom the actor may see has seen this version? Answered with Seen, the latest first.

    limit: people at most.
    """

    actor: Actor
    revision_id: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One person who has seen a version. times: how often it was opened."""

    employee_no: str
    name: str
    first_at: datetime
    last_at: datetime
    times: int
