"""The schema of a migrated installation is that of the models, on both databases, triggers and checks included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from flask_migrate import upgrade
from sqlalchemy import Connection, text

from lms import create_app
from lms.app import MIGRATIONS
from lms.core.db import PRIVACY_CLASSES, db
from lms.core.migrations.rendering import OPTIONS
from lms.tables import metadata

APPEND_ONLY = {name for name, table in metadata.tables.items() if table.info.get("append_only")}


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path, a_postgres_database: Any) -> Iterator[APIFlask]:
    """An installation whose tables were made by `lms db upgrade` and by nothing else."""
    url = f"sqlite:///{tmp_path / 'lms.sqlite3'}" if request.param == "sqlite" else a_postgres_database()
    app = create_app({"instance_path": tmp_path, "database_url": url})
    with app.app_context():
        upgrade()
        yield app
        db.engine.dispose()


@pytest.fixture
def created(migrated: APIFlask, tmp_path: Path, a_postgres_database: Any) -> Iterator[Connection]:
    """A connection to a database of the same make whose tables were made from the models."""
    on_sqlite = db.engine.dialect.name == "sqlite"
    url = f"sqlite:///{tmp_path / 'created.sqlite3'}" if on_sqlite else a_postgres_database()
    app = create_app({"instance_path": tmp_path / "other", "database_url": url})
    with app.app_context():
        db.create_all()
        with db.engine.connect() as connection:
            yield connection
        db.engine.dispose()


def definitions(connection: Connection) -> set[str]:
    """Return every check and trigger as the database itself writes it."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger'"))
        checks = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        lines = {f"{row.name}: {' '.join(row.sql.split())}" for row in found}
        return lines | {
            f"{row.name}: {line.strip().rstrip(',')}"
            for row in checks
            for line in row.sql.splitlines()
            if "CHECK" in line
        }
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        )
    )
    triggers = connection.execute(text("SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal"))
    return {row.line for row in constraints if "alembic" not in row.line} | {row.line for row in triggers}


def test_the_migrated_schema_is_that_of_the_models(migrated: APIFlask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, metadata) == []


def test_checks_and_triggers_of_a_migrated_database_are_those_of_the_models(migrated: APIFlask, created: Connection):
    with migrated.app_context(), db.engine.connect() as connection:
        assert definitions(connection) == definitions(created)


def test_every_append_only_table_has_its_triggers_after_the_upgrade(migrated: APIFlask):
    with db.engine.connect() as connection:
        lines = definitions(connection)
    wanted = (
        ("no_update", "no_delete", "no_replace") if db.engine.dialect.name == "sqlite" else ("no_change", "no_truncate")
    )
    missing = [
        f"{table}_{name}"
        for table in APPEND_ONLY
        for name in wanted
        if not any(f"TRIGGER {table}_{name} " in line for line in lines)
    ]
    assert APPEND_ONLY
    assert missing == []


def test_the_head_of_the_log_is_there_from_the_first_day(migrated: APIFlask):
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT id, seq FROM log_head")).all() == [(1, 0)]


def test_foreign_keys_are_watched_again_after_the_upgrade(migrated: APIFlask):
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_second_upgrade_changes_nothing(migrated: APIFlask):
    upgrade()
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [("0001",)]


def test_there_is_one_head():
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_every_column_has_a_privacy_class():
    without = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info.get("privacy") not in PRIVACY_CLASSES
    ]
    assert without == []
