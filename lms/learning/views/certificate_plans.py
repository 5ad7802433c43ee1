"""Rules of certificates: what gives one, for how long, and what a change means for those who hold it."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.queries import Choice
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _
from lms.learning.actions import certificates as actions
from lms.learning.actions.certificates import Backfill
from lms.learning.certificate_forms import PlanForm
from lms.learning.queries import certificates as reading
from lms.learning.queries.certificates import Plan
from lms.learning.rules.certificates import Meaning
from lms.learning.views.queues import kept_for
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires

USUAL = {"renew_days": 30, "grace_days": 7, "valid_days": 365}
TOGETHER = 100


@bp.get("/certificates/rules")
@requires(Permission.CERTIFICATE_EDIT)
def certificate_plans() -> str:
    return _plans(PlanForm(reading.offered(current_actor()), formdata=None, **USUAL))


def _plans(form: PlanForm) -> str:
    every = reading.plans()
    return render_template(
        "lms/learning/certificate_plans.html",
        plans=every,
        counts=reading.counts(every, today()),
        form=form,
        editing=bool(form.errors or form.form_errors) or not every,
    )


@bp.post("/certificates/rules")
@requires(Permission.CERTIFICATE_EDIT)
def certificate_plan_make() -> Response | tuple[str, int]:
    form = PlanForm(reading.offered(current_actor()))
    if not form.validate():
        return _plans(form), 422
    try:
        with transaction():
            public_id = actions.make_plan(current_actor(), form.draft(form.document.data or 0)).public_id
    except DomainError as error:
        form.take(error)
        return _plans(form), error.status
    in_step(reading.plan_named(public_id).document.document_id)
    flash(_("规则已生效：从现在起，学完就自动发证。"), "ok")
    return redirect(url_for(".certificate_plan", plan_id=public_id), 303)


@bp.get("/certificates/rules/<plan_id>")
@requires(Permission.CERTIFICATE_EDIT)
def certificate_plan(plan_id: str) -> str:
    plan = reading.plan_named(plan_id)
    return _plan(plan, _form(plan))


def _offered(plan: Plan) -> list[Choice]:
    return reading.offered(current_actor(), [plan.refresher.document_id] if plan.refresher is not None else ())


def _form(plan: Plan) -> PlanForm:
    return PlanForm(
        _offered(plan),
        formdata=None,
        name=plan.name,
        valid_days=plan.terms.valid_days,
        renew_days=plan.terms.renew_days,
        grace_days=plan.terms.grace_days,
        refresher=plan.refresher.document_id if plan.refresher is not None else 0,
        active=plan.active,
    )


def _plan(plan: Plan, form: PlanForm, *, meaning: Meaning | None = None) -> str:
    completed, day = reading.uncertified(plan) if plan.active else [], today()
    return render_template(
        "lms/learning/certificate_plan.html",
        plan=plan,
        form=form,
        counts=reading.counts([plan], day)[plan.id],
        meaning=meaning,
        since_done=actions.backfill_plan(plan.terms, completed, from_today=False, day=day),
        since_today=actions.backfill_plan(plan.terms, completed, from_today=True, day=day),
        completed=len(completed),
    )


@bp.post("/certificates/rules/<plan_id>")
@requires(Permission.CERTIFICATE_EDIT)
def certificate_plan_change(plan_id: str) -> Response | str | tuple[str, int]:
    """Say first what a change means for those who hold the certificate; then change it."""
    plan = reading.plan_named(plan_id)
    form = PlanForm(_offered(plan))
    if not form.validate():
        return _plan(plan, form), 422
    draft = form.draft(plan.document.document_id)
    meaning = reading.would_mean(plan, draft.terms, today())
    stops = plan.active and not form.active.data
    if request.form.get("step") != "save" and meaning.holders and (draft.terms != plan.terms or stops):
        return _plan(plan, form, meaning=meaning)
    try:
        with transaction():
            actions.change_plan(current_actor(), plan.id, draft, active=bool(form.active.data))
    except DomainError as error:
        form.take(error)
        return _plan(plan, form), error.status
    in_step(plan.document.document_id)
    flash(_("已保存。证上印的到期日没有变。"), "ok")
    return redirect(url_for(".certificate_plan", plan_id=plan_id), 303)


@bp.post("/certificates/rules/<plan_id>/issue")
@requires(Permission.CERTIFICATE_EDIT)
def certificate_plan_issue(plan_id: str) -> Response:
    """Give the certificate to who completed the document before there was a rule."""
    actor, plan = current_actor(), reading.plan_named(plan_id)
    given = issue_all(actor, plan, from_today=request.form.get("since") == "today")
    flash(_("已给 %(n)s 人补发。", n=given), "ok")
    return redirect(url_for(".certificate_plan", plan_id=plan_id), 303)


def issue_all(actor: Actor, plan: Plan, *, from_today: bool) -> int:
    """Give everybody who completed the document before its certificate, a hundred a transaction; return to how many."""
    wanted: Backfill = actions.backfill_plan(plan.terms, reading.uncertified(plan), from_today=from_today, day=today())
    given = 0
    for people in _hundreds(wanted.people):
        with transaction():
            given += actions.backfill(actor, plan.id, people, from_today=from_today)
    return given


def _hundreds(people: Sequence[int]) -> list[Sequence[int]]:
    return [people[start : start + TOGETHER] for start in range(0, len(people), TOGETHER)]


def in_step(document_id: int) -> None:
    """Bring the rights on queues up to date that ask for a document on which a plan stands, or stands no longer."""
    kept_for(reading.queues_asking(document_id))
