"""The nightly CSV of composites in the instance's folder `exports`: switched on, written, kept for a month."""

import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.accounts.queries import holds
from lms.core import clock, files
from lms.core.access import Actor, Role
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.here import local, settings, today
from lms.core.sheets import csv_bytes
from lms.core.texts import text
from lms.performance.models import ScoreExport
from lms.performance.queries.score_rows import HEADS, export_rows
from lms.performance.rules.periods import Grain, period_of

KEPT = 31
"""So many files are kept, the newest."""
FROM_HOUR = 1
"""The hour of the night, in the installation's time, from which the day's file is written."""
FOLDER = "exports"


def switch(actor: Actor, *, active: bool) -> None:
    """Write the file every night from now on, or no more. Files that are there stay."""
    row = _row()
    row.active, row.set_by, row.error = active, actor.id, ""
    audit(actor.id, "scores.export", "score_export", "1", after={"active": active})


def write_due() -> int:
    """Write today's file where it is due; return how many lines it has. A failure is noted and administrators told."""
    found = session().scalars(select(ScoreExport).where(ScoreExport.active).with_for_update()).first()
    day = today()
    if found is None or found.last_on == day or local(clock.now()).hour < FROM_HOUR:
        return 0
    quarter = period_of(day, Grain.QUARTER)
    lines = list(export_rows(str(quarter)))
    found.last_on = day
    try:
        _write(f"composites-{quarter}-{day.isoformat()}.csv", csv_bytes(HEADS, lines))
    except (OSError, files.Unavailable) as error:
        found.error = f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"[:400]
        admins = session().scalars(select(Person.id).where(Person.active, holds(Role.ADMIN, day))).all()
        emit(
            Told(
                person_ids=tuple(admins),
                topic="message",
                sentence=text(
                    "综合评分的夜间导出没有写成（%(error)s）。请检查实例目录 exports 的空间和权限。", error=found.error
                ),
                key=f"score-export:{day.isoformat()}",
            )
        )
        return 0
    found.error = ""
    return len(lines)


def folder() -> Path:
    return settings().instance_path / FOLDER


def _write(name: str, content: bytes) -> None:
    """Write a file whole or not at all, and delete the oldest beyond KEPT. Raises OSError."""
    where = folder()
    where.mkdir(parents=True, exist_ok=True)
    number, made = tempfile.mkstemp(dir=where, prefix=".")
    with os.fdopen(number, "wb") as file:
        file.write(content)
    Path(made).replace(where / name)
    for old in sorted(where.glob("composites-*.csv"), key=lambda each: each.name[-14:])[:-KEPT]:
        old.unlink(missing_ok=True)
    if not files.store().is_local:  # whoever is asked for it may be on another machine
        files.write_named(f"{FOLDER}/{name}", content)
        for each in nights()[KEPT:]:
            files.delete_named(f"{FOLDER}/{each.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The file of a night. size: in bytes."""

    name: str
    day: date
    size: int


def nights() -> list[Night]:
    """Return the files of the nights that are kept, the newest first. Raises Unavailable."""
    if files.store().is_local:
        found = [(each.name, each.stat().st_size) for each in folder().glob("composites-*.csv")]
    else:
        found = [(each.name.removeprefix(f"{FOLDER}/"), each.size) for each in files.named(FOLDER)]
    made = [Night(name=name, day=date.fromisoformat(name[-14:-4]), size=size) for name, size in found]
    return sorted(made, key=lambda each: each.day, reverse=True)


def content_of(night: Night) -> bytes:
    """Return a night's file. Raises FileNotFoundError, Unavailable."""
    if files.store().is_local:
        return (folder() / night.name).read_bytes()
    return files.read_named(f"{FOLDER}/{night.name}")


def _row() -> ScoreExport:
    row = session().scalars(select(ScoreExport).order_by(ScoreExport.id).with_for_update()).first()
    if row is None:
        row = ScoreExport()
        session().add(row)
    return row
