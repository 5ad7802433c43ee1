"""Keeping knowledge right: what waits for a decision, what is to be looked at again."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.content.kinds import kinds
from lms.content.queries import reviewing
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.here import local
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.kb import queries
from lms.kb.actions import reviews as acts
from lms.kb.queries import reviews, suggestions
from lms.kb.queries.reviews import Row, Wanted
from lms.kb.rules.reviews import Stand
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import every_whole, whole
from lms.web.shell import show_day
from lms.web.tables import TableState, download

STANDS: dict[Stand, Text] = {
    Stand.LATE: text("已过复审期"),
    Stand.SOON: text("快到复审期"),
    Stand.GOOD: text("有效"),
}
MOST = 200
"""Documents that are confirmed at once."""


@bp.get("/kb/care/submissions")
@requires(Permission.CONTENT_EDIT)
def submissions() -> str:
    """Show drafts that were handed in and what people propose."""
    actor = current_actor()
    waiting = reviewing.open_requests(actor)
    return render_template(
        "lms/kb/submissions.html",
        requests=[(each, reviewing.may_decide(actor, each)) for each in waiting],
        rows=suggestions.waiting(actor),
        decided=suggestions.decided(actor),
    )


@bp.get("/kb/care/reviews", endpoint="reviews")
@requires(Permission.LEARN)
def review_days() -> str | Response:
    """Show what is to be looked at again: one's own, for a trainer everybody's."""
    actor = current_actor()
    table = TableState.from_args(
        request.args, sorts=reviews.SORTS, default="until", filters=("q", "whose", "stand"), size=reviews.PAGE
    )
    edits = allows(actor, Permission.CONTENT_EDIT)
    whose = table.get("whose") if table.get("whose") in reviews.WHOSE and edits else "all" if edits else "mine"
    wanted = Wanted(
        whose=whose,
        stand=table.get("stand") if table.get("stand") in reviews.STANDS else "",
        words=table.get("q"),
        sort=table.sort,
        descending=table.descending,
    )
    if table.format:
        return _export(table.format, reviews.find(actor, wanted, limit=None)[0])
    rows, total = reviews.find(actor, wanted, offset=table.offset)
    return render_template(
        "lms/kb/reviews.html",
        table=table,
        rows=rows,
        total=total,
        whose=whose,
        stand=wanted.stand,
        stands=STANDS,
        links={row.document_id: _open(row) for row in rows},
        edits=edits,
    )


@bp.get("/kb/care/reviews/confirm")
@requires(Permission.LEARN)
def confirm_preview() -> str:
    """Show what would be confirmed and until when; nothing is changed."""
    rows = reviews.some(current_actor(), _chosen())
    if not rows:
        raise Invalid(text("请先选中要确认的内容。"))
    return render_template(
        "lms/kb/confirm.html",
        rows=[(row, acts.would_hold(row.document_id)) for row in rows],
        links={row.document_id: _open(row) for row in rows},
    )


@bp.post("/kb/care/reviews/confirm")
@requires(Permission.LEARN)
def confirm_several() -> Response:
    """Confirm what was shown, each in the version that was shown."""
    chosen = _seen()
    if not chosen or len(chosen) > MOST:
        raise Invalid(text("请先选中要确认的内容，一次最多 %(most)s 份。", most=MOST))
    with transaction():
        count = acts.confirm_several(current_actor(), chosen)
    flash(_("已确认 %(n)s 份有效。", n=count), "ok")
    return redirect(url_for(".reviews"), 303)


@bp.post("/kb/<path:slug>/verify")
@requires(Permission.LEARN)
def verify(slug: str) -> Response:
    """Confirm one article that was read, in the version that was shown."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    number = whole(request.form.get("revision"))
    seen = queries.revision_id(opened.document_id, number) if number is not None else None
    if seen is None:
        raise NotFound()
    with transaction():
        until = acts.confirm(actor, opened.document_id, seen)
    flash(_("已确认有效，下次复审 %(day)s。", day=show_day(until, year=True)), "ok")
    return redirect(url_for(".article", slug=opened.slug), 303)


def _export(format: str, rows: list[Row]) -> Response:
    heads = [_("标题"), _("类型"), _("地址"), _("负责人"), _("下次复审"), _("状态"), _("上次确认")]
    lines: list[list[Any]] = [
        [
            row.title,
            row.kind,
            row.slug,
            row.owner,
            row.until,
            say(STANDS[row.stand]),
            local(row.confirmed_at or row.published_at).date(),
        ]
        for row in rows
    ]
    return download(format, _("复审"), heads, lines)


def _open(row: Row) -> str:
    endpoint = kinds()[row.kind].open_endpoint
    return url_for(endpoint, slug=row.slug) if endpoint else ""


def _chosen() -> list[int]:
    return every_whole(request.args.getlist("doc")[:MOST])


def _seen() -> list[tuple[int, int]]:
    """Return the chosen documents with the version that was shown of each: `seen=12:345`."""
    pairs = (map(whole, each.partition(":")[::2]) for each in request.form.getlist("seen"))
    return [(document, number) for document, number in pairs if document is not None and number is not None]
