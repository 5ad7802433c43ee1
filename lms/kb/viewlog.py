"""Who has seen which version, as long as it is not written: one buffer a process, which may be lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

FULL = 50
"""Views after which the buffer is written."""
OLD = timedelta(seconds=10)
"""How long a view waits at most for the next page of the knowledge base that writes it."""
MOST = 2_000
"""Views held while the database takes none; what comes on top is lost."""


@dataclass(slots=True, kw_only=True)
class View:
    person_id: int
    document_id: int
    revision_id: int
    first_at: datetime
    last_at: datetime
    times: int


class ViewBuffer:
    """Collects views. Any thread may add; one at a time takes them out to write them."""

    def __init__(self) -> None:
        self._views: dict[tuple[int, int], View] = {}
        self._lock = Lock()
        self._writing = Lock()

    def add(self, person_id: int, document_id: int, revision_id: int, at: datetime) -> None:
        with self._lock:
            view = self._views.get((person_id, revision_id))
            if view is not None:
                view.last_at, view.times = at, view.times + 1
            elif len(self._views) < MOST:
                self._views[person_id, revision_id] = View(
                    person_id=person_id,
                    document_id=document_id,
                    revision_id=revision_id,
                    first_at=at,
                    last_at=at,
                    times=1,
                )

    def is_due(self, at: datetime) -> bool:
        with self._lock:
            oldest = next(iter(self._views.values()), None)
            return oldest is not None and (len(self._views) >= FULL or at - oldest.first_at >= OLD)

    def of(self, person_id: int) -> dict[int, datetime]:
        """Return by document when this person last looked, as far as it is not written."""
        with self._lock:
            return {view.document_id: view.last_at for view in self._views.values() if view.person_id == person_id}

    @contextmanager
    def taken(self) -> Iterator[list[View]]:
        """Take everything out, for one writer at a time; nothing is given where another one is at it."""
        if not self._writing.acquire(blocking=False):
            yield []
            return
        try:
            with self._lock:
                views, self._views = list(self._views.values()), {}
            yield views
        finally:
            self._writing.release()
