"""Which systems are told of facts: kept, tried, and what was sent to them."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.answers import explain
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.integrations.actions import webhooks as acting
from lms.integrations.queries import webhooks as queries
from lms.integrations.queries.facts import NAMES
from lms.integrations.views.room import bp
from lms.web.auth import current_actor, requires

WORDS: dict[str, Text] = {
    "QuizGraded": text("测验判完"),
    "QuizRegraded": text("测验重判，结果变了"),
    "DrillScored": text("演练评分"),
    "DocumentCompleted": text("一项学习完成"),
    "CertificateIssued": text("发了证书"),
    "QueueRightChanged": text("接待权限变了"),
    "CompositeChanged": text("综合评分变了"),
    "Ping": text("试发"),
}


@bp.get("/settings/webhooks")
@requires(Permission.WEBHOOK_EDIT)
def webhooks() -> str:
    """Show the addresses and what was sent. ?state=, ?webhook="""
    return _page({}, {})


@bp.post("/settings/webhooks")
@requires(Permission.WEBHOOK_EDIT)
def keep_webhook() -> Response | str | tuple[str, int]:
    """Keep a new address, and show its secret this once."""
    given = {"name": request.form.get("name", ""), "url": request.form.get("url", "")}
    chosen = request.form.getlist("facts")
    try:
        with transaction():
            webhook, secret = acting.keep(current_actor(), **given, facts=[] if request.form.get("all") else chosen)
            name = webhook.name
    except Invalid as error:
        return _page(given, {field: say(reason) for field, reason in error.fields.items()}), 422
    return _page({}, {}, made=secret or "", made_for=name)


@bp.post("/settings/webhooks/<webhook_id>")
@requires(Permission.WEBHOOK_EDIT)
def change_webhook(webhook_id: str) -> Response | str:
    """Try an address, stop or go on, send dead calls again, renew its secret, forget it. do: which of these."""
    do, actor = request.form.get("do", ""), current_actor()
    secret, words = "", _("已保存。")
    with transaction():
        match do:
            case "on" | "off":
                acting.switch(actor, webhook_id, active=do == "on")
            case "resend":
                count = acting.resend(actor, webhook_id=webhook_id, call_id=request.form.get("call", ""))
                words = _("%(n)s 条已排队重发。", n=count)
            case "secret":
                secret = acting.renew_secret(actor, webhook_id)
            case "remove":
                acting.remove(actor, webhook_id)
                words = _("已删除。")
            case _:
                acting.ping(actor, webhook_id)
                words = _("已排队，几秒后看下面的记录。")
    if secret:
        return _page({}, {}, made=secret)
    flash(words, "ok")
    return redirect(url_for(".webhooks"), 303)


def _page(given: dict[str, str], wrong: dict[str, str], made: str = "", made_for: str = "") -> str:
    state = request.args.get("state", "")
    chosen = request.args.get("webhook", "")[:32]
    return render_template(
        "lms/integrations/webhooks.html",
        webhooks=queries.webhooks(),
        calls=queries.calls(webhook_id=chosen, state=state),
        names=NAMES,
        words=WORDS,
        given=given,
        wrong=wrong,
        made=made,
        made_for=made_for,
        state=state if state in queries.STATES else "",
        chosen=chosen,
        explain=explain,
    )
