"""Noting searches and what is opened from them: a database that is busy loses the note, never the answer."""

import logging

from apiflask import APIFlask
from flask import after_this_request, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from lms.core.access import Actor
from lms.core.db import transaction
from lms.kb import actions

log = logging.getLogger("lms")
_MOST = 2**62


def log_search(actor: Actor, query: str, hits: int, *, origin: str = "page", shop: str = "") -> int | None:
    """Note the search; return its number for the links to what it found, None where it could not be noted."""
    try:
        with transaction():
            return actions.note_search(actor, query, hits, origin=origin, shop=shop)
    except SQLAlchemyError as error:
        log.warning("a search was not noted: %s", type(error).__name__)
        return None


def log_opened(actor: Actor, document_id: int) -> None:
    """Note that an article was opened from the search that the address names (`from`), once the page is sent.

    Where the address has the words instead (`for`, from the list under the search box), they were a search too.
    """
    number, words = request.args.get("from", ""), request.args.get("for", "").strip()
    if not words and not (number.isascii() and number.isdecimal() and len(number) < 20 and int(number) < _MOST):
        return
    app: APIFlask = current_app._get_current_object()  # type: ignore[attr-defined]

    def write() -> None:
        with app.app_context():
            try:
                with transaction():
                    search = actions.note_search(actor, words, 1) if words else int(number)
                    actions.note_click(actor, search, document_id)
            except SQLAlchemyError as error:
                log.warning("an opened article was not noted: %s", type(error).__name__)

    @after_this_request
    def _(response: Response) -> Response:
        response.call_on_close(write)
        return response
