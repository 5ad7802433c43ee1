"""为什么要学: one duty with its reasons, and what a lead, trainer or HR decides about it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.assignments import actions
from lms.assignments.queries.why import CATEGORIES, may_decide, why
from lms.assignments.relief_forms import CreditForm, ExemptForm, ExtendForm, UncreditForm
from lms.assignments.views.room import bp
from lms.content.kinds import kind_of
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.i18n import _
from lms.web.auth import current_actor, requires
from lms.web.forms import Form

FORMS: dict[str, type[Form]] = {
    "exempt": ExemptForm,
    "credit": CreditForm,
    "extend": ExtendForm,
    "uncredit": UncreditForm,
    "unexempt": Form,
    "unextend": Form,
}

TOLD = frozenset({"exempt", "credit", "extend"})
"""Acts of which the person is told."""


@bp.get("/duties/<int:duty_id>")
@requires(Permission.LEARN)
def duty(duty_id: int) -> str:
    """Show why somebody owes something: one's own, or of somebody whose reports one reads."""
    return _page(duty_id)


@bp.post("/duties/<int:duty_id>")
@requires(Permission.DUTY_EXEMPT)
def decide(duty_id: int) -> str | Response | tuple[str, int]:
    """Exempt, recognise, extend, or take one of them back (`act`)."""
    actor = current_actor()
    may_decide(actor, duty_id)
    act = request.form.get("act", "")
    if act not in FORMS:
        raise NotFound()
    form = FORMS[act]()
    if not form.validate():
        return _page(duty_id, **{act: form}), 422
    try:
        with transaction():
            done = ACTS[act](actor, duty_id, form)
    except DomainError as error:
        form.take(error)
        return _page(duty_id, **{act: form}), error.status
    if done:
        flash(_("已记下，学员会收到通知。") if act in TOLD else _("已记下。"), "ok")
    else:
        flash(_("没有变化：这项任务现在不能这样处理。"), "info")
    return redirect(url_for(".duty", duty_id=duty_id), 303)


def _exempt(actor: Actor, duty_id: int, form: Any) -> int:
    return actions.exempt(
        actor, [duty_id], category=form.category.data, reason=form.reason.data, until_on=form.until_on.data
    )


ACTS: dict[str, Callable[[Actor, int, Any], int]] = {
    "exempt": _exempt,
    "credit": lambda actor, duty_id, form: actions.credit(actor, [duty_id], form.reason.data),
    "extend": lambda actor, duty_id, form: actions.extend(actor, [duty_id], form.to.data, form.reason.data),
    "uncredit": lambda actor, duty_id, form: actions.take_back_credit(actor, [duty_id], form.reason.data),
    "unexempt": lambda actor, duty_id, _form: actions.end_exemption(actor, [duty_id]),
    "unextend": lambda actor, duty_id, _form: actions.end_extension(actor, [duty_id]),
}


def _page(duty_id: int, **forms: Form) -> str:
    found = why(current_actor(), duty_id)
    empty = {name: make(formdata=None) for name, make in FORMS.items() if name not in forms and make is not Form}
    return render_template(
        "lms/assignments/duty.html",
        why=found,
        open_endpoint=kind_of(found.kind).open_endpoint,
        categories=CATEGORIES,
        forms={**empty, **forms},
        failed=next(iter(forms), ""),
    )
