"""Deductions: the public rules, a notice, an appeal and its answer, the list for who leads."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import teams_within
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.core.quarters import quarter_days, quarter_of
from lms.reviews.actions import deductions as acts
from lms.reviews.award_forms import DeductionForm, DeductionRuleForm
from lms.reviews.queries import deductions as reading
from lms.reviews.rules.deductions import APPEAL_DAYS, LONGEST_WHY, STATES, State
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import TableState, download

PAGE = 50
QUARTERS = 4


def last_quarters() -> list[str]:
    """Return the present quarter and those before it, the latest first."""
    found = [quarter_of(today())]
    while len(found) < QUARTERS:
        found.append(quarter_of(quarter_days(found[-1])[0] - timedelta(days=1)))
    return found


@bp.get("/deductions")
@requires(Permission.LEARN)
def deductions() -> str | Response:
    """Show the deductions of whom the actor may deduct from; everybody else is led to their own."""
    actor = current_actor()
    if not allows(actor, Permission.DEDUCTION_EDIT):
        return redirect(url_for(".own_deductions"))
    table = TableState.from_args(
        request.args,
        sorts=reading.SORTS,
        default="-day",
        filters=("q", "state", "team", "quarter"),
        size=PAGE,
    )
    quarters = last_quarters()
    chosen: dict[str, Any] = {
        "q": table.get("q"),
        "state": table.get("state") if table.get("state") in STATES else "",
        "team_id": whole(table.get("team")),
        "quarter": table.get("quarter") if table.get("quarter") in quarters else "",
    }
    if table.format:
        return _file(
            table.format, reading.listed(actor, **chosen, sort=table.sort, descending=table.descending, limit=None)
        )
    total = reading.count(actor, **chosen)
    table = table.within(total)
    return render_template(
        "lms/reviews/deductions.html",
        table=table,
        total=total,
        lines=reading.listed(
            actor, **chosen, sort=table.sort, descending=table.descending, offset=table.offset, limit=table.size
        ),
        appealed=reading.count(actor, state=State.APPEALED),
        states=STATES,
        teams=teams_within(actor, Permission.DEDUCTION_EDIT),
        quarters=quarters,
        said=gettext,
    )


def _file(format: str, lines: list[reading.Line]) -> Response:
    headers = [
        _("工号"),
        _("姓名"),
        _("团队"),
        _("扣分项"),
        _("分数"),
        _("红线"),
        _("日期"),
        _("状态"),
        _("申诉截止"),
        _("记的人"),
    ]
    rows = (
        (
            each.employee_no,
            each.name,
            each.team,
            gettext(each.item),
            each.points,
            _("是") if each.red_line else "",
            each.day,
            say(STATES[each.state]),
            each.appeal_until,
            each.given_by,
        )
        for each in lines
    )
    return download(format, _("扣分记录"), headers, rows)


@bp.get("/me/deductions")
@requires(Permission.LEARN)
def own_deductions() -> str:
    actor = current_actor()
    lines = reading.of_person(actor.id)
    return render_template(
        "lms/reviews/own_deductions.html",
        lines=lines,
        quarters=[reading.points_among(lines, each) for each in last_quarters()],
        states=STATES,
        days=APPEAL_DAYS,
        said=gettext,
    )


@bp.get("/deductions/new")
@requires(Permission.DEDUCTION_EDIT)
def new_deduction() -> str:
    form = _form(formdata=None, day=today(), person=_typed("person"), inspection=_typed("inspection"))
    return _form_page(form)


def _typed(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "")[:40]


def _form(**more: Any) -> DeductionForm:
    rules = [
        (
            each.public_id,
            _("%(item)s（红线，%(n)s 分）", item=gettext(each.item), n=each.points)
            if each.red_line
            else _("%(item)s（%(n)s 分）", item=gettext(each.item), n=each.points),
        )
        for each in reading.rules(every=True)
    ]
    return DeductionForm(rules, **more)


def _form_page(form: DeductionForm) -> str:
    return render_template("lms/reviews/deduction_form.html", form=form, days=APPEAL_DAYS, most=LONGEST_WHY)


@bp.post("/deductions/new")
@requires(Permission.DEDUCTION_EDIT)
def give_deduction() -> Response | tuple[str, int]:
    form = _form()
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            public_id = acts.give(
                current_actor(),
                (form.person.data or "").strip(),
                rule_id=form.rule.data or "",
                why=form.why.data or "",
                day=form.day.data,
                inspection=(form.inspection.data or "").strip(),
            ).public_id
    except NotFound:
        field = form.inspection if _is_known(form.person.data or "") else form.person
        field.errors = [
            *field.errors,
            _("没有找到这个人的这次质检，或它还没生效。")
            if field is form.inspection
            else _("没有找到这个工号，或不在您负责的团队里。"),
        ]
        return _form_page(form), 422
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("已通知本人。申诉期内不算数，过后自动生效。"), "ok")
    return redirect(url_for(".deduction", deduction_id=public_id), 303)


def _is_known(employee_no: str) -> bool:
    return acts.may_deduct(current_actor(), employee_no.strip())


@bp.get("/deductions/<deduction_id>")
@requires(Permission.LEARN)
def deduction(deduction_id: str) -> str:
    return _page(deduction_id)


def _page(deduction_id: str, errors: Mapping[str, str] | None = None) -> str:
    actor = current_actor()
    found = reading.deduction(actor, deduction_id)
    own = found.person_id == actor.id
    leads = not own
    return render_template(
        "lms/reviews/deduction.html",
        found=found,
        own=own,
        may_answer=leads and found.state == State.APPEALED and found.given_by_id != actor.id,
        waits_for_other=leads and found.state == State.APPEALED and found.given_by_id == actor.id,
        may_withdraw=leads and found.state != State.WITHDRAWN,
        states=STATES,
        errors=errors or {},
        typed=request.form,
        most=LONGEST_WHY,
        said=gettext,
    )


@bp.post("/deductions/<deduction_id>/appeal")
@requires(Permission.LEARN)
def appeal_deduction(deduction_id: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            acts.appeal(current_actor(), deduction_id, request.form.get("appeal", ""))
    except DomainError as refused:
        return _refused(deduction_id, refused)
    flash(_("申诉已提交，由另一位主管答复。答复前这条扣分不算数。"), "ok")
    return redirect(url_for(".deduction", deduction_id=deduction_id), 303)


@bp.post("/deductions/<deduction_id>/answer")
@requires(Permission.DEDUCTION_EDIT)
def answer_deduction(deduction_id: str) -> Response | tuple[str, int]:
    form = request.form
    try:
        with transaction():
            if form.get("do") == "withdraw":
                acts.withdraw(current_actor(), deduction_id, form.get("answer", ""))
            else:
                acts.answer(current_actor(), deduction_id, keep=form.get("do") == "keep", words=form.get("answer", ""))
    except DomainError as refused:
        return _refused(deduction_id, refused)
    flash(_("已答复，本人会收到通知。"), "ok")
    return redirect(url_for(".deduction", deduction_id=deduction_id), 303)


def _refused(deduction_id: str, refused: DomainError) -> Response | tuple[str, int]:
    """Show the page again with what is wrong and with what was typed."""
    if refused.status in (403, 404):
        raise refused
    errors = {name: say(reason) for name, reason in refused.fields.items()} or {"": say(refused.message)}
    return _page(deduction_id, errors), refused.status


@bp.get("/deductions/rules")
@requires(Permission.LEARN)
def deduction_rules() -> str:
    edits = allows(current_actor(), Permission.AWARD_EDIT)
    return render_template(
        "lms/reviews/deduction_rules.html", rules=reading.rules(), edits=edits, days=APPEAL_DAYS, said=gettext
    )


@bp.post("/deductions/rules/usual")
@requires(Permission.AWARD_EDIT)
def adopt_deduction_rules() -> Response:
    with transaction():
        n = acts.adopt_usual(current_actor())
    flash(_("已采用 %(n)s 条，从今天起生效，可以逐条再改。", n=n), "ok")
    return redirect(url_for(".deduction_rules"), 303)


@bp.get("/deductions/rules/new")
@requires(Permission.AWARD_EDIT)
def new_deduction_rule() -> str:
    return _rule_page(DeductionRuleForm(formdata=None, from_on=today(), points=2), "")


@bp.post("/deductions/rules/new")
@requires(Permission.AWARD_EDIT)
def make_deduction_rule() -> Response | tuple[str, int]:
    return _save_rule("")


@bp.get("/deductions/rules/<deduction_rule_id>")
@requires(Permission.AWARD_EDIT)
def edit_deduction_rule(deduction_rule_id: str) -> str:
    rule = reading.rule(deduction_rule_id)
    form = DeductionRuleForm(
        formdata=None,
        item=gettext(rule.item),
        points=rule.points,
        red_line=rule.red_line,
        words=gettext(rule.words),
        from_on=max(today(), rule.from_on),
    )
    return _rule_page(form, deduction_rule_id)


@bp.post("/deductions/rules/<deduction_rule_id>")
@requires(Permission.AWARD_EDIT)
def change_deduction_rule(deduction_rule_id: str) -> Response | tuple[str, int]:
    reading.rule(deduction_rule_id)
    if request.form.get("do") == "end":
        try:
            with transaction():
                acts.end_rule(current_actor(), deduction_rule_id)
        except DomainError as refused:
            flash(say(refused.message), "warn")
        else:
            flash(_("已停用：明天起不能再按它扣分。"), "ok")
        return redirect(url_for(".deduction_rules"), 303)
    return _save_rule(deduction_rule_id)


def _save_rule(deduction_rule_id: str) -> Response | tuple[str, int]:
    form = DeductionRuleForm()
    if not form.validate():
        return _rule_page(form, deduction_rule_id), 422
    values: dict[str, Any] = {
        "item": form.item.data or "",
        "points": form.points.data,
        "red_line": bool(form.red_line.data),
        "words": form.words.data or "",
        "from_on": form.from_on.data,
    }
    try:
        with transaction():
            if deduction_rule_id:
                acts.change_rule(current_actor(), deduction_rule_id, **values)
            else:
                acts.make_rule(current_actor(), **values)
    except DomainError as refused:
        form.take(refused)
        return _rule_page(form, deduction_rule_id), refused.status
    flash(_("已公布，从那天起按它扣分。"), "ok")
    return redirect(url_for(".deduction_rules"), 303)


def _rule_page(form: DeductionRuleForm, deduction_rule_id: str) -> str:
    return render_template(
        "lms/reviews/deduction_rule_form.html",
        form=form,
        rule=reading.rule(deduction_rule_id) if deduction_rule_id else None,
    )
