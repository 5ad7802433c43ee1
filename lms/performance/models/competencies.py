"""What people can do: the company's competencies and what leads say of them; who looked at whose profile; proofs."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym, type_json


class Competency(Base):
    """能力项: one thing that people of the floor can more or less well, as the company defines it.

    words: tags and 能力项 of documents and questions that tell of it. dimensions: names of dimensions of drills.
    levels: from which score (0 to 100) on a level is reached, for 2, 3, 4 and 5, rising. fresh_days: after how many
    days without new evidence a level should be looked at again.
    """

    __tablename__ = "competency"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    code: Mapped[str] = plain(String(40), unique=True)
    name: Mapped[str] = plain(String(80))
    about: Mapped[str] = plain(default="", server_default="")
    words: Mapped[list[str]] = plain(type_json, default=list, server_default="[]")
    dimensions: Mapped[list[str]] = plain(type_json, default=list, server_default="[]")
    levels: Mapped[list[int]] = plain(type_json)
    fresh_days: Mapped[int] = plain(default=180, server_default="180")
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class CompetencyRating(Base):
    """What a lead or inspector found of a competency of somebody, and why. level: 1 to 5. Only added, never changed."""

    __tablename__ = "competency_rating"
    __table_args__ = (Index("ix_competency_rating_person", "person_id", "competency_id", "id"),)
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    competency_id: Mapped[int] = plain(ForeignKey("competency.id"))
    level: Mapped[int] = personal()
    reason: Mapped[str] = free_text()
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()


class ProfileLook(Base):
    """Who looked at whose profile on which day (谁看过我的档案); one row a day, at the first look.

    what: profile (the page, its print) or proof.
    """

    __tablename__ = "profile_look"
    __table_args__ = (
        UniqueConstraint("person_id", "looker_id", "day", "what"),
        Index("ix_profile_look_person", "person_id", "id"),
    )
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    looker_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    day: Mapped[date] = plain()
    what: Mapped[str] = plain(String(12))
    at: Mapped[datetime] = plain()


@append_only
class TrainingProof(Base):
    """培训证明: that a proof was issued, of whom, over which days (both included), and the digest of what it says.

    code: printed on it, by which anybody may see that it was issued so. items: how many lines it has.
    """

    __tablename__ = "training_proof"
    __table_args__ = (Index("ix_training_proof_person", "person_id", "id"),)
    id: Mapped[pk]
    code: Mapped[str] = plain(String(20), unique=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    from_on: Mapped[date] = plain()
    until_on: Mapped[date] = plain()
    items: Mapped[int] = plain()
    sha: Mapped[bytes] = plain(LargeBinary(32))
    issued_at: Mapped[datetime] = plain()
    issued_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class TrainingProofPaper(Base):
    """What a proof says, as JSON whose sha256 stands in the proof; it names a person, so it lies apart and can go."""

    __tablename__ = "training_proof_paper"
    proof_id: Mapped[int] = plain(ForeignKey("training_proof.id"), primary_key=True, autoincrement=False)
    content: Mapped[str] = free_text()
