"""How much a form may hold: what the parser limits for one kind of form only is limited here for the other."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from lms.core.here import settings
from lms.core.settings import Settings
from lms.core.texts import Text, text

View = TypeVar("View", bound=Callable[..., Any])
FORM_AROUND = 1_000_000
"""Bytes of a form beside its file."""

MOST_UNKEPT = 8_000_000
"""Bytes of a request that is held in memory as a whole."""

URLENCODED = "application/x-www-form-urlencoded"


def init_app(app: Flask) -> None:
    """Register the check. It stands before everything that reads a form, the check of its token included."""
    app.before_request(_small_enough)


def _small_enough() -> None:
    """Refuse a form of more bytes or fields than a form with files may have.

    Werkzeug counts neither in a plain form: 20 MB of `a&a&a` would become ten million fields in memory.
    Raises RequestEntityTooLarge (413).
    """
    if is_unkept(request):
        request.max_content_length = MOST_UNKEPT
    if request.mimetype != URLENCODED:
        return
    bytes_allowed: int | None = current_app.config["MAX_FORM_MEMORY_SIZE"]
    fields_allowed: int | None = current_app.config["MAX_FORM_PARTS"]
    if bytes_allowed is not None and (request.content_length or 0) > bytes_allowed:
        raise RequestEntityTooLarge
    sent = request.get_data(cache=True, parse_form_data=False)
    if fields_allowed is not None and sent.count(b"&") >= fields_allowed:
        raise RequestEntityTooLarge


def unkept(view: View) -> View:
    """Never let what is sent to this view touch the disk, not even as a temporary file while it arrives."""
    view.__lms_unkept__ = True  # type: ignore[attr-defined]
    return view


def is_unkept(sent: Request) -> bool:
    view = current_app.view_functions.get(sent.endpoint or "")
    return getattr(view, "__lms_unkept__", False)


class Incoming(Request):
    """A request whose files arrive in memory where the view says so; else large ones wait on the disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if is_unkept(self):
            return BytesIO()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def accepts(largest: Callable[[Settings], int]) -> Callable[[View], View]:
    """Let a view take files larger than others do, from whoever passes its gate. largest: bytes of one file."""

    def mark(view: View) -> View:
        view.__lms_largest__ = largest  # type: ignore[attr-defined]
        return view

    return mark


def widen(view: Callable[..., Any]) -> None:
    """Set how much this request may send, before anything of it is read. More is refused by what it announces."""
    largest: Callable[[Settings], int] | None = getattr(view, "__lms_largest__", None)
    if largest is not None:
        request.max_content_length = max(largest(settings()), settings().upload_max_bytes) + FORM_AROUND


def why_too_large() -> Text:
    """Return the sentence for a request that sends more than it may."""
    most = request.max_content_length or 0
    if most > settings().upload_max_bytes:
        most -= FORM_AROUND
    return text(
        "这次上传有 %(size)s MB，最大 %(most)s MB。请压缩、剪短或分几次再传。",
        size=f"{(request.content_length or 0) / 1_000_000:.0f}",
        most=f"{most / 1_000_000:g}",
    )
