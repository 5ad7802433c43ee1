"""Which learning systems lead here: registered, paused, forgotten, and how marks go back."""

from dataclasses import asdict, fields

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.models import Team
from lms.core.access import Permission
from lms.core.answers import explain
from lms.core.db import session as database
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import _, say
from lms.lti.actions import platforms as acting
from lms.lti.actions import scores
from lms.lti.actions.platforms import Draft
from lms.lti.models import LtiPlatform
from lms.lti.queries import platforms as reading
from lms.lti.views.room import bp, is_secure, require
from lms.web.addresses import full_address
from lms.web.auth import current_actor, requires


@bp.get("/settings/lti")
@requires(Permission.WEBHOOK_EDIT)
def platforms() -> str:
    """Show the platforms, what is entered there, and the marks told. ?state="""
    require()
    return _page(Draft(), {})


@bp.post("/settings/lti")
@requires(Permission.WEBHOOK_EDIT)
def keep_platform() -> Response | tuple[str, int]:
    """Register a platform."""
    require()
    return _kept("")


@bp.get("/settings/lti/<lti_platform>")
@requires(Permission.WEBHOOK_EDIT)
def platform(lti_platform: str) -> str:
    """Show one platform for changing."""
    require()
    one = reading.named(lti_platform)
    return _page(_draft(one), {}, one)


@bp.post("/settings/lti/<lti_platform>")
@requires(Permission.WEBHOOK_EDIT)
def change_platform(lti_platform: str) -> Response | tuple[str, int]:
    """Change, pause, or forget a platform. do: keep | on | off | remove."""
    require()
    do, actor = request.form.get("do", "keep"), current_actor()
    if do in ("on", "off"):
        with transaction():
            acting.switch(actor, lti_platform, active=do == "on")
    elif do == "remove":
        with transaction():
            acting.remove(actor, lti_platform)
    else:
        return _kept(lti_platform)
    flash(_("已保存。") if do != "remove" else _("已忘记这个学习平台。成绩在学院里照旧。"), "ok")
    return redirect(url_for(".platforms"), 303)


@bp.post("/settings/lti/scores")
@requires(Permission.WEBHOOK_EDIT)
def resend_scores() -> Response:
    """Tell marks once more that were refused. one: the name of a single one, else all of them."""
    require()
    with transaction():
        count = scores.resend(current_actor(), request.form.get("one", "")[:32].replace("\0", ""))
    flash(_("%(n)s 条已排队重发。", n=count), "ok" if count else "warn")
    return redirect(url_for(".platforms"), 303)


def _kept(public_id: str) -> Response | tuple[str, int]:
    given = {each.name: request.form.get(each.name, "").replace("\0", "")[:20_000] for each in fields(Draft)}
    draft = Draft(**given)
    one = reading.named(public_id) if public_id else None
    try:
        with transaction():
            acting.keep(current_actor(), draft, public_id)
    except Invalid as error:
        return _page(draft, {name: say(reason) for name, reason in error.fields.items()}, one), 422
    flash(_("已保存。"), "ok")
    return redirect(url_for(".platforms"), 303)


def _draft(one: LtiPlatform) -> Draft:
    code = database().get_one(Team, one.team_id).code if one.team_id is not None else ""
    return Draft(
        name=one.name,
        issuer=one.issuer,
        client_id=one.client_id,
        deployments="\n".join(acting.deployments_of(one)),
        login_url=one.login_url,
        token_url=one.token_url,
        keys_url=one.keys_url,
        person_by=one.person_by,
        number_claim=one.number_claim,
        team=code,
    )


def _page(draft: Draft, wrong: dict[str, str], one: LtiPlatform | None = None) -> str:
    state = request.args.get("state", "")
    return render_template(
        "lms/lti/platforms.html",
        platforms=reading.every(),
        one=one,
        given=asdict(draft),
        wrong=wrong,
        teams=reading.teams(),
        scores=reading.scores(state=state),
        state=state if state in reading.STATES else "",
        explain=explain,
        secure=is_secure(),
        addresses={
            "login": full_address(".login"),
            "launch": full_address(".launch"),
            "keys": full_address(".key_set"),
            "config": full_address(".configuration"),
        },
    )
