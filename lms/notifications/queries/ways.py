"""Reading on which ways people can be told, and when something may go out."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from lms.accounts.models import ChatAccount, Person
from lms.core.db import session
from lms.core.here import settings
from lms.core.settings import Settings
from lms.notifications.models import NoticePreference, ReminderPlan
from lms.notifications.rules.hours import Hours
from lms.notifications.rules.ways import MAIL, Receiver

_AT_ONCE = 1_000


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
        if working() and set(working()) - {MAIL}:
            for person_id, platform in session().execute(
                select(ChatAccount.person_id, ChatAccount.platform).where(
                    ChatAccount.person_id.in_(some), ChatAccount.user_id.is_not(None)
                )
            ):
                accounts.setdefault(person_id, set()).add(platform)
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
            found[row.id] = _receiver(row, accounts.get(row.id, set()))
    return found


def _receiver(row: Any, accounts: Collection[str]) -> Receiver:
    return Receiver(
        person_id=row.id,
        accounts=frozenset(accounts),
        has_phone=bool(row.has_phone),
        has_mail=bool(row.has_mail),
        off=frozenset(row.off or ()),
        daily=row.digest == "daily",
    )


def hours() -> Hours:
    """Return the quiet hours of the installation and when digests go out."""
    row = (
        session()
        .execute(
            select(ReminderPlan.quiet_from, ReminderPlan.quiet_until, ReminderPlan.digest_at).where(
                ReminderPlan.id == 1
            )
        )
        .first()
    )
    return Hours(quiet_from=row.quiet_from, quiet_until=row.quiet_until, digest_at=row.digest_at) if row else Hours()


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """Return the ids in portions: a statement takes only so many values."""
    found = list(ids)
    return (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE))
