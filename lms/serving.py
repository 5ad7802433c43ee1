"""The processes of one installation: the web server and one worker, started together and ended together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from types import FrameType

from lms.core.errors import Conflict
from lms.core.texts import text

RESTART_AFTER = 2.0
"""Seconds before a worker that ended is started again, so that one that can't start does not spin."""


def web_command(host: str, port: int, processes: int, threads: int) -> list[str]:
    """Return the command of the production server.

    On Linux each process listens by itself and the kernel deals out connections among them. Of one socket for all, the
    process that is awake anyway takes most, and a browser keeps its connection: with two processes one worked twice as
    much as the other, and whoever was on it waited.
    """
    each_listens = ["--reuse-port"] if sys.platform == "linux" else []
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "lms.app:served()",
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(processes),
        "--threads",
        str(threads),
        "--worker-class",
        "gthread",
        "--preload",  # nobody is let in before the app is loaded, and a process that ends is replaced at once
        "--keep-alive",
        "30",
        "--name",
        "kefu-academy",
        "--no-control-socket",  # one for all of a person's servers, in his home: two installations would meet there
        *each_listens,
    ]


class PortTaken(Conflict):
    """Another program listens where this one was to."""

    default_code = "port_taken"


def require_free(host: str, port: int) -> None:
    """Raise PortTaken where another program listens. Processes that share a port would share it with any other, too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise PortTaken(
                text(
                    "不能在 %(address)s 上提供服务（%(reason)s）。用 --port 换一个端口，或先停掉占用它的程序。",
                    address=f"{host}:{port}",
                    reason=error.strerror,
                )
            ) from error


def run(
    host: str,
    port: int,
    *,
    processes: int,
    threads: int = 2,
    environment: Mapping[str, str] | None = None,
    worker: bool = True,
) -> int:
    """Serve until the web server ends or SIGTERM or SIGINT comes; return the web server's exit code.

    worker: whether one runs beside it; it is started again whenever it ends. Both are processes of their own: nothing
    opened here, a database connection least of all, is shared with them. Raises PortTaken.
    """
    require_free(host, port)
    given = {**os.environ, **(environment or {})}
    sys.stdout.flush()
    figures = _folder_for_figures(given)
    web = subprocess.Popen(web_command(host, port, processes, threads), env=given)  # noqa: S603 - our own interpreter
    stop = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep_a_worker() -> None:
        while not stop.is_set():
            process = subprocess.Popen([sys.executable, "-m", "lms", "worker"], env=given)
            running[:] = [process]
            process.wait()
            stop.wait(RESTART_AFTER)

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        web.terminate()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    keeper = threading.Thread(target=keep_a_worker, daemon=True)
    if worker:
        keeper.start()
    try:
        return web.wait()
    finally:
        stop.set()
        for process in running:
            process.terminate()
        if worker:
            keeper.join(5)
        shutil.rmtree(figures, ignore_errors=True)


def _folder_for_figures(given: dict[str, str]) -> str:
    """Give the web processes a folder in which they count together for `/metrics`; return it, "" where none is made."""
    if "PROMETHEUS_MULTIPROC_DIR" in given:
        return ""
    try:
        given["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="lms-figures-")
    except OSError:  # a file system that can't be written: each process tells of itself
        return ""
    return given["PROMETHEUS_MULTIPROC_DIR"]
