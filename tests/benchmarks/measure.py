"""Measuring a server from outside: CPU time of its worker, latency at the client, memory."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Server:
    """gunicorn gthread with one worker of four threads, as in production."""

    port: int
    pid: int

    def cpu_ms(self) -> float:
        """Return the CPU time that the worker has used since it began, in ms, from the scheduler's own clock (ns)."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e6

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@contextlib.contextmanager
def serve(target: str, environment: Mapping[str, str]) -> Iterator[Server]:
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", target, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", "1", "--threads", "4", "--keep-alive", "75", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        worker = 0
        for _ in range(200):
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            if children:
                worker = int(children[0])
                break
            time.sleep(0.05)
        yield Server(port=port, pid=worker)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


class Client:
    """One keep-alive connection with the cookies and headers of one person."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = dict(headers or {})

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        self.connection.request(method, path, body, {**self.headers, **(headers or {})})
        response = self.connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.headers["Cookie"] = value.split(";")[0]
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:300]!r}")
        return content

    def sign_in(self, employee_no: str, password: str) -> None:
        page = self.send("GET", "/sign-in").decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]  # type: ignore[index]
        body = f"csrf_token={token}&employee_no={employee_no}&password={password}".encode()
        self.send("POST", "/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded"})
