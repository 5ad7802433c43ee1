"""The ways out: which are set up, what is missing, how they are doing, and a message to oneself to try one."""

from dataclasses import dataclass
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Permission
from lms.core.answers import explain
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.core.trouble import Trouble
from lms.notifications import queries
from lms.notifications.jobs.outgoing import try_out
from lms.notifications.queries import log
from lms.notifications.rules.ways import WAYS
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires

NAMES = {"wecom": text("企业微信"), "dingtalk": text("钉钉"), "feishu": text("飞书"), "mail": text("邮件")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a way: its name and where to find its value. kept: what is kept, "" for a secret or nothing."""

    name: str
    where: Text
    is_set: bool
    kept: str = ""
    needed: bool = True


def _settings_of(way: str) -> list[Setting]:
    now = settings()
    match way:
        case "wecom":
            return [
                _plain("LMS_WECOM_CORP_ID", text("企业微信管理后台 › 我的企业 › 企业 ID"), now.wecom_corp_id),
                _plain("LMS_WECOM_AGENT_ID", text("应用管理 › 自建应用 › AgentId"), now.wecom_agent_id),
                _secret("LMS_WECOM_SECRET", text("应用管理 › 自建应用 › Secret"), now.wecom_secret),
            ]
        case "dingtalk":
            return [
                _plain("LMS_DINGTALK_APP_KEY", text("钉钉开发者后台 › 应用 › Client ID"), now.dingtalk_app_key),
                _secret(
                    "LMS_DINGTALK_APP_SECRET", text("钉钉开发者后台 › 应用 › Client Secret"), now.dingtalk_app_secret
                ),
                _plain("LMS_DINGTALK_AGENT_ID", text("钉钉开发者后台 › 应用 › AgentId"), now.dingtalk_agent_id),
            ]
        case "feishu":
            return [
                _plain("LMS_FEISHU_APP_ID", text("飞书开放平台 › 应用 › App ID"), now.feishu_app_id),
                _secret("LMS_FEISHU_APP_SECRET", text("飞书开放平台 › 应用 › App Secret"), now.feishu_app_secret),
            ]
    return [
        _secret("LMS_MAIL_URL", text("smtp://用户名:密码@服务器:端口?starttls=1，或 smtps://…"), now.mail_url),
        _plain("LMS_MAIL_FROM", text("发件人，例如 客服学院 <academy@example.com>"), now.mail_from),
    ]


def _plain(name: str, where: Text, value: str) -> Setting:
    return Setting(name=name, where=where, is_set=bool(value), kept=value)


def _secret(name: str, where: Text, value: str) -> Setting:
    return Setting(name=name, where=where, is_set=bool(value))


@bp.get("/settings/channels")
@requires(Permission.NOTIFY_EDIT)
def channels() -> str:
    """Show each way out."""
    working = queries.working()
    base = settings().base_url.rstrip("/")
    return render_template(
        "lms/notifications/channels.html",
        ways=[(way, NAMES[way], way in working, _settings_of(way)) for way in WAYS],
        base=base,
        counts=log.by_channel(clock.now() - timedelta(days=7)),
    )


@bp.post("/settings/channels/<way>/try")
@requires(Permission.NOTIFY_EDIT)
def try_channel(way: str) -> Response:
    """Send one message to oneself on a way, and say how that went."""
    if way not in queries.working():
        raise NotFound()
    actor = current_actor()
    try:
        try_out(actor.id, way)
    except Trouble as trouble:
        found = explain(trouble.answer)
        words = [say(found.what), say(found.do) if found.do else "", found.detail] if found else []
        flash(_("没有发出：%(why)s", why=" ".join(each for each in words if each)), "bad")
    else:
        flash(_("已发出，请看%(way)s。", way=say(NAMES[way])), "ok")
    return redirect(url_for(".channels") + f"#{way}", 303)
