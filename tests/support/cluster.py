"""A whole installation of several machines on loopback: PostgreSQL, Valkey, an S3 store, web processes, workers, nginx.

Each part is a process (with its children a group) that is killed with SIGKILL and started again on its own port.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.support import postgres
from tests.support.machine import a_proxy
from tests.support.s3 import Bucket
from tests.support.shots import free_port, wait_for
from tests.support.valkey import Valkey
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
NGINX = ROOT / "docs" / "deploy" / "nginx.conf"


class Group:
    """A process that leads a group of its own, so that a kill takes its children along."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
            )

    def kill(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class PostgreSQL:
    """A server that keeps what it has acknowledged when it is killed (the tests' other one need not)."""

    def __init__(self, folder: Path) -> None:
        binaries = postgres._binaries()
        if binaries is None:
            raise postgres.NoServer("no PostgreSQL binaries; install the package postgresql")
        self.binaries, self.folder, self.port = binaries, folder, free_port()
        self.as_user: list[str] = []
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self.as_user = ["runuser", "-u", "postgres", "--"]
        self._run(
            "initdb", "-D", str(self.data), "-U", "lms", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        self.start()
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE kefu")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://lms@127.0.0.1:{self.port}/kefu"

    def _address(self, name: str) -> str:
        return f"postgresql://lms@127.0.0.1:{self.port}/{name}"

    def _run(self, name: str, *rest: str) -> None:
        command = [*self.as_user, str(self.binaries / name), *rest]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        if done.returncode:
            raise postgres.NoServer(f"{name} failed: {(done.stderr or done.stdout)[-300:]}")

    def start(self) -> None:
        # A process that is killed loses nothing that was handed to the system: no disk has to be waited for.
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=100"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def kill(self) -> None:
        """SIGKILL for the whole server, and wait until nothing of it is left."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in [pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{each}").exists() for each in [pid, *children]))

    def stop(self) -> None:
        with contextlib.suppress(postgres.NoServer):
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")


class Cluster:
    """folder: of its own. webs, workers: three and two. address: of the proxy."""

    def __init__(self, folder: Path, database: PostgreSQL, valkey: Valkey, bucket: Bucket) -> None:
        self.folder, self.database, self.valkey, self.bucket = folder, database, valkey, bucket
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.ports = [free_port() for _ in range(3)]
        self.webs = [self._web(number, port) for number, port in enumerate(self.ports)]
        self.workers = [self._worker(number) for number in range(2)]
        self.proxy = self._proxy()

    def environment(self, name: str) -> dict[str, str]:
        """Return the settings of a machine: an instance folder of its own, all else shared."""
        instance = self.folder / name
        instance.mkdir(exist_ok=True)
        chosen = {
            "LMS_INSTANCE_PATH": str(instance),
            "LMS_DATABASE_URL": self.database.url,
            "LMS_SECRET_KEY": "0123456789abcdef" * 4,
            "LMS_REDIS_URL": self.valkey.url,
            "LMS_TRUSTED_PROXIES": "1",
            "LMS_LOG_FORMAT": "json",
            "LMS_API_PER_MINUTE": "100000",
            "LMS_API_PER_MINUTE_ADDRESS": "100000",
            **{f"LMS_{name.upper()}": str(value) for name, value in self.bucket.settings.items()},
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        return {**kept, **chosen, "PYTHONPATH": str(ROOT)}

    def _web(self, number: int, port: int) -> Group:
        command = [sys.executable, "-m", "gunicorn", "lms.app:served()", "--bind", f"127.0.0.1:{port}"]
        command += ["--workers", "1", "--threads", "6", "--worker-class", "gthread", "--preload", "--no-control-socket"]
        return Group(command, self.environment(f"web{number}"), self.folder / f"web{number}.log")

    def _worker(self, number: int) -> Group:
        command = [sys.executable, "-m", "lms", "worker"]
        return Group(command, self.environment(f"worker{number}"), self.folder / f"worker{number}.log")

    def _proxy(self) -> Group:
        """The example of docs/deploy, with our ports and without certificates."""
        nginx = a_proxy()
        assert nginx is not None
        written = NGINX.read_text("utf-8")
        written = re.sub(r"^ *ssl_.*\n", "", written, flags=re.MULTILINE)
        written = written.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};")
        for number, port in enumerate(self.ports):
            written = written.replace(f"10.0.0.1{number + 1}:8000", f"127.0.0.1:{port}")
        (self.folder / "kefu.conf").write_text(written, "utf-8")
        places = "".join(
            f"{name}_temp_path {self.folder}/nginx-{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = f"daemon off; worker_processes 1; user root; pid {self.folder}/nginx.pid; error_log {self.folder}/nginx-error.log;\n"
        whole += f"events {{}}\nhttp {{ access_log off;\n{places}include {self.folder}/kefu.conf;\n}}\n"
        if os.getuid() != 0:
            whole = whole.replace("user root; ", "")
        (self.folder / "nginx.conf").write_text(whole, "utf-8")
        return Group([nginx, "-c", str(self.folder / "nginx.conf")], dict(os.environ), self.folder / "nginx.log")

    def start(self) -> None:
        for each in (*self.webs, *self.workers, self.proxy):
            each.start()
        for port in (*self.ports, self.port):
            wait_for(port)

    def stop(self) -> None:
        for each in (self.proxy, *self.webs, *self.workers):
            each.kill()

    def logs(self) -> str:
        """Return what all of its processes have written."""
        return "".join(
            each.log.read_text("utf-8", "replace") for each in (*self.webs, *self.workers) if each.log.exists()
        )


@contextlib.contextmanager
def a_cluster() -> Iterator[Cluster]:
    """Start all but web processes and workers (`start`): the database has to be made and filled first."""
    folder = Path(tempfile.mkdtemp(prefix="lms-cluster-"))
    os.chmod(folder, 0o755)
    (folder / "pg").mkdir()
    database, valkey, bucket = PostgreSQL(folder / "pg"), Valkey(), Bucket()
    cluster = None
    try:
        valkey.start()
        bucket.start()
        cluster = Cluster(folder, database, valkey, bucket)
        yield cluster
    finally:
        if cluster is not None:
            cluster.stop()
        valkey.kill()
        bucket.kill()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
