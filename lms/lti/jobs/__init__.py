"""What the worker does for other learning systems. No transaction is open while something is sent."""

import time

from lms.core import clock
from lms.core.db import transaction
from lms.core.trouble import Trouble
from lms.lti import platform
from lms.lti.actions import platforms, scores
from lms.lti.queries.platforms import anything_due

RUN = 8.0
"""Seconds after which a run ends, so that the worker's other jobs have their turn."""


def tell_scores() -> int:
    """Tell the marks that are due; return how many were taken."""
    began, taken = time.monotonic(), 0
    silent: set[int] = set()
    while time.monotonic() - began < RUN and anything_due(clock.now()):
        with transaction():
            held = scores.lease(clock.now())
        if not held:
            break
        for each in held:
            if each.platform_id in silent or time.monotonic() - began > RUN:
                with transaction():
                    scores.release([each])
                continue
            try:
                answer = platform.tell(
                    client_id=each.client_id, token_url=each.token_url, lineitem=each.lineitem, body=each.body
                )
            except Trouble as trouble:
                if trouble.whole:
                    silent.add(each.platform_id)
                with transaction():
                    scores.failed(each, trouble)
            else:
                with transaction():
                    scores.sent(each, answer)
                taken += 1
        if silent:
            break
    return taken


def forget_launches() -> int:
    """Delete what is noted of old launches and of marks told more than 30 days ago; return how many."""
    with transaction():
        return platforms.forget(clock.now()) + scores.forget(clock.now())
