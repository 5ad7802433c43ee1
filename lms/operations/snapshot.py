"""All tables as they are at one moment, read while others write: a read transaction that sees nothing later.

On SQLite a second connection that may only read, whose first SELECT fixes the moment (WAL: writers go on). On
PostgreSQL a REPEATABLE READ transaction, with a lock that only an upgrade of the schema would have to wait for.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy.types import TypeEngine

from lms.core.db import UTCDateTime
from lms.operations.rules.rows import Kind, Shape

STEP = 1_000
"""Rows that are held at a time."""
MADE_ANEW = frozenset({"search_build", "search_entry"})
"""What articles are found by: another thing on each database, and made of the articles whenever it is missing."""


class Snapshot(Protocol):
    """A moment of a database. rows: values as `rules.rows.writer` takes them, in the order of the key."""

    def count(self, shape: Shape) -> int: ...

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]: ...


def kind_of(column_type: TypeEngine[Any]) -> Kind:
    """Return what a column of this type holds. Raises TypeError for a type that backups don't know yet."""
    kinds: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
        (UTCDateTime, Kind.INSTANT),
        (Boolean, Kind.BOOL),
        (Integer, Kind.INT),
        (Float, Kind.FLOAT),
        (Date, Kind.DAY),
        (LargeBinary, Kind.BYTES),
        (JSON, Kind.JSON),
        (String, Kind.TEXT),
    )
    for each, kind in kinds:
        if isinstance(column_type, each):
            return kind
    raise TypeError(f"backups know no columns of type {column_type!r}")


def shape_of(table: Table) -> Shape:
    """Return a table of the models as a backup holds it."""
    return Shape(
        name=table.name,
        columns=tuple((column.name, kind_of(column.type)) for column in table.columns),
        key=tuple(column.name for column in table.primary_key.columns),
    )


def shapes(metadata: MetaData) -> list[Shape]:
    """Return every table of the models but the index of the search, those that others refer to first."""
    return [shape_of(table) for table in metadata.sorted_tables if table.name not in MADE_ANEW]


def quoted(name: str) -> str:
    return f'"{name}"'  # names come from the models, or were compared with a pattern


class OnSqlite:
    """Rows of an SQLite database, as they lie."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count(self, shape: Shape) -> int:
        found: int = self._connection.execute(f"SELECT count(*) FROM {quoted(shape.name)}").fetchone()[0]  # noqa: S608
        return found

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]:
        columns = ", ".join(quoted(name) for name in shape.names)
        order = ", ".join(quoted(name) for name in shape.key)
        cursor = self._connection.cursor()
        cursor.arraysize = STEP
        try:
            cursor.execute(f"SELECT {columns} FROM {quoted(shape.name)} ORDER BY {order}")  # noqa: S608
            while rows := cursor.fetchmany():
                yield from rows
        finally:
            cursor.close()


class OnPostgresql:
    """Rows of a PostgreSQL database, written by the server as SQLite keeps them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, shape: Shape) -> int:
        found: int = self._connection.exec_driver_sql(
            f"SELECT count(*) FROM {quoted(shape.name)}"  # noqa: S608
        ).scalar_one()
        return found

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]:
        kinds = dict(shape.columns)
        columns = ", ".join(_selected(quoted(name), kind) for name, kind in shape.columns)
        # Text in the order of its bytes, as SQLite has it, whatever the database's own order is.
        order = ", ".join(quoted(name) + (' COLLATE "C"' if kinds[name] is Kind.TEXT else "") for name in shape.key)
        streaming = self._connection.execution_options(stream_results=True, max_row_buffer=STEP)
        statement = f"SELECT {columns} FROM {quoted(shape.name)} ORDER BY {order}"  # noqa: S608
        with streaming.exec_driver_sql(statement) as found:
            for rows in found.partitions(STEP):
                yield from rows


def _selected(column: str, kind: Kind) -> str:
    if kind is Kind.INSTANT:
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    if kind is Kind.DAY:
        return f"to_char({column}, 'YYYY-MM-DD')"
    return f"{column}::text" if kind is Kind.JSON else column


def of(connection: Connection) -> Snapshot:
    """Return the rows as this open transaction sees them."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return OnSqlite(raw)
    return OnPostgresql(connection)


@contextmanager
def taken(engine: Engine, tables: Sequence[Shape]) -> Iterator[Snapshot]:
    """Give the tables as they are now; what is committed before the call is in it, what comes later is not."""
    if engine.dialect.name == "sqlite":
        with opened(Path(str(engine.url.database))) as file:
            yield OnSqlite(file)
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        for setting in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {setting} = 0")
        names = ", ".join(quoted(each.name) for each in tables)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS SHARE MODE")  # before the moment is fixed
        connection.exec_driver_sql("SELECT 1")
        yield OnPostgresql(connection)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an SQLite database for reading alone, in one transaction; the moment is fixed when the block begins."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection
        connection.execute("ROLLBACK")
    finally:
        connection.close()
