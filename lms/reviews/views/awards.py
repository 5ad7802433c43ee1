"""Awards: who has won what, the public rules, a new one, what a rule went along with, and what payroll is told."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.performance.queries import figures
from lms.performance.rules.periods import Period, period, period_of
from lms.reviews.actions import award_rules as acts
from lms.reviews.award_forms import AwardRuleForm, as_typed
from lms.reviews.queries import award_effects, award_figures
from lms.reviews.queries import awards as reading
from lms.reviews.queries.awards import Pay, Rule, Version
from lms.reviews.rules.award_effect import FEWEST, SPAN
from lms.reviews.rules.awards import GRAINS, KINDS, asked, yuan_of
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import ceiling, columns
from lms.web.tables import TableState, download

PAGE = 50
CHOICES = 4
"""Periods that are over, from which a proposal can be asked."""


def period_given(name: str) -> str:
    """Return a period of the address in the one way of writing it, "" for none or what is none."""
    written = request.args.get(name, "").strip()[:20]
    try:
        return str(period(written)) if written else ""
    except Invalid:
        return ""


def ended(rule: Rule) -> list[str]:
    """Return the periods of a rule that are over, the latest first, as many as can be proposed."""
    found: list[str] = []
    each = rule.period.before
    while len(found) < CHOICES:
        found.append(str(each))
        each = each.before
    return found


@bp.get("/awards")
@requires(Permission.LEARN)
def awards() -> str:
    """Show who has won what; who confirms awards sees what waits."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=("at",), default="-at", filters=("period", "award"), size=PAGE)
    chosen: dict[str, Any] = {"period": period_given("period"), "rule_id": table.get("award")}
    total = reading.count_won(actor, **chosen)
    table = table.within(total)
    edits = allows(actor, Permission.AWARD_EDIT)
    rules = reading.rules()
    return render_template(
        "lms/reviews/awards.html",
        table=table,
        total=total,
        won=reading.won(actor, **chosen, limit=table.size, offset=table.offset),
        rules=rules,
        periods=reading.periods(),
        chosen=chosen,
        edits=edits,
        waiting=reading.proposals(state="proposed") if edits else [],
        decided=[each for each in reading.proposals(limit=20) if each.state != "proposed"] if edits else [],
        mine=reading.of_person(actor.id),
        said=gettext,
        yuan=yuan_of,
    )


def sentences(rule: Rule, version: Version) -> Sequence[Any]:
    """Return in plain words whom the terms find."""
    measure = version.terms.measure
    return asked(measure, rule.kind, version.terms.winners, award_figures.word_for(measure))


@bp.get("/awards/rules")
@requires(Permission.LEARN)
def award_rules() -> str:
    actor = current_actor()
    edits = allows(actor, Permission.AWARD_EDIT)
    every = reading.rules()
    shown = [each for each in every if each.active or edits]
    return render_template(
        "lms/reviews/award_rules.html",
        rules=[(each, each.now, sentences(each, each.now)) for each in shown],
        kinds=KINDS,
        grains=GRAINS,
        edits=edits,
        said=gettext,
        yuan=yuan_of,
    )


@bp.get("/awards/rules/new")
@requires(Permission.AWARD_EDIT)
def new_award_rule() -> str:
    here = str(period_of(today(), reading.rules()[0].grain))
    form = AwardRuleForm(
        figures.metrics(),
        formdata=None,
        winners=3,
        min_n=30,
        min_team=3,
        no_red_line=True,
        grain="quarter",
        begins=here,
    )
    return _form_page(None, form)


@bp.post("/awards/rules/new")
@requires(Permission.AWARD_EDIT)
def make_award_rule() -> Response | tuple[str, int]:
    form = AwardRuleForm(figures.metrics())
    if not form.validate():
        return _form_page(None, form), 422
    try:
        with transaction():
            public_id = acts.make_rule(
                current_actor(),
                kind=form.kind.data or "",
                grain=form.grain.data or "",
                begins=form.begins.data or "",
                terms=form.terms(),
            ).public_id
    except DomainError as refused:
        form.take(refused)
        return _form_page(None, form), refused.status
    flash(_("奖项已公布，人人都看得到。"), "ok")
    return redirect(url_for(".award_rule", award_rule_id=public_id), 303)


@bp.get("/awards/rules/<award_rule_id>")
@requires(Permission.LEARN)
def award_rule(award_rule_id: str) -> str:
    rule = reading.rule(award_rule_id)
    actor = current_actor()
    edits = allows(actor, Permission.AWARD_EDIT)
    return render_template(
        "lms/reviews/award_rule.html",
        rule=rule,
        now=rule.now,
        versions=[(each, sentences(rule, each)) for each in rule.versions],
        won=reading.won(actor, rule_id=rule.public_id, limit=20),
        ended=ended(rule),
        kinds=KINDS,
        grains=GRAINS,
        edits=edits,
        always=reading.ALWAYS,
        said=gettext,
        yuan=yuan_of,
    )


