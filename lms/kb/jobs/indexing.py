"""Bringing the search index to what is published: one drainer at a time, fifty articles a turn."""

import logging
from collections.abc import Callable, Iterable, Iterator

from lms.core import outbox
from lms.core.db import session, transaction
from lms.core.outbox import Leased
from lms.kb.queries.entries import TOPIC, entries, every_entry
from lms.search.engine import Busy, Engine, Entry
from lms.search.engines import engine, expected_version

log = logging.getLogger("lms.search")

BATCH = 50
LEASE_SECONDS = 120.0
MOST_BATCHES = 20
"""In one run of the job, so that the other jobs have their turn."""
REBUILD_WAIT = 60.0
"""Seconds that a rebuild waits for the drainer."""

Shown = Callable[[Iterable[Entry]], Iterable[Entry]]


def keep_index() -> int:
    """Index what was published, archived or moved since; return how many articles. Does nothing while another does.

    Where there is no index, or one of another version, everything is indexed anew beside it.
    """
    search = engine()
    if search.version() == expected_version() and not outbox.is_due(TOPIC):
        return 0
    with search.alone() as ours:
        if not ours:
            return 0
        if search.version() != expected_version():
            count = search.replace_all(every_entry())
            log.info("the search index was built anew: %d articles", count)
        return sum(_batches(search))


def _batches(search: Engine) -> Iterator[int]:
    for _ in range(MOST_BATCHES):
        with transaction():
            leased = outbox.lease(TOPIC, BATCH, LEASE_SECONDS)
        if not leased:
            return
        yield _index(search, leased)


def _index(search: Engine, leased: list[Leased]) -> int:
    """Write these entries as they are now. What is put in the outbox after this reading is indexed once more."""
    try:
        ids = {int(row.key) for row in leased}
        found = entries(ids)
        session().rollback()  # nothing is read while the index is written
        search.put(found)
        search.remove(ids - {entry.id for entry in found})
    except Exception as error:
        with transaction():
            outbox.fail(leased, type(error).__name__)
        raise
    with transaction():
        return outbox.finish(leased)


def rebuild_index(shown: Shown = iter) -> int:
    """Index every published article anew and switch to it at the end; return how many. Raises Busy.

    shown: goes over the entries and may show how far it is.
    """
    search = engine()
    with search.alone(REBUILD_WAIT) as ours:
        if not ours:
            raise Busy
        return search.replace_all(shown(every_entry()))
