"""`lms serve`: a web server and a worker that begin together, and end together on one signal."""

import os
import signal
import subprocess
import sys
import urllib.request

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
