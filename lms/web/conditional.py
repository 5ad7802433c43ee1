"""`ETag` on what the API shows: asked for again unchanged it is 304; changed meanwhile, a guarded PUT is 412.

A tag is the digest of the answer's bytes, so it is another one as soon as anything of it is.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

from lms.core.errors import PreconditionFailed

View = TypeVar("View", bound=Callable[..., Any])
WHOLE = 200
_TAG = {"type": "string", "minLength": 1, "maxLength": 2_000}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the ETag of what is known: 304 without a body where nothing of it has changed",
    "schema": _TAG,
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "the ETag of what was read: 412 where anything of it has changed",
    "schema": _TAG,
}
ETAG = {"description": "names this answer", "schema": {"type": "string"}}


def init_app(app: Flask) -> None:
    app.after_request(_tag)


def _tag(response: Response) -> Response:
    """Name a whole answer of the API by its digest, and leave the body out where the caller has it."""
    is_look = request.method in ("GET", "HEAD") and request.path.startswith("/api/v1/")
    if is_look and response.status_code == WHOLE and not response.is_streamed and not response.direct_passthrough:
        response.set_etag(_digest(response))
        response.make_conditional(request)
    return response


def _digest(response: Response) -> str:
    return sha256((response.content_type or "").encode() + b"\n" + response.get_data()).hexdigest()[:40]


def guarded(view: View) -> View:
    """Say in the description of a call that it may carry `If-Match`; the view itself does the `check`."""
    view.__lms_guarded__ = True  # type: ignore[attr-defined]
    return view


def is_guarded(view: Callable[..., Any]) -> bool:
    """Return whether a view takes `If-Match`."""
    return hasattr(view, "__lms_guarded__")


def check(look: Callable[..., Any], **address: Any) -> None:
    """Raise PreconditionFailed where the caller sends `If-Match` and the look is another one by now."""
    if "If-Match" in request.headers:
        seen = current_app.make_response(look(**address))
        if not request.if_match.contains(_digest(seen)):
            raise PreconditionFailed()
