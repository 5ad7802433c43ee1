"""One act for many people: a message, more time, exempt, credit, a paper again, sign-in slips.

Choose, see by name and reason whom it concerns, do it. Where it can't be done to one of them it is done to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.accounts.actions import slips
from lms.accounts.models import Cohort
from lms.accounts.queries import teams_within
from lms.assignments import actions, choosing
from lms.assignments.actions import bulk as acts
from lms.assignments.bulk_forms import BulkForm
from lms.assignments.queries.bulk import Concerned, concerned
from lms.assignments.rules.bulk import (
    ACTS,
    AGAIN,
    CREDIT,
    DECIDES,
    EXEMPT,
    EXTEND,
    MESSAGE,
    RESET,
    left_alone,
    refusals,
)
from lms.assignments.views.room import bp
from lms.core.access import Actor, Permission, allows
from lms.core.db import new_public_id, session, transaction
from lms.core.errors import DomainError, Forbidden, Invalid
from lms.core.here import today
from lms.core.i18n import ngettext
from lms.core.texts import Text, text
from lms.web.auth import current_actor, requires

TOGETHER = 100
MOST_SLIPS = 500
MOST_AGAIN = 200
"""People whom the page of makeups is led to: their numbers stand in its address."""
NEEDS = {
    MESSAGE: Permission.MESSAGE_SEND,
    EXTEND: Permission.DUTY_EXEMPT,
    EXEMPT: Permission.DUTY_EXEMPT,
    CREDIT: Permission.DUTY_EXEMPT,
    AGAIN: Permission.QUIZ_MANAGE,
    RESET: Permission.SLIP_PRINT,
}


ASKED = {
    MESSAGE: ("message",),
    EXTEND: ("to", "reason"),
    EXEMPT: ("category", "reason"),
    CREDIT: ("reason",),
    AGAIN: ("document",),
}
"""What each act can't do without; of those about duties a page that leads here may have said which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the preview shows: whom it is done to, to whom it can't be done and why, whom it would leave as they are."""

    act: str
    done_to: Sequence[Concerned]
    refused: Sequence[tuple[Concerned, tuple[Text, ...]]]
    alone: Sequence[Concerned]

    @property
    def digest(self) -> str:
        facts = [(each.person_id, [duty.id for duty in each.duties]) for each in self.done_to]
        return sha256(repr((self.act, facts)).encode()).hexdigest()


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
        _check(actor, form)
        seen = _look(actor, form)
        if request.form.get("do") == "without" and seen.refused:
            left_out = [form.without.data or "", *(each.employee_no for each, _ in seen.refused)]
            form.without.data = " ".join(word for word in left_out if word)
            seen = _look(actor, form)
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


def _check(actor: Actor, form: BulkForm) -> None:
    act, wrong = form.act.data, {}
    if not allows(actor, NEEDS[act]):
        raise Forbidden(text("您不能做这件事。"))
    if act == MESSAGE and not (form.message.data or "").strip():
        wrong["message"] = text("请写消息。")
    if act in DECIDES and not form.wanted().about:
        wrong["document"] = text("请选要延长的学习任务。") if act == EXTEND else text("请选学习任务。")
    if act == AGAIN and not (form.document.data or "").startswith("quiz:"):
        wrong["document"] = text("请选要再考一次的测验。")
    if act == EXTEND and (form.to.data is None or form.to.data < today()):
        wrong["to"] = text("请选今天或以后的日子。")
    if act == EXEMPT and not form.category.data:
        wrong["category"] = text("请选豁免的类别。")
    if act == EXEMPT and form.until_on.data is not None and form.until_on.data < today():
        wrong["until_on"] = text("截止日不能早于今天。")
    if act in DECIDES and not (form.reason.data or "").strip():
        wrong["reason"] = text("请写原因，学员和组长会看到。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)


def _look(actor: Actor, form: BulkForm) -> Seen:
    """Return whom the act concerns. Raises Invalid where it is nobody, or too many."""
    act, wanted = form.act.data, form.wanted()
    if act in (RESET, AGAIN):  # a slip goes by the person; who may sit again is shown by the page of makeups
        wanted = replace(wanted, document="" if act == RESET else wanted.document, occasion="")
    if act != RESET:
        wanted = replace(wanted, new=False)
    found = concerned(actor, wanted, NEEDS[act])
    most = {RESET: MOST_SLIPS, AGAIN: MOST_AGAIN}.get(act, len(found))
    if len(found) > most:
        raise Invalid(text("一次最多 %(most)s 人，现在是 %(n)s 人，请按团队分几次。", most=most, n=len(found)))
    slipless = slips.why_no_slips(actor, [each.person_id for each in found]) if act == RESET else {}
    done_to, refused, alone = [], [], []
    for each in found:
        reasons = refusals(act, each.duties, own=each.person_id == actor.id)
        if each.person_id in slipless:
            reasons = (*reasons, slipless[each.person_id])
        kept = tuple(duty for duty in each.duties if not left_alone(act, duty, form.to.data))
        if reasons:
            refused.append((each, reasons))
        elif act == EXTEND and not kept:
            alone.append(each)
        else:
            done_to.append(replace(each, duties=kept))
    return Seen(act=act, done_to=done_to, refused=refused, alone=alone)


def _apply(actor: Actor, form: BulkForm, found: Sequence[Concerned]) -> Response:
    if form.act.data == AGAIN:
        slug = form.document.data.partition(":")[2]
        return redirect(url_for("quizzes.makeups", slug=slug, person=[each.employee_no for each in found]), 303)
    key = request.form.get("key", "")[:32] or new_public_id()
    for first in range(0, len(found), TOGETHER):
        with transaction():
            _do(actor, form, found[first : first + TOGETHER], f"{actor.id}:{key}")
    flash(_said(form.act.data, len(found)), "ok")
    return redirect(url_for(".bulk", act=form.act.data), 303)


def _do(actor: Actor, form: BulkForm, part: Sequence[Concerned], key: str) -> None:
    duties = [duty.id for each in part for duty in each.duties]
    match form.act.data:
        case "message":
            acts.message(actor, [each.person_id for each in part], form.message.data, key)
        case "extend":
            actions.extend(actor, duties, form.to.data, form.reason.data)
        case "exempt":
            actions.exempt(
                actor, duties, category=form.category.data, reason=form.reason.data, until_on=form.until_on.data
            )
        case "credit":
            actions.credit(actor, duties, form.reason.data)
        case _:
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
    cohorts = session().execute(
        select(Cohort.id, Cohort.name).order_by(Cohort.starts_on.desc(), Cohort.name).limit(100)
    )
    act = (request.form if values is None else values).get("act")
    return BulkForm(
        formdata=None if values is not None else request.form,
        teams=teams_within(actor, Permission.MESSAGE_SEND),
        cohorts=[(row.id, row.name) for row in cohorts],
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
