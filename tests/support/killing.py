"""Serving an app whose one worker is killed, again and again, while clients send to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LONGEST_OFFSET = 0.05
"""Seconds after a request was sent, up to which the worker is killed."""
ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """gunicorn with one worker, which its master starts again after each kill."""

    process: subprocess.Popen
    port: int

    def worker(self):
        """Return the id of the one process that the master has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = children.read_text().split()
        return int(found[0]) if found else None

    def kill_worker(self):
        worker = self.worker()
        if worker is not None:
            os.kill(worker, signal.SIGKILL)
        return worker

    def wait(self, learner, last=None, since=None):
        """Wait until another worker than `last` serves; return the seconds since the kill."""
        since = since or time.monotonic()
        while time.monotonic() - since < 60:
            if self.worker() not in {None, last}:
                with suppress(OSError, http.client.HTTPException):
                    assert self.get(learner, "/api/v1/me")[0] == 200
                    return time.monotonic() - since
            time.sleep(0.01)
        raise AssertionError("the server did not come back")

    def get(self, learner, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {learner.token}"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


@contextmanager
def served(app, which, environment=None):
    """Serve an app of tests/support/killable.py on a socket of our own, so that its port is certain.

    app: whose folder and database are served. environment: of the server, beside them.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        listening.set_inheritable(True)
        number = listening.fileno()
        command = [
            sys.executable, "-m", "gunicorn", f"tests.support.killable:{which}()", "--bind", f"fd://{number}",
            "--workers", "1", "--threads", "4", "--worker-class", "gthread", "--preload", "--log-level", "critical",
        ]  # fmt: skip
        here = app.extensions["lms_settings"]
        settings = {"LMS_INSTANCE_PATH": str(here.instance_path), "LMS_DATABASE_URL": here.database_url}
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings, **(environment or {})}, pass_fds=[number]
        )
        try:
            yield Server(process=process, port=listening.getsockname()[1])
        finally:
            process.terminate()
            process.wait(20)


def burst(server, learners, chance, kill=Server.kill_worker):
    """Let all save at once, kill the worker at a random moment after a request was sent; return its id and the time."""
    stop, underway = threading.Event(), threading.Event()
    threads = [threading.Thread(target=learner.send_until, args=(server.port, stop, underway)) for learner in learners]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0, 0.1))  # so that not always the first answers of a worker are hit
    underway.clear()
    underway.wait(10)
    time.sleep(chance.uniform(0, LONGEST_OFFSET))
    killed, at = kill(server), time.monotonic()
    stop.set()
    for thread in threads:
        thread.join(20)
    return killed, at
