"""Whether there is a backup, how old it is and what came of the last try: noted by who makes one, read by anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.core import clock
from lms.core.db import session
from lms.core.here import settings
from lms.core.models import BackupRun

LATE = timedelta(hours=26)
"""A nightly backup older than this is late: a night was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A backup or a drill. file: its name. size: in bytes. error: why it failed, "" where it did not."""

    at: datetime
    file: str
    size: int
    rows: int
    files: int
    nightly: bool
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """nightly: whether the worker makes one every night. last: the last try. good: the last that did not fail.

    drill: the last drill, of whatever came of it.
    """

    nightly: bool
    last: Run | None
    good: Run | None
    drill: Run | None

    @property
    def failed(self) -> bool:
        """Whether the last try came to nothing."""
        return self.last is not None and self.last.error != ""

    def is_late(self, now: datetime) -> bool:
        """Whether the worker should have made one by now and has not; before the first one nothing is late."""
        since = self.good or self.last
        return self.nightly and since is not None and now - since.at > LATE


def state() -> Backups:
    """Return how things stand with backups, in three short statements."""
    return Backups(
        nightly=bool(settings().backup_path),
        last=_latest("backup"),
        good=_latest("backup", good=True),
        drill=_latest("drill"),
    )


def _latest(kind: str, *, good: bool = False) -> Run | None:
    statement = select(BackupRun).where(BackupRun.kind == kind).order_by(BackupRun.ended_at.desc(), BackupRun.id.desc())
    if good:
        statement = statement.where(BackupRun.error == "")
    found = session().scalars(statement.limit(1)).one_or_none()
    if found is None:
        return None
    return Run(
        at=found.ended_at,
        file=found.file,
        size=found.size,
        rows=found.row_count,
        files=found.file_count,
        nightly=found.nightly,
        error=found.error,
    )


def note(
    kind: str,
    started_at: datetime,
    file: str,
    *,
    size: int = 0,
    rows: int = 0,
    files: int = 0,
    nightly: bool = False,
    error: str = "",
) -> None:
    """Write down what came of a backup or a drill. kind: backup | drill. Inside a transaction."""
    session().add(
        BackupRun(
            kind=kind,
            nightly=nightly,
            started_at=started_at,
            ended_at=clock.now(),
            file=file[-200:],
            size=size,
            row_count=rows,
            file_count=files,
            error=error[:400],
        )
    )
