"""Verbs of webhooks: keep an address, put a fact on its way, note how it went, send again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update

from lms.core import clock, sendings
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new, new_public_id, session, wake
from lms.core.errors import Invalid, NotFound
from lms.core.http import Refused, place
from lms.core.retention import kept
from lms.core.retrying import again_at
from lms.core.texts import Text, text
from lms.core.trouble import Trouble
from lms.integrations.models import Webhook, WebhookCall
from lms.integrations.queries.facts import NAMES, Fact, data_of, people_of
from lms.integrations.queries.webhooks import is_due
from lms.integrations.rules.webhooks import PING, REST, body

LEASE = timedelta(minutes=2)
AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A call that a worker holds. tries: this one included."""

    id: int
    public_id: str
    webhook_id: int
    url: str
    secret: str
    fact: str
    body: str
    tries: int


def put(fact: Fact) -> None:
    """Put a fact on its way to every address that wants it, in the transaction in which it came about."""
    put_all([fact])


def put_all(facts: Sequence[Fact]) -> None:
    """Put many facts on their way at once; each address and all people are looked up once."""
    hooks = _active()
    wanted = [(fact, each) for fact in facts for each in hooks if not each.facts or type(fact).__name__ in each.facts]
    if not wanted:
        return
    now = clock.now()
    told = list(dict.fromkeys(fact for fact, _ in wanted))
    people = people_of(told)
    made = {}
    for fact in told:
        fact_id, name = new_public_id(), type(fact).__name__
        made[fact] = (fact_id, name, body(fact_id, name, now, data_of(fact, people)))
    rows = [
        {
            "public_id": new_public_id(),
            "webhook_id": each.id,
            "fact_id": made[fact][0],
            "fact": made[fact][1],
            "stream": str(fact.person_id),
            "body": made[fact][2],
            "at": now,
            "due_at": now,
            "state": "waiting",
        }
        for fact, each in wanted
    ]
    insert_new(WebhookCall, ("webhook_id", "fact_id"), rows)
    wake()


def _active() -> Sequence[Webhook]:
    return session().scalars(select(Webhook).where(Webhook.active).order_by(Webhook.id)).all()


def keep(
    actor: Actor, *, name: str, url: str, facts: Sequence[str], webhook_id: str = ""
) -> tuple[Webhook, str | None]:
    """Keep an address, a new one or a changed one; return it, and of a new one the secret that is shown this once.

    Raises Invalid, NotFound.
    """
    wrong: dict[str, Text] = {}
    url = url.strip()
    try:
        place(url)
    except Refused:
        wrong["url"] = text("请写完整的地址，以 https:// 或 http:// 开头，不带用户名和密码。")
    if len(url) > 400:
        wrong["url"] = text("地址太长，最多 400 个字符。")
    if not name.strip():
        wrong["name"] = text("请写是哪个系统。")
    if set(facts) - set(NAMES):
        wrong["facts"] = text("没有这种事件。")
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    chosen = [each for each in NAMES if each in facts]
    secret: str | None = None
    if webhook_id:
        webhook = _webhook(webhook_id)
        webhook.name, webhook.url, webhook.facts = name.strip()[:80], url, chosen
    else:
        secret = secrets.token_urlsafe(32)
        webhook = Webhook(
            name=name.strip()[:80], url=url, secret=secret, facts=chosen, made_by=actor.id, made_at=clock.now()
        )
        session().add(webhook)
    session().flush()
    audit(actor.id, "webhook.kept", "webhook", webhook.public_id, after={"facts": chosen})
    return webhook, secret


def switch(actor: Actor, webhook_id: str, *, active: bool) -> None:
    """Tell an address nothing more, or again. What waits stays."""
    _webhook(webhook_id).active = active
    audit(actor.id, "webhook.switched", "webhook", webhook_id, after={"active": active})


