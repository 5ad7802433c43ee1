"""企业微信, by the public documentation of its server API (自建应用): 应用消息 and 网页授权登录."""

from typing import Any
from urllib.parse import urlencode

from lms.accounts.platforms.base import Card, Given, Who, ask, cut
from lms.accounts.platforms.tokens import with_token
from lms.core.here import settings
from lms.core.trouble import Trouble

OLD_TOKEN = frozenset({40014, 42001, 41001})
NO_SUCH_USER = frozenset({40003, 60111, 46004, 60103, 60104})
NOT_LET_IN = frozenset({40001, 40013, 40056, 40091, 48002, 60011, 60020, 301002})
BUSY = frozenset({45009, 45011, 45033})
REPEATED = 4 * 3600
"""Seconds in which the same message is not shown twice; the most that the platform offers."""


class WeCom:
    name = "wecom"

    def tell(self, user_id: str, card: Card, key: str) -> None:
        body: dict[str, Any] = {
            "touser": user_id,
            "agentid": _agent(),
            "enable_duplicate_check": 1,
            "duplicate_check_interval": REPEATED,
        }
        if card.url:
            body["msgtype"] = "textcard"
            body["textcard"] = {
                "title": cut(_plain(card.title), 128),
                "description": cut(_plain(card.text), 512),
                "url": card.url,
                "btntxt": card.button[:4],
            }
        else:
            body["msgtype"] = "text"
            body["text"] = {"content": cut(f"{_plain(card.title)}\n{_plain(card.text)}", 2048)}
        answer = _call("POST", "/cgi-bin/message/send", json=body)
        missed = f"{answer.get('invaliduser') or ''}|{answer.get('unlicenseduser') or ''}".lower().split("|")
        if user_id.lower() in missed:
            raise Trouble("user", "invaliduser", lasting=True)

    def by_phone(self, phone: str) -> str | None:
        try:
            answer = _call("POST", "/cgi-bin/user/getuserid", json={"mobile": phone})
        except Trouble as trouble:
            if trouble.word == "user":
                return None
            raise
        return str(answer.get("userid") or "") or None

    def address(self, back: str, state: str, *, inside: bool, ask: bool) -> str:
        now = settings()
        if not inside:
            query = {
                "login_type": "CorpApp",
                "appid": now.wecom_corp_id,
                "agentid": now.wecom_agent_id,
                "redirect_uri": back,
                "state": state,
            }
            return f"{now.wecom_scan}?{urlencode(query)}"
        query = {
            "appid": now.wecom_corp_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_privateinfo" if ask else "snsapi_base",
            "state": state,
            "agentid": now.wecom_agent_id,
        }
        return f"{now.wecom_login}?{urlencode(query)}#wechat_redirect"

    def who(self, given: Given) -> Who:
        answer = _call("GET", "/cgi-bin/auth/getuserinfo", params={"code": given.get("code", "")})
        user_id = str(answer.get("userid") or answer.get("UserId") or "")
        if not user_id:
            raise Trouble("stranger", lasting=True)  # an openid: somebody outside of the company
        ticket = answer.get("user_ticket")
        if not ticket:
            return Who(user_id=user_id)
        found = _call("POST", "/cgi-bin/auth/getuserdetail", json={"user_ticket": ticket})
        return Who(user_id=user_id, phone=str(found.get("mobile") or ""), email=str(found.get("biz_mail") or ""))


def _agent() -> int:
    number = settings().wecom_agent_id
    if not number.isascii() or not number.isdigit():
        raise Trouble("setting", "LMS_WECOM_AGENT_ID", whole=True)
    return int(number)


def _plain(text: str) -> str:
    """Return the text without what a card would take for markup."""
    return text.replace("<", "＜").replace(">", "＞")


def _key() -> tuple[str, ...]:
    now = settings()
    return ("wecom", now.wecom_api, now.wecom_corp_id, now.wecom_secret)


def _token() -> tuple[str, float]:
    now = settings()
    given = {"corpid": now.wecom_corp_id, "corpsecret": now.wecom_secret}
    answer = ask("GET", f"{now.wecom_api}/cgi-bin/gettoken", params=given)
    _judge(answer)
    return str(answer.get("access_token") or ""), float(answer.get("expires_in") or 0)


def _call(method: str, path: str, *, json: object = None, params: Given | None = None) -> dict[str, Any]:
    def once(token: str) -> dict[str, Any]:
        given = {"access_token": token, **(params or {})}
        return ask(method, settings().wecom_api + path, json=json, params=given)

    answer = with_token(_key(), _token, once, lambda answer: answer.get("errcode") in OLD_TOKEN)
    _judge(answer)
    return answer


def _judge(answer: Given | dict[str, Any]) -> None:
    code = answer.get("errcode", -2)
    if code == 0:
        return
    detail = f"{code} {answer.get('errmsg', '')}"
    if code in NO_SUCH_USER or code == 81013:
        raise Trouble("user", detail, lasting=True)
    if code in NOT_LET_IN or code in OLD_TOKEN:
        raise Trouble("auth", detail, whole=True)
    if code in BUSY or code == -1:
        raise Trouble("busy", detail, whole=True, wait=60 if code in BUSY else None)
    raise Trouble("code", detail)
