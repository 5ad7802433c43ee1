"""Noticing by the clock that certificates end, and comparing every right on a queue with what it should be."""

from lms.core.db import transaction
from lms.core.here import today
from lms.learning.actions import certificate_ends, queues
from lms.learning.queries.queues import everybody

AT_ONCE = 100


def notice_ends() -> int:
    """Give renewals that are due and note what is over, each once; return how many things were done."""
    found = certificate_ends.ending(today())
    done = 0
    for start in range(0, len(found), AT_ONCE):
        with transaction():
            done += certificate_ends.notice_ends(found[start : start + AT_ONCE])
    return done


def keep_rights() -> int:
    """Compare the rights of everybody with what they should be, correct them and note how many were other.

    A day that begins or ends a need, an override or a certificate is noticed here too. Returns how many were corrected.
    """
    people = everybody()
    looked = corrected = flipped = 0
    for start in range(0, len(people), AT_ONCE):
        with transaction():
            kept = queues.keep(people[start : start + AT_ONCE])
        looked, corrected, flipped = looked + kept.looked, corrected + kept.corrected, flipped + kept.flipped
    if looked:
        with transaction():
            queues.note_check(looked, corrected, flipped)
    return corrected
