"""Signing in through 企业微信, 钉钉 or 飞书, which is where their messages lead.

Coming back writes nothing: who is known goes on; who is recognised for the first time by what the platform vouches for
says so by a button, and is known from then on.
"""

import secrets
from typing import Any

from flask import redirect, render_template, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.accounts.actions import chats as connecting
from lms.accounts.models import Person
from lms.accounts.platforms import PLATFORMS, Who
from lms.accounts.queries import chats
from lms.accounts.rules.entering import MINUTES, Going, remember, take
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import session as database
from lms.core.db import transaction
from lms.core.errors import Conflict, NotFound
from lms.core.here import settings
from lms.core.texts import Text, text
from lms.core.trouble import Trouble
from lms.integrations.views.room import bp
from lms.web.addresses import full_address
from lms.web.auth import actor_source, current_actor, maybe_actor, public, requires, safe_next, sign_in

GOING, BINDING = "entering", "binding"
NAMES = {"wecom": text("企业微信"), "dingtalk": text("钉钉"), "feishu": text("飞书")}
WHERE = "<platform>"

WHY: dict[str, tuple[Text, Text]] = {
    "expired": (text("这次登录已失效"), text("可能等得太久，或这个页面打开过一次了。请再打开一次。")),
    "refused": (text("没有登录"), text("您没有同意登录，或在平台上取消了。需要的话请再打开一次。")),
    "stranger": (text("没有进来"), text("这个账号不是本企业的成员。请换成公司的账号再试。")),
    "nobody": (
        text("没有认出您是谁"),
        text(
            "平台给的手机号、邮箱、工号，在学院里都没有对上。请用工号登录，再到“我的”里连接；或请人事核对您的手机号。"
        ),
    ),
    "several": (
        text("没有认出您是谁"),
        text("平台给的手机号或工号对上了不止一个人。请用工号登录，并请人事核对手机号。"),
    ),
    "taken": (
        text("没有登录"),
        text("您在学院里连着这个平台的另一个账号。请用那个账号打开，或用工号登录后先断开。"),
    ),
    "trouble": (text("平台现在没有回应"), text("请过一会儿再试，或先用工号登录。")),
}
STATUS = {"expired": 400, "refused": 400, "trouble": 503}


def is_set(platform: str) -> bool:
    """Return whether the installation can sign people in through a platform. Raises NotFound where there is none."""
    now = settings()
    if platform not in PLATFORMS:
        raise NotFound()
    return {
        "wecom": bool(now.wecom_corp_id and now.wecom_secret and now.wecom_agent_id),
        "dingtalk": bool(now.dingtalk_app_key and now.dingtalk_app_secret),
        "feishu": bool(now.feishu_app_id and now.feishu_app_secret),
    }[platform]


@bp.get(f"/enter/{WHERE}")
@public
def enter(platform: str) -> Response:
    """Go to the platform's sign-in, and afterwards to `next`; who is signed in already goes there at once.

    ?link=1: who is signed in wants to be known on the platform.
    """
    if platform not in PLATFORMS:
        raise NotFound()
    target = safe_next(request.args.get("next")) or url_for("home.index")
    link = "link" in request.args and maybe_actor() is not None and actor_source().identify is None
    if (maybe_actor() is not None and not link) or actor_source().identify is not None:
        return redirect(target)
    if not is_set(platform):
        raise NotFound()
    return _go(platform, Going(platform=platform, next=target, until=_in_time(), link=link))


def _go(platform: str, going: Going) -> Response:
    state = secrets.token_hex(16)
    session[GOING] = remember(session.get(GOING) or {}, state, going, _now())
    inside = "micromessenger" in request.headers.get("User-Agent", "").lower()
    return redirect(PLATFORMS[platform].address(_back_to(platform), state, inside=inside, ask=going.ask))


def _back_to(platform: str) -> str:
    return full_address(".back", platform=platform)