def renew_secret(actor: Actor, webhook_id: str) -> str:
    """Return a new secret, shown this once; from now on everything is signed with it."""
    webhook = _webhook(webhook_id)
    webhook.secret = secrets.token_urlsafe(32)
    audit(actor.id, "webhook.secret", "webhook", webhook_id)
    return webhook.secret


def remove(actor: Actor, webhook_id: str) -> None:
    """Forget an address and everything that was sent to it."""
    webhook = _webhook(webhook_id)
    session().execute(delete(WebhookCall).where(WebhookCall.webhook_id == webhook.id))
    session().delete(webhook)
    audit(actor.id, "webhook.removed", "webhook", webhook_id)


def ping(actor: Actor, webhook_id: str) -> None:
    """Send a test to one address, as facts are sent."""
    webhook = _webhook(webhook_id)
    now, fact_id = clock.now(), new_public_id()
    session().add(
        WebhookCall(
            webhook_id=webhook.id, fact_id=fact_id, fact=PING, body=body(fact_id, PING, now, {}), at=now, due_at=now
        )
    )
    wake()


def _webhook(webhook_id: str) -> Webhook:
    found = session().scalars(select(Webhook).where(Webhook.public_id == webhook_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def lease(now: datetime) -> list[Sending]:
    """Take calls that may go out, of each stream the first; commit before they are sent."""
    found = session().execute(
        select(WebhookCall, Webhook.url, Webhook.secret)
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .where(Webhook.active, is_due(now))
        .order_by(WebhookCall.id)
        .limit(AT_ONCE)
        .with_for_update(of=WebhookCall, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    taken = []
    for call, url, secret in found.all():
        call.lease_until, call.tries = now + LEASE, call.tries + 1
        taken.append(
            Sending(
                id=call.id,
                public_id=call.public_id,
                webhook_id=call.webhook_id,
                url=url,
                secret=secret,
                fact=call.fact,
                body=call.body,
                tries=call.tries,
            )
        )
    session().flush()
    return taken


def sent(sending: Sending, answer: str) -> None:
    """Note that the other side has taken it."""
    sendings.note(WebhookCall, [sending.id], state="sent", sent_at=clock.now(), lease_until=None, answer=answer)


def failed(sending: Sending, trouble: Trouble) -> None:
    """Note that the other side has not taken it: tried again later, or dead. The address is left alone for a while."""
    now = clock.now()
    later = again_at(sending.tries, now, trouble.wait)
    sendings.missed(WebhookCall, [sending.id], later, trouble.answer)
    rest = now + max(REST, timedelta(seconds=trouble.wait or 0))
    session().execute(
        update(WebhookCall)
        .where(
            WebhookCall.webhook_id == sending.webhook_id,
            WebhookCall.state == "waiting",
            WebhookCall.due_at < rest,
            WebhookCall.id != sending.id,
        )
        .values(due_at=rest)
        .execution_options(synchronize_session=False)
    )


def release(taken: Sequence[Sending]) -> None:
    """Give back what was taken and not tried."""
    for sending in taken:
        sendings.note(WebhookCall, [sending.id], lease_until=None, tries=sending.tries - 1)


def resend(actor: Actor, *, call_id: str = "", webhook_id: str = "") -> int:
    """Send dead calls once more: one, or all of an address; return how many."""
    which = WebhookCall.public_id == call_id if call_id else WebhookCall.webhook_id == _webhook(webhook_id).id
    done = session().execute(
        update(WebhookCall)
        .where(which, WebhookCall.state == "dead")
        .values(state="waiting", tries=0, due_at=clock.now(), lease_until=None)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount:
        audit(actor.id, "webhook.resent", "webhook", call_id or webhook_id, after={"calls": done.rowcount})
        wake()
    return done.rowcount


def forget(now: datetime) -> int:
    """Delete what was sent, or given up, more than LMS_KEEP_CALLS_DAYS ago; return how many."""
    done = session().execute(
        delete(WebhookCall)
        .where(WebhookCall.state != "waiting", WebhookCall.at < now - kept("calls"))
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount
