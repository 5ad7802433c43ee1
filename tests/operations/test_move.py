"""`lms db move`: every row of SQLite stands in PostgreSQL afterwards, and the old database is left as it was."""

import json
import sqlite3

import pytest

from lms.core.db import db, session
from lms.operations import moving, schema
from lms.records import queries as records
from lms.search.engines import engine
from tests.support.make_backups import a_blank, an_installation, fingerprint, lms, tree

pytestmark = pytest.mark.committed
ANEW = {"article_entry", "search_build", "search_entry", "outbox"}


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    return an_installation(folder, f"sqlite:///{folder / 'lms.sqlite3'}")[0]


def database_of(app):
    return app.extensions["lms_settings"].instance_path / "lms.sqlite3"


def test_every_row_is_there_afterwards_and_the_old_database_is_as_it_was(worked, a_postgres_database):
    url = a_postgres_database()
    with worked.app_context():
        db.engine.dispose()
    before = tree(database_of(worked).parent)["lms.sqlite3"]
    planned = lms(worked, "db", "move", "--to", url, "--dry-run", "--json")
    assert planned.exit_code == 0, planned.stderr
    assert json.loads(planned.stdout)["rows"] > 100
    done = lms(worked, "db", "move", "--to", url, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rows"] == json.loads(planned.stdout)["rows"]
    assert tree(database_of(worked).parent)["lms.sqlite3"] == before
    moved = a_blank(database_of(worked).parent, url)
    assert fingerprint(moved, without=ANEW) == fingerprint(worked, without=ANEW)
    assert all(told["sha256"][name] == digest for name, (_, digest) in fingerprint(worked).items())
    with moved.app_context():
        assert records.verify().problems == ()
        assert engine().version() is not None  # the search is built where it is looked for now
        db.session.remove()
        db.engine.dispose()
    again = lms(worked, "db", "move", "--to", url)
    assert again.exit_code == 1
    assert "已有数据" in again.stderr
    assert lms(moved, "db", "move", "--to", url).exit_code == 1  # it is no SQLite


def test_what_is_written_meanwhile_is_noticed_and_the_copy_can_not_be_used(worked, a_postgres_database, monkeypatch):
    url = a_postgres_database()
    lines = moving._lines

    def written_to(moment, shape):
        if shape.name == "team":
            with sqlite3.connect(database_of(worked)) as other:
                other.execute("UPDATE team SET name = name || '组'")
            other.close()
        return lines(moment, shape)

    monkeypatch.setattr(moving, "_lines", written_to)
    done = lms(worked, "db", "move", "--to", url)
    assert done.exit_code == 1
    assert "有人写入了旧数据库" in done.stderr
    half = a_blank(database_of(worked).parent, url)
    with half.app_context(), pytest.raises(schema.HalfRestored):
        schema.refuse_half_restored(db.engine)
    with half.app_context():
        db.engine.dispose()
    monkeypatch.undo()
    assert lms(worked, "db", "move", "--to", url).exit_code == 0


@pytest.mark.parametrize(
    "url", ["sqlite:////tmp/x.db", "postgresql://x@y/z", "nonsense", "postgresql+psycopg://lms:secret@127.0.0.1:1/x"]
)
def test_a_target_that_is_none_is_refused_without_its_password(worked, url):
    done = lms(worked, "db", "move", "--to", url)
    assert done.exit_code == 1
    assert "secret" not in done.output + done.stderr
    with worked.app_context():
        session().rollback()