@bp.get(f"/enter/{WHERE}/back")
@public
def back(platform: str) -> Response | tuple[str, int] | str:
    """Come back from the platform: sign in, ask whether it is the right one, or say why not."""
    if not is_set(platform) or actor_source().identify is not None:
        raise NotFound()
    going, session[GOING] = take(session.get(GOING) or {}, request.args.get("state", ""), platform, _now())
    if going is None:
        return _not_in(platform, "expired")
    if not (request.args.get("code") or request.args.get("authCode")):
        return _not_in(platform, "refused", going)
    given = {**request.args.to_dict(), "redirect_uri": _back_to(platform)}
    try:
        who = PLATFORMS[platform].who(given)
    except Trouble as trouble:
        return _not_in(platform, "stranger" if trouble.word == "stranger" else "trouble", going)
    if going.link:
        return _may_link(platform, who, going)
    found = chats.match(platform, who)
    if found.by == "account" and found.person_id is not None:
        return _start(found.person_id, going.next)
    if found.person_id is not None:
        return _may_bind(platform, who, found.person_id, going)
    inside = "micromessenger" in request.headers.get("User-Agent", "").lower()
    if platform == "wecom" and found.why_not == "nobody" and inside and not going.ask:
        return _go(platform, Going(platform=platform, next=going.next, until=_in_time(), ask=True))
    return _not_in(platform, found.why_not, going, who)


def _may_bind(platform: str, who: Who, person_id: int, going: Going) -> str:
    person = database().get_one(Person, person_id)
    session[BINDING] = [platform, who.user_id, person.public_id, going.next, _in_time()]
    return _sure(platform, person, link=False)


def _may_link(platform: str, who: Who, going: Going) -> str | tuple[str, int]:
    actor = maybe_actor()
    if actor is None:
        return _not_in(platform, "expired", going)
    session[BINDING] = [platform, who.user_id, actor.public_id, going.next, _in_time()]
    return _sure(platform, actor, link=True)


def _sure(platform: str, person: Person | Actor, *, link: bool) -> str:
    return render_template(
        "lms/integrations/bind.html", platform=NAMES[platform], person=person, link=link, way=platform
    )


@bp.post(f"/enter/{WHERE}/bind")
@public
def bind(platform: str) -> Response | tuple[str, int]:
    """Keep who somebody is on the platform, and let them in."""
    is_set(platform)
    kept: list[Any] = session.pop(BINDING, None) or []
    actor = maybe_actor()
    if len(kept) != 5 or kept[0] != platform or kept[4] < _now():
        return _not_in(platform, "expired")
    _, user_id, public_id, target, _until = kept
    if actor is not None and actor.public_id != public_id:
        return _not_in(platform, "expired")
    with transaction():
        person = database().scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
        if person is None or not person.active:
            raise NotFound()
        connecting.connect(person.id, person.id, platform, user_id, "sign_in")
        person_id = person.id
    return redirect(target) if actor is not None else _start(person_id, target)


@bp.post(f"/enter/{WHERE}/off")
@requires(Permission.LEARN)
def off(platform: str) -> Response:
    """Be no longer known on the platform."""
    actor = current_actor()
    with transaction():
        connecting.disconnect(actor.id, actor.id, platform)
    return redirect(url_for("accounts.me"), 303)


def _start(person_id: int, target: str) -> Response:
    actor = accounts.actor_by_id(person_id)
    if actor is None:
        raise Conflict(text("这个账号已停用。"))
    version = database().get_one(Person, person_id).session_version
    sign_in(actor, version)
    return redirect(target)


def _not_in(platform: str, why: str, going: Going | None = None, who: Who | None = None) -> tuple[str, int]:
    title, words = WHY[why]
    target = going.next if going else url_for("home.index")
    page = render_template(
        "lms/integrations/not_in.html",
        platform=NAMES[platform],
        way=platform,
        title=title,
        words=words,
        next=target,
        user_id=who.user_id if who else "",
    )
    return page, STATUS.get(why, 403)


def _now() -> int:
    return int(clock.now().timestamp())


def _in_time() -> int:
    return _now() + MINUTES * 60
