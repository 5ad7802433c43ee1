"""What the worker sees to: unsaved text that nobody came back for, documents whose check is out of date."""

import time

from lms.content.actions import autosave
from lms.content.actions.inspect import keep_looked, look_at_some
from lms.content.jobs.chunks import CHUNK
from lms.core import clock
from lms.core.db import transaction

INSPECTING = 10.0
"""Seconds that the worker looks at documents at a time: attempts that expire wait behind it."""


def forget_autosaves() -> int:
    """Delete unsaved text that nobody came back for; return how many."""
    with transaction():
        return autosave.forget(clock.now())


def inspect_documents(seconds: float = INSPECTING) -> int:
    """Look again for some time at documents whose check is out of date; return at how many.

    They are read outside of a transaction: nobody waits to save while a long document is read.
    """
    until, done = time.monotonic() + seconds, 0
    while looked := look_at_some(CHUNK):
        with transaction():
            keep_looked(looked)
        done += len(looked)
        if len(looked) < CHUNK or time.monotonic() >= until:
            break
    return done
