"""The example hosts as they run in life: a process of their own with a browser's cookies in front of it."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Host:
    """A host that is being served. environment: with which its commands run."""

    url: str
    environment: dict[str, str]
    said: Path
    browser: httpx.Client = field(default_factory=httpx.Client)

    def get(self, path: str) -> httpx.Response:
        return self.browser.get(self.url + path, timeout=60)

    def post(self, path: str, at: str = "", **form: str) -> httpx.Response:
        """Send the form that stands on the page `at` (the path itself, where it is not said), with its token."""
        page = self.get(at or path).text
        found = re.search(r'name="(csrf_token|csrfmiddlewaretoken)" value="([^"]+)"', page)
        token = {found[1]: found[2]} if found else {}
        return self.browser.post(self.url + path, data={**token, **form}, timeout=60)

    def call(self, method: str, path: str, at: str, json: object = None) -> httpx.Response:
        """Call the academy's API as its pages' scripts do, with the token of the page `at`."""
        page = self.get(at).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        headers = {"X-CSRFToken": token, "Referer": self.url + at}
        return self.browser.request(method, self.url + path, json=json, headers=headers, timeout=60)


@contextmanager
def running(example: str, folder: Path, *words: str, script: str = "app.py") -> Iterator[Host]:
    """Start the one command of an example and stop it at the end. words: its arguments."""
    port = a_free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LMS_")},
        "PYTHONPATH": str(ROOT),
        "DESK_FOLDER": str(folder),
        "DESK_PORT": str(port),
    }
    said = folder / "said.txt"
    folder.mkdir(parents=True, exist_ok=True)
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, str(EXAMPLES / example / script), *words], env=environment, stdout=out, stderr=out
        )
    host = Host(f"http://127.0.0.1:{port}", environment, said)

    def answers() -> bool:
        assert process.poll() is None, said.read_text()
        try:
            return host.browser.get(host.url, timeout=5).status_code < 500
        except httpx.TransportError:
            return False

    try:
        until(answers)
        yield host
    finally:
        host.browser.close()
        process.terminate()
        process.wait(30)
