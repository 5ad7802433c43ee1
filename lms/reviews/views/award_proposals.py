"""Proposals of awards: computed by the rule, decided by a person."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _, gettext
from lms.reviews.actions import awards as acts
from lms.reviews.queries import award_figures
from lms.reviews.queries import awards as reading
from lms.reviews.rules.awards import LONGEST_REASON, OUTS, What, asked, yuan_of
from lms.reviews.views.awards import reason_of
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole


@bp.post("/awards/rules/<award_rule_id>/propose")
@requires(Permission.AWARD_EDIT)
def propose_award(award_rule_id: str) -> Response:
    """Compute whom the rule finds for a period that is over."""
    try:
        with transaction():
            found = acts.propose_for(current_actor(), award_rule_id, request.form.get("period", "")[:20]).public_id
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(reason_of(refused), "warn")
        return redirect(url_for(".award_rule", award_rule_id=award_rule_id), 303)
    return redirect(url_for(".award_proposal", award_proposal_id=found), 303)


@bp.get("/awards/proposals/<award_proposal_id>")
@requires(Permission.AWARD_EDIT)
def award_proposal(award_proposal_id: str) -> str:
    return _page(award_proposal_id)


def _page(award_proposal_id: str, error: str = "", at: str = "") -> str:
    found = reading.proposal(award_proposal_id)
    measure = found.terms.measure
    what = award_figures.word_for(measure)
    return render_template(
        "lms/reviews/award_proposal.html",
        found=found,
        measure=measure,
        what=what,
        counted=measure.what == What.CONTRIBUTION,
        asked=asked(measure, found.rule.kind, found.terms.winners, what),
        outs=OUTS,
        left_out=[(OUTS[key], n) for key, n in found.counts.items() if key in OUTS],
        error=error,
        at=at,
        most=LONGEST_REASON,
        typed=request.form.get("reason", ""),
        said=gettext,
        yuan=yuan_of,
    )


@bp.post("/awards/proposals/<award_proposal_id>")
@requires(Permission.AWARD_EDIT)
def decide_award(award_proposal_id: str) -> Response | tuple[str, int]:
    """Confirm, decline, or take somebody out of the proposal."""
    form, actor, do = request.form, current_actor(), request.form.get("do", "")
    candidate = whole(form.get("candidate")) or 0
    try:
        with transaction():
            if do == "remove":
                acts.remove(actor, award_proposal_id, candidate, form.get("reason", ""))
            elif do == "confirm":
                acts.confirm(actor, award_proposal_id, form.get("digest", ""))
            else:
                acts.decline(actor, award_proposal_id, form.get("reason", ""))
    except DomainError as refused:
        if refused.status == 404:
            raise
        return _page(
            award_proposal_id, reason_of(refused), f"remove-{candidate}" if do == "remove" else do
        ), refused.status
    if do == "remove":
        flash(_("已移出，后面的人递补。"), "ok")
        return redirect(url_for(".award_proposal", award_proposal_id=award_proposal_id), 303)
    flash(_("已确认，得奖的人会收到通知。") if do == "confirm" else _("已记下：这次不采用。"), "ok")
    return redirect(url_for(".awards"), 303)


@bp.post("/awards/<award_id>/withdraw")
@requires(Permission.AWARD_EDIT)
def withdraw_award(award_id: str) -> Response:
    try:
        with transaction():
            acts.withdraw(current_actor(), award_id, request.form.get("reason", ""))
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(reason_of(refused), "warn")
        return redirect(url_for(".awards"), 303)
    flash(_("已撤回，本人会收到通知；工资导出里不再有它。"), "ok")
    return redirect(url_for(".awards"), 303)
