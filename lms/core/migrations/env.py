"""Runs the migrations of an installation in one transaction; run by alembic, through `lms db upgrade`.

On SQLite foreign keys are switched off outside of the transaction, because a table that others refer to can't be
rebuilt otherwise, and checked before the commit. Nothing is left half done if it is killed in the middle.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from lms.core.db import db
from lms.core.migrations.rendering import OPTIONS

LOCK = 5_121_700  # any number, the same in every process


def run() -> None:
    with db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            _foreign_keys(connection, "OFF")
        try:
            writing = connection.execution_options(write=True)
            with writing.begin():
                if not on_sqlite:
                    writing.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                context.configure(
                    connection=writing,
                    target_metadata=current_app.extensions["lms_metadata"],
                    transactional_ddl=False,  # the transaction is ours, around all of it
                    **OPTIONS,
                )
                context.run_migrations()
                broken = writing.exec_driver_sql("PRAGMA foreign_key_check").all() if on_sqlite else []
                if broken:
                    raise RuntimeError(f"the migration would break foreign keys: {broken[:5]}")
        finally:
            if on_sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, switch: str) -> None:
    """Set the pragma on the bare connection: within a transaction SQLite ignores it."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={switch}")
    cursor.close()


run()
