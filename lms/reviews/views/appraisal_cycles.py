"""The rounds of appraisals: plan one, see who would be in it, begin it, follow it, calibrate it, close it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.models import Person, Team
from lms.accounts.queries import team_tree
from lms.core.access import Actor, Permission, Scope, allows, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, ngettext, say
from lms.core.quarters import quarter_days, quarter_of
from lms.reviews.actions import appraisal_cycles as acts
from lms.reviews.actions import freezing as final
from lms.reviews.cycle_forms import CycleForm
from lms.reviews.models import Appraisal
from lms.reviews.queries import appraisal_cycles as reading
from lms.reviews.queries import appraisals as single
from lms.reviews.queries.appraisal_cycles import Cycle, Marked
from lms.reviews.queries.appraisal_forms import by_id, forms, said
from lms.reviews.rules.appraisals import STATE_WORDS, Hat, State
from lms.reviews.rules.calibration import Axis, Spread, axis, spreads
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState, download

USUAL_APPEAL = 7
WIDTH = 420
"""Units of the picture of marks, across."""
SORTS = {
    "no": Person.employee_no,
    "name": Person.name,
    "team": Team.name,
    "state": Appraisal.state,
    "signed": Appraisal.signed_at,
}


@bp.get("/reviews/cycles")
@requires(Permission.APPRAISAL_EDIT)
def appraisal_cycles() -> str:
    """Show every round with how far it is."""
    found = reading.cycles()
    return render_template(
        "lms/reviews/appraisal_cycles.html",
        cycles=found,
        counts=reading.counts([each.id for each in found]),
        states=STATE_WORDS,
        said=said,
        State=State,
    )


@bp.get("/reviews/cycles/new")
@requires(Permission.APPRAISAL_EDIT)
def new_appraisal_cycle() -> str:
    day = today()
    start = quarter_days(quarter_of(day))[0]
    before = quarter_of(start - timedelta(days=1))
    usual: dict[str, Any] = {
        "name": _("%(period)s 绩效考核", period=before),
        "period": before,
        "self_until": day + timedelta(days=7),
        "supervisor_until": day + timedelta(days=14),
        "calibrate_until": day + timedelta(days=18),
        "sign_until": day + timedelta(days=25),
        "appeal_days": USUAL_APPEAL,
    }
    return _form_page(_form(usual))


@bp.post("/reviews/cycles/new")
@requires(Permission.APPRAISAL_EDIT)
def make_appraisal_cycle() -> Response | tuple[str, int]:
    form = _form()
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            public_id = acts.draft(current_actor(), form.wanted(current_actor()))
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("草稿已保存。看一遍名单，再开始。"), "ok")
    return redirect(url_for(".appraisal_cycle", appraisal_cycle_id=public_id), 303)


@bp.get("/reviews/cycles/<appraisal_cycle_id>/edit")
@requires(Permission.APPRAISAL_EDIT)
def edit_appraisal_cycle(appraisal_cycle_id: str) -> str:
    cycle = reading.cycle(appraisal_cycle_id)
    return _form_page(_form(_values(cycle), cycle), cycle)


@bp.post("/reviews/cycles/<appraisal_cycle_id>/edit")
@requires(Permission.APPRAISAL_EDIT)
def change_appraisal_cycle(appraisal_cycle_id: str) -> Response | tuple[str, int]:
    cycle = reading.cycle(appraisal_cycle_id)
    form = _form(cycle=cycle)
    if not form.validate():
        return _form_page(form, cycle), 422
    try:
        with transaction():
            acts.change(current_actor(), appraisal_cycle_id, form.wanted(current_actor()))
    except DomainError as refused:
        form.take(refused)
        return _form_page(form, cycle), refused.status
    flash(_("已保存。"), "ok")
    return redirect(url_for(".appraisal_cycle", appraisal_cycle_id=appraisal_cycle_id), 303)


@bp.get("/reviews/cycles/<appraisal_cycle_id>")
@requires(Permission.APPRAISAL_EDIT)
def appraisal_cycle(appraisal_cycle_id: str) -> str | Response:
    """Show who would be in a draft; of a round that runs how far everybody is, also as a file."""
    actor = current_actor()
    cycle = reading.cycle(appraisal_cycle_id)
    if cycle.state == "draft":
        return render_template(
            "lms/reviews/appraisal_cycle_draft.html", cycle=cycle, plan=reading.plan(actor, cycle), said=said
        )
    table = TableState.from_args(request.args, sorts=SORTS, default="no", filters=("state", "q"))
    which = [Appraisal.cycle_id == cycle.id]
    if table.get("state") in set(State):
        which.append(Appraisal.state == table.get("state"))
    if table.get("q"):
        which.append(Person.name.contains(table.get("q"), autoescape=True))
    column: Any = SORTS[table.sort]
    order = column.desc() if table.descending else column.asc()
    if table.format:
        rows = single.listed(actor, *which, order=order)
        return _file(table.format, cycle, reading.with_marks(cycle.spec, cycle.period, rows))
    total = single.count(actor, *which)
    table = table.within(total)
    rows = single.listed(actor, *which, order=order, offset=table.offset, limit=table.size)
    return render_template(
        "lms/reviews/appraisal_cycle.html",
        cycle=cycle,
        rows=reading.with_marks(cycle.spec, cycle.period, rows),
        counts=reading.counts([cycle.id])[cycle.id],
        table=table,
        total=total,
        missing=len(reading.plan(actor, cycle).to_add) if cycle.state == "running" else 0,
        states=STATE_WORDS,
        said=said,
        State=State,
        Hat=Hat,
    )


@bp.post("/reviews/cycles/<appraisal_cycle_id>/begin")
@requires(Permission.APPRAISAL_EDIT)
def begin_appraisal_cycle(appraisal_cycle_id: str) -> Response:
    """Begin the round, or bring in who came since; a hundred people in each transaction."""
    try:
        made = begun(current_actor(), appraisal_cycle_id)
    except DomainError as refused:
        flash(say(refused.message), "warn")
        return redirect(url_for(".appraisal_cycle", appraisal_cycle_id=appraisal_cycle_id), 303)
    flash(ngettext("已开始，%(n)s 人收到通知。", "已开始，%(n)s 人收到通知。", made) % {"n": made}, "ok")
    return redirect(url_for(".appraisal_cycle", appraisal_cycle_id=appraisal_cycle_id), 303)


def begun(actor: Actor, appraisal_cycle_id: str) -> int:
    """Begin a round with everybody who is to be in it; return how many are new. Raises NotFound, Conflict."""
    plan = reading.plan(actor, reading.cycle(appraisal_cycle_id))
    with transaction():
        acts.begin(actor, appraisal_cycle_id)
    made = 0
    for start in range(0, len(plan.to_add), acts.TOGETHER):
        chunk = plan.to_add[start : start + acts.TOGETHER]
        with transaction():
            made += acts.include(actor, appraisal_cycle_id, {each: plan.supervisors[each] for each in chunk})
    return made


@bp.post("/reviews/cycles/<appraisal_cycle_id>/act")
@requires(Permission.APPRAISAL_EDIT)
def act_on_appraisal_cycle(appraisal_cycle_id: str) -> Response:
    """Remind everybody for whom something waits, freeze all that are calibrated, close the round, discard a draft."""
    actor = current_actor()
    cycle = reading.cycle(appraisal_cycle_id)
    back = url_for(".appraisal_cycle", appraisal_cycle_id=appraisal_cycle_id)
    try:
        match request.form.get("do"):
            case "remind":
                told = reminded(actor, cycle)
                flash(ngettext("已提醒 %(n)s 人。", "已提醒 %(n)s 人。", told) % {"n": told}, "ok")
            case "release":
                flash(_("已封存 %(n)s 份，等双方签字。", n=released(actor, cycle)), "ok")
            case "close":
                with transaction():
                    acts.close(actor, appraisal_cycle_id)
                flash(_("这一轮已结束。"), "ok")
            case "discard":
                with transaction():
                    acts.discard(actor, appraisal_cycle_id)
                flash(_("草稿已删除。"), "ok")
                back = url_for(".appraisal_cycles")
    except DomainError as refused:
        flash(say(refused.message), "warn")
    return redirect(back, 303)


def reminded(actor: Actor, cycle: Cycle) -> int:
    """Remind everybody for whom something of the round waits; return how many. Raises Conflict."""
    rows = single.listed(actor, Appraisal.cycle_id == cycle.id)
    with transaction():
        return acts.remind(actor, cycle.public_id, rows)


def released(actor: Actor, cycle: Cycle) -> int:
    """Freeze every appraisal of the round that waits in calibration, but the actor's own; return how many."""
    waiting = single.listed(actor, Appraisal.cycle_id == cycle.id, Appraisal.state == State.CALIBRATION)
    ids = [row.public_id for row in waiting if row.person_id != actor.id]
    for start in range(0, len(ids), acts.TOGETHER):
        with transaction():
            for public_id in ids[start : start + acts.TOGETHER]:
                final.release(actor, public_id)
    return len(ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A group with its picture: x of the dots and of the box's five lines."""

    spread: Spread
    dots: Sequence[tuple[float, str, bool]]
    box: Sequence[float]


@bp.get("/reviews/cycles/<appraisal_cycle_id>/calibration")
@requires(Permission.APPRAISAL_READ)
def appraisal_calibration(appraisal_cycle_id: str) -> str:
    """Show how marks are spread by team and by lead, who stands out; a lead sees only the own people."""
    actor = current_actor()
    cycle = reading.cycle(appraisal_cycle_id)
    found = [each for each in reading.marked(actor, cycle) if each.row.person_id != actor.id]
    if not (allows(actor, Permission.APPRAISAL_EDIT) or (found and allows(actor, Permission.APPRAISAL_WRITE))):
        raise NotFound()
    known = {each.row.id: each for each in found if each.mark is not None}
    span = axis([each.mark for each in known.values() if each.mark is not None])
    by_team = _groups(found, "team")
    by_lead = _groups(found, "supervisor")
    drawn = [_drawn(each, span, known) for each in spreads(by_team)]
    outliers = {who for each in drawn for who in each.spread.outliers}
    return render_template(
        "lms/reviews/appraisal_calibration.html",
        cycle=cycle,
        rows=sorted(found, key=lambda each: (each.row.team, -(each.mark or 0))),
        teams=drawn,
        leads=[_drawn(each, span, known) for each in spreads(by_lead)],
        axis=span,
        outliers=outliers,
        width=WIDTH,
        may_adjust=Scope.ALL in scopes(actor, Permission.APPRAISAL_EDIT),
        states=STATE_WORDS,
        State=State,
        said=said,
    )


def _groups(found: Sequence[Marked], name: str) -> dict[str, dict[int, float]]:
    groups: dict[str, dict[int, float]] = {}
    for each in found:
        group = groups.setdefault(getattr(each.row, name) or _("没有团队"), {})
        if each.mark is not None:
            group[each.row.id] = each.mark
    return groups


def _drawn(spread: Spread, span: Axis, known: dict[int, Marked]) -> Drawn:
    box = spread.box
    return Drawn(
        spread=spread,
        dots=[
            (span.x(mark, WIDTH), f"{known[who].row.name} {mark:.2f}", who in spread.outliers)
            for who, mark in spread.marks.items()
        ],
        box=[span.x(each, WIDTH) for each in (box.low, box.first, box.median, box.third, box.high)] if box else (),
    )


def _file(format: str, cycle: Cycle, rows: Sequence[Marked]) -> Response:
    heads = [
        _("工号"),
        _("姓名"),
        _("团队"),
        _("主管"),
        _("走到哪一步"),
        _("版本"),
        _("综合评分"),
        _("主管评分"),
        _("考核得分"),
        _("本人签字"),
        _("主管签字"),
        _("校验码 SHA-256"),
    ]
    lines = [
        (
            each.row.employee_no,
            each.row.name,
            each.row.team,
            each.row.supervisor,
            say(STATE_WORDS[each.row.stand.state]),
            each.row.stand.version,
            each.computed.parts[0].value if each.row.composite is None else each.row.composite,
            each.supervisor,
            each.mark,
            _("已签") if Hat.PERSON in each.row.stand.signed else "",
            _("已签") if Hat.SUPERVISOR in each.row.stand.signed else "",
            each.row.sha.hex() if each.row.sha else "",
        )
        for each in rows
    ]
    return download(format, cycle.name, heads, lines)


def _form(values: dict[str, Any] | None = None, cycle: Cycle | None = None) -> CycleForm:
    offered = forms()
    if cycle is not None and cycle.form_public_id not in {each.public_id for each in offered}:
        offered = [by_id(cycle.form_id), *offered]
    return CycleForm(
        formdata=None if values is not None else request.form,
        offered=offered,
        open_teams=team_tree(),
        **(values or {}),
    )


def _values(cycle: Cycle) -> dict[str, Any]:
    days = cycle.days
    return {
        "name": cycle.name,
        "period": cycle.period,
        "form": cycle.form_public_id,
        "teams": list(cycle.team_ids),
        "people": " ".join(reading.numbers(cycle.person_ids)),
        "self_until": days.self_until,
        "supervisor_until": days.supervisor_until,
        "calibrate_until": days.calibrate_until,
        "sign_until": days.sign_until,
        "appeal_days": days.appeal_days,
    }


def _form_page(form: CycleForm, cycle: Cycle | None = None) -> str:
    return render_template("lms/reviews/appraisal_cycle_form.html", form=form, cycle=cycle, teams=team_tree())
