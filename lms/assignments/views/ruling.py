"""派发规则: the list, one rule with what a change of it would do, and stopping one."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.assignments import actions, choosing
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.assignments.queries import ruling as reading
from lms.assignments.queries.ruling import Preview, RuleLine
from lms.assignments.rule_forms import Offered, RuleForm, values_of
from lms.assignments.rules.plans import RulePlan
from lms.assignments.views.room import bp
from lms.assignments.wording import audience_words, due_words
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError
from lms.core.i18n import _, ngettext
from lms.core.texts import text
from lms.web.auth import current_actor, requires

AT_ONCE = 300
"""People to whom a rule is applied while one waits; more are left to the worker."""


@bp.get("/rules")
@requires(Permission.RULE_EDIT)
def rules() -> str:
    """Show every rule; `?stopped=1` those that were stopped."""
    stopped = request.args.get("stopped") == "1"
    lines = reading.rule_lines(active=not stopped)
    names = reading.names()
    words = {each.id: (audience_words(each.audience, names), due_words(each.due)) for each in lines}
    return render_template("lms/assignments/rules.html", lines=lines, words=words, stopped=stopped)


@bp.get("/rules/new")
@requires(Permission.RULE_EDIT)
def rule_new() -> str:
    """Show the empty form; `?document=` (an id) chooses what."""
    actor = current_actor()
    chosen = request.args.get("document", "")
    return _page(_form(actor, {"document": chosen, "due": ""}), None)


@bp.post("/rules/new")
@requires(Permission.RULE_EDIT)
def rule_make() -> str | Response | tuple[str, int]:
    """Show what the rule would do; make it once that was seen."""
    return _take(None)


@bp.get("/rules/<rule_id>")
@requires(Permission.RULE_EDIT)
def rule(rule_id: str) -> str:
    line = reading.rule_line(rule_id)
    return _page(_form(current_actor(), _values(line)), line)


@bp.post("/rules/<rule_id>")
@requires(Permission.RULE_EDIT)
def rule_change(rule_id: str) -> str | Response | tuple[str, int]:
    """Show what the change would do; apply it once that was seen."""
    line = reading.rule_line(rule_id)
    if not line.by_hand or not line.active:
        raise Conflict(text("这条规则不在这里改。"))
    return _take(line)


@bp.post("/rules/preview")
@requires(Permission.RULE_EDIT)
def rule_preview() -> str:
    """Answer the page's script with the summary and the preview of what is filled in; nothing is stored."""
    named = request.form.get("rule", "")
    line = reading.rule_line(named) if named else None
    form = _form(current_actor())
    wanted: RulePlan | None = None
    if form.validate():
        try:
            wanted = _wanted(form, line)
        except DomainError:
            wanted = None
    return render_template("lms/assignments/_rule_preview.html", **_shown(wanted, line), changed=False)


@bp.get("/rules/<rule_id>/stop")
@requires(Permission.RULE_EDIT)
def rule_ask_stop(rule_id: str) -> str:
    """Show what stopping the rule would do."""
    line = reading.rule_line(rule_id)
    if not line.by_hand:
        raise Conflict(text("这条规则不在这里改。"))
    shown = reading.preview(replace(reading.plan_of_rule(line.id), active=False))
    return render_template("lms/assignments/rule_stop.html", line=line, preview=shown)


@bp.post("/rules/<rule_id>/stop")
@requires(Permission.RULE_EDIT)
def rule_stop(rule_id: str) -> Response:
    line = reading.rule_line(rule_id)
    if not line.by_hand:
        raise Conflict(text("这条规则不在这里改。"))
    with transaction():
        actions.stop_rule(current_actor(), line.id)
    recompute([line.id])
    flash(_("规则“%(name)s”已停用。", name=line.words), "ok")
    return redirect(url_for(".rules"), 303)


def _take(line: RuleLine | None) -> str | Response | tuple[str, int]:
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _page(form, line), 422
    try:
        wanted = _wanted(form, line)
    except DomainError as error:
        form.take(error)
        return _page(form, line), error.status
    shown = reading.preview(wanted, before=line.due if line else None)
    asked = request.form.get("digest", "")
    if request.form.get("do") != "save" or asked != shown.digest:
        return _page(form, line, wanted, shown, changed=request.form.get("do") == "save" and bool(asked))
    try:
        rule_id = _save(actor, form, line)
    except DomainError as error:
        form.take(error)
        return _page(form, line, wanted, shown), error.status
    if shown.changes > AT_ONCE:
        flash(_("已保存，正在派给 %(n)s 人，几分钟内完成。", n=shown.changes), "ok")
        return redirect(url_for(".rules"), 303)
    count = recompute([rule_id])
    flash(
        ngettext("已保存，%(n)s 人的学习任务有变化。", "已保存，%(n)s 人的学习任务有变化。", count) % {"n": count}, "ok"
    )
    return redirect(url_for(".rules"), 303)


def _save(actor: Actor, form: RuleForm, line: RuleLine | None) -> int:
    values: dict[str, Any] = {
        "name": form.name.data or "",
        "audience": form.audience(),
        "due_plan": form.due_plan(),
        "from_on": form.from_on.data,
        "until_on": form.until_on.data,
    }
    with transaction():
        if line is None:
            return actions.make_rule(actor, document_id=int(form.document.data), **values).id
        return actions.change_rule(actor, line.id, **values).id


def _wanted(form: RuleForm, line: RuleLine | None) -> RulePlan:
    return RulePlan(
        id=line.id if line else 0,
        document_id=line.document_id if line else int(form.document.data),
        audience=form.audience(),
        due=form.due_plan(),
        from_on=form.from_on.data,
        until_on=form.until_on.data,
    )


def _values(line: RuleLine) -> dict[str, Any]:
    return values_of(line.name, line.document_id, line.audience, line.due, from_on=line.from_on, until_on=line.until_on)


def _form(actor: Actor, values: dict[str, Any] | None = None) -> RuleForm:
    offered = Offered(
        documents=[(each.document_id, each.title) for each in choosing.choices(actor)],
        teams=accounts.team_tree(),
        positions=reading.positions_held(),
        shops=[(shop.id, shop.name) for shop in accounts.shops()],
        tags=reading.tags_held(),
        plans=[(each.plan_id, each.name) for each in reading.certificate_plans()],
    )
    return RuleForm(formdata=None if values is not None else request.form, offered=offered, **(values or {}))


def _shown(wanted: RulePlan | None, line: RuleLine | None, preview: Preview | None = None) -> dict[str, Any]:
    """Return what the part of the page shows that is drawn anew while one fills in."""
    if wanted is None:
        return {"preview": None, "whom": [], "due": due_words(DuePlan())}
    return {
        "preview": preview or reading.preview(wanted, before=line.due if line else None),
        "whom": audience_words(wanted.audience, reading.names()),
        "due": due_words(wanted.due),
    }


def _page(
    form: RuleForm,
    line: RuleLine | None,
    wanted: RulePlan | None = None,
    preview: Preview | None = None,
    *,
    changed: bool = False,
) -> str:
    shown = _shown(wanted, line, preview)
    if wanted is None and line is not None:
        shown["whom"], shown["due"] = audience_words(line.audience, reading.names()), due_words(line.due)
    return render_template("lms/assignments/rule.html", form=form, line=line, changed=changed, **shown)
