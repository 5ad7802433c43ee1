"""Scaffolding of `/api/v1`: shapes that every call shares."""

from datetime import datetime
from typing import Any

from apiflask import Schema
from apiflask.fields import Dict, Integer
from apiflask.validators import Range


class ErrorBody(Schema):
    """The one shape of an error."""

    error = Dict(required=True, metadata={"description": "code, message, fields and what else the code needs"})


class PageQuery(Schema):
    after = Integer(load_default=0, strict=False, validate=Range(min=0))
    limit = Integer(load_default=100, validate=Range(min=1, max=1000))


def instant(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def page(items: list[Any], cursor: int | str | None) -> dict[str, Any]:
    """Return the shape of every list."""
    return {"items": items, "next": cursor}


RESPONSES: dict[int, str] = {
    400: "unreadable",
    401: "nobody is signed in, or the token is not good",
    403: "the person may not do this",
    404: "no such thing, or not for this person",
    409: "conflict: nothing was changed",
    413: "larger than this installation accepts",
    422: "invalid fields",
    429: "too many tries",
}
