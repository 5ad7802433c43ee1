"""Writing all rows of an installation into an empty database: one transaction, rows first, then what watches them.

Triggers, foreign keys and indexes are taken down, the rows are written as they were, and all of it is put up again,
so that it looks at every row: what breaks a key or is there twice ends the transaction. Then each table is read back
and its digest compared.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

from lms.core.errors import Conflict
from lms.core.texts import text
from lms.operations import schema, snapshot
from lms.operations.rules.rows import Shape, WrongRow, reader, writer
from lms.operations.snapshot import quoted
from lms.operations.writing import Step, nothing

BATCH = 1_000
SEEDED = frozenset({"log_head"})
"""Tables in which a migration itself writes rows."""
VERSIONS = "alembic_version"

Lines = Callable[[Shape], Iterator[bytes]]


class NotEmpty(Conflict):
    """There is something in the database that is to be written into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was written, by table, with the digest of what was read back."""

    rows: Mapping[str, int]
    digests: Mapping[str, str]


def tables_there(connection: Connection, names: Sequence[str]) -> list[str]:
    """Return those of these tables that the database has."""
    there = set(inspect(connection).get_table_names())
    return [name for name in names if name in there]


def refuse_what_is_in_use(connection: Connection, names: Sequence[str]) -> None:
    """Raise NotEmpty where the database holds rows of an installation; a broken-off restore is nobody's.

    names: tables that a program of ours has or had.
    """
    if schema.is_half_restored(connection):
        return
    for name in tables_there(connection, names):
        where = " WHERE seq > 0" if name in SEEDED else ""
        if connection.exec_driver_sql(f"SELECT 1 FROM {quoted(name)}{where} LIMIT 1").first() is not None:  # noqa: S608
            raise NotEmpty(
                text(
                    "目标数据库里已有数据（表 %(table)s），没有动它。请换空的数据库或实例目录，先不要运行 lms serve。",
                    table=name,
                )
            )


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one writing transaction, on SQLite with foreign keys off; committed at the end."""
    with engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            _foreign_keys(connection, "OFF")
        try:
            with connection.execution_options(write=True).begin():
                yield connection
        finally:
            if on_sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, switch: str) -> None:
    cursor = connection.connection.cursor()  # on the bare connection: within a transaction SQLite ignores it
    cursor.execute(f"PRAGMA foreign_keys={switch}")
    cursor.close()


def clear(engine: Engine, names: Sequence[str]) -> None:
    """Drop these tables, after a look that they are empty or half restored. Raises NotEmpty."""
    with writing(engine) as connection:
        refuse_what_is_in_use(connection, names)
        cascade = "" if connection.dialect.name == "sqlite" else " CASCADE"
        for name in tables_there(connection, [*names, VERSIONS, schema.MARK]):
            connection.exec_driver_sql(f"DROP TABLE {quoted(name)}{cascade}")


def load(
    engine: Engine,
    shapes: Sequence[Shape],
    lines: Lines,
    step: Step = nothing,
    *,
    expected: Mapping[str, str] | None = None,
) -> Loaded:
    """Write all lines into the empty tables and leave the mark `restore_underway`; all of it or nothing.

    expected: the digest that each table's lines must have. step: told of rows, of each twice (written, read back).
    Raises Conflict where the tables are others, a row breaks a rule of theirs, or what is read back differs.
    """
    try:
        with writing(engine) as connection:
            _refuse_other_tables(connection, shapes)
            refuse_what_is_in_use(connection, [each.name for each in shapes])
            connection.exec_driver_sql(f"CREATE TABLE {schema.MARK} (at VARCHAR(40))")
            up_again = _taken_down(connection)
            written = {each.name: _fill(connection, each, lines(each), step) for each in shapes}
            for name, (_, digest) in written.items():
                if expected is not None and expected[name] != digest:
                    raise Conflict(text("表 %(table)s 在恢复过程中变了，已全部撤回，什么也没有写入。", table=name))
            for statement in up_again:
                connection.exec_driver_sql(statement)
            _check(connection)
            return Loaded(
                rows={name: count for name, (count, _) in written.items()},
                digests={each.name: _same(connection, each, written[each.name], step) for each in shapes},
            )
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        # The driver's own words may quote a row; its kind says enough.
        kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
        raise Conflict(text("数据库没有接受这些数据（%(error)s），已全部撤回，什么也没有写入。", error=kind)) from None


def finish(engine: Engine) -> None:
    """Take the mark away: the installation may be worked with."""
    with writing(engine) as connection:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {schema.MARK}")
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _refuse_other_tables(connection: Connection, shapes: Sequence[Shape]) -> None:
    """Compare the tables of the lines with those of the database, column by column."""
    found = inspect(connection)
    there = set(found.get_table_names())
    wanted = {each.name for each in shapes}
    for each in shapes:
        names = {column["name"] for column in found.get_columns(each.name)} if each.name in there else set()
        keys = set(found.get_pk_constraint(each.name)["constrained_columns"]) if names else set()
        if names != set(each.names) or keys != set(each.key):
            raise _other(each.name)
    if extra := sorted(there - wanted - snapshot.MADE_ANEW - {VERSIONS, schema.MARK}):
        ours = [name for name in extra if not name.startswith("wake")]
        if connection.dialect.name == "sqlite" and ours:
            raise _other(ours[0])


