"""One act for many people: a message, more time. Choose, see by name whom it concerns, do it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.accounts.models import Cohort
from lms.accounts.queries import teams_within
from lms.assignments import actions, choosing
from lms.assignments.actions import bulk as acts
from lms.assignments.bulk_forms import EXTEND, MESSAGE, BulkForm
from lms.assignments.queries.bulk import Concerned, concerned
from lms.assignments.views.room import bp
from lms.core.access import Actor, Permission, allows
from lms.core.db import new_public_id, session, transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import today
from lms.core.i18n import ngettext
from lms.core.texts import text
from lms.web.auth import current_actor, requires

TOGETHER = 100
NEEDS = {MESSAGE: Permission.MESSAGE_SEND, EXTEND: Permission.DUTY_EXEMPT}


@bp.get("/bulk")
@requires(Permission.MESSAGE_SEND)
def bulk() -> str:
    """Show the form; `occasion`, `document`, `team`, `act` fill it in advance."""
    asked = {name: request.args[name] for name in ("occasion", "document", "team", "act") if name in request.args}
    return _page(_form(current_actor(), asked))


@bp.post("/bulk")
@requires(Permission.MESSAGE_SEND)
def bulk_submit() -> str | Response | tuple[str, int]:
    """Show whom it concerns; sent again with that number of people it is done."""
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _page(form), 422
    try:
        _check(form)
        found = concerned(actor, form.wanted(), NEEDS[form.act.data])
    except DomainError as refused:
        form.take(refused)
        return _page(form), refused.status
    if request.form.get("do") != "apply" or form.confirmed.data != str(len(found)):
        changed = request.form.get("do") == "apply"
        return _page(form, found, changed=changed)
    try:
        _apply(actor, form, found)
    except DomainError as refused:
        form.take(refused)
        return _page(form, found), refused.status
    count = len(found)
    if form.act.data == MESSAGE:
        flash(ngettext("已发给 %(n)s 人。", "已发给 %(n)s 人。", count) % {"n": count}, "ok")
    else:
        flash(ngettext("%(n)s 人的截止日已延长。", "%(n)s 人的截止日已延长。", count) % {"n": count}, "ok")
    return redirect(url_for(".bulk"), 303)


def _check(form: BulkForm) -> None:
    wrong = {}
    if form.act.data == MESSAGE and not (form.message.data or "").strip():
        wrong["message"] = text("请写消息。")
    if form.act.data == EXTEND:
        if not form.wanted().about:
            wrong["document"] = text("请选要延长的学习任务。")
        if form.to.data is None or form.to.data < today():
            wrong["to"] = text("请选今天或以后的日子。")
        if not (form.reason.data or "").strip():
            wrong["reason"] = text("请写原因，学员和组长会看到。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)


def _apply(actor: Actor, form: BulkForm, found: Sequence[Concerned]) -> None:
    key = request.form.get("key", "")[:32] or new_public_id()
    for first in range(0, len(found), TOGETHER):
        part = found[first : first + TOGETHER]
        with transaction():
            if form.act.data == MESSAGE:
                acts.message(actor, [each.person_id for each in part], form.message.data, f"{actor.id}:{key}")
            else:
                duties = [duty for each in part for duty in each.duties]
                actions.extend(actor, duties, form.to.data, form.reason.data)


def _form(actor: Actor, values: dict[str, Any] | None = None) -> BulkForm:
    cohorts = session().execute(select(Cohort.id, Cohort.name).order_by(Cohort.starts_on.desc()).limit(50))
    return BulkForm(
        formdata=None if values is not None else request.form,
        teams=teams_within(actor, Permission.MESSAGE_SEND),
        cohorts=[(row.id, row.name) for row in cohorts],
        documents=[(each.name, each.title) for each in choosing.choices(actor)],
        **(values or {}),
    )


def _page(form: BulkForm, found: Sequence[Concerned] = (), *, changed: bool = False) -> str:
    actor = current_actor()
    return render_template(
        "lms/assignments/bulk.html",
        form=form,
        found=found,
        changed=changed,
        key=request.form.get("key") or new_public_id(),
        may_extend=allows(actor, Permission.DUTY_EXEMPT),
    )
