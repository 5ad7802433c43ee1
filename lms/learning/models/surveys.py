"""Tables of feedback: short surveys after a course, the monthly pulse, suggestions to the training plan."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class Survey(Base):
    """A few questions. kind: course (of each who completes the document) | pulse (客服关怀, monthly).

    document_id: None in one of kind course = the questions after every course that has none of its own.
    questions: [{"key", "type": "scale" | "choice" | "text", "text", "options"}]. anonymous: the answers are kept
    without the person, the day rounded to the week; it stands from the first answer on.
    """

    __tablename__ = "survey"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    kind: Mapped[str] = plain(String(12))
    title: Mapped[str] = plain(String(120))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"), index=True)
    questions: Mapped[list[Any]] = plain(type_json)
    anonymous: Mapped[bool] = plain(default=True, server_default=text("true"))
    opens_on: Mapped[date] = plain()
    closes_on: Mapped[date | None] = plain()
    stopped_at: Mapped[datetime | None] = plain()
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class SurveyAsked(Base):
    """Who was asked, and only whether they have answered: no time of the answer, or it would name its author."""

    __tablename__ = "survey_asked"
    survey_id: Mapped[int] = plain(ForeignKey("survey.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, index=True)
    about_id: Mapped[int] = plain(primary_key=True, autoincrement=False, default=0)  # the course's document; 0 = none
    asked_on: Mapped[date] = plain()
    answered: Mapped[bool] = plain(default=False, server_default=text("false"))
    declined: Mapped[bool] = plain(default=False, server_default=text("false"))


class SurveyAnswer(Base):
    """One answer. id: random, so that the order of rows says nothing. person_id: None where it is anonymous.

    week: the Monday of the week; team_id is kept only where the person is. batch: 0 = waiting, in no result; else the
    group of at least five with which it was let into the results at once. Without SQLite's hidden row number, which
    counts up and would tell the order.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (Index("ix_survey_answer_survey", "survey_id", "batch"), {"sqlite_with_rowid": False})
    id: Mapped[str] = plain(String(32), primary_key=True, default=new_public_id)
    survey_id: Mapped[int] = plain(ForeignKey("survey.id"))
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"), index=True)
    revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    week: Mapped[date] = plain()
    batch: Mapped[int] = plain(default=0, server_default="0")
    values: Mapped[dict[str, Any]] = free_text(type_json)


class TrainingIdea(Base):
    """培训建议 to the training plan. state: open | planned | done | declined; answered in words.

    person_id: None where it was given anonymously; then made_at is the beginning of that week.
    """

    __tablename__ = "training_idea"
    __table_args__ = (Index("ix_training_idea_state", "state", "made_at"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"), index=True)
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    text: Mapped[str] = free_text()
    made_at: Mapped[datetime] = plain()
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    answer: Mapped[str] = free_text(default="", server_default="")
    answered_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = plain()


class IdeaSupport(Base):
    """Who wants the same."""

    __tablename__ = "idea_support"
    idea_id: Mapped[int] = plain(ForeignKey("training_idea.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
