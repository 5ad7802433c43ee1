"""Coming from another learning system: its word who somebody is, checked, and then the document that was linked.

The launch is bound to the browser that began it by a signed cookie of ten minutes (SameSite=None, because the other
system posts the word from its own site). In a frame browsers keep such cookies back, so there a page offers a new
window instead. Nothing is written before the launch itself.
"""

import hmac
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response as FlaskResponse
from flask import make_response, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.content.kinds import kind_of
from lms.content.queries import cards
from lms.core import clock, keys
from lms.core.access import Role
from lms.core.db import session as database
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.here import settings
from lms.core.texts import Text, text
from lms.lti import platform as talking
from lms.lti.actions import platforms, scores
from lms.lti.models import LtiPlatform
from lms.lti.queries import platforms as reading
from lms.lti.rules.launch import Expected, Launch, NotBelieved, read
from lms.lti.views.room import bp, is_secure, origin, policy, require
from lms.web.addresses import full_address
from lms.web.auth import cookie_name, proven, public, sign_in

COOKIE = "lms_lti_"
MINUTES = 10
CHOOSING = "lti_choosing"
SAID = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id")
"""What the other system says when it begins a launch."""
TRUSTED_HERE_ONLY = frozenset({Role.ADMIN, Role.HR})
"""Who has one of these roles signs in here: another system's word is not enough."""

WHY: dict[str, tuple[Text, Text]] = {
    "incomplete": (text("这次打开不完整"), text("请回到学习平台，从课程里再点一次链接。")),
    "unregistered": (
        text("没有登记这个学习平台"),
        text("请学院的管理员在“设置 › 学习平台”里登记它的 Issuer 和 Client ID。"),
    ),
    "cookie": (
        text("浏览器没有带回登录凭据"),
        text("可能等得太久，或浏览器拦了第三方 Cookie。请回到学习平台再点一次，并选择在新窗口打开。"),
    ),
    "refused": (text("学习平台没有让您进来"), text("请先在学习平台登录，再点一次链接。")),
    "keys": (text("学习平台的公钥取不到"), text("请过一会儿再试；一直这样，请管理员检查登记里的公钥地址。")),
    "signature": (text("学习平台的签名不对"), text("请再点一次；一直这样，请管理员检查登记里的公钥地址和 Client ID。")),
    "issuer": (text("这次打开不是登记过的平台发出的"), text("请管理员核对 Issuer。")),
    "audience": (text("这次打开不是发给学院的"), text("请管理员核对 Client ID。")),
    "expired": (text("这次打开已过期"), text("请回到学习平台再点一次；一直这样，请核对两边服务器的时间。")),
    "nonce": (text("这次打开和浏览器对不上"), text("请回到学习平台再点一次链接。")),
    "replayed": (text("这次打开已经用过了"), text("请回到学习平台再点一次链接，不要刷新旧页面。")),
    "version": (text("不是 LTI 1.3"), text("请管理员在学习平台用 LTI 1.3 登记学院。")),
    "deployment": (text("没有登记这个 Deployment"), text("请管理员把它的 Deployment ID 加到登记里。")),
    "message": (text("看不懂学习平台的请求"), text("学院支持打开资源链接和选择内容两种。请管理员检查工具设置。")),
    "subject": (text("学习平台没有说您是谁"), text("请管理员在学习平台允许把用户信息发给学院。")),
    "nobody": (
        text("没有认出您是谁"),
        text("学习平台给的工号或邮箱在学院里没有对上。请人事核对，或请管理员检查工号放在哪个参数里。"),
    ),
    "several": (text("没有认出您是谁"), text("这个邮箱在学院里对上了不止一个人。请人事核对。")),
    "taken": (text("没有进来"), text("您在学院里连着学习平台的另一个账号。请用那个账号打开，或请管理员处理。")),
    "closed": (text("账号已停用"), text("您在学院的账号已停用。如有疑问请联系人事。")),
    "staff": (text("请在学院登录"), text("管理员和人事的账号不能从别的平台直接进来。请用工号登录学院。")),
    "nothing": (text("这个链接还没有选内容"), text("请课程的老师编辑这个链接，从学院里选一份内容。")),
}
STATUS = {"nobody": 403, "several": 403, "taken": 403, "closed": 403, "staff": 403, "keys": 503, "nothing": 404}


