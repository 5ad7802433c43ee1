"""One act for many people: a message, more time, exempt, credit, a paper again, sign-in slips.

Choose, see by name and reason whom it concerns, do it. Where it can't be done to one of them it is done to nobody.
"""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import newest_cohorts, teams_within
from lms.assignments import actions, choosing
from lms.assignments.actions import bulk as acts
from lms.assignments.actions.bulk import NEEDS, Seen
from lms.assignments.actions.give import TOGETHER
from lms.assignments.bulk_forms import BulkForm, What
from lms.assignments.queries.bulk import Concerned
from lms.assignments.rules.bulk import ACTS, AGAIN, CREDIT, DECIDES, EXEMPT, EXTEND, MESSAGE
from lms.assignments.views.room import bp
from lms.core.access import Actor, Permission, allows
from lms.core.db import new_public_id, transaction
from lms.core.errors import DomainError, Forbidden, Invalid
from lms.core.here import today
from lms.core.i18n import ngettext
from lms.core.texts import text
from lms.web.auth import current_actor, requires

ASKED = {
    MESSAGE: ("message",),
    EXTEND: ("to", "reason"),
    EXEMPT: ("category", "reason"),
    CREDIT: ("reason",),
    AGAIN: ("document",),
}
"""What each act can't do without; of those about duties a page that leads here may have said which."""


@bp.get("/bulk")
@requires(Permission.MESSAGE_SEND)
def bulk() -> str:
    """Show the form; `occasion`, `document`, `team`, `cohort`, `act` fill it in advance."""
    names = ("occasion", "document", "team", "cohort", "act")
    asked = {name: request.args[name] for name in names if name in request.args}
    return _page(_form(current_actor(), asked))


@bp.post("/bulk")
@requires(Permission.MESSAGE_SEND)
def bulk_submit() -> str | Response | tuple[str, int]:
    """Show whom it concerns; sent again with what was shown it is done."""
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _page(form), 422
    try:
        check(actor, form.what())
        seen = acts.look(actor, form.act.data, form.wanted(), form.to.data)
        if request.form.get("do") == "without" and seen.refused:
            left_out = [form.without.data or "", *(each.employee_no for each, _ in seen.refused)]
            form.without.data = " ".join(word for word in left_out if word)
            seen = acts.look(actor, form.act.data, form.wanted(), form.to.data)
    except DomainError as refused:
        form.take(refused)
        return _page(form), refused.status
    if request.form.get("do") != "apply":
        return _page(form, seen)
    if seen.refused:
        return _page(form, seen), 409
    if form.confirmed.data != seen.digest:
        return _page(form, seen, changed=True)
    try:
        return _apply(actor, form, seen.done_to)
    except DomainError as refused:
        form.take(refused)
        return _page(form, seen), refused.status


def check(actor: Actor, what: What) -> None:
    """Raise Forbidden for an act that isn't the actor's, Invalid with everything that it lacks."""
    act, wrong = what.act, {}
    if not allows(actor, NEEDS[act]):
        raise Forbidden(text("您不能做这件事。"))
    if act == MESSAGE and not what.message.strip():
        wrong["message"] = text("请写消息。")
    if act in DECIDES and not what.wanted.about:
        wrong["document"] = text("请选要延长的学习任务。") if act == EXTEND else text("请选学习任务。")
    if act == AGAIN and not what.wanted.document.startswith("quiz:"):
        wrong["document"] = text("请选要再考一次的测验。")
    if act == EXTEND and (what.to is None or what.to < today()):
        wrong["to"] = text("请选今天或以后的日子。")
    if act == EXEMPT and not what.category:
        wrong["category"] = text("请选豁免的类别。")
    if act == EXEMPT and what.until_on is not None and what.until_on < today():
        wrong["until_on"] = text("截止日不能早于今天。")
    if act in DECIDES and not what.reason.strip():
        wrong["reason"] = text("请写原因，学员和组长会看到。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)


def _apply(actor: Actor, form: BulkForm, found: Sequence[Concerned]) -> Response:
    if form.act.data == AGAIN:
        slug = form.document.data.partition(":")[2]
        return redirect(url_for("quizzes.makeups", slug=slug, person=[each.employee_no for each in found]), 303)
    key = request.form.get("key", "")[:32] or new_public_id()
    do_all(actor, form.what(), found, key)
    flash(_said(form.act.data, len(found)), "ok")
    return redirect(url_for(".bulk", act=form.act.data), 303)


def do_all(actor: Actor, what: What, found: Sequence[Concerned], key: str) -> None:
    """Do it to all of them, a hundred people a transaction. key: nobody gets the message of one key twice."""
    for first in range(0, len(found), TOGETHER):
        with transaction():
            _do(actor, what, found[first : first + TOGETHER], f"{actor.id}:{key}")


def _do(actor: Actor, what: What, part: Sequence[Concerned], key: str) -> None:
    duties = [duty.id for each in part for duty in each.duties]
    if what.act == MESSAGE:
        acts.message(actor, [each.person_id for each in part], what.message, key)
    elif what.act == EXTEND and what.to is not None:
        actions.extend(actor, duties, what.to, what.reason)
    elif what.act == EXEMPT:
        actions.exempt(actor, duties, category=what.category, reason=what.reason, until_on=what.until_on)
    elif what.act == CREDIT:
        actions.credit(actor, duties, what.reason)
    else:
        raise Invalid(text("这件事不能这样做。"))


def _said(act: str, count: int) -> str:
    said = {
        MESSAGE: ngettext("已发给 %(n)s 人。", "已发给 %(n)s 人。", count),
        EXTEND: ngettext("%(n)s 人的截止日已延长。", "%(n)s 人的截止日已延长。", count),
        EXEMPT: ngettext("已豁免 %(n)s 人，已通知到人。", "已豁免 %(n)s 人，已通知到人。", count),
        CREDIT: ngettext("已认定 %(n)s 人，已通知到人。", "已认定 %(n)s 人，已通知到人。", count),
    }
    return said[act] % {"n": count}


def _form(actor: Actor, values: dict[str, Any] | None = None) -> BulkForm:
    act = (request.form if values is None else values).get("act")
    return BulkForm(
        formdata=None if values is not None else request.form,
        teams=teams_within(actor, Permission.MESSAGE_SEND),
        cohorts=newest_cohorts(),
        documents=[(each.name, each.title) for each in choosing.choices(actor) if act != AGAIN or each.kind == "quiz"],
        **(values or {}),
    )


def _page(form: BulkForm, seen: Seen | None = None, *, changed: bool = False) -> str:
    actor = current_actor()
    if form.act.data not in ACTS:
        form.act.data = MESSAGE
    for name in (*ASKED.get(form.act.data, ()), *(("document",) if form.act.data in DECIDES else ())):
        form[name].flags.required = True
    return render_template(
        "lms/assignments/bulk.html",
        form=form,
        act=form.act.data,
        acts=[act for act in ACTS if allows(actor, NEEDS[act])],
        seen=seen,
        changed=changed,
        key=request.form.get("key") or new_public_id(),
        kept={name: form[name].data for name in ("occasion", "document", "team", "cohort") if form[name].data},
    )
