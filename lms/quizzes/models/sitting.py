"""Tables of sitting a quiz: when it is open for whom, who may sit it again, which page holds a paper now."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym


class QuizWindow(Base):
    """When a quiz is open and under which limits: for everybody (no team, no person), a team and below, or one person.

    The nearest one counts, field by field: the person's, the nearest team's, everybody's, the quiz's own. None = says
    nothing. seconds: the limit instead of the quiz's. attempts: how many instead of the quiz's.
    """

    __tablename__ = "quiz_window"
    __table_args__ = (
        *(
            Index(
                f"uq_quiz_window_{of}",
                "document_id",
                *columns,
                unique=True,
                sqlite_where=text(condition),
                postgresql_where=text(condition),
            )
            for of, columns, condition in (
                ("everybody", (), "team_id IS NULL AND person_id IS NULL"),
                ("team", ("team_id",), "person_id IS NULL"),
                ("person", ("person_id",), "team_id IS NULL"),
            )
        ),
        CheckConstraint("team_id IS NULL OR person_id IS NULL", name="one_of_both"),
    )
    id: Mapped[pk]
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    opens_at: Mapped[datetime | None] = plain()
    closes_at: Mapped[datetime | None] = plain()
    seconds: Mapped[int | None] = plain()
    attempts: Mapped[int | None] = plain()
    set_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    set_at: Mapped[datetime] = plain()


class Makeup(Base):
    """补考: one person may sit a quiz again, counted apart. Its attempts bear the occasion `makeup:<number>`."""

    __tablename__ = "makeup"
    __table_args__ = (UniqueConstraint("document_id", "person_id", "number"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    number: Mapped[int] = plain()
    attempts: Mapped[int] = plain(default=1, server_default="1")
    opens_at: Mapped[datetime | None] = plain()
    closes_at: Mapped[datetime | None] = plain()
    reason: Mapped[str] = free_text()
    given_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    given_at: Mapped[datetime] = plain()
    withdrawn_at: Mapped[datetime | None] = plain()


class Presence(Base):
    """What the page of an open paper tells of itself. tab: of the page that holds the paper; an older one is refused.

    away_times, away_seconds: how often and how long the page was not in front. gone_times, gone_seconds: how often
    and how long nobody was there for over three minutes, where the quiz is to be sat in one go. Hints for a person to
    look at, nothing is decided by them. seen_at: the page's last word.
    """

    __tablename__ = "presence"
    attempt_id: Mapped[int] = plain(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    tab: Mapped[str | None] = plain(String(32))
    seen_at: Mapped[datetime] = plain()
    away_times: Mapped[int] = personal(default=0, server_default="0")
    away_seconds: Mapped[int] = personal(default=0, server_default="0")
    gone_times: Mapped[int] = personal(default=0, server_default="0")
    gone_seconds: Mapped[int] = personal(default=0, server_default="0")
