"""How much a form may hold: what the parser limits for one kind of form only is limited here for the other."""

from flask import Flask, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

URLENCODED = "application/x-www-form-urlencoded"


def init_app(app: Flask) -> None:
    """Register the check. It stands before everything that reads a form, the check of its token included."""
    app.before_request(_small_enough)


def _small_enough() -> None:
    """Refuse a form of more bytes or fields than a form with files may have.

    Werkzeug counts neither in a plain form: 20 MB of `a&a&a` would become ten million fields in memory.
    Raises RequestEntityTooLarge (413).
    """
    if request.mimetype != URLENCODED:
        return
    bytes_allowed: int | None = current_app.config["MAX_FORM_MEMORY_SIZE"]
    fields_allowed: int | None = current_app.config["MAX_FORM_PARTS"]
    if bytes_allowed is not None and (request.content_length or 0) > bytes_allowed:
        raise RequestEntityTooLarge
    sent = request.get_data(cache=True, parse_form_data=False)
    if fields_allowed is not None and sent.count(b"&") >= fields_allowed:
        raise RequestEntityTooLarge
