"""The one client for addresses outside the house. Nothing else may open a connection to another host.

What a person typed into a form can name any address, so every address is checked before anything is sent: a name is
looked up once, all of its addresses must be public, and the connection goes to one that was checked, never to what a
second look-up might say. No redirect is followed, no proxy or password is taken from the environment, and neither
errors nor logs hold an address, a header or a body: tokens stand in all three.
"""

import email.utils
import ipaddress
import json as json_module
import logging
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx

from lms.core import clock
from lms.core.here import settings

SECONDS = 10.0
"""How long a call may take in all, if the caller says nothing."""
MOST_BYTES = 1_000_000
"""Of an answer; a longer one is cut off and counts as failed."""
LONGEST_WAIT = 86_400.0
"""Seconds: no Retry-After is taken for more."""
AGENT = "kefu-academy"

for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)  # below that they write whole addresses, tokens and all

Resolve = Callable[[str, int], Collection[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TUNNELS = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""Networks whose addresses carry another address inside, which a gateway might unpack."""
_SERVICES = frozenset({"168.63.129.16"})
"""Public addresses at which a cloud answers its own machines."""


class Refused(Exception):
    """The address may not be called; nothing was sent. word: scheme | address | private."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Failed(Exception):
    """There was no answer, or none that can be read. It may have arrived all the same.

    word: name | refused | tls | timeout | broken | too_large | unreadable.
    """

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status. retry_after: seconds that the other side asks for, None = none."""

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object. Raises Failed("unreadable") for anything else."""
        try:
            found = json_module.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Failed("unreadable") from error
        if not isinstance(found, dict):
            raise Failed("unreadable")
        return found


def look_up(host: str, port: int) -> Collection[str]:
    """Return every address of a name, in the order in which the system prefers them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def is_public(address: Address) -> bool:
    """Return whether anybody on the internet could mean this address: no own net, no own machine, no cloud service."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in net for net in _TUNNELS) or address.is_site_local:
            return False
    if address.is_multicast or address.is_reserved or str(address) in _SERVICES:
        return False
    return address.is_global


def _never(address: Address) -> bool:
    """Return whether not even an address that the installation allows may lead there: metadata, everybody, nobody."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    real = inner or address
    return real.is_link_local or real.is_multicast or real.is_unspecified or str(real) in _SERVICES


def checked(host: str, port: int, private_allowed: Collection[str], resolve: Resolve) -> list[str]:
    """Return the addresses of a host, all of which may be called. Raises Refused("private"), Failed("name").

    private_allowed: "host:port" as written in the address, in lower case.
    """
    try:
        found = [ipaddress.ip_address(each) for each in resolve(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise Failed("name") from error
    if not found:
        raise Failed("name")
    may_be_private = f"{host}:{port}" in private_allowed
    if any(_never(each) if may_be_private else not is_public(each) for each in found):
        raise Refused("private")
    return [str(each) for each in found]


def place(url: str) -> tuple[str, int]:
    """Return host (lower case) and port of an address that may be called at all. Raises Refused.

    Only http and https, no name or password in front of the host.
    """
    if len(url) > 4_000 or any(ord(character) < 33 or ord(character) == 127 for character in url):
        raise Refused("address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("address") from error
    if parts.scheme not in ("http", "https"):
        raise Refused("scheme")
    host = parts.hostname
    if not host or "@" in parts.netloc or "\\" in url or port == 0:
        raise Refused("address")
    return host.rstrip("."), port or (443 if parts.scheme == "https" else 80)


def send(
    method: str,
    url: str,
    *,
    json: object = None,
    content: bytes | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    timeout: float = SECONDS,
    private_allowed: Collection[str] | None = None,
    resolve: Resolve = look_up,
) -> Answer:
    """Send one request and return the answer, whatever its status; a redirect is an answer and not followed.

    At most one of json, content, form. params: added to the address. timeout: seconds for everything together.
    private_allowed: "host:port" that may be in an own net (default: the setting). Raises Refused, Failed.
    """
    place(url)
    allowed = settings().outbound_private if private_allowed is None else private_allowed
    way = _Way(_Guard(frozenset(each.lower() for each in allowed), resolve, time.monotonic() + timeout))
    given = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close", **(headers or {})}
    try:
        with (
            httpx.Client(transport=way, trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(
                method,
                url,
                json=json,
                content=content,
                data=dict(form) if form is not None else None,
                headers=given,
                params=dict(params) if params is not None else None,
            ) as answer,
        ):
            wait = _seconds(answer.headers.get("Retry-After") or answer.headers.get("x-ogw-ratelimit-reset") or "")
            return Answer(status=answer.status_code, body=_read(answer), retry_after=wait)
    except (Refused, Failed):
        raise
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Refused("address") from error
    except (httpcore.TimeoutException, httpx.TimeoutException) as error:
        raise Failed("timeout") from error
    except (httpcore.ConnectError, httpx.ConnectError) as error:
        raise Failed("tls" if _is_tls(error) else "refused") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, OSError, ssl.SSLError) as error:
        raise Failed("broken") from error


def _read(answer: httpx.Response) -> bytes:
    found = bytearray()
    for piece in answer.iter_raw():
        found += piece
        if len(found) > MOST_BYTES:
            raise Failed("too_large")
    return bytes(found)


def _seconds(retry_after: str) -> float | None:
    """Return the seconds of a Retry-After, which is a number or a date; None for nothing or nonsense."""
    if not retry_after:
        return None
    if retry_after.strip().isascii() and retry_after.strip().isdigit():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        at: datetime = email.utils.parsedate_to_datetime(retry_after)
        wait = (at - clock.now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


@cache
def trusted() -> ssl.SSLContext:
    """Return whose certificates are believed: the public ones, and what the machine's administrator has added."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


class _Timed(httpcore.NetworkStream):
    """A connection that ends at a moment, however slowly its bytes come."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner = inner
        self._until = until

    def _left(self, wanted: float | None) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("")
        return left if wanted is None else min(left, wanted)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Guard(httpcore.NetworkBackend):
    """Opens connections: looks a host up, checks all of its addresses, and connects to one of those."""

    def __init__(self, private_allowed: Collection[str], resolve: Resolve, until: float) -> None:
        self._allowed = private_allowed
        self._resolve = resolve
        self._until = until
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = checked(host.strip("[]").rstrip(".").lower(), port, self._allowed, self._resolve)
        for number, address in enumerate(addresses, start=1):
            left = self._until - time.monotonic()
            if left <= 0:
                break
            try:
                return _Timed(self._inner.connect_tcp(address, port, left, None, socket_options), self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore.ConnectTimeout("")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise Refused("address")


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        self._inner.close()


class _Way(httpx.BaseTransport):
    """httpx on top, our connections below."""

    def __init__(self, guard: _Guard) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=trusted(), network_backend=guard, max_connections=1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(status_code=answer.status, headers=answer.headers, stream=_Body(answer.stream))

    def close(self) -> None:
        self._pool.close()
