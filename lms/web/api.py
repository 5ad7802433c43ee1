"""Scaffolding of `/api/v1`: shapes that every call shares."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from apiflask import APIFlask, Schema
from apiflask.fields import Date, Dict, Nested, String
from apiflask.validators import Range
from marshmallow import INCLUDE

from lms.core.access import POLICY, Role
from lms.core.errors import DomainError
from lms.web import conditional, idempotency
from lms.web.auth import gate_of

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
MOST = 2**53 - 1
"""The greatest whole number that every client can count to; every database can store it."""
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2200, 1, 1)
"""The days that a body can name: what is reckoned from them is a day, too."""


class ErrorDetail(Schema):
    """What was refused. A code may bring further values of its own: `retry_at`, `kept`."""

    class Meta:
        unknown = INCLUDE

    code = String(required=True)
    message = String(required=True, metadata={"description": "a sentence for people"})
    fields = Dict(  # type: ignore[assignment]  # the name in the body
        keys=String(), values=String(), required=True, metadata={"description": "the reason at each input"}
    )


class ErrorBody(Schema):
    """The one shape of an error."""

    error = Nested(ErrorDetail, required=True)


def a_day(**said: Any) -> Date:
    """Return a field for a day that can be reckoned with. said: what else is said of it (`required`, `metadata`)."""
    return Date(validate=Range(min=FIRST_DAY, max=LAST_DAY), **said)


def instant(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def refusals(*statuses: int) -> dict[int, str]:
    """Return the documentation of the refusals that a call adds to those of every call."""
    return {status: RESPONSES[status] for status in statuses}


@contextmanager
def fields_named(name: Callable[[str], str]) -> Iterator[None]:
    """Say the reasons of a refusal at the names of the body, where the page calls its fields otherwise."""
    try:
        yield
    except DomainError as refused:
        refused.fields = {name(field): reason for field, reason in refused.fields.items()}
        raise


def page(items: list[Any], cursor: int | str | None) -> dict[str, Any]:
    """Return the shape of every list."""
    return {"items": items, "next": cursor}


RESPONSES: dict[int, str] = {
    400: "unreadable",
    401: "nobody is signed in, or the token is not good",
    403: "the person may not do this",
    404: "no such thing, or not for this person",
    409: "conflict: nothing was changed",
    412: "it was changed since it was read; nothing was changed",
    413: "larger than this installation accepts",
    422: "invalid fields",
    429: "too many tries",
    503: "too busy: nothing was changed, try again in a few seconds",
}


_RETRY_AFTER = {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}
_REPLAYED = {
    "description": "the answer of an earlier call with the same key",
    "schema": {"type": "string", "enum": ["true"]},
}


def init_app(app: APIFlask) -> None:
    """Describe once for all calls what the gate and the shell may answer; a room describes what it alone may say."""

    @app.spec_processor
    def describe(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
        assert isinstance(spec, dict)
        spec["paths"] = {path: each for path, each in spec["paths"].items() if path.startswith("/api/v1/")}
        for rule in app.url_map.iter_rules():
            path = _PARAMETER.sub(r"{\1}", rule.rule)
            for method in rule.methods or ():
                operation = spec["paths"].get(path, {}).get(method.lower())
                if operation is not None:
                    _describe(
                        operation,
                        method,
                        gate_is_narrow=_is_narrow(app, rule.endpoint),
                        is_guarded=conditional.is_guarded(app.view_functions[rule.endpoint]),
                    )
        return spec


def _is_narrow(app: APIFlask, endpoint: str) -> bool:
    gate = gate_of(app.view_functions[endpoint])
    return gate is not None and not set(Role) <= set(POLICY[gate])


def _describe(operation: dict[str, Any], method: str, *, gate_is_narrow: bool, is_guarded: bool) -> None:
    statuses = {401, 429, 503}
    if method != "GET" or operation.get("parameters"):
        statuses.add(400)
    if method != "GET" or gate_is_narrow:
        statuses.add(403)  # a token may be for reading alone
    if method == "POST":
        statuses |= {409, 422}  # of its Idempotency-Key
    if any(each["in"] == "path" for each in operation.get("parameters", [])):
        statuses.add(404)
    if is_guarded:
        statuses.add(412)
    if "requestBody" in operation:
        statuses.add(413)
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
    for status in sorted(statuses):
        operation["responses"].setdefault(str(status), {"description": RESPONSES[status], "content": refusal})
    if method == "GET":
        operation["parameters"] = [*operation.get("parameters", []), conditional.IF_NONE_MATCH]
        operation["responses"].setdefault("304", {"description": "what the caller has is still so"})
        operation["responses"].get("200", {}).setdefault("headers", {})["ETag"] = conditional.ETAG
    if is_guarded:
        operation["parameters"] = [*operation.get("parameters", []), conditional.IF_MATCH]
    if method == "POST":
        operation["parameters"] = [*operation.get("parameters", []), idempotency.PARAMETER]
        for status, answer in operation["responses"].items():
            if status < "300":
                answer.setdefault("headers", {})[idempotency.REPLAYED] = _REPLAYED
    operation["responses"]["429"]["headers"] = {"Retry-After": _RETRY_AFTER}
    operation["responses"] = dict(sorted(operation["responses"].items()))
    operation["security"] = [{"token": []}]
