"""The append-only learning log, its head, its deletable notes and its one projection."""

from datetime import date, datetime

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, LargeBinary, String, event, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, personal, plain, pseudonym, type_pk


@append_only
class Record(Base):
    """One line of the log: ids, enums and numbers, no name and no free text.

    seq has no gap and follows the order of commits. earned, possible in 1/27,720 point. credited_minutes: what the
    document promises, once per completion; observed_seconds: what was measured while it was open.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_person_document", "person_id", "document_id", "seq"),
        Index("ix_record_document", "document_id", "seq"),
        Index(  # results of a period; the comparison of teams
            "ix_record_graded",
            "source",
            "day",
            sqlite_where=text("verb = 'graded'"),
            postgresql_where=text("verb = 'graded'"),
        ),
    )
    seq: Mapped[int] = plain(type_pk, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = plain()
    day: Mapped[date] = plain()
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    actor_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    verb: Mapped[str] = plain(String(20))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    earned: Mapped[int | None] = plain()
    possible: Mapped[int | None] = plain()
    passed: Mapped[bool | None] = plain()
    credited_minutes: Mapped[int | None] = plain()
    observed_seconds: Mapped[int | None] = plain()
    valid_until: Mapped[date | None] = plain()
    source: Mapped[str] = plain(String(20))
    ref: Mapped[str] = plain(String(80), default="", server_default="")
    corrects: Mapped[int | None] = plain()
    note_digest: Mapped[bytes | None] = plain(LargeBinary(32))
    hash: Mapped[bytes] = plain(LargeBinary(32), unique=True)


class RecordNote(Base):
    """Free text beside a record. Deletable: the chain holds only sha256(salt ‖ text)."""

    __tablename__ = "record_note"
    seq: Mapped[int] = plain(ForeignKey("record.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = plain(LargeBinary(16))
    text: Mapped[str] = free_text()


class LogHead(Base):
    """The one row that every appending transaction locks last."""

    __tablename__ = "log_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = plain(primary_key=True, autoincrement=False)
    seq: Mapped[int] = plain()
    hash: Mapped[bytes] = plain(LargeBinary(32))


for _dialect, _zero in (
    ("sqlite", "x'" + "00" * 32 + "'"),
    ("postgresql", "decode(repeat('00', 32), 'hex')"),
):
    # The head exists from the first day on, so that even the first two writers wait for one another.
    _seed = DDL(f"INSERT INTO log_head (id, seq, hash) VALUES (1, 0, {_zero})")  # type: ignore[no-untyped-call]  # noqa: S608
    event.listen(LogHead.__table__, "after_create", _seed.execute_if(dialect=_dialect))


class Standing(Base):
    """How one person stands with one document: the fold of the records of the two, folded anew at each append.

    state: touched | done | failed. tries, best, last concern quizzes. confirmed_revision_id: the revision of the latest
    completion or acknowledgement.
    """

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_document", "document_id", "state"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    state: Mapped[str] = plain(String(12))
    tries: Mapped[int] = plain(default=0, server_default="0")
    best_earned: Mapped[int | None] = plain()
    best_possible: Mapped[int | None] = plain()
    last_earned: Mapped[int | None] = plain()
    last_possible: Mapped[int | None] = plain()
    first_done_at: Mapped[datetime | None] = plain()
    last_done_at: Mapped[datetime | None] = plain()
    confirmed_revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    credited_minutes: Mapped[int] = personal(default=0, server_default="0")
    observed_seconds: Mapped[int] = personal(default=0, server_default="0")
    valid_until: Mapped[date | None] = plain(index=True)
    last_seq: Mapped[int] = plain()
    last_at: Mapped[datetime] = plain()
