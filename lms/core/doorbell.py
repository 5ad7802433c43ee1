"""Waking the worker: a ring says only that there is something to do, never what.

What is to be done stands in rows of the database. A ring that is lost, or a bell that can't be rung, costs nothing but
time: the worker looks by its timer as well. Rings lie in a queue of huey, beside the database: a file of the instance,
or two tables of the same PostgreSQL.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from huey import PostgresHuey, SqliteHuey
from huey.storage import BaseStorage
from sqlalchemy import make_url

log = logging.getLogger("lms.doorbell")

POLL = 0.1
"""Seconds between two looks into the file."""
LISTEN = 0.5
"""Seconds for which PostgreSQL is listened to at a stretch; it tells by itself."""
REST = 30.0
"""Seconds for which a bell that failed is left alone."""
RING = b"ring"


class Doorbell:
    """Rung after a COMMIT, heard by one idle worker. A ring leaves nothing open, so forked processes share nothing."""

    def __init__(self, database_url: str, instance: Path) -> None:
        self._url, self._instance = database_url, instance
        self._is_made = False
        self._rests_until = 0.0

    def ring(self) -> None:
        """Wake a worker; several rings before one is heard are one. Never fails."""
        if self.rests:
            return
        try:
            with closing(self.open()) as queue:
                if not queue.queue_size():
                    queue.enqueue(RING)
        except Exception:
            self.fail()

    @property
    def rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def fail(self) -> None:
        log.warning("the worker can't be woken; it looks by its timer", exc_info=True)
        self._rests_until = time.monotonic() + REST

    def open(self) -> BaseStorage:
        """Return the queue in which rings lie. Raises whatever its database raises."""
        if not self._is_made:
            self._make()
        return self._connected(create_tables=False)

    def _make(self) -> None:
        """Make the queue where it is missing. Two who do so at once disturb each other; the next try finds it."""
        for last in (False, False, True):
            try:
                self._connected(create_tables=True)
            except Exception:
                if last:
                    raise
            else:
                break
        self._is_made = True

    def _connected(self, *, create_tables: bool) -> BaseStorage:
        if self._url.startswith("postgresql"):
            address = make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)
            queue = PostgresHuey(
                "wake",
                dsn=address,
                read_timeout=LISTEN,
                table_prefix="wake",
                create_tables=create_tables,
                connect_timeout=2,
            )
        else:
            self._instance.mkdir(parents=True, exist_ok=True)
            path = str(self._instance / "wake.sqlite3")
            queue = SqliteHuey("wake", filename=path, fsync=False, timeout=1, create_tables=create_tables)
        storage: BaseStorage = queue.storage
        return storage

    @contextmanager
    def listening(self) -> Iterator["Ear"]:
        """Hear the bell in this thread, until the block ends."""
        ear = Ear(self)
        try:
            yield ear
        finally:
            ear.close()


class Ear:
    """One thread that listens."""

    def __init__(self, bell: Doorbell) -> None:
        self._bell = bell
        self._queue: BaseStorage | None = None

    def heard(self, seconds: float, stop: threading.Event) -> bool:
        """Wait so long at most for a ring and take it; return whether one came. Returns early when told to stop."""
        end = time.monotonic() + seconds
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._bell.rests:
                stop.wait(min(left, 1.0))
                continue
            try:
                if self._queue is None:
                    self._queue = self._bell.open()
                if self._queue.dequeue() is not None:
                    return True
            except Exception:
                self._bell.fail()
                self.close()
                continue
            stop.wait(min(left, POLL))
        return False

    def close(self) -> None:
        queue, self._queue = self._queue, None
        with suppress(Exception):
            if queue is not None:
                queue.close()
