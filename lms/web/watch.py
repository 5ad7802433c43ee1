"""Each request has a number, one line in the log and its place in the figures; none of them says who asked for whom.

Who came in, went or was refused stands in lines of their own (`lms.security`), by the person's random id.
"""

import logging
import os
import re
import time
import uuid
from functools import cache
from pathlib import Path

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy.pool import QueuePool

from lms.core import logs
from lms.core.db import db
from lms.core.here import settings

log = logging.getLogger("lms.request")
security = logging.getLogger("lms.security")

HEADER = "X-Request-ID"
QUIET = frozenset({"static", "bootstrap.static", "health.alive", "health.ready", "health.metrics"})
"""What is asked for all day and tells nothing; it is counted and not written down."""
REFUSED = frozenset({401, 403, 429})
"""What a gate, a limit or a wrong password answers with."""
_GOOD = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REGISTRY = CollectorRegistry()
REQUESTS = Counter("lms_requests", "Requests answered.", ["method", "endpoint", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "lms_request_seconds",
    "Time until the answer was ready.",
    ["endpoint"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10),
    registry=REGISTRY,
)
SIGN_INS = Counter("lms_sign_ins", "Tries to sign in, by what came of them.", ["status"], registry=REGISTRY)
CONNECTIONS = Gauge(
    "lms_db_connections", "In use when the last answer was ready.", registry=REGISTRY, multiprocess_mode="livesum"
)


def registry() -> CollectorRegistry:
    """Return what this process counted, or all web processes of this machine where they share a folder for it."""
    together = CollectorRegistry()
    try:
        collector = MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    except ValueError:
        return REGISTRY
    for file in Path(collector._path).glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if not _lives(int(pid)):
            mark_process_dead(pid, collector._path)  # type: ignore[no-untyped-call]
    return together


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def init_app(app: Flask) -> None:
    """Number and count every request. Stands before everything else that looks at one."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)
    app.jinja_env.globals["request_number"] = number


def number() -> str:
    """Return the number of this request, "" outside of one."""
    return logs.request_id.get()


def place() -> str:
    """Return where a request went as the house calls it (`/people/<employee_no>`): an address may name somebody."""
    return request.url_rule.rule if request.url_rule is not None else "an unknown address"


def note(event: str) -> None:
    """Write down that somebody came in, went or was refused, and where. Nobody known: `-`."""
    actor = g.get("actor")
    person = actor.public_id if actor else "-"
    security.info(
        event, extra={"facts": {"person": person, "method": _method(), "endpoint": request.endpoint or "none"}}
    )


def _method() -> str:
    return request.method if request.method in _METHODS else "other"


@cache
def _answers(method: str, endpoint: str, status: int) -> Counter:
    return REQUESTS.labels(method, endpoint, str(status))


@cache
def _seconds(endpoint: str) -> Histogram:
    return SECONDS.labels(endpoint)


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get(HEADER, "") if settings().trusted_proxies else ""
    logs.request_id.set(given if _GOOD.fullmatch(given) else uuid.uuid4().hex)


def _end(response: Response) -> Response:
    response.headers[HEADER] = number()
    began = g.get("began")
    if began is None:
        return response
    seconds = time.perf_counter() - began
    endpoint = request.endpoint or "none"
    method = _method()
    _answers(method, endpoint, response.status_code).inc()
    _seconds(endpoint).observe(seconds)
    pool = db.engine.pool
    if isinstance(pool, QueuePool):
        CONNECTIONS.set(pool.checkedout())
    if endpoint == "accounts.sign_in_submit":
        SIGN_INS.labels(str(response.status_code)).inc()
    if response.status_code in REFUSED:
        note(f"refused {response.status_code}")
    if endpoint not in QUIET and log.isEnabledFor(logging.INFO):
        facts = {"method": method, "endpoint": endpoint, "status": response.status_code, "ms": round(seconds * 1000)}
        log.info("request", extra={"facts": facts})
    return response


def _forget(_: BaseException | None) -> None:
    logs.request_id.set("")
