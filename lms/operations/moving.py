"""Moving an SQLite installation to PostgreSQL: every row as it is, read without a change, compared afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from lms.app import create_app
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.here import settings
from lms.core.texts import text
from lms.operations import loading, snapshot
from lms.operations.rules.rows import Shape, writer
from lms.operations.snapshot import OnSqlite
from lms.operations.writing import Step, nothing
from lms.tables import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """rows: by table. digests: of both sides, which are the same; empty after a dry run."""

    rows: Mapping[str, int]
    digests: Mapping[str, str]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def source() -> Path:
    """Return the file of the database that is in use. Raises Conflict where it is not SQLite."""
    if db.engine.dialect.name != "sqlite":
        raise Conflict(text("现在用的已不是 SQLite。PostgreSQL 之间、或搬回 SQLite，请用 lms backup 和 lms restore。"))
    return Path(str(db.engine.url.database))


@contextmanager
def target(url: str) -> Iterator[Flask]:
    """Give the academy on the other database, which has to be reachable. Raises Invalid or Conflict."""
    try:
        if make_url(url).drivername != "postgresql+psycopg":
            raise Invalid(text("目标要写成 postgresql+psycopg://用户:密码@主机/库名。"))
        made = create_app(
            {
                "instance_path": settings().instance_path,
                "database_url": url,
                "secret_key": settings().secret_key,
                "timezone": settings().timezone.key,
            }
        )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise Invalid(text("目标要写成 postgresql+psycopg://用户:密码@主机/库名。")) from None
    with made.app_context():
        try:
            try:
                with db.engine.connect():
                    pass
            except SQLAlchemyError:
                # The driver's words would quote the address with its user.
                raise Conflict(text("连不上目标数据库。请检查地址、密码，以及库是否已经建好。")) from None
            yield made
        finally:
            db.session.remove()
            db.engine.dispose()


def refuse_what_is_there() -> None:
    """Raise NotEmpty where the database of the present app holds an installation."""
    with db.engine.connect() as connection:
        loading.refuse_what_is_in_use(connection, sorted(metadata.tables))


def count(path: Path) -> Moved:
    """Return how many rows would be moved. Reads only."""
    with snapshot.opened(path) as connection:
        moment = OnSqlite(connection)
        return Moved(rows={each.name: moment.count(each) for each in snapshot.shapes(metadata)}, digests={})


def copy(path: Path, step: Step = nothing) -> Moved:
    """Write every row of the file into the database of the present app, whose tables are empty.

    Raises Conflict where the file was written to meanwhile: the copy lacks something and stays marked as half done.
    """
    tables = snapshot.shapes(metadata)
    with snapshot.opened(path) as connection:
        before = _version(connection)
        moment = OnSqlite(connection)
        found = loading.load(db.engine, tables, lambda shape: _lines(moment, shape), step)
        connection.execute("ROLLBACK")
        if _version(connection) != before:
            raise Conflict(
                text("迁移时有人写入了旧数据库，新库里缺少这些。请停下 lms serve 和 lms worker，再运行一次。")
            )
        connection.execute("BEGIN")
    return Moved(rows=found.rows, digests=found.digests)


def _version(connection: Any) -> int:
    """Return a number that is another once somebody else has written."""
    found: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return found


def _lines(moment: OnSqlite, shape: Shape) -> Iterator[bytes]:
    line = writer(shape)
    for row in moment.rows(shape):
        yield line(row) + b"\n"
