"""Two real web processes on one database, as behind a balancer that sends each request anywhere."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


@contextmanager
def two_servers(app: Any) -> Iterator[tuple[str, str]]:
    """Serve the database of an app by two processes; yield their addresses once both answer."""
    here = app.extensions["lms_settings"]
    settings = {
        "LMS_INSTANCE_PATH": str(here.instance_path),
        "LMS_DATABASE_URL": here.database_url,
        "LMS_SECRET_KEY": here.secret_key,
    }
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(2)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
            each.listen(64)
        numbers = [each.fileno() for each in sockets]
        command = [sys.executable, "-m", "tests.support.forked", *map(str, numbers)]
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings}, pass_fds=numbers, stderr=subprocess.DEVNULL
        )
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        one, two = (f"http://127.0.0.1:{each.getsockname()[1]}" for each in sockets)
        for address in (one, two):
            until(lambda address=address: _answers(address))
        yield one, two


def _answers(address: str) -> bool:
    try:
        return httpx.get(address + "/sign-in", timeout=60).status_code == 200
    except httpx.HTTPError:
        return False


class Somebody:
    """A browser of one person that any process may serve: its cookies go to each."""

    def __init__(self, number: str, password: str, address: str) -> None:
        self.kept = httpx.Cookies()
        answer = self.post(address, "/sign-in", page="/sign-in", employee_no=number, password=password)
        assert answer.status_code == 302, answer.text

    def get(self, address: str, path: str) -> httpx.Response:
        answer = httpx.get(address + path, cookies=self._sent(), timeout=20)
        self.kept.update(answer.cookies)
        return answer

    def post(self, address: str, path: str, *, page: str, **values: str) -> httpx.Response:
        """Send a form with the token of a page."""
        shown = self.get(address, page).text
        mark = re.search(r'name="csrf_token" value="([^"]+)"', shown)
        assert mark, shown[:2000]
        data = {"csrf_token": mark[1], **values}
        answer = httpx.post(address + path, data=data, cookies=self._sent(), timeout=20)
        self.kept.update(answer.cookies)
        return answer

    def _sent(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.kept.jar}

    def is_in(self, address: str) -> bool:
        answer = self.get(address, "/inbox")
        assert answer.status_code in (200, 302)
        return answer.status_code == 200
