"""Reading on which ways people can be told."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lms.accounts.models import ChatAccount, Person
from lms.core import clock
from lms.core.db import session
from lms.core.here import settings
from lms.core.settings import Settings
from lms.notifications.models import NoticePreference
from lms.notifications.rules.ways import MAIL, Receiver

_AT_ONCE = 1_000
ASKED_AGAIN = timedelta(days=7)
"""After so long a platform is asked again for somebody whose phone it did not know: too many such questions in a day
and it answers none."""


def working(chosen: Settings | None = None) -> tuple[str, ...]:
    """Return the ways out that the installation has, by its settings."""
    now = chosen or settings()
    return tuple(
        way
        for way, is_set in (
            ("wecom", now.wecom_corp_id and now.wecom_secret and now.wecom_agent_id),
            ("dingtalk", now.dingtalk_app_key and now.dingtalk_app_secret and now.dingtalk_agent_id),
            ("feishu", now.feishu_app_id and now.feishu_app_secret),
            (MAIL, now.mail_url and now.mail_from),
        )
        if is_set
    )


def receivers(person_ids: Collection[int]) -> dict[int, Receiver]:
    """Return what is known about the ways of each of these people who works here."""
    found: dict[int, Receiver] = {}
    for some in _batches(sorted(set(person_ids))):
        accounts: dict[int, set[str]] = {}
        missing: dict[int, set[str]] = {}
        if set(working()) - {MAIL}:
            for row in session().execute(
                select(ChatAccount.person_id, ChatAccount.platform, ChatAccount.user_id, ChatAccount.at).where(
                    ChatAccount.person_id.in_(some)
                )
            ):
                if row.user_id is not None:
                    accounts.setdefault(row.person_id, set()).add(row.platform)
                elif row.at is not None and row.at > clock.now() - ASKED_AGAIN:
                    missing.setdefault(row.person_id, set()).add(row.platform)
        statement = (
            select(
                Person.id,
                Person.email.is_not(None).label("has_mail"),
                Person.phone.is_not(None).label("has_phone"),
                NoticePreference.digest,
                NoticePreference.off,
            )
            .outerjoin(NoticePreference, NoticePreference.person_id == Person.id)
            .where(Person.id.in_(some), Person.active)
            .order_by(Person.id)
        )
        for row in session().execute(statement):
            found[row.id] = _receiver(row, accounts.get(row.id, set()), missing.get(row.id, set()))
    return found


def _receiver(row: Any, accounts: Collection[str], missing: Collection[str]) -> Receiver:
    return Receiver(
        person_id=row.id,
        accounts=frozenset(accounts),
        missing=frozenset(missing),
        has_phone=bool(row.has_phone),
        has_mail=bool(row.has_mail),
        off=frozenset(row.off or ()),
        daily=row.digest == "daily",
    )


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """Return the ids in portions: a statement takes only so many values."""
    found = list(ids)
    return (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE))
