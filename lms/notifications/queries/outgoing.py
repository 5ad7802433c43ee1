"""Reading what is to go out: to whom, in which words, and where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, and_, select
from werkzeug.routing import BuildError

from lms.accounts.models import ChatAccount, Person
from lms.accounts.platforms import Card
from lms.core import sendings
from lms.core.db import session
from lms.core.here import settings
from lms.core.i18n import say_in
from lms.core.installation import company
from lms.core.texts import text
from lms.notifications.models import Delivery, Notice
from lms.notifications.queries.wording import digest_of, worded
from lms.notifications.rules.ways import CHATS

SEE, SEE_ALL = text("查看"), text("查看全部")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one person gets in one piece: one notice, or those of a digest. ids: of the deliveries.

    key: names the piece, however often it is sent. tries: this one included. user_id: "" = to be looked up by phone.
    """

    ids: tuple[int, ...]
    notice_ids: tuple[int, ...]
    key: str
    way: str
    tries: int
    person_id: int
    locale: str
    name: str
    email: str
    phone: str
    user_id: str
    urgent: bool
    link: Mapping[str, Any]


def is_due(channel: str, now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.channel == channel, sendings.is_due(Delivery, now))


COLUMNS = (
    Delivery.id,
    Delivery.public_id,
    Delivery.channel,
    Delivery.tries,
    Delivery.urgent,
    Delivery.due_at,
    Notice.id.label("notice_id"),
    Notice.person_id,
    Notice.link,
    Notice.read_at,
    Person.active,
    Person.name,
    Person.email,
    Person.phone,
    Person.locale,
    ChatAccount.user_id,
)


def due(channel: str, now: datetime, limit: int) -> list[Any]:
    """Return what may go out on a way, locked against other workers: the urgent first, then the longest due."""
    statement = (
        select(*COLUMNS)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Notice.person_id)
        .outerjoin(ChatAccount, and_(ChatAccount.person_id == Person.id, ChatAccount.platform == Delivery.channel))
        .where(is_due(channel, now))
        .order_by(Delivery.urgent.desc(), Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return list(session().execute(statement))


def anything_due(channels: Sequence[str], now: datetime) -> bool:
    """Return whether something waits on one of these ways; asked outside of a transaction."""
    return any(session().execute(select(Delivery.id).where(is_due(way, now)).limit(1)).first() for way in channels)


def parcel(rows: Sequence[Any], way: str, user_id: str) -> Parcel:
    """Return rows of one person, which were read by `due`, as one piece for a way."""
    first = rows[0]
    return Parcel(
        ids=tuple(row.id for row in rows),
        notice_ids=tuple(row.notice_id for row in rows),
        key=first.public_id,
        way=way,
        tries=max(row.tries for row in rows) + 1,
        person_id=first.person_id,
        locale=first.locale or settings().locale,
        name=first.name or "",
        email=first.email or "",
        phone=first.phone or "",
        user_id=user_id,
        urgent=any(row.urgent for row in rows),
        link=(first.link or {}) if len(rows) == 1 else {},
    )


def card(piece: Parcel) -> Card:
    """Return what a person reads, in their language: one notice, or the list of a digest."""

    def leads_to(endpoint: str, values: Mapping[str, Any]) -> str:
        return address(piece.way, {"endpoint": endpoint, "values": values})

    single = len(piece.notice_ids) == 1
    first = piece.notice_ids[0]
    words = worded([first], leads_to).get(first) if single else digest_of(piece.notice_ids, leads_to)
    return Card(
        title=words.subject if words else company(),
        text=words.body if words else "",
        url=address(piece.way, piece.link),
        button=say_in(SEE if single else SEE_ALL, piece.locale),
    )


def address(way: str, link: Mapping[str, Any]) -> str:
    """Return where a message leads: on a chat platform through its sign-in. "" without LMS_BASE_URL.

    A page that is no more leads to the inbox.
    """
    base = settings().base_url.rstrip("/")
    if not base:
        return ""
    path = path_of(link.get("endpoint") or "notifications.inbox", link.get("values") or {})
    if way not in CHATS:
        return base + path
    prefix = urlsplit(base).path
    return f"{base}{path_of('integrations.enter', {'platform': way})}?{urlencode({'next': prefix + path})}"


def path_of(endpoint: str, values: Mapping[str, Any]) -> str:
    """Return the path of a page below LMS_BASE_URL; the worker has no request to build it by."""
    adapter = current_app.url_map.bind("here")
    try:
        return adapter.build(endpoint, dict(values))
    except BuildError:
        return adapter.build("notifications.inbox", {})


def head() -> str:
    """Return what the academy is called."""
    return company()
