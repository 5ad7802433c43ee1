"""能力项: what people of the floor can be able to do, how levels are reached, and what leads say of somebody."""

from collections.abc import Mapping
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import teams_within
from lms.content.queries.several import readable_tags
from lms.core.access import Permission, Scope, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import _, say
from lms.core.texts import text
from lms.performance import drawing
from lms.performance.actions import competencies as actions
from lms.performance.queries import competencies as reading
from lms.performance.queries import profile as people
from lms.performance.queries.competencies import Kept
from lms.performance.queries.profile import Who
from lms.performance.rules.competencies import LEVELS, USUAL_FRESH_DAYS, USUAL_LEVELS
from lms.performance.views.profile import ways
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState, download

FIELDS = ("code", "name", "about", "words", "dimensions", "levels", "fresh_days")
LONGEST = 2_000


@bp.get("/competencies")
@requires(Permission.COMPETENCY_EDIT)
def competency_list() -> str:
    """Every competency, those in use first."""
    every = reading.competencies(every=True)
    return render_template(
        "lms/performance/competencies.html",
        used=[each for each in every if each.active],
        stopped=[each for each in every if not each.active],
    )


@bp.get("/competencies/new")
@requires(Permission.COMPETENCY_EDIT)
def competency_new() -> str:
    """The form of a new competency."""
    usual = dict.fromkeys(FIELDS, "") | {
        "levels": ", ".join(map(str, USUAL_LEVELS)),
        "fresh_days": str(USUAL_FRESH_DAYS),
    }
    return _form(None, usual)


@bp.post("/competencies/new")
@requires(Permission.COMPETENCY_EDIT)
def competency_make() -> Response | tuple[str, int]:
    """Define one."""
    given = _given()
    try:
        with transaction():
            actions.make(current_actor(), given)
    except DomainError as wrong:
        return _form(None, given, wrong), wrong.status
    flash(_("能力项已保存，所有人的等级已按它算好。"), "ok")
    return redirect(url_for(".competency_list"), 303)


def _kept(competency_id: str) -> Kept:
    found = next((each for each in reading.competencies(every=True) if each.public_id == competency_id), None)
    if found is None:
        raise NotFound()
    return found


@bp.get("/competencies/<competency_id>")
@requires(Permission.COMPETENCY_EDIT)
def competency(competency_id: str) -> str:
    """The form of a competency that exists."""
    kept = _kept(competency_id)
    return _form(
        kept,
        {
            "code": kept.code,
            "name": kept.name,
            "about": kept.about,
            "words": ", ".join(kept.words),
            "dimensions": ", ".join(kept.dimensions),
            "levels": ", ".join(map(str, kept.levels)),
            "fresh_days": str(kept.fresh_days),
        },
    )


@bp.post("/competencies/<competency_id>")
@requires(Permission.COMPETENCY_EDIT)
def competency_change(competency_id: str) -> Response | tuple[str, int]:
    """Change one, or put it out of use and into use again (`do`: stop | use)."""
    kept = _kept(competency_id)
    if request.form.get("do") in ("stop", "use"):
        with transaction():
            actions.switch(current_actor(), competency_id, active=request.form["do"] == "use")
        flash(_("已启用。") if request.form["do"] == "use" else _("已停用，评定和依据都保留。"), "ok")
        return redirect(url_for(".competency_list"), 303)
    given = _given()
    try:
        with transaction():
            actions.change(current_actor(), competency_id, given)
    except NotFound:
        raise
    except DomainError as wrong:
        return _form(kept, given, wrong), wrong.status
    flash(_("能力项已保存，所有人的等级已按它算好。"), "ok")
    return redirect(url_for(".competency_list"), 303)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}


def _form(kept: Kept | None, given: Mapping[str, str], wrong: DomainError | None = None) -> str:
    return render_template(
        "lms/performance/competency.html",
        kept=kept,
        given=given,
        errors={name: say(reason) for name, reason in wrong.fields.items()} if wrong else {},
        error=say(wrong.message) if wrong else "",
        tags=readable_tags(current_actor())[:60],
    )


@bp.get("/competencies/team")
@requires(Permission.PROFILE_READ)
def team_levels() -> str | Response:
    """The levels of everybody whose profile the actor may see, a column for each competency. For who sees others."""
    actor = current_actor()
    if not scopes(actor, Permission.PROFILE_READ) & {Scope.TEAM, Scope.ALL}:
        raise NotFound()
    used = reading.competencies()
    table = TableState.from_args(
        request.args, sorts=("no", "name", *(each.code for each in used)), default="no", filters=("team",), size=50
    )
    teams = teams_within(actor, Permission.PROFILE_READ)
    chosen = next((team.id for team in teams if team.code == table.get("team")), None)
    if table.format:
        rows, _total = reading.team_rows(actor, team_id=chosen, sort=table.sort, descending=table.descending)
        heads = [_("工号"), _("姓名"), _("团队"), *(each.name for each in used)]
        lines = ([row.employee_no, row.name, row.team, *(one.level or "" for one in row.levels)] for row in rows)
        return download(table.format, _("能力表"), heads, lines)
    found = partial(
        reading.team_rows, actor, team_id=chosen, sort=table.sort, descending=table.descending, limit=table.size
    )
    rows, total = found(offset=table.offset)
    if not rows and total:  # a page that is not there
        table = table.within(total)
        rows, total = found(offset=table.offset)
    return render_template(
        "lms/performance/team_levels.html",
        table=table,
        total=total,
        rows=rows,
        used=used,
        teams=teams,
        top_level=LEVELS,
    )


# what a lead says of somebody


@bp.get("/people/<employee_no>/competencies")
@requires(Permission.COMPETENCY_RATE)
def rate(employee_no: str) -> str:
    """The competencies of somebody with their evidence, and the form to rate one."""
    return _rate_page(people.who(current_actor(), employee_no, Permission.COMPETENCY_RATE))


@bp.post("/people/<employee_no>/competencies")
@requires(Permission.COMPETENCY_RATE)
def save_rating(employee_no: str) -> Response | tuple[str, int]:
    """Say what level somebody shows, and why; the person is told."""
    actor = current_actor()
    who = people.who(actor, employee_no, Permission.COMPETENCY_RATE)
    form = request.form
    try:
        with transaction():
            actions.rate(actor, who.id, form.get("competency", ""), form.get("level", ""), form.get("reason", ""))
    except DomainError as wrong:
        if wrong.status == NotFound.status:
            wrong = _no_competency()
        return _rate_page(who, wrong), wrong.status
    flash(_("评定已记下，本人会收到通知。"), "ok")
    return redirect(url_for(".rate", employee_no=employee_no), 303)


def _rate_page(who: Who, wrong: DomainError | None = None) -> str:
    return render_template(
        "lms/performance/rate.html",
        who=who,
        levels=reading.levels([who.id])[who.id],
        top_level=LEVELS,
        way_to=ways(),
        score_words=drawing.score_words,
        given=request.form,
        errors={name: say(reason) for name, reason in wrong.fields.items()} if wrong else {},
        error=say(wrong.message) if wrong else "",
    )


def _no_competency() -> DomainError:
    said = text("请选一项能力。")
    return Invalid(said, fields={"competency": said})
