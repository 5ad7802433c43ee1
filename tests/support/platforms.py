"""企业微信, 钉钉, 飞书 and a mail server as they are documented: what a request lacks, they refuse as the real ones do."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tests.support.listening import Listener, Reply, Request, listening


@dataclass
class Platform:
    """One that answers. phones: phone → user; codes: what a sign-in brought → user; told: (user, what was shown).

    first: replies that are given before the normal ones, per path or for any ("").
    """

    phones: dict[str, str] = field(default_factory=dict)
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    first: list[Reply] = field(default_factory=list)
    tokens: int = 0
    wrong: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        sends = request.path.endswith(("/message/send", "asyncsend_v2", "/im/v1/messages"))
        if self.first and sends:
            return self.first.pop(0)
        try:
            return self.answer(request)
        except (KeyError, AssertionError, ValueError) as error:
            self.wrong.append(f"{request.method} {request.path}: {error!r}")
            return Reply(400, {"errcode": 40035, "code": 9499, "errmsg": "bad request", "msg": "bad request"})

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    @property
    def token(self) -> str:
        return f"token-{self.tokens}"


def needs(fact: object, words: str) -> None:
    if not fact:
        raise AssertionError(words)


class WeCom(Platform):
    def answer(self, request: Request) -> Reply:
        path, query = request.path, request.query
        if path == "/cgi-bin/gettoken":
            if query["corpsecret"] != "s3cret-wecom":
                return Reply(body={"errcode": 40001, "errmsg": "invalid credential"})
            needs(query["corpid"] == "ww1" and request.method == "GET", "corpid, GET")
            self.tokens += 1
            return Reply(body={"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200})
        if query["access_token"] != self.token:
            return Reply(body={"errcode": 42001, "errmsg": "access_token expired"})
        if path == "/cgi-bin/message/send":
            body = request.json
            needs(body["agentid"] == 1000002 and isinstance(body["agentid"], int), "agentid is a number")
            needs(body["enable_duplicate_check"] == 1 and body["duplicate_check_interval"] <= 4 * 3600, "duplicates")
            shown = body[body["msgtype"]]
            if body["msgtype"] == "textcard":
                needs(len(shown["title"].encode()) <= 128 and len(shown["description"].encode()) <= 512, "lengths")
                needs(shown["url"].startswith("http") and len(shown["url"].encode()) <= 2048, "url")
                needs(len(shown["btntxt"]) <= 4, "btntxt")
            if body["touser"] not in self.people:
                return Reply(body={"errcode": 81013, "errmsg": "user & party & tag all invalid"})
            self.told.append((body["touser"], shown))
            return Reply(body={"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "m1"})
        if path == "/cgi-bin/user/getuserid":
            found = self.phones.get(request.json["mobile"])
            return Reply(body={"errcode": 0, "userid": found} if found else {"errcode": 46004, "errmsg": "not exist"})
        if path == "/cgi-bin/auth/getuserinfo":
            found = self.codes.pop(query["code"], None)
            if found is None:
                return Reply(body={"errcode": 40029, "errmsg": "invalid code"})
            if found.startswith("openid:"):
                return Reply(body={"errcode": 0, "openid": found})
            full = {"user_ticket": f"t-{found}"} if query["code"].startswith("full") else {}
            return Reply(body={"errcode": 0, "userid": found, **full})
        if path == "/cgi-bin/auth/getuserdetail":
            found = request.json["user_ticket"].removeprefix("t-")
            return Reply(body={"errcode": 0, "userid": found, **self.people[found]})
        return Reply(404)


class DingTalk(Platform):
    def answer(self, request: Request) -> Reply:
        path = request.path
        if path == "/v1.0/oauth2/accessToken":
            needs(request.json["appKey"] == "ding1", "appKey")
            if request.json["appSecret"] != "s3cret-dingtalk":
                return Reply(400, {"code": "invalidClientIdOrSecret", "message": "无效的clientId或者clientSecret"})
            self.tokens += 1
            return Reply(body={"accessToken": self.token, "expireIn": 7200})
        if path == "/v1.0/oauth2/userAccessToken":
            body = request.json
            needs(body["grantType"] == "authorization_code" and body["clientId"] == "ding1", "grant")
            found = self.codes.pop(body["code"], None)
            if found is None:
                return Reply(400, {"code": "invalidCode", "message": "不合法的临时授权码"})
            return Reply(body={"accessToken": f"user-{found}", "expireIn": 7200})
        if path == "/v1.0/contact/users/me":
            found = request.headers["x-acs-dingtalk-access-token"].removeprefix("user-")
            return Reply(body={"nick": "n", "unionId": f"u-{found}"})
        if request.query["access_token"] != self.token:
            return Reply(body={"errcode": 40014, "errmsg": "不合法的access_token"})
        body = request.json
        if path == "/topapi/message/corpconversation/asyncsend_v2":
            needs(body["agent_id"] == 77 and isinstance(body["userid_list"], str), "agent_id, userid_list")
            if body["userid_list"] not in self.people:
                return Reply(body={"errcode": 33012, "errmsg": "无效的USERID"})
            self.told.append((body["userid_list"], body["msg"]))
            return Reply(body={"errcode": 0, "task_id": 1, "request_id": "r"})
        if path == "/topapi/v2/user/getbymobile":
            found = self.phones.get(body["mobile"])
            return Reply(body={"errcode": 0, "result": {"userid": found}} if found else {"errcode": 60121})
        if path == "/topapi/user/getbyunionid":
            found = body["unionid"].removeprefix("u-")
            if found not in self.people:
                return Reply(body={"errcode": 60121, "errmsg": "找不到该用户"})
            return Reply(body={"errcode": 0, "result": {"contact_type": 0, "userid": found}})
        if path == "/topapi/v2/user/get":
            return Reply(body={"errcode": 0, "result": {"userid": body["userid"], **self.people[body["userid"]]}})
        return Reply(404)


class Feishu(Platform):
    def answer(self, request: Request) -> Reply:
        path = request.path
        if path == "/open-apis/auth/v3/tenant_access_token/internal":
            if request.json != {"app_id": "cli1", "app_secret": "s3cret-feishu"}:
                return Reply(body={"code": 10014, "msg": "app secret invalid"})
            self.tokens += 1
            return Reply(body={"code": 0, "tenant_access_token": self.token, "expire": 7200})
        if path == "/open-apis/authen/v2/oauth/token":
            body = request.json
            needs(body["grant_type"] == "authorization_code" and body["client_id"] == "cli1", "grant")
            needs(body["redirect_uri"].endswith("/enter/feishu/back"), "redirect_uri")
            found = self.codes.pop(body["code"], None)
            if found is None:
                return Reply(400, {"code": 20003, "error": "invalid_grant"})
            return Reply(body={"code": 0, "access_token": f"user-{found}", "expires_in": 7200, "token_type": "Bearer"})
        bearer = request.headers["Authorization"].removeprefix("Bearer ")
        if path == "/open-apis/authen/v1/user_info":
            found = bearer.removeprefix("user-")
            return Reply(body={"code": 0, "data": {"open_id": found, "name": "n", **self.people.get(found, {})}})
        if bearer != self.token:
            return Reply(400, {"code": 99991663, "msg": "Invalid access token for authorization"})
        body = request.json
        if path == "/open-apis/im/v1/messages":
            needs(request.query["receive_id_type"] == "open_id" and body["msg_type"] == "interactive", "type")
            needs(0 < len(body["uuid"]) <= 50 and isinstance(body["content"], str), "uuid, content as text")
            card = json.loads(body["content"])
            needs(card["header"]["title"]["content"] and card["elements"], "card")
            if body["receive_id"] not in self.people:
                return Reply(400, {"code": 230013, "msg": "Bot has NO availability to this user."})
            self.told.append((body["receive_id"], card))
            return Reply(body={"code": 0, "msg": "success", "data": {"message_id": "om_1"}})
        if path == "/open-apis/contact/v3/users/batch_get_id":
            found = [{"mobile": phone, "user_id": self.phones.get(phone)} for phone in body["mobiles"]]
            return Reply(body={"code": 0, "data": {"user_list": [{k: v for k, v in e.items() if v} for e in found]}})
        return Reply(404)


SETTINGS: dict[type[Platform], dict[str, str]] = {
    WeCom: {"wecom_corp_id": "ww1", "wecom_agent_id": "1000002", "wecom_secret": "s3cret-wecom"},
    DingTalk: {"dingtalk_app_key": "ding1", "dingtalk_app_secret": "s3cret-dingtalk", "dingtalk_agent_id": "77"},
    Feishu: {"feishu_app_id": "cli1", "feishu_app_secret": "s3cret-feishu"},
}
ADDRESSES = {
    WeCom: ("wecom_api",),
    DingTalk: ("dingtalk_api", "dingtalk_old_api"),
    Feishu: ("feishu_api",),
}


@contextmanager
def chosen(app: Any, **values: Any) -> Iterator[None]:
    """Let the installation have other settings while the block runs; loopback places are added to those allowed."""
    before = app.extensions["lms_settings"]
    private = before.outbound_private | values.pop("outbound_private", frozenset())
    app.extensions["lms_settings"] = replace(before, outbound_private=private, **values)
    try:
        yield
    finally:
        app.extensions["lms_settings"] = before


@contextmanager
def running(app: Any, platform: Platform, **more: str) -> Iterator[Listener]:
    """Serve a platform and let the installation use it; afterwards it must have found every request in order."""
    with listening(platform) as there:
        values = {**SETTINGS[type(platform)], **dict.fromkeys(ADDRESSES[type(platform)], there.url), **more}
        with chosen(app, base_url="https://academy.example.com", outbound_private=frozenset({there.place}), **values):
            yield there
    assert platform.wrong == []


@dataclass
class Mailbox:
    """What a mail server has taken. says: its answers to RCPT in turn, before it takes anything."""

    letters: list[Any] = field(default_factory=list)
    says: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.says:
            return self.says.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.letters.append(envelope)
        return "250 OK"


@contextmanager
def posting(app: Any, box: Mailbox) -> Iterator[int]:
    """Run a mail server that asks for a password, and let the installation use it."""

    def enter(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"me", b"p@ss"), handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=enter, auth_required=True, auth_require_tls=False
    )
    controller.start()
    try:
        with chosen(
            app,
            base_url="https://academy.example.com",
            mail_url=f"smtp://me:p%40ss@127.0.0.1:{port}",
            mail_from="客服学院 <academy@example.com>",
        ):
            yield port
    finally:
        controller.stop()


def robot_sign(platform: str, secret: str, stamp: str) -> str:
    """Return the signature of a group robot as its platform documents it."""
    said = f"{stamp}\n{secret}".encode()
    if platform == "dingtalk":
        return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()
    return base64.b64encode(hmac.new(said, b"", hashlib.sha256).digest()).decode()
