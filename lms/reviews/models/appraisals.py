"""Tables of appraisals: forms, cycles, what each side wrote, what was frozen and signed, appeals, goals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym, type_json


class AppraisalForm(Base):
    """One version of a form. It is never changed: an edit is a new row with the same key and the next number.

    kind: quarterly | probation (转正评估表). spec: rules.appraisal_forms.FormSpec as JSON. active: offered for new
    cycles; only one version of a key is.
    """

    __tablename__ = "appraisal_form"
    __table_args__ = (UniqueConstraint("key", "version"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    key: Mapped[str] = plain(String(32))
    version: Mapped[int] = plain()
    kind: Mapped[str] = plain(String(12))
    name: Mapped[str] = plain(String(80))
    spec: Mapped[dict[str, Any]] = plain(type_json)
    why: Mapped[str] = free_text(default="", server_default="")
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class AppraisalCycle(Base):
    """One round of appraisals of a period ("2026Q3"). state: draft | running | closed.

    team_ids (with the teams below), person_ids: who is in it; both empty = everybody. The days are the last ones of
    each step; appeal_days: how many days after the second signature an appeal may be made.
    """

    __tablename__ = "appraisal_cycle"
    __table_args__ = (Index("ix_appraisal_cycle_state", "state", "period"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    period: Mapped[str] = plain(String(10))
    form_id: Mapped[int] = plain(ForeignKey("appraisal_form.id"))
    team_ids: Mapped[list[Any]] = plain(type_json, default=list)
    person_ids: Mapped[list[Any]] = plain(type_json, default=list)
    self_until: Mapped[date] = plain()
    supervisor_until: Mapped[date] = plain()
    calibrate_until: Mapped[date] = plain()
    sign_until: Mapped[date] = plain()
    appeal_days: Mapped[int] = plain()
    state: Mapped[str] = plain(String(8), default="draft", server_default="draft")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    started_at: Mapped[datetime | None] = plain()
    closed_at: Mapped[datetime | None] = plain()


class Appraisal(Base):
    """The appraisal of one person in one cycle. state: rules.appraisals.State. version: of what is signed, from 1.

    team_id: the person's team when it began. adjusted_mark: 0 to 100, put by calibration in place of the one that
    the form gives, and why.
    """

    __tablename__ = "appraisal"
    __table_args__ = (
        UniqueConstraint("cycle_id", "person_id"),
        Index("ix_appraisal_in_cycle", "cycle_id", "state"),
        Index("ix_appraisal_person", "person_id", "state"),
        Index("ix_appraisal_supervisor", "supervisor_id", "state"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    cycle_id: Mapped[int] = plain(ForeignKey("appraisal_cycle.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    supervisor_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    state: Mapped[str] = plain(String(12))
    version: Mapped[int] = plain(default=1, server_default="1")
    adjusted_mark: Mapped[float | None] = personal()
    adjusted_why: Mapped[str] = free_text(default="", server_default="")
    adjusted_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    adjusted_at: Mapped[datetime | None] = plain()
    begun_at: Mapped[datetime] = plain()
    released_at: Mapped[datetime | None] = plain()
    signed_at: Mapped[datetime | None] = plain()


class AppraisalAnswer(Base):
    """What one side wrote: self | supervisor. marks: 1 to 5 by the question's key; texts: likewise.

    person_id: whom it is about. handed_at: None while it is a draft.
    """

    __tablename__ = "appraisal_answer"
    appraisal_id: Mapped[int] = plain(ForeignKey("appraisal.id"), primary_key=True, autoincrement=False)
    side: Mapped[str] = plain(String(12), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    marks: Mapped[dict[str, Any]] = personal(type_json)
    texts: Mapped[dict[str, Any]] = free_text(type_json)
    saved_at: Mapped[datetime] = plain()
    handed_at: Mapped[datetime | None] = plain()


@append_only
class AppraisalFreeze(Base):
    """That a version of an appraisal was frozen: its mark (0 to 100) and the digest of everything it rests on."""

    __tablename__ = "appraisal_freeze"
    appraisal_id: Mapped[int] = plain(ForeignKey("appraisal.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = plain(primary_key=True, autoincrement=False)
    mark: Mapped[float | None] = plain()
    composite: Mapped[float | None] = plain()
    sha: Mapped[bytes] = plain(LargeBinary(32))
    at: Mapped[datetime] = plain()
    by_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class AppraisalPaper(Base):
    """What was frozen, as canonical JSON whose sha256 stands in the freeze. It names people, so it lies apart."""

    __tablename__ = "appraisal_paper"
    appraisal_id: Mapped[int] = plain(ForeignKey("appraisal.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = plain(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    content: Mapped[str] = free_text()


@append_only
class AppraisalSignature(Base):
    """That somebody has read and signed a version, by its digest. side: self | supervisor; how: password | read."""

    __tablename__ = "appraisal_signature"
    appraisal_id: Mapped[int] = plain(ForeignKey("appraisal.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = plain(primary_key=True, autoincrement=False)
    side: Mapped[str] = plain(String(12), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    sha: Mapped[bytes] = plain(LargeBinary(32))
    how: Mapped[str] = plain(String(8))


class AppraisalAppeal(Base):
    """The person's appeal against one signed version. state: waiting | upheld | rejected."""

    __tablename__ = "appraisal_appeal"
    __table_args__ = (
        UniqueConstraint("appraisal_id", "version"),
        Index("ix_appraisal_appeal_state", "state"),
    )
    id: Mapped[pk]
    appraisal_id: Mapped[int] = plain(ForeignKey("appraisal.id"))
    version: Mapped[int] = plain()
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = free_text()
    desired: Mapped[str] = free_text()
    at: Mapped[datetime] = plain()
    state: Mapped[str] = plain(String(8), default="waiting", server_default="waiting")
    answer: Mapped[str] = free_text(default="", server_default="")
    answered_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = plain()


class Goal(Base):
    """What somebody wants to reach in a period ("2026Q4"), by which measure until which day.

    document_id: the next training that goes with it, given through assignments. state: open | met | missed | dropped.
    """

    __tablename__ = "goal"
    __table_args__ = (Index("ix_goal_person", "person_id", "state", "due_on"), Index("ix_goal_period", "period"))
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    period: Mapped[str] = plain(String(10))
    text: Mapped[str] = free_text()
    measure: Mapped[str] = free_text()
    due_on: Mapped[date] = plain()
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"), index=True)
    state: Mapped[str] = plain(String(8), default="open", server_default="open")
    result: Mapped[str] = free_text(default="", server_default="")
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    closed_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = plain()


class GoalEvidence(Base):
    """What shows how far a goal is reached: a remark, with the address of a page where there is one."""

    __tablename__ = "goal_evidence"
    __table_args__ = (Index("ix_goal_evidence_goal", "goal_id", "id"),)
    id: Mapped[pk]
    goal_id: Mapped[int] = plain(ForeignKey("goal.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    note: Mapped[str] = free_text()
    link: Mapped[str] = free_text(default="", server_default="")
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
