"""What the worker sends to other systems. No transaction is open while something is sent."""

import time

from lms.core import clock, http
from lms.core.db import transaction
from lms.core.trouble import Trouble
from lms.integrations.actions import webhooks
from lms.integrations.actions.webhooks import Sending
from lms.integrations.queries.webhooks import anything_due
from lms.integrations.rules.webhooks import SIGNATURE, sign

RUN = 8.0
"""Seconds after which a run ends, so that the worker's other jobs have their turn."""


def send_facts() -> int:
    """Send what is due, in order per person; return how much was taken."""
    began = time.monotonic()
    taken = 0
    while time.monotonic() - began < RUN and anything_due(clock.now()):
        with transaction():
            sendings = webhooks.lease(clock.now())
        if not sendings:
            break
        taken += _send_all(sendings, began)
    return taken


def _send_all(sendings: list[Sending], began: float) -> int:
    """Send what is leased; an address that fails is left alone, and what waits for it is given back."""
    taken = 0
    silent: set[int] = set()
    for sending in sendings:
        if sending.webhook_id in silent or time.monotonic() - began > RUN:
            with transaction():
                webhooks.release([sending])
            continue
        try:
            answer = _send(sending)
        except Trouble as trouble:
            silent.add(sending.webhook_id)
            with transaction():
                webhooks.failed(sending, trouble)
        else:
            with transaction():
                webhooks.sent(sending, answer)
            taken += 1
    return taken


def _send(sending: Sending) -> str:
    content = sending.body.encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-LMS-Fact": sending.fact,
        "X-LMS-Delivery": sending.public_id,
        SIGNATURE: sign(sending.secret, int(clock.now().timestamp()), content),
    }
    try:
        answer = http.send("POST", sending.url, content=content, headers=headers)
    except (http.Refused, http.Failed) as error:
        raise Trouble(error.word) from error
    if not answer.is_good:
        raise Trouble("busy" if answer.status == 429 else "http", str(answer.status), wait=answer.retry_after)
    return str(answer.status)


def forget_calls() -> int:
    """Delete what was sent, or given up, more than 30 days ago; return how many."""
    with transaction():
        return webhooks.forget(clock.now())
