"""Brings the migrations to the models: `python -m lms.core.migrations.regenerate [WORDS]`.

Until the first release there is one migration, versions/0001_initial.py, which is written anew. What has been released
(released.txt) is never changed: from then on what differs is written into a new migration, called after WORDS, to be
looked over by a person. Triggers of new append-only tables are added there by hand; a test names what is missing.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from flask_migrate import revision, upgrade
from sqlalchemy import create_engine, create_mock_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from lms.app import create_app
from lms.core.db import db
from lms.core.migrations.rendering import OPTIONS
from lms.tables import metadata

FILE = Path(__file__).parent / "versions" / "0001_initial.py"
RELEASED = Path(__file__).parent / "released.txt"
HEAD = '''"""Every table of the first release. Written by `python -m lms.core.migrations.regenerate`; do not edit."""

import sqlalchemy as sa
from alembic import op
{imports}

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What stands beside the tables: foreign keys of circles, triggers of append-only tables, the head of the log.
AFTER = {after}


def upgrade() -> None:
    {upgrades}
    for statement in AFTER[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first release; restore a backup instead")
'''


def beside_the_tables(url: str) -> list[str]:
    """Return every statement of `create_all` that makes neither a table nor an index, in order."""
    statements: list[str] = []

    def note(element: Any, *_: object, **__: object) -> None:
        if not isinstance(element, CreateTable | CreateIndex):
            statement = " ".join(str(element.compile(dialect=engine.dialect)).split())
            if statement not in statements:
                statements.append(statement)

    engine = create_mock_engine(url, note)
    metadata.create_all(engine, checkfirst=False)
    # The order of the keys of a circle differs from run to run; it must not make the file differ.
    return sorted(statements, key=lambda each: (each.startswith("ALTER"), each if each.startswith("ALTER") else ""))


def source() -> str:
    """Return the text of the migration, not yet formatted."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": metadata})
        made = produce_migrations(context, metadata)
        imports: set[str] = set()
        assert made.upgrade_ops is not None
        upgrades = render_python_code(
            made.upgrade_ops,
            render_as_batch=False,
            render_item=OPTIONS["render_item"],
            migration_context=context,
            imports=(),
        )
    upgrades = "\n".join(line for line in upgrades.splitlines() if not line.strip().startswith("# ###"))
    for name, line in (
        ("postgresql.", "from sqlalchemy.dialects import postgresql"),
        ("Text()", "from sqlalchemy import Text"),
        ("UTCDateTime()", "from lms.core.db import UTCDateTime"),
    ):
        if name in upgrades:
            imports.add(line)
    after = {
        "sqlite": beside_the_tables("sqlite://"),
        "postgresql": beside_the_tables("postgresql+psycopg://"),
    }
    return HEAD.format(imports="\n".join(sorted(imports)), after=repr(after), upgrades=upgrades.strip())


def released() -> dict[str, str]:
    """Return the newest migration of each released version."""
    lines = [line.split() for line in RELEASED.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {words[0]: words[1] for words in lines if words}


def newest() -> str:
    """Return the number of the newest migration."""
    return max(path.name[:4] for path in FILE.parent.glob("[0-9]*.py"))


def write_next(words: str) -> Path:
    """Write what the models have and the newest migration has not into the next one. words: what changes."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"instance_path": folder, "database_url": f"sqlite:///{folder}/lms.sqlite3"})
        with app.app_context():
            upgrade()
            revision(message=words, autogenerate=True, rev_id=f"{int(newest()) + 1:04}")
            db.engine.dispose()
    return next(FILE.parent.glob(f"{newest()}_*.py"))


def main(words: list[str]) -> None:
    if released() and newest() in released().values():
        if not re.fullmatch(r"[A-Za-z0-9 ]{3,60}", " ".join(words)):
            raise SystemExit("a release was cut: say in words what changes, for the name of the next migration")
        path = write_next(" ".join(words))
    elif released():
        raise SystemExit(f"{newest()} is not released yet: write the change into it, or delete it and run this again")
    else:
        path = FILE
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(source(), "utf-8")
    for command in (("check", "--select", "I,F401", "--fix", "--quiet"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *command, str(path)], check=True)  # noqa: S603 - our own


if __name__ == "__main__":
    main(sys.argv[1:])
