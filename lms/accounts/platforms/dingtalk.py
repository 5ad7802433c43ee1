"""钉钉, by the public documentation of its server API (企业内部应用): 工作通知 and sign-in by OAuth 2."""

from typing import Any
from urllib.parse import urlencode

from lms.accounts.platforms.base import Card, Given, Who, ask, inner
from lms.accounts.platforms.tokens import with_token
from lms.core.here import settings
from lms.core.trouble import Trouble

OLD_TOKEN = frozenset({40014, 42001})
NO_SUCH_USER = frozenset({33012, 60121, 60111, 40003})
NOT_LET_IN = frozenset({40001, 40035, 40078, 40089, 60011, 60020, 50002, 71006})
TITLE, TEXT = 100, 500
"""Characters that a card of 工作通知 shows."""


class DingTalk:
    name = "dingtalk"

    def tell(self, user_id: str, card: Card, key: str) -> None:
        """Send a 工作通知. Of two with the same content on one day the platform shows one by itself."""
        number = settings().dingtalk_agent_id
        if not number.isascii() or not number.isdigit():
            raise Trouble("setting", "LMS_DINGTALK_AGENT_ID", whole=True)
        message: dict[str, Any]
        if card.url:
            message = {
                "msgtype": "oa",
                "oa": {
                    "message_url": card.url,
                    "pc_message_url": card.url,
                    "head": {"bgcolor": "FF1F6FEB", "text": card.title[:10]},
                    "body": {"title": card.title[:TITLE], "content": card.text[:TEXT]},
                },
            }
        else:
            message = {"msgtype": "text", "text": {"content": f"{card.title}\n{card.text}"[:TEXT]}}
        _call(
            "/topapi/message/corpconversation/asyncsend_v2",
            {"agent_id": int(number), "userid_list": user_id, "msg": message},
        )

    def by_phone(self, phone: str) -> str | None:
        try:
            answer = _call("/topapi/v2/user/getbymobile", {"mobile": phone})
        except Trouble as trouble:
            if trouble.word == "user":
                return None
            raise
        return str(inner(answer, "result").get("userid") or "") or None

    def address(self, back: str, state: str, *, inside: bool, ask: bool) -> str:
        query = {
            "redirect_uri": back,
            "response_type": "code",
            "client_id": settings().dingtalk_app_key,
            "scope": "openid",
            "state": state,
            "prompt": "consent",
        }
        return f"{settings().dingtalk_login}?{urlencode(query)}"

    def who(self, given: Given) -> Who:
        """Return who came back: the account first, then the employee whom our company has under it."""
        now = settings()
        body = {
            "clientId": now.dingtalk_app_key,
            "clientSecret": now.dingtalk_app_secret,
            "code": given.get("authCode") or given.get("code", ""),
            "grantType": "authorization_code",
        }
        theirs = ask("POST", f"{now.dingtalk_api}/v1.0/oauth2/userAccessToken", json=body)
        _judge_new(theirs, "accessToken")
        headers = {"x-acs-dingtalk-access-token": str(theirs["accessToken"])}
        me = ask("GET", f"{now.dingtalk_api}/v1.0/contact/users/me", headers=headers)
        _judge_new(me, "unionId")
        try:
            found = inner(_call("/topapi/user/getbyunionid", {"unionid": me["unionId"]}), "result")
        except Trouble as trouble:
            if trouble.word == "user":
                raise Trouble("stranger", lasting=True) from trouble
            raise
        user_id = str(found.get("userid") or "")
        if not user_id or found.get("contact_type"):
            raise Trouble("stranger", lasting=True)  # an external contact of the company, or of another one
        person = inner(_call("/topapi/v2/user/get", {"userid": user_id}), "result")
        return Who(
            user_id=user_id,
            name=str(person.get("name") or ""),
            phone=str(person.get("mobile") or me.get("mobile") or ""),
            email=str(person.get("org_email") or ""),
            employee_no=str(person.get("job_number") or ""),
        )


def _key() -> tuple[str, ...]:
    now = settings()
    return ("dingtalk", now.dingtalk_api, now.dingtalk_app_key, now.dingtalk_app_secret)


def _token() -> tuple[str, float]:
    now = settings()
    body = {"appKey": now.dingtalk_app_key, "appSecret": now.dingtalk_app_secret}
    answer = ask("POST", f"{now.dingtalk_api}/v1.0/oauth2/accessToken", json=body)
    _judge_new(answer, "accessToken")
    return str(answer["accessToken"]), float(answer.get("expireIn") or 0)


def _call(path: str, body: object) -> dict[str, Any]:
    def once(token: str) -> dict[str, Any]:
        return ask("POST", settings().dingtalk_old_api + path, json=body, params={"access_token": token})

    answer = with_token(_key(), _token, once, lambda answer: answer.get("errcode") in OLD_TOKEN)
    _judge(answer)
    return answer


def _judge(answer: dict[str, Any]) -> None:
    code = answer.get("errcode", -2)
    if code == 0:
        return
    sub = str(answer.get("sub_code") or "")
    detail = f"{code} {sub} {answer.get('sub_msg') or answer.get('errmsg') or ''}"
    if code in NO_SUCH_USER or sub in {"60121", "33012"}:
        raise Trouble("user", detail, lasting=True)
    if code in NOT_LET_IN or code in OLD_TOKEN:
        raise Trouble("auth", detail, whole=True)
    if (code == 88 and sub.startswith("900")) or 90002 <= code <= 90018:
        raise Trouble("busy", detail, whole=True, wait=60)
    if code == -1:
        raise Trouble("busy", detail, whole=True)
    raise Trouble("code", detail)


def _judge_new(answer: dict[str, Any], wanted: str) -> None:
    """The newer API answers with what was asked for, or with `code` and `message`."""
    if answer.get(wanted):
        return
    code = str(answer.get("code") or "")
    detail = f"{code} {answer.get('message') or ''}"
    if "QpsLimit" in code or "Throttl" in code:
        raise Trouble("busy", detail, whole=True, wait=60)
    raise Trouble("auth", detail, whole=True)