@bp.get("/lti/login")
@bp.post("/lti/login", endpoint="login_posted")
@proven
def login() -> FlaskResponse | Response:
    """Begin a launch: go to the other system, which says who somebody is. In a frame: offer a new window first."""
    require()
    given = {name: value[:2_000] for name, value in request.values.items()}
    issuer, hint = given.get("iss", ""), given.get("login_hint", "")
    if not issuer or not hint or "\0" in issuer + given.get("client_id", ""):
        return refusal("incomplete")
    platform = reading.registered(issuer, given.get("client_id", ""))
    if platform is None:
        return refusal("unregistered")
    if request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame"):
        return _new_window(platform, given)
    state, nonce = secrets.token_hex(16), secrets.token_hex(16)
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": full_address(".launch"),
        "login_hint": hint,
        "state": state,
        "nonce": nonce,
    }
    if given.get("lti_message_hint"):
        query["lti_message_hint"] = given["lti_message_hint"]
    parts = urlsplit(platform.login_url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | query
    answer = redirect(urlunsplit(parts._replace(query=urlencode(query))))
    secure = is_secure()
    answer.set_cookie(
        _cookie(state),
        _signer().dumps([state, nonce, platform.public_id, _now() + MINUTES * 60]),
        max_age=MINUTES * 60,
        path=url_for(".launch"),
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
    )
    return answer


def _new_window(platform: LtiPlatform, given: dict[str, str]) -> FlaskResponse:
    query = urlencode({name: given[name] for name in SAID if name in given})
    again = f"{url_for('.login')}?{query}"
    page = make_response(render_template("lms/lti/new_window.html", link=again, name=platform.name))
    page.headers.update(policy(framed_by=origin(platform.login_url)))
    return page


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="lti")


def _now() -> int:
    return int(clock.now().timestamp())


@bp.post("/lti/launch")
@proven
def launch() -> FlaskResponse | Response:
    """Come back with the other system's word: check all of it, sign in, and go to the document."""
    require()
    try:
        return _launched()
    except NotBelieved as error:
        return refusal(error.word)


def _launched() -> Response:
    nonce, public_id = _begun(request.form.get("state", ""))
    if request.form.get("error"):
        raise NotBelieved("refused")
    platform = (
        database()
        .scalars(select(LtiPlatform).where(LtiPlatform.public_id == public_id, LtiPlatform.active))
        .one_or_none()
    )
    if platform is None:
        raise NotBelieved("unregistered")
    expected = Expected(
        issuer=platform.issuer,
        client_id=platform.client_id,
        deployments=tuple(platforms.deployments_of(platform)),
        nonce=nonce,
    )
    keys_url, number_claim, platform_id = platform.keys_url, platform.number_claim, platform.id
    database().rollback()  # nothing is held while the other side is asked
    claims = talking.claims_of(request.form.get("id_token", ""), keys_url)
    said = read(claims, expected, _now(), number_claim)
    with transaction():
        here = database().get_one(LtiPlatform, platform_id)
        platforms.take_nonce(here, nonce)
    person_id, target = _welcomed(platform_id, said)
    actor = accounts.actor_by_id(person_id)
    if actor is None:
        raise NotBelieved("closed")
    sign_in(actor, database().get_one(Person, person_id).session_version)
    if said.choosing is not None:
        session[CHOOSING] = {
            "platform": public_id,
            "deployment": said.deployment,
            "data": said.choosing.data,
            "back": said.choosing.return_url,
            "several": said.choosing.several,
            "until": _now() + 3_600,
        }
    answer = redirect(target, 303)
    answer.delete_cookie(_cookie(request.form["state"]), path=url_for(".launch"), secure=is_secure())
    return answer