@bp.get("/awards/rules/<award_rule_id>/edit")
@requires(Permission.AWARD_EDIT)
def edit_award_rule(award_rule_id: str) -> str:
    rule = reading.rule(award_rule_id)
    form = AwardRuleForm(
        figures.metrics(),
        formdata=None,
        fixed=True,
        begins=str(_next(rule.period)),
        **as_typed(rule.versions[0].terms),
    )
    return _form_page(rule, form)


def _next(here: Period) -> Period:
    return period_of(here.until, here.grain)


@bp.post("/awards/rules/<award_rule_id>/edit")
@requires(Permission.AWARD_EDIT)
def change_award_rule(award_rule_id: str) -> Response | tuple[str, int]:
    rule = reading.rule(award_rule_id)
    form = AwardRuleForm(figures.metrics(), fixed=True)
    if not form.validate():
        return _form_page(rule, form), 422
    try:
        with transaction():
            acts.change_rule(
                current_actor(),
                award_rule_id,
                begins=form.begins.data or "",
                terms=form.terms(kept=rule.versions[0].terms),
            )
    except DomainError as refused:
        if refused.status == 404:
            raise
        form.take(refused)
        return _form_page(rule, form), refused.status
    flash(_("已公布。已经开始的周期之前的，仍按当时的规则评。"), "ok")
    return redirect(url_for(".award_rule", award_rule_id=award_rule_id), 303)


@bp.post("/awards/rules/<award_rule_id>/active")
@requires(Permission.AWARD_EDIT)
def switch_award_rule(award_rule_id: str) -> Response:
    with transaction():
        rule = acts.set_active(current_actor(), award_rule_id, active=request.form.get("active") == "1")
        flash(_("已恢复。") if rule.active else _("已停用。已经颁发的奖保留。"), "ok")
    return redirect(url_for(".award_rule", award_rule_id=award_rule_id), 303)


def _form_page(rule: Rule | None, form: AwardRuleForm) -> str:
    return render_template("lms/reviews/award_rule_form.html", rule=rule, form=form, said=gettext)


@bp.get("/awards/rules/<award_rule_id>/effect")
@requires(Permission.AWARD_EDIT)
def award_effect(award_rule_id: str) -> str:
    """Show how the figure stood before the rule began and since; no proof of anything."""
    rule = reading.rule(award_rule_id)
    found = award_effects.of_rule(rule)
    means = [line.mean or 0 for line in found.lines] if found else []
    top = ceiling(max(means, default=0))
    return render_template(
        "lms/reviews/award_effect.html",
        rule=rule,
        found=found,
        what=award_figures.word_for(rule.now.terms.measure),
        lower=rule.now.terms.measure.lower,
        bars=columns(means, width=640, height=140, most=top),
        top=top,
        fewest=FEWEST,
        span=SPAN,
        said=gettext,
    )


@bp.get("/awards/payroll")
@requires(Permission.AWARD_EDIT)
def award_payroll() -> str | Response:
    """Show what is to be paid for awards, and give it as a file for payroll."""
    table = TableState.from_args(request.args, sorts=("no",), default="no", filters=("period",), size=PAGE)
    chosen = period_given("period")
    lines = reading.payroll(chosen)
    if table.format:
        return _payroll_file(table.format, chosen, lines)
    table = table.within(len(lines))
    return render_template(
        "lms/reviews/award_payroll.html",
        table=table,
        lines=lines[table.offset : table.offset + table.size],
        total=len(lines),
        sum=yuan_of(sum(each.fen for each in lines)),
        periods=reading.periods(),
        chosen=chosen,
        said=gettext,
        yuan=yuan_of,
    )


def _payroll_file(format: str, chosen: str, lines: Sequence[Pay]) -> Response:
    headers = [_("工号"), _("姓名"), _("奖项"), _("团队奖的团队"), _("周期"), _("金额（元）")]
    rows = (
        (each.employee_no, each.name, gettext(each.award), each.team, each.period, Decimal(each.fen) / 100)
        for each in lines
    )
    title = _("奖金 %(period)s", period=chosen) if chosen else _("奖金")
    return download(format, title, headers, rows)


def reason_of(refused: DomainError) -> str:
    """Return why something was refused, the first reason at a field where there is one."""
    return say(next(iter(refused.fields.values()), refused.message))
