"""Measuring a server from outside: CPU time of its worker, latency at the client, memory."""

import contextlib
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from apiflask import APIFlask

from lms.app import create_app, spare_the_collector

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Refused(Exception):
    """The server answered with an error where the bench expects none."""


class Asks(Protocol):
    """Whoever can send a request and keeps the cookies: over the network, or inside this process."""

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes: ...


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def academy() -> APIFlask:
    """Return the academy as `lms serve` has it, without the log's line for each request, as hello has none either."""
    app = create_app()
    spare_the_collector()
    return app


@dataclass(slots=True)
class Server:
    """gunicorn as `lms serve` starts it, but with one worker, so that its CPU time is that of the requests."""

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
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


@contextlib.contextmanager
def serve(target: str, environment: Mapping[str, str]) -> Iterator[Server]:
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", target, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", "1", "--threads", "4", "--keep-alive", "75", "--log-level", "warning", "--preload",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)
    try:
        yield Server(port=port, pid=_worker_of(process, port))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _worker_of(master: "subprocess.Popen[bytes]", port: int) -> int:
    """Return the process that answers, once it does."""
    for _ in range(600):
        if master.poll() is not None:
            raise RuntimeError(f"the server ended with {master.returncode}")
        children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
        if children and answers(port):
            return int(children[0])
        time.sleep(0.05)
    raise RuntimeError("the server did not answer within 30 seconds")


def answers(port: int) -> bool:
    """Say whether the server answers by now."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/sign-in")
        connection.getresponse().read()
        connection.close()
        return True
    return False


class Client:
    """One keep-alive connection with the cookies of one person."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        sent = dict(headers or {})
        if self.cookies and "Authorization" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, sent)
        response = self.connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.split(";")[0].partition("=")
                self.cookies[key] = rest
        if response.status >= 400:
            raise Refused(f"{method} {path}: {response.status} {content[:300].decode(errors='replace')}")
        return content


def sign_in(asks: Asks, employee_no: str, password: str) -> None:
    """Sign in by the page, as a person does."""
    page = asks.send("GET", "/sign-in").decode()
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    values = {"csrf_token": token, "employee_no": employee_no, "password": password}
    asks.send("POST", "/sign-in", urlencode(values).encode(), FORM)


@dataclass(slots=True)
class Sample:
    """One round: CPU of the worker and the latency of each run, all in ms per run."""

    cpu: float
    latencies: Sequence[float]


@dataclass(slots=True)
class Figures:
    """The rounds of one operation, each beside hello in the same round."""

    samples: list[Sample] = field(default_factory=list)
    hello: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(sample.cpu for sample in self.samples)

    @property
    def ratios(self) -> list[float]:
        return sorted(sample.cpu / hello for sample, hello in zip(self.samples, self.hello, strict=True))

    @property
    def latencies(self) -> list[float]:
        return sorted(latency for sample in self.samples for latency in sample.latencies)

    def percentile(self, percent: int) -> float:
        """Return the latency in ms that so many percent of the runs stayed within (nearest rank)."""
        every = self.latencies
        return every[min(len(every) - 1, max(0, -(-percent * len(every) // 100) - 1))]
