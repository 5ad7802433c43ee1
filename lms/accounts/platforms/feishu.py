"""飞书, by the public documentation of its server API (企业自建应用): messages of the app, sign-in by OAuth 2."""

import json
from typing import Any
from urllib.parse import urlencode

from lms.accounts.platforms.base import Card, Given, Who, ask, inner
from lms.accounts.platforms.tokens import with_token
from lms.core.here import settings
from lms.core.trouble import Trouble

OLD_TOKEN = frozenset({99991661, 99991663, 99991668})
NO_SUCH_USER = frozenset({230013, 230029, 99992351, 99992361, 99992364})
NOT_LET_IN = frozenset({10003, 10014, 10015, 99991662, 99991664, 99991672, 99991401, 230006})
BUSY = frozenset({99991400, 230020, 11232, 11233})


class Feishu:
    name = "feishu"

    def tell(self, user_id: str, card: Card, key: str) -> None:
        """Send a card. The platform takes one message of a `uuid` within an hour."""
        elements: list[dict[str, Any]] = [{"tag": "div", "text": _text(card.text[:2000])}]
        if card.url:
            button = {"tag": "button", "type": "primary", "text": _text(card.button), "url": card.url}
            elements.append({"tag": "action", "actions": [button]})
        content = {
            "config": {"wide_screen_mode": True},
            "header": {"template": "blue", "title": _text(card.title[:200])},
            "elements": elements,
        }
        body = {
            "receive_id": user_id,
            "msg_type": "interactive",
            "content": json.dumps(content, ensure_ascii=False),
            "uuid": key[:50],
        }
        _call("POST", "/open-apis/im/v1/messages", body, {"receive_id_type": "open_id"})

    def by_phone(self, phone: str) -> str | None:
        answer = _call(
            "POST",
            "/open-apis/contact/v3/users/batch_get_id",
            {"mobiles": [phone], "include_resigned": False},
            {"user_id_type": "open_id"},
        )
        found = inner(answer, "data").get("user_list")
        for each in found if isinstance(found, list) else []:
            if isinstance(each, dict) and each.get("user_id"):
                return str(each["user_id"])
        return None

    def address(self, back: str, state: str, *, inside: bool, ask: bool) -> str:
        query = {
            "client_id": settings().feishu_app_id,
            "redirect_uri": back,
            "response_type": "code",
            "state": state,
        }
        return f"{settings().feishu_login}?{urlencode(query)}"

    def who(self, given: Given) -> Who:
        now = settings()
        body = {
            "grant_type": "authorization_code",
            "client_id": now.feishu_app_id,
            "client_secret": now.feishu_app_secret,
            "code": given.get("code", ""),
            "redirect_uri": given.get("redirect_uri", ""),
        }
        theirs = ask("POST", f"{now.feishu_api}/open-apis/authen/v2/oauth/token", json=body)
        if not theirs.get("access_token"):
            raise Trouble("auth", f"{theirs.get('code', '')} {theirs.get('error', '')}", whole=True)
        headers = {"Authorization": f"Bearer {theirs['access_token']}"}
        answer = ask("GET", f"{now.feishu_api}/open-apis/authen/v1/user_info", headers=headers)
        _judge(answer)
        found = inner(answer, "data")
        if not found.get("open_id"):
            raise Trouble("stranger", lasting=True)
        return Who(
            user_id=str(found["open_id"]),
            name=str(found.get("name") or ""),
            phone=str(found.get("mobile") or ""),
            email=str(found.get("enterprise_email") or ""),
            employee_no=str(found.get("employee_no") or ""),
        )


def _text(content: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": content}


def _key() -> tuple[str, ...]:
    now = settings()
    return ("feishu", now.feishu_api, now.feishu_app_id, now.feishu_app_secret)


def _token() -> tuple[str, float]:
    now = settings()
    body = {"app_id": now.feishu_app_id, "app_secret": now.feishu_app_secret}
    answer = ask("POST", f"{now.feishu_api}/open-apis/auth/v3/tenant_access_token/internal", json=body)
    _judge(answer)
    return str(answer.get("tenant_access_token") or ""), float(answer.get("expire") or 0)


def _call(method: str, path: str, body: object, params: Given) -> dict[str, Any]:
    def once(token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return ask(method, settings().feishu_api + path, json=body, params=params, headers=headers)

    answer = with_token(_key(), _token, once, lambda answer: answer.get("code") in OLD_TOKEN)
    _judge(answer)
    return answer


def _judge(answer: dict[str, Any]) -> None:
    code = answer.get("code", -2)
    if code == 0:
        return
    detail = f"{code} {answer.get('msg') or ''}"
    if code in NO_SUCH_USER:
        raise Trouble("user", detail, lasting=True)
    if code in NOT_LET_IN or code in OLD_TOKEN:
        raise Trouble("auth", detail, whole=True)
    if code in BUSY:
        raise Trouble("busy", detail, whole=True, wait=60)
    raise Trouble("code", detail)
