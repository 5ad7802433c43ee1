"""Tables of runs: a conversation as it went, event by event, and what it scored."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym, type_json


class Run(Base):
    """One person's run of a drill, with one lane for each customer. One open run at most per person and drill.

    state: open | ended | left (given up by the person) | voided. from_scene: of a retry, the title of the scene at
    which it began; such a run is practice and counts for nothing. team_drill_id: of which team drill it is a part.
    due_at: when the next clock of it runs out or the next customer comes; None while paused. lanes: where each
    conversation stands (rules/lanes.py), written anew with each step; the events alone are the truth.
    frozen: what holds for this run (queries/frozen.py). waiting: a person has to look at a reply.
    earned, possible: 1/27,720 point; possible is always 100 points. result: rules/score.py, by lane and together.
    """

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("person_id", "document_id", "number"),
        Index(
            "uq_run_open",
            "person_id",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_run_document", "document_id", "state"),
        Index("ix_run_team_drill", "team_drill_id", "person_id"),
        Index(
            "ix_run_due",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("earned IS NULL OR (earned >= 0 AND earned <= possible)", name="earned_in_range"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    team_drill_id: Mapped[int | None] = plain(ForeignKey("team_drill.id"))
    number: Mapped[int] = plain()
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    from_scene: Mapped[str] = plain(default="", server_default="")
    started_at: Mapped[datetime] = plain()
    deadline_at: Mapped[datetime | None] = plain()  # of the whole run
    due_at: Mapped[datetime | None] = plain()
    paused_at: Mapped[datetime | None] = plain()
    ended_at: Mapped[datetime | None] = plain()
    events: Mapped[int] = plain(default=0, server_default="0")  # how many there are
    lanes: Mapped[list[Any]] = plain(type_json)
    frozen: Mapped[dict[str, Any]] = deferred(plain(type_json))
    waiting: Mapped[bool] = plain(default=False, server_default=text("false"))
    earned: Mapped[int | None] = plain()
    possible: Mapped[int | None] = plain()
    passed: Mapped[bool | None] = plain()
    result: Mapped[dict[str, Any] | None] = deferred(plain(type_json))
    self_rating: Mapped[dict[str, Any] | None] = deferred(personal(type_json))
    self_rated_at: Mapped[datetime | None] = plain()


@append_only
class RunEvent(Base):
    """One thing that happened. seq: 1.. within the run; lane, step: the step of that conversation, 0 for no step.

    kind: came (a customer) | choice | text | timeout | over (the whole clock) | left | paused | resumed.
    scene: where it happened, its key or, in a run of an old version, its title; led_to: likewise. choice: its id.
    milliseconds: how long the customer had waited. mood: after it. points: by dimension, what it did.
    """

    __tablename__ = "run_event"
    __table_args__ = (Index("ix_run_event_scene", "scene", "kind"),)
    run_id: Mapped[int] = plain(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = plain(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = plain()
    lane: Mapped[int] = plain()
    step: Mapped[int] = plain()
    kind: Mapped[str] = plain(String(12))
    scene: Mapped[str] = plain()
    led_to: Mapped[str] = plain()
    choice: Mapped[str] = plain(String(12))
    milliseconds: Mapped[int | None] = plain()
    mood: Mapped[int | None] = plain()
    points: Mapped[dict[str, Any]] = plain(type_json)


class RunText(Base):
    """What was written at an event: free text, so apart from the events and deletable."""

    __tablename__ = "run_text"
    run_id: Mapped[int] = plain(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = plain(primary_key=True, autoincrement=False)
    text: Mapped[str] = free_text()


class RunLookup(Base):
    """What was looked up beside the chat: a query, or an article that was opened and how long it was read.

    kind: query | article | section. found: of a query, how many results. seconds: of what was opened, how long it was
    in front. step: the step of the conversation during which it was.
    """

    __tablename__ = "run_lookup"
    __table_args__ = (Index("ix_run_lookup_run", "run_id", "number", unique=True),)
    id: Mapped[pk]
    run_id: Mapped[int] = plain(ForeignKey("run.id"))
    number: Mapped[int] = plain()
    at: Mapped[datetime] = plain()
    lane: Mapped[int] = plain()
    step: Mapped[int] = plain()
    kind: Mapped[str] = plain(String(12))
    words: Mapped[str] = free_text(default="", server_default="")
    found: Mapped[int | None] = plain()
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    anchor: Mapped[str] = plain(default="", server_default="")
    seconds: Mapped[int | None] = plain()


@append_only
class RunScore(Base):
    """One scoring of a run. number: 1 = as it ended; further ones after an overrule or with a mended rubric.

    cause: end | overrule | rescore. revision_id: the version by which it was scored.
    """

    __tablename__ = "run_score"
    run_id: Mapped[int] = plain(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = plain(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = plain()
    by_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    cause: Mapped[str] = plain(String(12))
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    earned: Mapped[int] = plain()
    possible: Mapped[int] = plain()
    passed: Mapped[bool] = plain()
    result: Mapped[dict[str, Any]] = plain(type_json)


class RunOverrule(Base):
    """What a person found of one line of the rubric in one reply, against or for the automatic finding.

    line: its place in the rubric of the scene, from 0. A later row of the same line wins. offered: whether it was
    offered as a mend of the rubric and what became of it: "" | mended | declined.
    """

    __tablename__ = "run_overrule"
    __table_args__ = (Index("ix_run_overrule_run", "run_id", "seq", "line"),)
    id: Mapped[pk]
    run_id: Mapped[int] = plain(ForeignKey("run.id"))
    seq: Mapped[int] = plain()
    line: Mapped[int] = plain()
    held: Mapped[bool] = plain()
    reason: Mapped[str] = free_text(default="", server_default="")
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    offered: Mapped[str] = plain(String(12), default="", server_default="")


class RunReview(Base):
    """What the trainer or lead says of a run as a whole. rating: 1..5. version: two never overwrite each other."""

    __tablename__ = "run_review"
    run_id: Mapped[int] = plain(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    rating: Mapped[int | None] = personal()
    comment: Mapped[str] = free_text(default="", server_default="")
    at: Mapped[datetime] = plain()
    version: Mapped[int] = plain(default=1, server_default="1")
