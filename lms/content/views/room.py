"""The room's blueprint, on which its pages hang, and what every page of one document needs."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from lms.content import queries, store
from lms.content.kinds import kinds
from lms.content.queries import Work
from lms.content.rules.line_ends import as_in
from lms.core.errors import NotFound
from lms.core.i18n import say
from lms.web.auth import maybe_actor
from lms.web.errors import TITLES
from lms.web.limits import why_too_large
from lms.web.numbers import whole
from lms.web.shell import wants_json

bp = Blueprint("content", __name__)


def work_at(kind: str, slug: str) -> Work:
    """Return the document of an address, whatever its state. Raises NotFound, also for a kind that nobody offers."""
    if kind not in kinds():
        raise NotFound()
    return queries.open_work(kind, slug)


def at(endpoint: str, work: Work, **more: Any) -> str:
    """Return the address of a page of this document."""
    return url_for(f"content.{endpoint}", kind=work.card.kind, slug=work.card.slug, **more)


def reader_address(work: Work) -> str | None:
    """Return where a learner reads the published document; None where there is nothing to read yet."""
    endpoint = kinds()[work.card.kind].open_endpoint
    return url_for(endpoint, slug=work.card.slug) if endpoint and work.card.state == "published" else None


def number_of(name: str) -> int | None:
    """Return a whole number from the form or the address; None where it is missing or no number."""
    return whole(request.values.get(name))


def text_sent(base: int | None) -> str:
    """Return the text of the form with the line ends of the version that it was made from. Raises Invalid, TooLarge."""
    source = as_in(request.form.get("markdown", ""), text_of(base))
    store.encode(source)
    return source


def text_of(revision_id: int | None) -> str:
    return "" if revision_id is None else queries.text(revision_id)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> tuple[str | Response, int]:
    """Say how large a file may be; of a text, how it can be kept: the browser still holds it."""
    if request.endpoint != "content.upload":
        return render_template("lms/content/too_large.html"), 413
    reason = say(why_too_large())
    if wants_json():
        return jsonify({"error": reason, "code": "too_large"}), 413
    return render_template(
        "lms/error.html", status=413, title=say(TITLES[413]), message=reason, fields={}, actor=maybe_actor()
    ), 413
