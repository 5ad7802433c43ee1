"""Signing in with the company's account (OpenID Connect), and out again.

Coming back is a GET because the protocol says so, and it does write: who somebody is there, what the groups give, that
a session has begun. It is tied to the browser that asked, by a state that is good once.
"""

import logging
import secrets

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.accounts.rules.entering import MINUTES, Going, remember, take
from lms.core import clock
from lms.core.db import session as database
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.core.trouble import Trouble
from lms.signon import provider
from lms.signon.actions import entering
from lms.signon.queries import people
from lms.signon.rules.oidc import Untrue, asking, check_logout, leaving
from lms.signon.views.room import bp
from lms.web.addresses import full_address
from lms.web.auth import actor_source, maybe_actor, proven, public, safe_next, sign_in

log = logging.getLogger("lms.signon")

GOING, VISIT, LEFT = "signing_on", "signon_visit", "signon_left"
WAY = "oidc"

WHY: dict[str, tuple[Text, Text]] = {
    "expired": (text("这次登录已失效"), text("可能等得太久，或这个页面打开过一次了。请再登录一次。")),
    "refused": (text("没有登录"), text("公司账号那边没有放行：可能取消了，或这个账号还不能用客服学院。")),
    "untrue": (
        text("没有登录"),
        text("公司账号送来的凭据没有通过核对，所以没有放行。请再登录一次；还不行请告诉管理员。"),
    ),
    "nobody": (
        text("没有认出您是谁"),
        text("公司账号里的工号，在学院里没有对上在职的人。请人事核对工号，或先用工号登录。"),
    ),
    "several": (text("没有认出您是谁"), text("公司账号里的邮箱对上了不止一个人。请人事核对邮箱。")),
    "taken": (
        text("没有登录"),
        text("这个工号在学院里连着另一个公司账号。如果账号重建过，请管理员解除旧的连接。"),
    ),
    "closed": (text("这个账号已停用"), text("您在学院的账号已经停用。如果弄错了，请联系人事。")),
    "trouble": (text("公司账号现在登录不了"), text("对方没有回应。请过一会儿再试，或先用工号登录。")),
}
STATUS = {"expired": 400, "refused": 400, "untrue": 400, "trouble": 503}


@bp.app_template_global()
def company_sign_on() -> bool:
    """Return whether the sign-in page offers the company's account."""
    return provider.is_set() and actor_source().identify is None


@bp.get("/sso")
@public
def enter() -> Response | tuple[str, int]:
    """Go to the company's sign-on, and afterwards to `next`; who is signed in already goes there at once."""
    target = safe_next(request.args.get("next")) or url_for("home.index")
    if maybe_actor() is not None or actor_source().identify is not None:
        return redirect(target)
    if not provider.is_set():
        raise NotFound()
    try:
        there = provider.known()
    except (Trouble, Untrue) as error:
        return _not_in("trouble", target, error.word)
    state, nonce, verifier = (secrets.token_urlsafe(bytes) for bytes in (24, 24, 48))
    going = Going(platform=WAY, next=target, until=_now() + MINUTES * 60, nonce=nonce, verifier=verifier)
    session[GOING] = remember(session.get(GOING) or {}, state, going, _now())
    here = settings()
    return redirect(
        asking(
            there,
            client_id=here.oidc_client_id,
            back=full_address("signon.back"),
            scopes=here.oidc_scopes,
            state=state,
            nonce=nonce,
            verifier=verifier,
        )
    )


@bp.get("/sso/back")
@public
def back() -> Response | tuple[str, int]:
    """Come back from the company's sign-on: signed in, or with the reason why not."""
    if not provider.is_set() or actor_source().identify is not None:
        raise NotFound()
    going, session[GOING] = take(session.get(GOING) or {}, request.args.get("state", ""), WAY, _now())
    if going is None:
        return _not_in("expired", url_for("home.index"), "state")
    if request.args.get("iss", settings().oidc_issuer) != settings().oidc_issuer:
        return _not_in("untrue", going.next, "iss of the answer")
    code = request.args.get("code", "")
    if "error" in request.args or not code:
        down = request.args.get("error") in ("server_error", "temporarily_unavailable")
        return _not_in("trouble" if down else "refused", going.next, "error of the answer")
    try:
        who, token = provider.exchange(
            code, back=full_address("signon.back"), verifier=going.verifier, nonce=going.nonce
        )
    except Untrue as error:
        return _not_in("untrue", going.next, error.word)
    except Trouble as error:
        return _not_in("trouble", going.next, error.word)
    with transaction():
        found, visit = entering.enter(accounts.console(), who, token)
    if found.person_id is None:
        return _not_in(found.why_not, going.next, found.why_not)
    actor = accounts.actor_by_id(found.person_id)
    if actor is None:
        return _not_in("closed", going.next, "closed")
    sign_in(actor, database().get_one(Person, found.person_id).session_version)
    session[VISIT] = visit
    return redirect(going.next)


@bp.get("/sso/out")
@public
def out() -> Response | str:
    """Lead who has signed out here on to the sign-out of the company's sign-on, where there is one."""
    visit = people.visit(session.pop(LEFT, ""))
    address = ""
    if visit is not None and provider.is_set():
        try:
            address = leaving(
                provider.known(),
                client_id=settings().oidc_client_id,
                back=full_address("accounts.sign_in"),
                id_token=visit.id_token,
            )
        except (Trouble, Untrue) as error:
            log.warning("no sign-out at the sign-on: %s", error.word)
    if not address:
        return redirect(url_for("accounts.sign_in"))
    return render_template("lms/signon/out.html", address=address)


@bp.post("/sso/logout")
@proven
def logout() -> tuple[dict[str, str], int, dict[str, str]]:
    """Hear from the company's sign-on that somebody has signed out there (back-channel), by a signed logout_token."""
    headers = {"Cache-Control": "no-store"}
    here = settings()
    if not provider.is_set():
        return {"error": "invalid_request"}, 400, headers
    try:
        claims = provider.signed(request.form.get("logout_token", "")[:20_000])
        subject, sid, at = check_logout(claims, issuer=here.oidc_issuer, client_id=here.oidc_client_id, now=_now())
    except Untrue as error:
        log.warning("logout_token refused: %s", error.word)
        return {"error": "invalid_request"}, 400, headers
    except Trouble as error:
        log.warning("logout_token not read: %s", error.word)
        return {"error": "temporarily_unavailable"}, 503, {**headers, "Retry-After": "30"}
    with transaction():
        entering.end(accounts.console(), issuer=here.oidc_issuer, subject=subject, sid=sid, at=at)
    return {}, 200, headers


def _not_in(why: str, target: str, word: str) -> tuple[str, int]:
    log.warning("nobody signed in: %s (%s)", why, word)
    title, words = WHY[why]
    page = render_template("lms/signon/not_in.html", title=say(title), words=say(words), next=target)
    return page, STATUS.get(why, 403)


def _now() -> int:
    return int(clock.now().timestamp())
