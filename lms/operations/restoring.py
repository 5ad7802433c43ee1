"""Restoring a backup into an empty installation, and the drill that shows that it could be done.

First the whole file is read and checked; then files are kept, then all rows are written in one transaction that leaves
a mark, which keeps everybody out until the end: the schema is brought up to this program's, people who were erased
since are erased again, the log is verified, search is built. Broken off anywhere, the next try begins anew.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.app import create_app
from lms.core import files
from lms.core.db import db, session
from lms.core.errors import Conflict
from lms.core.here import settings
from lms.core.texts import Text, text
from lms.operations import loading, reading, schema
from lms.operations.container import ERASURES
from lms.operations.loading import Loaded
from lms.operations.reading import Backup
from lms.operations.rules.papers import Head, Manifest
from lms.operations.writing import Step, nothing
from lms.records import erasing
from lms.records import queries as records
from lms.tables import metadata

log = logging.getLogger("lms.restore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored. erased: people of the lists who were erased anew. problems: what the log does not hold of."""

    head: Head
    manifest: Manifest
    erased: int
    problems: Sequence[Text]

    @property
    def rows(self) -> int:
        return sum(self.manifest.rows.values())


def look(path: Path, step: Step = nothing) -> tuple[Head, Manifest]:
    """Read a backup whole; return what it says of itself. Raises BrokenBackup with all that is wrong."""
    with reading.opened(path) as backup:
        return backup.head, backup.verify(step)


def tables_of(backup: Head) -> list[str]:
    """Return every table that the backup or this program has."""
    return sorted({*metadata.tables, *(each.name for each in backup.tables)})


def check(backup: Backup) -> None:
    """Raise Conflict where the backup can't be restored here. Nothing is changed."""
    if not schema.known(backup.head.schema):
        raise Conflict(
            text(
                "这份备份的数据库结构（%(schema)s，程序版本 %(version)s）本版本不认识。请用那个版本或更新的程序恢复。",
                schema=backup.head.schema,
                version=backup.head.version,
            )
        )
    with db.engine.connect() as connection:
        loading.refuse_what_is_in_use(connection, tables_of(backup.head))


def put_rows(backup: Backup, manifest: Manifest, step: Step = nothing) -> Loaded:
    """Make the tables as they were when the backup was made, and write all rows. Leaves the mark `restore_underway`.

    Raises Conflict; then no row is there.
    """
    loading.clear(db.engine, tables_of(backup.head))
    upgrade(revision=backup.head.schema)
    return loading.load(db.engine, backup.head.tables, backup.lines, step, expected=manifest.digests)


def put_files(backup: Backup, step: Step = nothing) -> int:
    """Keep every file of the backup; return how many."""
    count = 0
    for sha, _, content in backup.files():
        with files.arriving(content) as arrived:  # type: ignore[arg-type]  # read() is all that is asked of it
            if arrived.sha != sha:
                raise Conflict(text("备份文件在恢复过程中变了，没有恢复。"))
            files.keep(arrived)
        count += 1
        step(1)
    return count


def erased_since(backup: Backup, lists: Iterable[Path]) -> set[str]:
    """Return the public ids of all who have been erased, by the backup and by these lists, where they are there."""
    found = backup.erased()
    for path in lists:
        if path.is_file():
            found |= set(path.read_text("utf-8", errors="replace").split())
    return found


def still_there(public_ids: Iterable[str]) -> list[int]:
    """Return those of these people whose row says yet who they are, by id."""
    wanted = set(public_ids)
    rows = session().execute(select(Person.id, Person.public_id).where(Person.erased_at.is_(None)).order_by(Person.id))
    found = [row.id for row in rows if row.public_id in wanted]
    session().rollback()
    return found


def erase_again(person_id: int) -> None:
    """Close the account, which the backup may still have open, and erase the person. In a transaction of the caller."""
    accounts.close(None, person_id)
    erasing.erase(people.console(), person_id)


def put_secrets(backup: Backup) -> bool:
    """Put the secret key back, and lms.toml beside ours for somebody to look at; return whether there were any."""
    found = backup.secrets()
    if found is None:
        return False
    key, chosen = found
    folder = settings().instance_path
    for name, content in (("secret_key", key.encode()), ("lms.toml.restored", chosen)):
        if content:
            part = folder / f"{name}.part"
            part.touch(0o600)
            part.write_bytes(content)
            part.replace(folder / name)
    return True


def lists_beside(path: Path) -> list[Path]:
    """Return where lists of erased people may lie: in the instance, and beside the backup (the nightly job's copy)."""
    return [settings().instance_path / ERASURES, path.absolute().parent / ERASURES]


def drill(path: Path, step: Step = nothing) -> Restored:
    """Restore the backup into a database that is thrown away, compare every table, verify the log.

    Files are checked by their digests and kept nowhere. Raises BrokenBackup or Conflict with what would have failed.
    """
    folder = Path(tempfile.mkdtemp(prefix="lms-drill-"))
    try:
        trial = create_app(
            {
                "instance_path": folder,
                "database_url": f"sqlite:///{folder / 'lms.sqlite3'}",
                "secret_key": "of a drill",
                "timezone": settings().timezone.key,
            }
        )
        with reading.opened(path) as backup:
            manifest = backup.verify(step)
            with trial.app_context():
                try:
                    check(backup)
                    put_rows(backup, manifest, step)
                    if backup.head.schema != schema.head():
                        upgrade()
                    problems = records.verify().problems
                finally:
                    db.session.remove()
                    db.engine.dispose()
        return Restored(head=backup.head, manifest=manifest, erased=0, problems=problems)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def database_name() -> str:
    """Return what the database of this app is called, without its password."""
    return str(current_app.config["SQLALCHEMY_DATABASE_URI"]).partition("@")[2] or db.engine.dialect.name
