"""A backup made while answers are saved holds everything acknowledged before it began, and one moment of all of it."""

import random
import threading

import pytest
from flask_migrate import stamp
from sqlalchemy import func, select

from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.quizzes.models import Attempt, AttemptItem
from lms.records import queries as records
from lms.records.actions import append
from lms.records.events import Verb
from lms.records.models import LogHead, Record
from tests.support.make import a_person, as_actor
from tests.support.make_backups import a_blank, fingerprint, killed, lms, tree
from tests.support.make_quizzes import a_quiz, begun
from tests.support.make_sittings import saved
from tests.support.waiting import until

pytestmark = pytest.mark.committed
WRITERS = 3


class Writer(threading.Thread):
    """One person who saves one answer after the other, each with a line of the log, as fast as the database takes it.

    acknowledged: the seq of the last answer whose COMMIT came back.
    """

    def __init__(self, app, stop):
        super().__init__()
        self.app, self.stop = app, stop
        self.actor = as_actor(a_person(Role.AGENT))
        self.attempt = begun(self.actor, a_quiz())
        session().rollback()
        self.acknowledged, self.error = 0, None

    def run(self):
        with self.app.app_context():
            try:
                while not self.stop.is_set():
                    self.save(self.acknowledged + 1)
            except Exception as error:
                self.error = error
            finally:
                db.session.remove()

    def save(self, seq):
        saved(self.actor, self.attempt, "o1" if seq % 2 else "o2", seq)
        with transaction():
            append(None, self.actor.id, Verb.SIGNED_OFF, document_id=None, revision_id=None, source="load")
        self.acknowledged = seq

    def stored(self):
        """Return the seq that the database of the present app holds."""
        return session().scalar(
            select(func.max(AttemptItem.seq))
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.public_id == self.attempt)
        )


@pytest.fixture
def busy(fresh):
    """An installation in which people save answers until the test ends."""
    stop = threading.Event()
    with fresh.app_context():
        stamp()
        writers = [Writer(fresh, stop) for _ in range(WRITERS)]
        db.session.remove()
    for writer in writers:
        writer.start()
    yield fresh, writers
    stop.set()
    for writer in writers:
        writer.join(30)
        assert writer.error is None


def more(writers, count=5):
    """Wait until everybody has saved so many more."""
    goals = [writer.acknowledged + count for writer in writers]
    until(lambda: all(writer.acknowledged >= goal for writer, goal in zip(writers, goals, strict=True)))


def test_what_was_acknowledged_before_it_began_is_in_it_and_all_of_one_moment(busy, tmp_path):
    app, writers = busy
    for number in range(2):
        more(writers)
        path = tmp_path / f"{number}.tar"
        before = [writer.acknowledged for writer in writers]
        done = lms(app, "backup", path)
        after = [writer.acknowledged for writer in writers]
        assert done.exit_code == 0, done.stderr
        assert sum(after) > sum(before)  # there was load
        more(writers, 1)
        blank = a_blank(tmp_path / f"blank-{number}")
        assert lms(blank, "restore", path).exit_code == 0
        with blank.app_context():
            stored = [writer.stored() for writer in writers]
            assert all(had <= has for had, has in zip(before, stored, strict=True))
            assert all(has <= had + 1 for has, had in zip(stored, after, strict=True))
            lines = session().scalar(select(func.count()).select_from(Record))
            assert session().get(LogHead, 1).seq == lines
            assert records.verify().problems == ()
            # Each answer has its line, but for the one that was being written.
            by_person = dict(session().execute(select(Record.person_id, func.count()).group_by(Record.person_id)).all())
            for writer, has in zip(writers, stored, strict=True):
                assert has - by_person[writer.actor.id] in (0, 1)
            db.session.remove()
            db.engine.dispose()


# killed in the middle


def kill_backups(app, folder, kills, seed):
    """Kill so many backups at random moments; return how many had ended before."""
    chance, ended = random.Random(seed), 0
    folder.mkdir()
    for number in range(kills):
        path = folder / f"{number}.tar"
        whole = killed(lambda path=path: lms(app, "backup", path), chance, 1.2)
        ended += whole
        if path.exists():  # the name is given once all of it is on the disk
            assert lms(app, "backup", "verify", path).exit_code == 0
        part = folder / f"{number}.tar.part"
        if part.exists():
            assert lms(app, "backup", "verify", part).exit_code == 1
        if not path.exists():
            assert lms(app, "backup", path).exit_code == 0
        assert lms(app, "backup", "verify", path).exit_code == 0
        assert not part.exists()
        path.unlink()
    return ended


def kill_restores(path, wanted, folder, url, kills, seed, longest):
    """Kill so many restores at random moments, then let one end; return how many had ended before."""
    chance, ended = random.Random(seed), 0
    blank = a_blank(folder, url() if url else None)
    for _ in range(kills):
        if killed(lambda blank=blank: lms(blank, "restore", path), chance, longest):
            ended += 1
            blank = a_blank(folder.with_name(f"{folder.name}-{ended}"), url() if url else None)
    done = lms(blank, "restore", path)
    if done.exit_code == 1:  # the last child had ended its work before it was killed
        assert "已有数据" in done.stderr
    with blank.app_context():
        assert records.verify().problems == ()
        db.session.remove()
        db.engine.dispose()
    without = {"article_entry", "search_build", "search_entry", "outbox", "backup_run"}
    assert fingerprint(blank, without=without) == {name: each for name, each in wanted.items() if name not in without}
    assert [name for name in tree(folder) if name.endswith(".part")] == []
    return ended


@pytest.fixture
def rested(fresh, tmp_path):
    """An installation in which some people have saved answers, and its backup."""
    with fresh.app_context():
        stamp()
        writers = [Writer(fresh, threading.Event()) for _ in range(2)]
        for writer in writers:
            for seq in range(1, 30):
                writer.save(seq)
        db.session.remove()
        db.engine.dispose()
    path = tmp_path / "a.tar"
    assert lms(fresh, "backup", path).exit_code == 0
    with fresh.app_context():
        db.engine.dispose()
    return fresh, path


def test_a_killed_backup_leaves_no_half_file_under_its_name(rested, tmp_path):
    app, _ = rested
    kill_backups(app, tmp_path / "killed", 4, seed=20261123)


def test_a_killed_restore_begins_anew_and_ends_whole(rested, tmp_path, request):
    app, path = rested
    url = request.getfixturevalue("a_postgres_database") if "postgresql" in request.node.name else None
    kill_restores(path, fingerprint(app), tmp_path / "blank", url, 4, 20261123, 3.0 if url is None else 6.0)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_two_hundred_killed_backups_and_restores(rested, tmp_path, request):
    app, path = rested
    seed = random.SystemRandom().randrange(2**32)
    url = request.getfixturevalue("a_postgres_database") if "postgresql" in request.node.name else None
    print(f"seed {seed}")
    whole = kill_backups(app, tmp_path / "killed", 200, seed)
    restored = kill_restores(path, fingerprint(app), tmp_path / "blank", url, 200, seed, 3.0 if url is None else 8.0)
    print(f"200 backups killed, {whole} had ended; 200 restores killed, {restored} had ended")
