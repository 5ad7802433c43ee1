"""Installations with people and work in them, their backups, and children that are killed while they work."""

import gzip
import io
import os
import random
import signal
import tarfile
import time
from contextlib import contextmanager
from hashlib import sha256

from click.testing import CliRunner
from flask_migrate import stamp

from lms import cli, create_app
from lms.core import files
from lms.core.db import db, session, transaction
from lms.learning.models import Upload
from lms.operations import snapshot
from lms.operations.rules.rows import writer
from lms.tables import metadata
from tests.conftest import an_app
from tests.support.make_house import a_house


def lms(app, *arguments):
    """Run a command as an administrator would; return what it printed and its exit code."""
    return CliRunner().invoke(cli.main, [str(each) for each in arguments], obj=app)


def an_installation(folder, url):
    """Return an installation of the newest schema in which a team has worked, and the team."""
    folder.mkdir(parents=True, exist_ok=True)
    app = an_app(folder, url)
    with app.app_context():
        stamp()
        house = a_house()
        with transaction():
            for upload in session().query(Upload):
                upload.sha = files.put(b"photo %d" % upload.id * 1000)
        db.session.remove()
        db.engine.dispose()
    return app, house


def a_blank(folder, url=None):
    """Return an installation without a database yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return create_app({"instance_path": folder, "database_url": url or f"sqlite:///{folder / 'lms.sqlite3'}"})


def fingerprint(app, *, without=()):
    """Return rows and digest of every table, read past the models."""
    found = {}
    with app.app_context():
        tables = [each for each in snapshot.shapes(metadata) if each.name not in without]
        with snapshot.taken(db.engine, tables) as moment:
            for shape in tables:
                digest, line, count = sha256(), writer(shape), 0
                for row in moment.rows(shape):
                    digest.update(line(row) + b"\n")
                    count += 1
                found[shape.name] = (count, digest.hexdigest())
        db.engine.dispose()
    return found


def tree(folder):
    """Return every file below a folder with its digest."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def parts(path):
    """Return the members of a backup, by name, in their order."""
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}


def lines(packed):
    return gzip.decompress(packed).splitlines(keepends=True)


def pack(members, change=lambda info: None):
    """Return a tar of these members, as `writer` would write it; change: what is odd about a header."""
    made = io.BytesIO()
    for name, data in members.items() if isinstance(members, dict) else members:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        change(info)
        made.write(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape"))
        made.write(data + bytes(-len(data) % 512))
    return made.getvalue() + bytes(1024)


@contextmanager
def child(work):
    """Give the id of a forked child that does the work; it is killed at the end of the block if it is still there."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    state = {"code": None}
    try:
        yield pid, state
    finally:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        state["code"] = os.waitstatus_to_exitcode(status)


def killed(work, chance: random.Random, longest: float):
    """Do the work in a child and kill it at a random moment; return whether it had ended by itself before."""
    with child(work) as (_, state):
        time.sleep(chance.uniform(0, longest))
    return state["code"] == 0
