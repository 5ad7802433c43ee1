"""The blueprint that the pages of other learning systems share, and what each of them asks first."""

from urllib.parse import urlsplit

from flask import Blueprint, request

from lms.core import keys
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.web.auth import actor_source

bp = Blueprint("lti", __name__)


def require() -> None:
    """Raise NotFound where nothing can be signed, or where the host says who somebody is."""
    if not keys.available() or actor_source().identify is not None:
        raise NotFound()


def origin(url: str) -> str:
    """Return scheme, host and port of an address, "" for nonsense: what a browser compares."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or any(sign in host for sign in " ;,'\"*"):
        return ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def is_secure() -> bool:
    """Return whether this installation is reached by https."""
    return request.is_secure or settings().base_url.startswith("https://")


def policy(*, form_to: str = "", framed_by: str = "") -> dict[str, str]:
    """Return the page's Content-Security-Policy with one more place to post to, or to be shown in."""
    forms, frames = f"'self' {form_to}".strip(), f"'self' {framed_by}".strip()
    return {
        "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        f"form-action {forms}; frame-ancestors {frames}"
    }
