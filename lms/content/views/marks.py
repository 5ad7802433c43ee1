"""待复核: what changed beside what rests on it; still right by one press, or off to the editor."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.content.actions import marks as actions
from lms.content.kinds import kinds
from lms.content.parts import PartKind
from lms.content.queries import cards
from lms.content.queries import marks as queries
from lms.content.queries.marks import Cause, Wanted
from lms.content.show import shower
from lms.content.views.room import bp, number_of
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import _, ngettext
from lms.core.texts import text
from lms.web.auth import current_actor, requires, safe_next
from lms.web.numbers import every_whole

MOST = 500
"""Marks that one press may confirm."""


@bp.get("/studio/marks")
@requires(Permission.CONTENT_EDIT)
def marks() -> str:
    """Show what is in doubt, by what changed; filters and page stand in the address."""
    actor = current_actor()
    mine = request.args.get("mine") == "1"
    kind = request.args.get("kind", "")
    cause, document = number_of("cause"), number_of("doc")
    wanted = Wanted(
        cause_id=cause,
        owner_id=actor.id if mine else None,
        part_kind=kind if kind in tuple(PartKind) else "",
        document_id=document,
    )
    page = min(max(number_of("page") or 1, 1), 10_000)
    found, total = queries.causes(wanted, page=page)
    chosen = cards([each for each in (cause, document) if each is not None])
    return render_template(
        "lms/content/marks.html",
        causes=found,
        total=total,
        totals=queries.totals(replace(wanted, part_kind="")),
        wanted=wanted,
        mine=mine,
        because=chosen.get(cause or 0),
        within=chosen.get(document or 0),
        page=page,
        pages=-(-total // queries.PAGE),
        show=_shower(found),
        read=_read,
        letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )


@bp.post("/studio/marks")
@requires(Permission.CONTENT_PUBLISH)
def confirm_marks() -> Response:
    """Say of the chosen marks that what they doubt is still right."""
    ids = every_whole(request.form.getlist("mark"))
    if not ids or len(ids) > MOST:
        raise Invalid(text("请选要确认的内容，一次最多 %(n)s 处。", n=MOST))
    with transaction():
        done = actions.confirm(current_actor(), ids)
    if done:
        flash(
            ngettext("%(n)s 处确认了：现在的内容仍然对。", "%(n)s 处确认了：现在的内容仍然对。", done) % {"n": done},
            "ok",
        )
    else:
        flash(_("这些已经有人处理过了。"), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for(".marks"), 303)


def _shower(found: list[Cause]) -> Callable[[str], Markup]:
    pieces: list[str] = []
    for cause in found:
        for doubt in cause.doubts:
            pieces += doubt.question.pieces if doubt.question else [doubt.html]
    return shower(pieces)


def _read(card: Any, anchor: str = "") -> str:
    """Return where a document is read; "" where nobody but authors sees it."""
    endpoint = kinds()[card.kind].open_endpoint
    return url_for(endpoint, slug=card.slug, _anchor=anchor or None) if endpoint else ""
