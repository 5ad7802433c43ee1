"""What machines ask: is it alive, can it serve, what are its figures. None of the answers names anybody."""

import hmac
import ipaddress

from flask import Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.health import figures, queries
from lms.health.views.room import bp
from lms.web.auth import proven


@bp.get("/healthz")
@proven
def alive() -> Response:
    """Answer 200 as long as the process answers at all; nothing else is asked."""
    return jsonify(alive=True)


@bp.get("/readyz")
@proven
def ready() -> Response:
    """Answer 200 where this process can serve people, else 503 with what is wrong."""
    wrong = queries.not_ready()
    response = jsonify(ready=not wrong, wrong=wrong, warnings=[] if wrong else queries.warnings())
    session().rollback()
    if wrong:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


@bp.get("/metrics")
@proven
def metrics() -> Response:
    """Give the figures in the text format of Prometheus to whoever may have them; nobody else finds anything."""
    if not _may_read():
        raise NotFound()
    try:
        measured = figures.measured()
    except SQLAlchemyError:
        session().rollback()
        measured = None
    return Response(figures.exposition(measured), content_type=figures.CONTENT_TYPE)


def _may_read() -> bool:
    chosen = settings()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        return bool(chosen.metrics_token) and hmac.compare_digest(token.encode(), chosen.metrics_token.encode())
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    if not chosen.metrics_from:  # behind a proxy everybody comes from this machine
        return address.is_loopback and not chosen.trusted_proxies and "X-Forwarded-For" not in request.headers
    return any(address in ipaddress.ip_network(each) for each in chosen.metrics_from)
