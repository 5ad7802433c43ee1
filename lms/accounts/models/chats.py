"""Who people are on the chat platforms of their company."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from lms.core.db import Base, identity, plain, pseudonym

CHAT_PLATFORMS = ("wecom", "dingtalk", "feishu")


class ChatAccount(Base):
    """Who somebody is on a platform: wecom | dingtalk | feishu. user_id: UserID, userid or open_id, as it is there.

    None = asked for by phone and not there; it is asked again some days after `at`. source: sign_in | import | phone.
    """

    __tablename__ = "chat_account"
    __table_args__ = (UniqueConstraint("platform", "user_id"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    platform: Mapped[str] = plain(String(12), primary_key=True)
    user_id: Mapped[str | None] = identity(String(120))
    source: Mapped[str] = plain(String(12), default="import", server_default="import")
    at: Mapped[datetime | None] = plain()
