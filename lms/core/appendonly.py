"""Append-only tables: refused in the ORM, and by triggers for whoever comes by another way."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import DDL, Table, event
from sqlalchemy.orm import Mapper

from lms.core.db import AppendOnlyError, Base


def append_only(model: type[Base]) -> type[Base]:
    """Class decorator: rows are inserted and never changed or removed.

    The triggers are made with the table (`create_all` and the migration). The insert trigger closes the back door
    `INSERT OR REPLACE`, which on SQLite rewrites a row in spite of the other two.
    """
    table: Table = model.__table__  # type: ignore[assignment]
    table.info["append_only"] = True
    keys = [column.name for column in table.primary_key.columns]
    for dialect, statements in (
        ("sqlite", sqlite_triggers(table.name, keys)),
        ("postgresql", postgresql_triggers(table.name)),
    ):
        for statement in statements:
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
    event.listen(model, "before_update", _refuse)
    event.listen(model, "before_delete", _refuse)
    return model


def _refuse(mapper: Mapper[Any], connection: object, target: object) -> None:
    raise AppendOnlyError(f"{mapper.class_.__tablename__} is append-only")


def sqlite_triggers(table: str, keys: Sequence[str]) -> list[str]:
    """Return the statements that make a table append-only on SQLite."""
    same_key = " AND ".join(f"{key} = NEW.{key}" for key in keys)
    refusal = f"SELECT RAISE(ABORT, '{table} is append-only');"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refusal} END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refusal} END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - our own names
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key}) BEGIN {refusal} END",
    ]


def postgresql_triggers(table: str) -> list[str]:
    """Return the statements that make a table append-only on PostgreSQL, TRUNCATE included."""
    return [
        "CREATE OR REPLACE FUNCTION lms_append_only() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
    ]
