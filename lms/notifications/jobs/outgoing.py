"""What the worker does to send what waits on the ways out. No transaction is open while something is sent."""

import logging
import time
from contextlib import ExitStack

from flask import render_template

from lms.accounts.models import ChatAccount, Person
from lms.accounts.platforms import PLATFORMS, Card
from lms.accounts.rules.phones import digits
from lms.core import clock, mail
from lms.core.db import new_public_id, session, transaction
from lms.core.here import settings
from lms.core.i18n import current_locale, say_in, set_locale
from lms.core.jobs import drain_ids
from lms.core.texts import text
from lms.core.trouble import Trouble
from lms.notifications import queries
from lms.notifications.actions import deliveries
from lms.notifications.actions.outgoing import TOPIC, time_anew
from lms.notifications.queries import outgoing
from lms.notifications.queries.outgoing import Parcel
from lms.notifications.rules.ways import DIGEST, MAIL

log = logging.getLogger("lms.outgoing")

RUN = 8.0
"""Seconds after which a run ends, so that the worker's other jobs have their turn."""
MARGIN = 30.0
"""Seconds of a lease that must be left before something is sent in it."""


def send_waiting() -> int:
    """Send what is due, for about RUN seconds; return how many pieces arrived."""
    began = time.monotonic()
    ways = (*queries.working(), DIGEST)
    arrived = 0
    if len(ways) == 1:
        return 0
    drain_ids(TOPIC, time_anew)
    with ExitStack() as open_:
        carrier = Carrier(open_)
        closed: set[str] = set()
        while time.monotonic() - began < RUN:
            moved = False
            for way in ways:
                if way in closed:
                    continue
                if not _is_anything(way):
                    continue
                with transaction():
                    pieces = deliveries.lease(way, clock.now())
                if not pieces:
                    continue
                moved = True
                arrived += _send_all(carrier, pieces, closed)
            if not moved:
                break
    return arrived


def _is_anything(way: str) -> bool:
    found = outgoing.anything_due([way], clock.now())
    session().rollback()
    return found


def _send_all(carrier: "Carrier", pieces: list[Parcel], closed: set[str]) -> int:
    """Send pieces that are leased, one after the other; give back the rest where their way is in trouble."""
    taken_at = time.monotonic()
    arrived = 0
    for number, piece in enumerate(pieces):
        late = time.monotonic() - taken_at > deliveries.LEASE.total_seconds() - MARGIN
        if piece.way in closed or late:
            with transaction():
                deliveries.release([piece])
            continue
        try:
            arrived += _send(carrier, piece)
        except Trouble as trouble:
            if trouble.whole:
                closed.add(piece.way)
                log.warning("the way out %s is closed for a while: %s", piece.way, trouble.word)
            with transaction():
                deliveries.failed(piece, trouble)
        except Exception:
            with transaction():
                deliveries.failed(piece, Trouble("bug"))
                deliveries.release(pieces[number + 1 :])
            raise
    return arrived


def _send(carrier: "Carrier", piece: Parcel) -> int:
    """Send one piece; return 1 if it arrived, 0 if there is nobody to send it to. Raises Trouble."""
    user_id = piece.user_id
    if piece.way != MAIL and not user_id:
        phone = digits(piece.phone)
        if not phone:
            raise Trouble("nobody", lasting=True)
        looked_up = PLATFORMS[piece.way].by_phone(phone)
        with transaction():
            if looked_up is None:
                deliveries.unknown(piece)
                return 0
            if not deliveries.found(piece, looked_up):
                raise Trouble("taken", lasting=True)
        user_id = looked_up
    carrier.bring(piece, user_id)
    with transaction():
        deliveries.sent(piece)
    return 1


class Carrier:
    """Brings pieces out; its connection to the mail server is opened once for a run."""

    def __init__(self, open_: ExitStack) -> None:
        self._open = open_
        self._post: mail.Post | None = None

    def bring(self, piece: Parcel, user_id: str) -> None:
        if piece.way != MAIL:
            card = outgoing.card(piece)
            session().rollback()  # it was read; no transaction stays open while the other side thinks
            PLATFORMS[piece.way].tell(user_id, card, piece.key)
            return
        if not piece.email:
            raise Trouble("nobody", lasting=True)
        written = letter(piece)
        session().rollback()
        if self._post is None:
            self._post = self._open.enter_context(mail.post())
        try:
            self._post.send(written)
        except Trouble as trouble:
            if trouble.whole:
                self._post = None
            raise


def letter(piece: Parcel, card: Card | None = None) -> mail.Letter:
    """Return a piece as a mail, in the person's language. card: what it says, if not its notices."""
    before = current_locale()
    set_locale(piece.locale)
    try:
        card = card or outgoing.card(piece)
        company = outgoing.head()
        preferences = outgoing.address(MAIL, {"endpoint": "notifications.preferences"})
        values = {"card": card, "company": company, "name": piece.name, "preferences": preferences}
        first = card.text.partition("\n")[0]
        subject = card.title if len(piece.ids) > 1 or first in card.title else f"{card.title} · {first}"
        return mail.Letter(
            to=piece.email,
            name=piece.name,
            subject=subject,
            text=render_template("lms/notifications/mail.txt", **values),
            html=render_template("lms/notifications/mail.html", **values),
            key=piece.key,
            unsubscribe=preferences,
        )
    finally:
        set_locale(before)


def forget_deliveries() -> int:
    """Delete what was sent, or not, more than 400 days ago; return how many."""
    with transaction():
        return deliveries.forget(clock.now())


def try_out(person_id: int, way: str) -> None:
    """Send a message to one person on one way, at once and past the inbox. Raises Trouble."""
    person = session().get_one(Person, person_id)
    account = session().get(ChatAccount, (person_id, way))
    piece = Parcel(
        ids=(0,),
        notice_ids=(0,),
        key=new_public_id(),
        way=way,
        tries=1,
        person_id=person_id,
        locale=person.locale or settings().locale,
        name=person.name or "",
        email=person.email or "",
        phone=person.phone or "",
        user_id=(account.user_id or "") if account else "",
        urgent=True,
        link={},
    )
    card = Card(
        title=say_in(text("试发一条"), piece.locale),
        text=say_in(text("收到这条，说明这个渠道通了。"), piece.locale),
        url=outgoing.address(way, {"endpoint": "home.index"}),
        button=say_in(outgoing.SEE, piece.locale),
    )
    session().rollback()
    if way == MAIL:
        with mail.post() as post:
            post.send(letter(piece, card))
        return
    user_id = piece.user_id or (PLATFORMS[way].by_phone(digits(piece.phone)) if digits(piece.phone) else None)
    if not user_id:
        raise Trouble("nobody", lasting=True)
    PLATFORMS[way].tell(user_id, card, piece.key)
