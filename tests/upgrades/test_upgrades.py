"""What was released comes to today's schema with its data, on both databases, wherever an upgrade is killed."""

import random
import re
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path

import pytest
from flask_migrate import upgrade

from lms.app import MIGRATIONS
from lms.core.db import db
from lms.core.migrations import regenerate
from lms.operations import loading, reading, restoring, schema, snapshot
from lms.operations.rules.rows import writer
from tests.architecture.test_schema import definitions
from tests.support import postgres, released
from tests.support.make_backups import a_blank, killed, lms

pytestmark = pytest.mark.committed
DATABASES = ("sqlite", "postgresql")
ROOT = Path(__file__).parents[2]
CHANGED = {}
"""Tables whose rows a migration changed on purpose, by the version that had them before, with the reason."""

NEXT = '''"""A migration of these tests: a table, a column of a table that others refer to, and what becomes of its rows."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    op.create_table("trial", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("name", sa.Text()))
    for part in range(300):
        op.execute(f"INSERT INTO trial (id, name) SELECT {{part}}, name FROM person WHERE id = 1")
    with op.batch_alter_table("team") as batch:
        batch.add_column(sa.Column("trial", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE team SET trial = 7")
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("trial_too", sa.Text(), nullable=True))
    op.create_index("ix_trial_name", "trial", ["name"])
'''


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with what is saved of each release, and of today as `today`."""
    folder = tmp_path_factory.mktemp("saved")
    for path in released.SAVED.glob("*.*"):
        shutil.copy(path, folder)
    released.save(folder, "today")
    return folder


VERSIONS = [*regenerate.released(), "today"]


@pytest.fixture(scope="module")
def ahead(tmp_path_factory):
    """A copy of the migrations with one more."""
    folder = tmp_path_factory.mktemp("migrations") / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = regenerate.newest()
    number = f"{int(newest) + 1:04}"
    (folder / "versions" / f"{number}_trial.py").write_text(NEXT.format(number=number, before=newest))
    return folder


def an_app(folder, url=None, migrations=None):
    app = a_blank(folder, url)
    if migrations is not None:
        app.extensions["migrate"].directory = app.extensions["migrate"].migrate.directory = str(migrations)
    return app


def loaded(app, sql):
    """Write what was saved of a release into the app's SQLite file."""
    with closing(sqlite3.connect(app.extensions["lms_settings"].instance_path / "lms.sqlite3")) as database:
        database.executescript(sql.read_text("utf-8"))


def differences(app, path, version):
    """Return the tables whose rows are not those of the backup, in the columns that it has."""
    found = []
    with reading.opened(path) as backup, app.app_context():
        manifest = backup.verify()
        with snapshot.taken(db.engine, backup.head.tables) as moment:
            for shape in backup.head.tables:
                digest = sha256()
                line = writer(shape)
                for row in moment.rows(shape):
                    digest.update(line(row) + b"\n")
                if digest.hexdigest() != manifest.digests[shape.name] and shape.name not in CHANGED.get(version, {}):
                    found.append(shape.name)
        db.engine.dispose()
    return found


