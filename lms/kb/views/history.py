"""The published versions of an article, and what changed between any two of them, for its readers."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.content.rules.compare import compare
from lms.content.store import spec_of
from lms.core.access import Permission, allows
from lms.core.errors import NotFound
from lms.kb.queries import versions
from lms.kb.rules.versions import as_lines
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole

PAGE = 30
ROWS = 2_000  # rows of a comparison on a page


@bp.get("/kb/<path:slug>/history")
@requires(Permission.LEARN)
def history(slug: str) -> str | Response:
    """List what was published, the newest first."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    before = _number("before")
    if opened.slug != slug:
        return redirect(url_for(".history", slug=opened.slug, before=before), 301)
    found, older = versions.versions(actor, opened.document_id, before=before, limit=PAGE)
    return render_template(
        "lms/kb/history.html",
        opened=opened,
        versions=found,
        former=dict(zip((each.number for each in found), (each.number for each in found[1:]), strict=False)),
        older=older,
        newest=before is None,
        editable=allows(actor, Permission.CONTENT_EDIT),
    )


@bp.get("/kb/<path:slug>/diff")
@requires(Permission.LEARN)
def diff(slug: str) -> str | Response:
    """Show what two published versions say otherwise: `?old=3&new=5`; else the present one and the one before it."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    old, new = _number("old"), _number("new") or opened.number
    sides, whole = request.args.get("view") == "sides", "whole" in request.args
    if opened.slug != slug:
        return redirect(url_for(".diff", slug=opened.slug, old=old, new=_number("new")), 301)
    if old is None:
        earlier, _ = versions.versions(actor, opened.document_id, before=new, limit=1)
        old = earlier[0].number if earlier else new
    found = versions.some(actor, opened.document_id, (old, new))
    if old not in found or new not in found:
        raise NotFound()
    older, newer = found[old], found[new]
    return render_template(
        "lms/kb/diff.html",
        opened=opened,
        older=older,
        newer=newer,
        change=compare(
            as_lines(spec_of(older.compiled_sha)),
            as_lines(spec_of(newer.compiled_sha)),
            context=None if whole else 1,
            most=ROWS,
        ),
        sides=sides,
        whole=whole,
    )


def _number(name: str) -> int | None:
    return whole(request.args.get(name))
