"""Pages of 重新评分: what a newer version would make of the runs that have ended, and doing it."""

import time

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.i18n import _
from lms.core.points import decimal_text
from lms.drills.actions import rescoring
from lms.drills.blueprint import bp
from lms.drills.queries.rescoring import Newest, candidates, mark_of, newest
from lms.drills.rules.rescore import plan
from lms.web.auth import current_actor, requires

SHOWN = 100
"""Runs named in the preview; the counts are of all."""
LONGEST = 20.0
"""Seconds that a page may work; the rest is done when the person goes on."""


@bp.get("/drills/<path:slug>/rescore", endpoint="rescore")
@requires(Permission.DRILL_RESCORE)
def preview(slug: str) -> str | Response:
    """Show what the published version makes of runs that count by older ones."""
    new = newest(slug)
    if new.card.slug != slug:
        return redirect(url_for(".rescore", slug=new.card.slug), 301)
    return _page(new)


@bp.post("/drills/<path:slug>/rescore")
@requires(Permission.DRILL_RESCORE)
def rescore_apply(slug: str) -> str | Response | tuple[str, int]:
    """Score anew what the page has shown; what has changed since is shown again before anything is written."""
    actor = current_actor()
    new = newest(slug)
    try:
        with transaction():
            reason = rescoring.begin(
                actor, new, reason=request.form.get("reason", ""), seen=request.form.get("seen", "")
            )
    except (Conflict, Invalid) as refused:
        return _page(new, refused), refused.status
    until, after, done = time.monotonic() + LONGEST, 0, 0
    while True:
        with transaction():
            made = rescoring.portion(actor, new, reason, after)
        done += made.done
        if made.last is None:
            flash(_("已重新评分 %(n)s 场，分数变了的人已收到通知。", n=done), "ok")
            break
        after = made.last
        if time.monotonic() > until:
            flash(_("已重新评分 %(n)s 场，还有一些没有做完，请再确认一次，接着做。", n=done), "warn")
            break
    return redirect(url_for(".rescore", slug=new.card.slug), 303)


def _page(new: Newest, refused: DomainError | None = None) -> str:
    found = candidates(new)
    made = plan(new.drills, [each.ended for each in found])
    people = {each.id: each for each in found}
    return render_template(
        "lms/drills/rescore.html",
        drill=new.card,
        new=new,
        total=len(found),
        plan=made,
        people=people,
        shown=sorted(made.other, key=lambda each: (not each.flips, each.run_id))[:SHOWN],
        seen=mark_of(new, found),
        refused=refused,
        reason=request.form.get("reason", ""),
        score=lambda value: decimal_text(value, 1),
    )
