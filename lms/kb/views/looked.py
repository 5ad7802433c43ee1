"""Noting that somebody has looked at an article: never before the page is sent, and never at the price of one."""

import logging

from apiflask import APIFlask
from flask import after_this_request, current_app
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from lms.content.queries import Opened
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import transaction
from lms.kb import actions
from lms.kb.viewlog import ViewBuffer

log = logging.getLogger("lms")


def buffer() -> ViewBuffer:
    """Return what this process has seen and not written."""
    found: ViewBuffer = current_app.extensions.setdefault("lms_article_views", ViewBuffer())
    return found


def note_view(actor: Actor, opened: Opened) -> None:
    """Note that the actor sees this version; what has waited long enough is written once the page is sent."""
    seen, at = buffer(), clock.now()
    seen.add(actor.id, opened.document_id, opened.revision_id, at)
    if seen.is_due(at):
        app: APIFlask = current_app._get_current_object()  # type: ignore[attr-defined]

        @after_this_request
        def _(response: Response) -> Response:
            response.call_on_close(lambda: write_views(app))
            return response


def write_views(app: APIFlask) -> None:
    """Write what has waited; a database that does not take it loses it."""
    with app.app_context(), buffer().taken() as views:
        if not views:
            return
        try:
            with transaction():
                actions.note_views(views)
        except SQLAlchemyError as error:
            log.warning("%s views of articles were not noted: %s", len(views), type(error).__name__)
