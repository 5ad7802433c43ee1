"""A backup holds everything of one moment, is whole or not there, and comes back as it was, on either database."""

import json
import shutil
import stat

import pytest
from flask_migrate import upgrade

from lms.accounts import actions as accounts
from lms.accounts.models import Person
from lms.accounts.queries import console
from lms.core import backups, clock, files
from lms.core.db import db, session, transaction
from lms.core.here import settings
from lms.learning.models import Upload
from lms.operations import schema
from lms.records import erasing
from lms.records import queries as records
from tests.architecture.test_schema import definitions
from tests.support import postgres
from tests.support.make import a_person
from tests.support.make_backups import a_blank, an_installation, fingerprint, lms, parts, tree

pytestmark = pytest.mark.committed
DATABASES = ("sqlite", "postgresql")
OWN = "阿南"


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """An installation in which a team has worked, with its backup. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("worked")
    app, house = an_installation(folder, f"sqlite:///{folder / 'lms.sqlite3'}")
    return app, house, backed_up(app, folder / "a.tar")


@pytest.fixture(scope="module")
def worked_on_postgresql(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("worked")
    server, pattern = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_pattern")
    with postgres.empty_database(server, pattern) as url:
        app, house = an_installation(folder, url)
        yield app, house, backed_up(app, folder / "a.tar")


def backed_up(app, path, *options):
    done = lms(app, "backup", path, *options)
    assert done.exit_code == 0, done.output + done.stderr
    return path


@pytest.fixture
def blank(tmp_path):
    """An installation without a database."""
    app = a_blank(tmp_path / "blank")
    yield app
    with app.app_context():
        db.engine.dispose()


def restored(app, path, *options):
    done = lms(app, "restore", path, *options)
    assert done.exit_code == 0, done.output + done.stderr
    return done


# everything comes back

ANEW = {"article_entry", "search_build", "search_entry", "outbox", "backup_run"}
"""What the search is found by is made anew; that a backup was made is noted after it."""


@pytest.mark.parametrize("target", DATABASES)
@pytest.mark.parametrize("source", DATABASES)
def test_every_row_and_file_comes_back_on_either_database(request, tmp_path, source, target):
    app, _, path = request.getfixturevalue("worked" if source == "sqlite" else "worked_on_postgresql")
    url = request.getfixturevalue("a_postgres_database")() if target == "postgresql" else None
    blank = a_blank(tmp_path / "blank", url)
    told = json.loads(restored(blank, path, "--json").stdout)
    assert told["rows"] == sum(told["tables"].values()) > 100
    assert told["problems"] == []
    assert fingerprint(blank, without=ANEW) == fingerprint(app, without=ANEW)
    with app.app_context():
        kept = {each.sha for each in files.iterate()}
    with blank.app_context():
        assert {each.sha for each in files.iterate()} == kept != set()
        assert records.verify().problems == ()
        with db.engine.connect() as connection:
            triggers = definitions(connection)
        name = "record_no_update" if target == "sqlite" else "record_no_change"
        assert any(name in line for line in triggers)
        highest = max(session().scalars(db.select(Person.id)))
        session().rollback()
        assert a_person().id > highest  # the database numbers on where it was
        db.session.remove()
        db.engine.dispose()


def test_what_watches_the_rows_is_as_after_an_upgrade(worked, blank, tmp_path):
    _, _, path = worked
    restored(blank, path)
    other = a_blank(tmp_path / "other")
    found = []
    for app in (blank, other):
        with app.app_context():
            upgrade()
            with db.engine.connect() as connection:
                indexes = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index'").all()
                found.append((definitions(connection), {tuple(row) for row in indexes}))
            db.engine.dispose()
    assert found[0] == found[1]


def settings_folder(app):
    with app.app_context():
        return settings().instance_path


# the file


def test_nobody_else_can_read_the_file_and_no_part_is_left(worked):
    _, _, path = worked
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.glob("*.part")) == []


def test_a_file_that_is_there_is_never_overwritten(worked, tmp_path):
    app, *_ = worked
    (tmp_path / "old.tar").write_text("old")
    done = lms(app, "backup", tmp_path / "old.tar")
    assert done.exit_code == 1
    assert "已经在了" in done.stderr
    assert (tmp_path / "old.tar").read_text() == "old"
    assert lms(app, "backup", tmp_path / "none" / "x.tar").exit_code == 1
    assert lms(app, "backup").exit_code == 2
    assert lms(app, "backup", "nonsense", "x").exit_code == 2


def test_secrets_are_in_it_only_when_asked_for(worked, blank, tmp_path):
    app, _, path = worked
    assert not any(name.startswith("secrets/") for name in parts(path))
    secret = app.config["SECRET_KEY"].encode()
    assert secret not in path.read_bytes()
    (settings_folder(app) / "lms.toml").write_text('company = "禾木"\n')
    try:
        with_secrets = backed_up(app, tmp_path / "s.tar", "--with-secrets")
    finally:
        (settings_folder(app) / "lms.toml").unlink()
    assert parts(with_secrets)["secrets/secret_key"] == secret
    assert lms(blank, "restore", path, "--with-secrets").exit_code == 1
    restored(blank, with_secrets, "--with-secrets")
    folder = settings_folder(blank)
    assert (folder / "secret_key").read_bytes() == secret
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert (folder / "lms.toml.restored").read_text() == 'company = "禾木"\n'
    assert not (folder / "lms.toml").exists()


def test_a_missing_file_is_said_and_does_not_stop_the_backup(worked, tmp_path):
    app, *_ = worked
    with app.app_context():
        sha = session().scalars(db.select(Upload.sha)).first()
        session().rollback()
        place = settings().uploads / sha.hex()[:2] / sha.hex()
    shutil.move(place, tmp_path / "away")
    try:
        done = lms(app, "backup", tmp_path / "b.tar")
    finally:
        shutil.move(tmp_path / "away", place)
    assert done.exit_code == 0
    assert "找不到或已损坏" in done.output
    place.write_bytes(b"rotten")
    try:
        assert json.loads(lms(app, "backup", tmp_path / "c.tar", "--json").stdout)["files_missing"] >= 1
    finally:
        place.unlink()
        with app.app_context():
            for upload in session().query(Upload):
                files.put(b"photo %d" % upload.id * 1000)


def test_verify_says_what_the_file_holds(worked):
    app, _, path = worked
    told = json.loads(lms(app, "backup", "verify", path, "--json").stdout)
    assert told["problems"] == []
    assert told["rows"] > 100
    assert lms(app, "backup", "verify", path.with_name("none.tar")).exit_code == 1


# only into what is empty


def test_what_is_in_use_is_never_written_into(worked, tmp_path):
    app, _, path = worked
    before, folder = fingerprint(app), tree(settings_folder(app) / "uploads")
    done = lms(app, "restore", path)
    assert done.exit_code == 1
    assert "已有数据" in done.stderr
    assert (fingerprint(app), tree(settings_folder(app) / "uploads")) == (before, folder)


def test_an_upgraded_but_empty_database_takes_a_backup(worked, blank):
    _, _, path = worked
    assert lms(blank, "db", "upgrade").exit_code == 0
    restored(blank, path)


# people who were erased stay erased


@pytest.mark.parametrize("brought", ["beside", "option", "instance"])
def test_who_was_erased_after_the_backup_is_erased_again(worked, tmp_path, brought):
    app, _, path = worked
    blank = a_blank(tmp_path / "blank")
    with app.app_context():
        someone = session().query(Person).filter_by(name=OWN).one()
        name, public_id = someone.name, someone.public_id
        session().rollback()
    taken = tmp_path / "share" / "a.tar"
    taken.parent.mkdir()
    shutil.copy(path, taken)
    where = {
        "beside": taken.parent / "erasures.log",
        "option": tmp_path / "later.log",
        "instance": tmp_path / "blank" / "erasures.log",
    }[brought]
    where.write_text(f"{public_id}\n{'0' * 32}\n")
    done = restored(blank, taken, *(["--erasures", where] if brought == "option" else []))
    assert "重新删除" in done.output
    with blank.app_context():
        found = session().query(Person).filter_by(public_id=public_id).one()
        assert found.erased_at is not None
        assert found.name != name
        assert records.verify().problems == ()
        assert public_id in (settings().instance_path / erasing.LOG).read_text()
        db.engine.dispose()


def test_the_backup_itself_holds_the_list(worked, tmp_path):
    app, *_ = worked
    with app.app_context():
        leaver = a_person(name="要走的人")
        with transaction():
            accounts.close(None, leaver.id)
        with transaction():
            erasing.erase(console(), leaver.id)
        erasing.note_erasures()
        public_id = session().get_one(Person, leaver.id).public_id
        session().rollback()
    path = backed_up(app, tmp_path / "e.tar")
    assert public_id in parts(path)["erasures.log"].decode().split()


# a restore that was broken off


def test_nobody_works_with_what_is_half_restored(worked, blank):
    _, _, path = worked
    restored(blank, path)
    with blank.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {schema.MARK} (at VARCHAR(40))")
    for command in (["worker", "--once"], ["db", "upgrade"], ["backup", path.with_name("half.tar")]):
        done = lms(blank, *command)
        assert done.exit_code == 1
        assert "恢复还没有完成" in done.stderr
    restored(blank, path)
    assert lms(blank, "backup", "verify", path).exit_code == 0


# the drill


def test_a_drill_changes_nothing_and_is_noted(worked):
    app, _, path = worked
    before = fingerprint(app, without={"backup_run"})
    done = lms(app, "restore", "--drill", path)
    assert done.exit_code == 0, done.output + done.stderr
    assert "演练成功" in done.output
    assert fingerprint(app, without={"backup_run"}) == before
    with app.app_context():
        state = backups.state()
        assert state.drill.error == ""
        assert state.drill.rows > 100
        assert state.good is not None
        assert not state.is_late(clock.now())