def _cookie(state: str) -> str:
    return cookie_name(f"{COOKIE}{state}", secure=is_secure())


def _begun(state: str) -> tuple[str, str]:
    """Return nonce and platform of what this browser began. Raises NotBelieved."""
    if not state:
        raise NotBelieved("incomplete")
    kept = request.cookies.get(_cookie(state), "") if state.isalnum() and state.isascii() else ""
    try:
        found: Any = _signer().loads(kept) if kept else None
    except BadSignature:
        found = None
    if not isinstance(found, list) or len(found) != 4 or not hmac.compare_digest(str(found[0]), state):
        raise NotBelieved("cookie")
    if int(found[3]) < _now():
        raise NotBelieved("expired")
    return str(found[1]), str(found[2])


def _welcomed(platform_id: int, said: Launch) -> tuple[int, str]:
    """Return who it is and where they go; keep that they came. Raises NotBelieved."""
    try:
        with transaction():
            platform = database().get_one(LtiPlatform, platform_id)
            found = reading.find(platform, said)
            person_id = found.person_id
            if person_id is None and found.why_not == "nobody":
                person_id = platforms.enter(platform, said)
            if person_id is None:
                raise NotBelieved(found.why_not or "nobody")
            actor = accounts.actor_by_id(person_id)
            if actor is not None and actor.roles & TRUSTED_HERE_ONLY:
                raise NotBelieved("staff")
            platforms.know(platform, person_id, said.subject)
            if said.choosing is not None:
                return person_id, url_for(".choose")
            document_id = reading.linked(platform, said)
            card = cards([document_id]).get(document_id) if document_id is not None else None
            endpoint = kind_of(card.kind).open_endpoint if card is not None else None
            if card is None or endpoint is None:
                raise NotBelieved("nothing")
            if platforms.sit(platform, said, person_id, card.document_id):
                scores.put_earlier(person_id, card.document_id)
            return person_id, url_for(endpoint, slug=card.slug)
    except Invalid as error:  # what the other system says of somebody new can't be entered
        raise NotBelieved("nobody") from error


def refusal(word: str) -> FlaskResponse:
    """Return the page that says why somebody was not let in, and what helps."""
    title, words = WHY.get(word, WHY["message"])
    page = make_response(render_template("lms/lti/refused.html", title=title, words=words), STATUS.get(word, 400))
    return page


@bp.get("/lti/jwks.json")
@public
def key_set() -> FlaskResponse:
    """The public keys by which the academy signs what it says to other learning systems."""
    require()
    answer = make_response({"keys": keys.public_keys()})
    answer.headers["Cache-Control"] = "public, max-age=600"
    return answer


@bp.get("/lti/config.json")
@public
def configuration() -> FlaskResponse:
    """What Canvas reads to register the academy: its addresses, its key set, what it asks for."""
    require()
    target = full_address(".launch")
    shared = {"target_link_uri": target, "enabled": True}
    return make_response(
        {
            "title": "Kefu Academy 客服学院",
            "description": "Training, knowledge checks and drills for customer service",
            "oidc_initiation_url": full_address(".login"),
            "target_link_uri": target,
            "public_jwk_url": full_address(".key_set"),
            "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "extensions": [
                {
                    "platform": "canvas.instructure.com",
                    "privacy_level": "public",
                    "settings": {
                        "placements": [
                            {"placement": "assignment_selection", "message_type": "LtiDeepLinkingRequest", **shared},
                            {"placement": "link_selection", "message_type": "LtiDeepLinkingRequest", **shared},
                        ]
                    },
                }
            ],
            "custom_fields": {"employee_no": "$Canvas.user.sisSourceId"},
        }
    )
