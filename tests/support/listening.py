"""Real receivers on the loopback: they count what comes, and answer, fail, stall or lie as a test wants."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Request:
    """What came. query: the values of the address; json: the body, where it is JSON."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What goes back. slowly: seconds between the bytes; cut: the connection is closed before an answer."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    slowly: float = 0
    wait: float = 0
    cut: bool = False


@dataclass
class Listener:
    """A server that runs. hits: what came, in order."""

    port: int
    hits: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def listening(answer: Callable[[Request], Reply]) -> Iterator[Listener]:
    """Serve on a free port of the loopback while the block runs. answer: called for each request."""
    stop = threading.Event()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            request = Request(
                self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), self.rfile.read(length)
            )
            with lock:
                listener.hits.append(request)
                reply = answer(request)
            stop.wait(reply.wait)
            self.close_connection = True
            if reply.cut:
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if not reply.slowly:
                self.wfile.write(body)
                return
            for byte in body:
                if stop.wait(reply.slowly):
                    return
                self.wfile.write(bytes([byte]))
                self.wfile.flush()

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 - names of the library

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # whoever asked has gone, as a test wants it
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener = Listener(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


def until(wanted: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Return whether something comes true in time; for what another thread does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if wanted():
            return True
        threading.Event().wait(0.01)
    return wanted()
