"""How it goes with the learning record store: what waits, what it took, what it refused; sent again here."""

from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Permission
from lms.core.answers import explain
from lms.core.db import transaction
from lms.core.here import settings
from lms.core.i18n import _
from lms.core.texts import Text, text
from lms.integrations.actions import xapi as acting
from lms.integrations.queries import xapi as reading
from lms.integrations.views.room import bp
from lms.web.auth import current_actor, requires

WORDS: dict[str, Text] = {
    "QuizStarted": text("开始测验"),
    "QuizGraded": text("测验判完"),
    "QuizRegraded": text("测验重判，结果变了"),
    "DrillStarted": text("开始演练"),
    "DrillScored": text("演练评分"),
    "DocumentCompleted": text("一项学习完成"),
    "CertificateIssued": text("发了证书"),
    "Voided": text("作废之前的一条"),
}


@bp.get("/settings/xapi")
@requires(Permission.WEBHOOK_EDIT)
def xapi() -> str:
    """Show how the sending stands and the latest statements. ?state="""
    state = request.args.get("state", "")
    now = settings()
    standing = reading.standing(clock.now())
    return render_template(
        "lms/integrations/xapi.html",
        on=reading.is_on(),
        host=urlsplit(now.xapi_endpoint).netloc,
        home=reading.home(),
        named=now.xapi_actor,
        standing=standing,
        trouble=explain(standing.answer),
        statements=reading.statements(state=state),
        state=state if state in reading.STATES else "",
        words=WORDS,
        explain=explain,
    )


@bp.post("/settings/xapi")
@requires(Permission.WEBHOOK_EDIT)
def xapi_resend() -> Response:
    """Send refused statements once more. one: the id of a single one, else all of them."""
    with transaction():
        count = acting.resend(
            current_actor(), name=request.form.get("one", "")[:36].replace("\0", ""), states=("dead",)
        )
    flash(_("%(n)s 条已排队重发。", n=count), "ok" if count else "warn")
    return redirect(url_for(".xapi"), 303)