def _other(table: str) -> Conflict:
    return Conflict(
        text(
            "这份数据的表结构与本版本程序的不同（表 %(table)s），没有写入。请用写出它的那个版本的程序恢复，再升级。",
            table=table,
        )
    )


def _taken_down(connection: Connection) -> list[str]:
    """Take down triggers, foreign keys and indexes; return the statements that put them up again."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).all()
        for row in found:
            connection.exec_driver_sql(f"DROP {row.type} {quoted(row.name)}")
        return [row.sql for row in sorted(found, key=lambda row: (row.type, row.name))]
    triggers = connection.exec_driver_sql(
        "SELECT tgname AS name, tgrelid::regclass::text AS place, pg_get_triggerdef(oid) AS sql FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace ="
        " current_schema()::regnamespace)"
    ).all()
    keys = connection.exec_driver_sql(
        "SELECT conname AS name, conrelid::regclass::text AS place, pg_get_constraintdef(oid) AS sql FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ).all()
    indexes = connection.exec_driver_sql(
        "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS sql FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = current_schema()::regnamespace"
        " AND c.relkind = 'i' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
        " AND i.indrelid::regclass::text NOT LIKE 'wake%%'"
    ).all()
    for row in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {quoted(row.name)} ON {row.place}")
    for row in keys:
        connection.exec_driver_sql(f"ALTER TABLE {row.place} DROP CONSTRAINT {quoted(row.name)}")
    for row in indexes:
        connection.exec_driver_sql(f"DROP INDEX {row.name}")
    return [
        *(row.sql for row in indexes),
        *(f"ALTER TABLE {row.place} ADD CONSTRAINT {quoted(row.name)} {row.sql}" for row in keys),
        *(row.sql for row in triggers),
    ]


def _fill(connection: Connection, shape: Shape, lines: Iterator[bytes], step: Step) -> tuple[int, str]:
    """Write the lines of one table; return how many they are and their digest."""
    if shape.name in SEEDED:
        connection.exec_driver_sql(f"DELETE FROM {quoted(shape.name)}")  # noqa: S608
    digest, read = sha256(), reader(shape)
    count = 0

    def rows() -> Iterator[list[Any]]:
        nonlocal count
        for line in lines:
            digest.update(line)
            count += 1
            try:
                yield read(line)
            except WrongRow as error:
                raise Conflict(
                    text(
                        "表 %(table)s 第 %(line)s 行不能写入（%(why)s），已全部撤回，什么也没有写入。",
                        table=shape.name,
                        line=count,
                        why=str(error),
                    )
                ) from None
            if count % BATCH == 0:
                step(BATCH)

    columns = ", ".join(quoted(name) for name in shape.names)
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        places = ", ".join("?" * len(shape.columns))
        statement = f"INSERT INTO {quoted(shape.name)} ({columns}) VALUES ({places})"  # noqa: S608
        given = rows()
        while batch := list(islice(given, BATCH)):
            raw.executemany(statement, batch)
    else:
        assert raw is not None
        with raw.cursor() as cursor, cursor.copy(f"COPY {quoted(shape.name)} ({columns}) FROM STDIN") as copy:
            for row in rows():
                copy.write_row(row)
        _count_on(connection, shape)
    return count, digest.hexdigest()


def _count_on(connection: Connection, shape: Shape) -> None:
    """Have the database number new rows after the highest that was written."""
    for name in shape.key:
        found = connection.exec_driver_sql(
            "SELECT pg_get_serial_sequence(%s, %s)", (quoted(shape.name), name)
        ).scalar_one()
        if found is not None:
            connection.exec_driver_sql(
                f"SELECT setval(%s, (SELECT max({quoted(name)}) FROM {quoted(shape.name)}))",  # noqa: S608
                (found,),
            )


def _check(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            problem = text("表 %(table)s 里有行指向不存在的行，已全部撤回，什么也没有写入。", table=broken[0])
            raise Conflict(problem)


def _same(connection: Connection, shape: Shape, written: tuple[int, str], step: Step) -> str:
    """Read a table back and return its digest. Raises Conflict where it is another than that of the lines."""
    digest, line = sha256(), writer(shape)
    count = 0
    for row in snapshot.of(connection).rows(shape):
        digest.update(line(row) + b"\n")
        count += 1
        if count % BATCH == 0:
            step(BATCH)
    if (count, digest.hexdigest()) != written:
        raise Conflict(text("表 %(table)s 写入后读出来不一样，已全部撤回，什么也没有写入。", table=shape.name))
    return digest.hexdigest()
