"""群机器人 of 企业微信, 钉钉 and 飞书, by their public documentation. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HOSTS = {
    "wecom": ("qyapi.weixin.qq.com",),
    "dingtalk": ("oapi.dingtalk.com",),
    "feishu": ("open.feishu.cn", "open.larksuite.com"),
}
PATHS = {"wecom": "/cgi-bin/webhook/send", "dingtalk": "/robot/send", "feishu": "/open-apis/bot/v2/hook/"}
LONGEST = 4_000
"""Bytes of one message; 企业微信 takes 4096."""
HIDDEN = "○○"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is posted where."""

    url: str
    json: Mapping[str, Any]


def is_address(platform: str, url: str, own: Collection[str]) -> bool:
    """Return whether this is the address of a robot of the platform. own: origins of private editions."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    official = parts.scheme == "https" and parts.netloc in HOSTS.get(platform, ())
    private = f"{parts.scheme}://{parts.netloc}" in own
    return (official or private) and parts.path.startswith(PATHS.get(platform, "\0")) and not parts.fragment


def sign(platform: str, secret: str, seconds: int) -> dict[str, str]:
    """Return timestamp and signature as the platform wants them; {} for one that signs nothing."""
    if not secret or platform == "wecom":
        return {}
    stamp = str(seconds * 1000 if platform == "dingtalk" else seconds)
    said = f"{stamp}\n{secret}".encode()
    key, message = (secret.encode(), said) if platform == "dingtalk" else (said, b"")
    return {
        "timestamp": stamp,
        "sign": base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode(),
    }


def call(platform: str, url: str, secret: str, body: str, seconds: int) -> Call:
    """Return what makes a robot say this. body: Markdown; seconds: since 1970."""
    signed = sign(platform, secret, seconds)
    title = next((line.strip("#*> ") for line in body.splitlines() if line.strip()), "")[:60]
    if platform == "dingtalk":
        parts = urlsplit(url)
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *signed.items()])
        message = {"msgtype": "markdown", "markdown": {"title": title, "text": body.replace("\n", "\n\n")}}
        return Call(url=urlunsplit(parts._replace(query=query)), json=message)
    if platform == "feishu":
        card = {"elements": [{"tag": "markdown", "content": body}]}
        return Call(url=url, json={**signed, "msg_type": "interactive", "card": card})
    return Call(url=url, json={"msgtype": "markdown", "markdown": {"content": body}})


def judge(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what a platform says went wrong, as word and detail; None where it took the message."""
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode", -2)))
    if code == 0:
        return None
    detail = f"{code} {answer.get('errmsg') or answer.get('msg') or ''}"
    if code in (45009, 130101, 9499, 11232):
        return ("busy", detail)
    if code in (93000, 310000, 19021, 19022, 19024, 300001, 400013):
        return ("auth", detail)
    return ("code", detail)


def without_names(body: str, names: Collection[str]) -> str:
    """Return the text with each of these names covered, the longest first."""
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            body = body.replace(name, HIDDEN)
    return body
