"""Leaderboards: who is at the top, and whether one stands there at all."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.here import today
from lms.core.i18n import _
from lms.core.quarters import quarter_of
from lms.performance.rules.periods import period
from lms.reviews.actions import badges as acts
from lms.reviews.queries.awards import opted_out
from lms.reviews.queries.leaders import BOARDS, SCOPES, leaderboard
from lms.reviews.rules.leaders import FEWEST, MOST
from lms.reviews.views.deductions import last_quarters
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/leaders")
@requires(Permission.LEARN)
def leaders() -> str:
    """Show the top of a leaderboard, and the reader's own place to the reader alone."""
    actor = current_actor()
    key = request.args.get("board", "")
    scope = request.args.get("scope", "")
    quarters = last_quarters()
    quarter = request.args.get("quarter", "")
    key = key if key in BOARDS else "composite"
    scope = scope if scope in SCOPES else "team" if actor.team_id is not None else "all"
    quarter = quarter if quarter in quarters else quarters[0]
    board, named = leaderboard(actor, key, scope, period(quarter))
    return render_template(
        "lms/reviews/leaders.html",
        board=board,
        named=named,
        key=key,
        scope=scope,
        quarter=quarter,
        quarters=quarters,
        boards={code: words for code, (_what, words) in BOARDS.items()},
        scopes=SCOPES,
        opted=actor.id in opted_out([actor.id]),
        me=actor.id,
        fewest=FEWEST,
        most=MOST,
        running=quarter == quarter_of(today()),
    )


@bp.get("/me/leaders")
@requires(Permission.LEARN)
def own_leaders() -> str:
    return render_template("lms/reviews/own_leaders.html", opted=bool(opted_out([current_actor().id])))


@bp.post("/me/leaders")
@requires(Permission.LEARN)
def choose_leaders() -> Response:
    wanted = request.form.get("take_part") == "1"
    with transaction():
        acts.take_part(current_actor(), wanted=wanted)
    flash(_("从现在起您会出现在光荣榜上。") if wanted else _("已生效：光荣榜和获奖名单上都不再有您的名字。"), "ok")
    return redirect(url_for(".own_leaders"), 303)
