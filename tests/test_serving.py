"""`lms serve`: a web server and a worker that begin together, and end together on one signal."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.shots import free_port, wait_for
from tests.support.waiting import until

pytestmark = [pytest.mark.committed, pytest.mark.timeout(300)]


def workers_of(pid: int) -> list[int]:
    children = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in children.stdout.splitlines() if "lms worker" in line]


def test_the_server_answers_keeps_a_worker_and_ends_whole(tmp_path):
    port = free_port()
    environment = {**os.environ, "LMS_INSTANCE_PATH": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "lms", "db", "upgrade"], env=environment, check=True, capture_output=True)
    command = [sys.executable, "-m", "lms", "serve", "--port", str(port), "--processes", "1"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as page:
            assert page.status == 200
        first = until(lambda: workers_of(server.pid))[0]
        os.kill(first, signal.SIGKILL)
        second = until(lambda: [pid for pid in workers_of(server.pid) if pid != first])[0]
        server.send_signal(signal.SIGTERM)
        server.wait(90)
        until(lambda: not os.path.exists(f"/proc/{second}"))
    finally:
        server.kill()


def listening_by(pid: int, port: int) -> set[int]:
    """Return which processes below this one listen on the port, each with a socket of its own."""
    wanted = f":{port:04X}"
    sockets = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()
        if line.split()[1].endswith(wanted) and line.split()[3] == "0A"
    }
    below, found = [pid], set()
    while below:
        each = below.pop()
        with contextlib.suppress(FileNotFoundError):
            below += [int(child) for child in Path(f"/proc/{each}/task/{each}/children").read_text().split()]
            links = {os.readlink(f"/proc/{each}/fd/{name}") for name in os.listdir(f"/proc/{each}/fd")}
            found |= {each} if any(f"socket:[{number}]" in links for number in sockets) else set()
    return found if len(sockets) == len(found) else set()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one socket serves all processes")
def test_each_process_listens_by_itself_so_that_connections_are_dealt_out_evenly(tmp_path):
    port = free_port()
    environment = {**os.environ, "LMS_INSTANCE_PATH": str(tmp_path)}
    command = [sys.executable, "-m", "lms", "serve", "--port", str(port), "--processes", "2", "--no-worker"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        until(lambda: len(listening_by(server.pid, port)) == 2)
        second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"127.0.0.1:{port}" in second.stderr
        assert "--port" in second.stderr
        assert len(listening_by(server.pid, port)) == 2
        server.send_signal(signal.SIGTERM)
        server.wait(90)
    finally:
        server.kill()


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_refused_before_anything_is_made(tmp_path, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "LMS_INSTANCE_PATH": str(tmp_path / "new")}
        asked = [sys.executable, "-m", "lms", command, "--port", str(taken.getsockname()[1])]
        refused = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "--port" in refused.stderr
    assert not list(tmp_path.rglob("*.db"))
