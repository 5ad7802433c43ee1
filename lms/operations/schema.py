"""Which revision of the migrations a database has, and a mark for one that is only half restored."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine, inspect

from lms.core.errors import Conflict
from lms.core.texts import text

MARK = "restore_underway"
"""A table that stands in a database while it is being restored. It is in no model, so backups pass it by."""


class HalfRestored(Conflict):
    """A restore of this installation was broken off."""

    default_message = text("这个实例的恢复还没有完成（中途断了）。请再运行一次 lms restore，会从头来过。")


def migrations() -> Path:
    """Return the folder of the migrations of this app."""
    return Path(current_app.extensions["migrate"].directory)


def head() -> str:
    """Return the newest revision that this program knows."""
    (found,) = ScriptDirectory(str(migrations())).get_heads()
    return str(found)


def known(revision: str) -> bool:
    """Return whether this program knows the revision, so that it can upgrade from it."""
    return any(each.revision == revision for each in ScriptDirectory(str(migrations())).walk_revisions())


def current(engine: Engine) -> str:
    """Return the revision that the database has, "" where it has none."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return found[0] if found else ""


def is_half_restored(connection: Connection) -> bool:
    return inspect(connection).has_table(MARK)


def refuse_half_restored(engine: Engine) -> None:
    """Raise HalfRestored where a restore was broken off: nobody may work with what is there."""
    with engine.connect() as connection:
        if is_half_restored(connection):
            raise HalfRestored()
