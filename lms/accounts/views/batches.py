"""分批: putting people who work here already into intakes, seen first."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries
from lms.accounts.actions import batches as acts
from lms.accounts.forms import SplitForm
from lms.accounts.queries import batches as reading
from lms.accounts.views.blueprint import bp
from lms.accounts.views.staff import leads_by_team
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _
from lms.web.auth import current_actor, requires

USUAL_SINCE, USUAL_UNTIL = timedelta(days=30), timedelta(days=60)


@bp.get("/cohorts/split")
@requires(Permission.COHORT_EDIT)
def cohort_split() -> str:
    """Ask whom; nothing is shown yet."""
    here = today()
    usual = {"hired_from": here - USUAL_SINCE, "hired_until": here + USUAL_UNTIL, "employment": "temporary"}
    return _page(SplitForm(teams=queries.teams_within(current_actor(), Permission.COHORT_EDIT), formdata=None, **usual))


@bp.post("/cohorts/split")
@requires(Permission.COHORT_EDIT)
def cohort_split_apply() -> str | Response | tuple[str, int]:
    """Show which intakes it would make; sent again with what was seen, it is done."""
    actor = current_actor()
    form = SplitForm(teams=queries.teams_within(actor, Permission.COHORT_EDIT))
    if not form.validate():
        return _page(form), 422
    plan = reading.plan(actor, form.chosen(), form.how())
    if request.form.get("do") != "apply":
        return _page(form, plan)
    try:
        with transaction():
            made = acts.split(actor, form.chosen(), form.how(), request.form.get("digest", ""))
    except DomainError as refused:
        form.take(refused)
        return _page(form, plan), refused.status
    flash(_("已分进 %(n)s 个批次。", n=len(made)), "ok")
    return redirect(url_for(".cohorts"), 303)


def _page(form: SplitForm, plan: reading.Plan | None = None) -> str:
    return render_template(
        "lms/accounts/cohort_split.html", form=form, plan=plan, leads=leads_by_team() if plan else {}
    )
