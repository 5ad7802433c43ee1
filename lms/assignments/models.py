"""Who owes what by when, and why."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym, type_json


class Rule(Base):
    """Everybody who matches the audience gets the document; `due_plan` says by when (`days: 10`, `workdays: 10`).

    source: document (kept by the 岗位 or 必读 of the document itself) | manual (written on the page of rules) | cycle |
    campaign, with source_ref `cycle:<id>`. from_on, until_on (included): days on which it gives; None = always.
    applied_on: the day on which it was last applied to everybody; None = it was made, changed or stopped since.
    """

    __tablename__ = "rule"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80), default="", server_default="")
    document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)
    source: Mapped[str] = plain(String(12), default="document", server_default="document")
    source_ref: Mapped[str] = plain(String(40), default="", server_default="", index=True)
    audience: Mapped[dict[str, Any]] = plain(type_json)
    occasion: Mapped[str] = plain(String(40), default="once", server_default="once")
    due_plan: Mapped[dict[str, Any]] = plain(type_json)
    from_on: Mapped[date | None] = plain()
    until_on: Mapped[date | None] = plain()
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    changed_at: Mapped[datetime | None] = plain()
    version: Mapped[int] = plain(default=1, server_default="1")
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = plain()
    applied_on: Mapped[date | None] = plain()


class Assignment(Base):
    """One duty of one person. state: open | done | exempt | withdrawn | optional. Due = the earliest live reason.

    withdrawn: nobody asks for it any more, or the person has left (then its reasons live on, and it is open again when
    they come back). optional: nobody asks for it any more, but work had begun: it has no due day and counts when done.

    revision_id: the revision of the curriculum or course from which the items were laid out; of the occasion `read`
    the revision that has to be confirmed, or a later one. purpose: complete, or of that occasion acknowledge (all of
    it) | change (what is new). next_due_on: the earliest
    day of a required item that is still open, so that reports need not look at items to say who is late.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("person_id", "document_id", "occasion"),
        Index("ix_assignment_document", "document_id", "occasion", "state"),
        Index("ix_assignment_person", "person_id", "state", "due_on"),
    )
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    occasion: Mapped[str] = plain(String(40), default="once", server_default="once")
    purpose: Mapped[str] = plain(String(12), default="complete", server_default="complete")
    counts_from: Mapped[datetime] = plain()  # completions before it do not count for this occasion
    starts_on: Mapped[date] = plain()
    due_on: Mapped[date | None] = plain()
    next_due_on: Mapped[date | None] = plain()
    done_items: Mapped[int] = plain(default=0, server_default="0")
    total_items: Mapped[int] = plain(default=0, server_default="0")
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    done_at: Mapped[datetime | None] = plain()
    last_done_at: Mapped[datetime | None] = plain()
    exempt_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class AssignmentReason(Base):
    """Why somebody owes something. due_on: as it was asked; what counts of it is `due.settled_day`.

    kind: rule | manual | self | must-read | delta | cycle | expiry | campaign | inspection | recheck.
    """

    __tablename__ = "assignment_reason"
    __table_args__ = (UniqueConstraint("assignment_id", "kind", "ref"),)
    id: Mapped[pk]
    assignment_id: Mapped[int] = plain(ForeignKey("assignment.id"))
    kind: Mapped[str] = plain(String(12))
    ref: Mapped[str] = plain(String(80))
    due_on: Mapped[date | None] = plain()
    since: Mapped[datetime] = plain()
    until: Mapped[datetime | None] = plain()


class AssignmentItem(Base):
    """One thing of an assignment, in order. purpose: complete (a leaf document) | sign_off (the stage itself).

    stage: position of the stage, from 0; None outside a curriculum. container_id: the course that holds the item.
    day: by the person's nth rostered day, from 1; None = no day of its own. Locked items wait for `after_stage`.
    """

    __tablename__ = "assignment_item"
    __table_args__ = (
        Index("ix_assignment_item_document", "document_id", "assignment_id"),
        Index(
            "ix_assignment_item_open_due",
            "due_on",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )
    assignment_id: Mapped[int] = plain(ForeignKey("assignment.id"), primary_key=True)
    position: Mapped[int] = plain(primary_key=True, autoincrement=False)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    purpose: Mapped[str] = plain(String(12), default="complete", server_default="complete")
    container_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    stage: Mapped[int | None] = plain()
    stage_name: Mapped[str] = plain(String(120), default="", server_default="")
    after_stage: Mapped[int | None] = plain()
    in_order: Mapped[bool] = plain(default=False, server_default=text("false"))
    required: Mapped[bool] = plain(default=True, server_default=text("true"))
    minutes: Mapped[int] = plain(default=0, server_default="0")
    day: Mapped[int | None] = plain()
    due_on: Mapped[date | None] = plain()
    extended_to: Mapped[date | None] = plain()
    opened_at: Mapped[datetime | None] = plain()
    done_at: Mapped[datetime | None] = plain()
    exempt: Mapped[bool] = plain(default=False, server_default=text("false"))


class Exemption(Base):
    """豁免: why a person need not do what they owe, and until when; the duty counts as settled meanwhile.

    category: leave | qualified | transfer | other, for HR's eyes; reason: for who may see the duties of the person.
    until_on: the last day of it, after which the duty is open again; None = for good. ended_at: taken back by hand.
    """

    __tablename__ = "exemption"
    __table_args__ = (Index("ix_exemption_assignment", "assignment_id", "ended_at"),)
    id: Mapped[pk]
    assignment_id: Mapped[int] = plain(ForeignKey("assignment.id"))
    category: Mapped[str] = personal(String(12))
    reason: Mapped[str] = free_text()
    until_on: Mapped[date | None] = plain()
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    ended_at: Mapped[datetime | None] = plain()
    ended_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class Extension(Base):
    """延期: why and until when somebody has more time for a duty; its items' `extended_to` follows the live one."""

    __tablename__ = "extension"
    __table_args__ = (Index("ix_extension_assignment", "assignment_id", "ended_at"),)
    id: Mapped[pk]
    assignment_id: Mapped[int] = plain(ForeignKey("assignment.id"))
    to_on: Mapped[date] = plain()
    reason: Mapped[str] = free_text()
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    ended_at: Mapped[datetime | None] = plain()
    ended_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class Chase(Base):
    """催学: somebody was asked by hand to get on with a duty; at most once a day for each duty, whoever asks."""

    __tablename__ = "chase"
    assignment_id: Mapped[int] = plain(ForeignKey("assignment.id"), primary_key=True)
    day: Mapped[date] = plain(primary_key=True)
    at: Mapped[datetime] = plain()
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))


class Measure(Base):
    """What somebody is to do so that something does not happen again, and whether it was looked at later.

    about: of what it came, `team_drill:<id>`, `peak:<id>`. check_on: the day on which somebody looks whether it worked.
    verdict: "" until then | worked | not_worked. An open one is neither done nor dropped.
    """

    __tablename__ = "measure"
    __table_args__ = (
        Index("ix_measure_about", "about"),
        Index("ix_measure_owner", "owner_id", "done_at"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    about: Mapped[str] = plain(String(40))
    text: Mapped[str] = free_text()
    owner_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    due_on: Mapped[date] = plain()
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    done_at: Mapped[datetime | None] = plain()
    done_note: Mapped[str] = free_text(default="", server_default="")
    check_on: Mapped[date | None] = plain()
    verdict: Mapped[str] = plain(String(12), default="", server_default="")
    check_note: Mapped[str] = free_text(default="", server_default="")
    checked_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None] = plain()
    dropped_at: Mapped[datetime | None] = plain()
