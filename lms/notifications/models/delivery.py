"""Tables of the ways out: what was sent where, what people and the administrator have chosen about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.accounts.models import ChatAccount as ChatAccount
from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class Delivery(Base):
    """One notice on one way out. channel: wecom | dingtalk | feishu | mail | digest.

    state: waiting | sent | dead | dropped (settled or read before it went out, or no address). answer: what the other
    side said, as `word detail` (core/answers.py), without secrets. due_at: not before (quiet hours, Retry-After).
    urgent: at any hour. Kept 400 days.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index(
            "ix_delivery_waiting",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_delivery_state", "state", "at"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    notice_id: Mapped[int] = plain(ForeignKey("notice.id", ondelete="CASCADE"))
    channel: Mapped[str] = plain(String(12))
    urgent: Mapped[bool] = plain(default=False, server_default=text("false"))
    state: Mapped[str] = plain(String(12), default="waiting", server_default="waiting")
    at: Mapped[datetime] = plain()
    due_at: Mapped[datetime] = plain()
    lease_until: Mapped[datetime | None] = plain()
    tries: Mapped[int] = plain(default=0, server_default="0")
    answer: Mapped[str] = free_text(String(400), default="", server_default="")
    sent_at: Mapped[datetime | None] = plain()


class NoticePreference(Base):
    """How a person wants to be told. digest: each | daily; channels: which ways out they have switched off."""

    __tablename__ = "notice_preference"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = plain(String(8), default="each", server_default="each")
    off: Mapped[list[Any]] = plain(type_json, default=list)


class NoticeTemplate(Base):
    """What the administrator has put in place of a shipped wording. name: of the template; locale: zh_CN | en."""

    __tablename__ = "notice_template"
    name: Mapped[str] = plain(String(40), primary_key=True)
    locale: Mapped[str] = plain(String(10), primary_key=True)
    subject: Mapped[str] = plain(String(200), default="", server_default="")
    body: Mapped[str] = plain()
    changed_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = plain()


class ReminderPlan(Base):
    """When people are reminded; one row, id 1, made when the administrator first changes it.

    before, after: days before and after the due day, e.g. [7, 3, 1] and [1, 3, 7]; on_day: on the day itself.
    quiet_from, quiet_until, send_at, digest_at: minutes from midnight in the installation's zone. escalate_after: days
    late from which the lead is told; None = never.
    """

    __tablename__ = "reminder_plan"
    id: Mapped[int] = plain(primary_key=True, autoincrement=False)
    before: Mapped[list[Any]] = plain(type_json)
    on_day: Mapped[bool] = plain(default=True, server_default=text("true"))
    after: Mapped[list[Any]] = plain(type_json)
    escalate_after: Mapped[int | None] = plain()
    send_at: Mapped[int] = plain()
    digest_at: Mapped[int] = plain()
    quiet_from: Mapped[int] = plain()
    quiet_until: Mapped[int] = plain()
    changed_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = plain()


class Robot(Base):
    """群机器人 of a team's group chat, for summaries. platform: wecom | dingtalk | feishu.

    url and secret are shown to nobody once they are kept.
    """

    __tablename__ = "robot"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    team_id: Mapped[int] = plain(ForeignKey("team.id"), index=True)
    platform: Mapped[str] = plain(String(12))
    name: Mapped[str] = plain(String(80))
    url: Mapped[str] = plain(String(400))
    secret: Mapped[str] = plain(String(120), default="", server_default="")
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    weekly: Mapped[bool] = plain(default=False, server_default=text("false"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class RobotMessage(Base):
    """A summary for a group. names: whether it names people, which only a person can decide, each time."""

    __tablename__ = "robot_message"
    __table_args__ = (Index("ix_robot_message_state", "state", "due_at"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    robot_id: Mapped[int] = plain(ForeignKey("robot.id"), index=True)
    key: Mapped[str] = plain(String(120), unique=True)
    body: Mapped[str] = free_text()
    names: Mapped[bool] = plain(default=False, server_default=text("false"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    due_at: Mapped[datetime] = plain()
    lease_until: Mapped[datetime | None] = plain()
    state: Mapped[str] = plain(String(12), default="waiting", server_default="waiting")
    tries: Mapped[int] = plain(default=0, server_default="0")
    answer: Mapped[str] = plain(String(400), default="", server_default="")


class RateBucket(Base):
    """A token bucket that all workers share: how many may still go out at once, and when that was counted."""

    __tablename__ = "rate_bucket"
    key: Mapped[str] = plain(String(60), primary_key=True)
    tokens: Mapped[float] = plain(Float)
    at: Mapped[datetime] = plain()
