"""Verbs of people's accounts on chat platforms: connect, disconnect."""

from collections.abc import Mapping

from sqlalchemy import CursorResult, delete, insert, select

from lms.accounts.models import ChatAccount, Person
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new, session
from lms.core.errors import Conflict, NotFound
from lms.core.texts import text


def connect(actor_id: int | None, person_id: int, platform: str, user_id: str, source: str) -> None:
    """Let a person be known on a platform under this account. The same again changes nothing.

    Raises Conflict where the account is somebody else's, or the person is known under another one.
    """
    current = session()
    current.execute(select(Person.id).where(Person.id == person_id, Person.active).with_for_update()).one()
    current.execute(
        delete(ChatAccount).where(
            ChatAccount.person_id == person_id, ChatAccount.platform == platform, ChatAccount.user_id.is_(None)
        )
    )
    there = current.scalars(
        select(ChatAccount).where(ChatAccount.platform == platform, ChatAccount.user_id == user_id)
    ).one_or_none()
    if there is not None and there.person_id != person_id:
        raise Conflict(text("这个账号已经连着另一个人。请联系管理员核对。"))
    own = current.get(ChatAccount, (person_id, platform), populate_existing=True)
    if own is not None and own.user_id != user_id:
        raise Conflict(text("您已经连着这个平台的另一个账号。要更换请先断开，或联系管理员。"))
    if own is None:
        row = {
            "person_id": person_id,
            "platform": platform,
            "user_id": user_id,
            "source": source,
            "at": clock.now(),
        }
        insert_new(ChatAccount, ("platform", "user_id"), [row])
        audit(actor_id, "chat_account.connected", "chat_account", platform, person_id=person_id)


def set_many(actor: Actor, wanted: Mapping[tuple[int, str], str]) -> None:
    """Say under which account people are known, by (person, platform), in place of what was known before.

    In a fixed number of statements; that no account is somebody else's is checked before. People are locked already.
    """
    if not wanted:
        return
    current, at = session(), clock.now()
    for platform in sorted({platform for _, platform in wanted}):
        ids = [person_id for person_id, one in wanted if one == platform]
        current.execute(delete(ChatAccount).where(ChatAccount.platform == platform, ChatAccount.person_id.in_(ids)))
    rows = [
        {"person_id": person_id, "platform": platform, "user_id": account, "source": "import", "at": at}
        for (person_id, platform), account in sorted(wanted.items())
    ]
    current.execute(insert(ChatAccount), rows)
    for person_id, platform in wanted:
        audit(actor.id, "chat_account.connected", "chat_account", platform, person_id=person_id)


def disconnect(actor_id: int, person_id: int, platform: str) -> None:
    """Forget who a person is on a platform. Raises NotFound where that was not known."""
    done = session().execute(
        delete(ChatAccount).where(ChatAccount.person_id == person_id, ChatAccount.platform == platform)
    )
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        raise NotFound()
    audit(actor_id, "chat_account.disconnected", "chat_account", platform, person_id=person_id)