ANEW = {"article_entry", "search_build", "search_entry", "outbox", "backup_run"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("further", [False, True], ids=["head", "one more"])
def test_a_database_of_a_release_is_upgraded_with_its_data(saved, ahead, tmp_path, version, further):
    app = an_app(tmp_path / "old", migrations=ahead if further else None)
    loaded(app, saved / f"{version}.sql")
    with app.app_context():
        before = len([line for line in triggers() if "TRIGGER" in line])
        upgrade()
        assert schema.current(db.engine) == schema.head()
        assert len([line for line in triggers() if "TRIGGER" in line]) >= before > 0
    assert differences(app, saved / f"{version}.tar", version) == []


def triggers():
    with db.engine.connect() as connection:
        return definitions(connection)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("database", DATABASES)
def test_a_backup_of_a_release_is_restored_and_upgraded(request, saved, ahead, tmp_path, version, database):
    url = request.getfixturevalue("a_postgres_database")() if database == "postgresql" else None
    app = an_app(tmp_path / "new", url, ahead)
    done = lms(app, "restore", saved / f"{version}.tar")
    assert done.exit_code == 0, done.stderr
    assert set(differences(app, saved / f"{version}.tar", version)) <= ANEW
    with app.app_context():
        assert schema.current(db.engine) == schema.head() != regenerate.newest()
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT DISTINCT trial FROM team").scalars().all() == [7]
        db.session.remove()
        db.engine.dispose()


# killed in the middle


@pytest.fixture(params=DATABASES)
def copies(request, saved, tmp_path):
    """Return what gives a copy of the installation that was saved today, as an app with these migrations."""
    if request.param == "sqlite":
        original = an_app(tmp_path / "original")
        loaded(original, saved / "today.sql")

        def copy(name, migrations):
            folder = tmp_path / name
            folder.mkdir()
            shutil.copy(tmp_path / "original" / "lms.sqlite3", folder)
            return nullcontext(an_app(folder, migrations=migrations))

        yield copy
        return
    server = request.getfixturevalue("postgres_url")
    with postgres.empty_database(server) as url:
        original = an_app(tmp_path / "original", url)
        with original.app_context(), reading.opened(saved / "today.tar") as backup:
            restoring.put_rows(backup, backup.verify())
            loading.finish(db.engine)
            db.engine.dispose()

        @contextmanager
        def copy(name, migrations):
            with postgres.empty_database(server, url.rpartition("/")[2]) as copied:
                yield an_app(tmp_path / name, copied, migrations)

        yield copy


def kill_upgrades(copies, ahead, saved, kills, seed):
    """Kill so many upgrades at random moments; return how many had ended before."""
    chance, ended, took = random.Random(seed), 0, 0.0
    for number in range(kills + 1):
        with copies(f"copy-{number}", ahead) as app:

            def work(app=app):
                with app.app_context():
                    upgrade()

            if number == 0:  # the first is left alone, to see how long it takes
                started = time.monotonic()
                work()
                took = time.monotonic() - started
            else:
                ended += killed(work, chance, took * 1.1)
            with app.app_context():
                assert schema.current(db.engine) in (regenerate.newest(), schema.head())
                upgrade()
                assert schema.current(db.engine) == schema.head()
                db.engine.dispose()
            assert differences(app, saved / "today.tar", "today") == []
    return ended


def test_an_upgrade_that_was_killed_in_the_middle_runs_again(copies, ahead, saved):
    kill_upgrades(copies, ahead, saved, 10, seed=20261123)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_two_hundred_killed_upgrades(copies, ahead, saved):
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    ended = kill_upgrades(copies, ahead, saved, 200, seed)
    print(f"200 upgrades killed, {ended} had ended before")


# cutting a release


def test_every_version_of_the_changes_has_its_saved_installation():
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGES.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(versions) == sorted(regenerate.released())
    for version in versions:
        assert (released.SAVED / f"{version}.sql").is_file()
        assert (released.SAVED / f"{version}.tar").is_file()


def test_a_release_is_cut_by_one_command(tmp_path, monkeypatch):
    migrations = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CHANGES.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "released").mkdir()
    (migrations / "released.txt").write_text("0.0.1 0001\n")
    monkeypatch.setattr(released, "ROOT", tmp_path)
    monkeypatch.setattr(released, "SAVED", tmp_path / "released")
    monkeypatch.setattr(regenerate, "RELEASED", migrations / "released.txt")
    released.main("9.0.0")
    assert regenerate.released()["9.0.0"] == regenerate.newest()
    assert 'version = "9.0.0"' in (tmp_path / "pyproject.toml").read_text()
    assert re.search(r"^## Unreleased\n\n## 9\.0\.0 \(\d{4}-\d\d-\d\d\)$", (tmp_path / "CHANGES.md").read_text(), re.M)
    assert "CREATE TABLE person" in (tmp_path / "released" / "9.0.0.sql").read_text()
    for again in ("9.0.0", "9.0", "v9.0.1"):
        with pytest.raises(SystemExit):
            released.main(again)
    with pytest.raises(SystemExit, match="say in words"):
        regenerate.main([])  # what was released is not written anew
