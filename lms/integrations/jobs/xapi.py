"""What the worker sends to the learning record store, a batch at a time. No transaction is open meanwhile."""

import base64
import json
import time

from lms.core import clock, http
from lms.core.db import transaction
from lms.core.here import settings
from lms.core.http import Answer
from lms.core.trouble import Trouble
from lms.integrations.actions import xapi
from lms.integrations.actions.xapi import Held
from lms.integrations.queries.xapi import anything_due, is_on
from lms.integrations.rules.xapi import VERSION, is_held

RUN = 8.0
"""Seconds after which a run ends, so that the worker's other jobs have their turn."""
WHOLE = frozenset({401, 403, 404, 405, 407, 408, 425, 429})
"""Answers below 500 that are about the store or the way to it, not about what was sent."""


def send_statements() -> int:
    """Send what is due, in order per person; return how much the store has taken."""
    if not is_on():
        return 0
    began = time.monotonic()
    taken = 0
    while time.monotonic() - began < RUN and anything_due(clock.now()):
        with transaction():
            held = xapi.lease(clock.now())
        if not held:
            break
        try:
            answer = _post(held)
        except Trouble as trouble:
            if trouble.whole:
                with transaction():
                    xapi.failed(held, trouble)
                break
            took, well = _one_by_one(held)
            taken += took
            if not well:
                break
        else:
            with transaction():
                xapi.sent(held, answer)
            taken += len(held)
    return taken


def _one_by_one(held: list[Held]) -> tuple[int, bool]:
    """Send each alone, because the store refused them together; return how many it took, and whether it still does."""
    taken = 0
    for number, each in enumerate(held):
        try:
            answer = _put(each)
        except Trouble as trouble:
            if trouble.whole:
                with transaction():
                    xapi.failed([each], trouble)
                    xapi.release(held[number + 1 :])
                return taken, False
            with transaction():
                xapi.refused(each, trouble)
        else:
            with transaction():
                xapi.sent([each], answer)
            taken += 1
    return taken, True


def _post(held: list[Held]) -> str:
    return _taken(_call("POST", content=f"[{','.join(each.body for each in held)}]".encode()))


def _put(held: Held) -> str:
    """Store one; a store that has it already, as after an answer that was lost, is asked whether it is this one."""
    name = {"statementId": held.statement_id}
    answer = _call("PUT", content=held.body.encode(), params=name)
    if answer.status != 409:
        return _taken(answer)
    ours = json.loads(held.body)
    for which in ("statementId", "voidedStatementId"):
        there = _call("GET", params={which: held.statement_id})
        if there.is_good:
            if is_held(ours, _read(there)):
                return "409"
            break
    raise Trouble("rejected", "409", lasting=True)


def _read(answer: Answer) -> object:
    try:
        return answer.json()
    except http.Failed:
        return None


def _call(method: str, *, content: bytes | None = None, params: dict[str, str] | None = None) -> Answer:
    now = settings()
    key = base64.b64encode(f"{now.xapi_user}:{now.xapi_secret}".encode()).decode()
    headers = {"X-Experience-API-Version": VERSION, "Authorization": f"Basic {key}"}
    if content is not None:
        headers["Content-Type"] = "application/json"
    try:
        return http.send(method, f"{now.xapi_endpoint}/statements", content=content, headers=headers, params=params)
    except (http.Refused, http.Failed) as error:
        raise Trouble(error.word, whole=True) from error


def _taken(answer: Answer) -> str:
    """Return what is noted of a good answer. Raises Trouble for every other one."""
    if answer.is_good:
        return str(answer.status)
    if answer.status >= 500 or answer.status < 400 or answer.status in WHOLE:
        word = "auth" if answer.status in (401, 403) else "busy" if answer.status == 429 else "http"
        raise Trouble(word, str(answer.status), whole=True, wait=answer.retry_after)
    raise Trouble("rejected", str(answer.status), lasting=True)


def forget_statements() -> int:
    """Empty what was sent, or given up, more than 30 days ago; return how many."""
    with transaction():
        return xapi.forget(clock.now())
