"""检查项 and what verdicts say of them: repeat failures, loops, agreement of inspectors."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, say
from lms.performance.actions import inspections as acts
from lms.performance.inspection_forms import LESSONS, ItemForm, RulesForm
from lms.performance.models import InspectionItem
from lms.performance.queries import inspection_items as reading
from lms.performance.queries import inspection_rows
from lms.performance.queries.inspection_items import LOOP_SORTS, ItemLine
from lms.performance.rules.agreement import FEWEST, STRENGTHS
from lms.performance.rules.inspections import REPEAT_WITHIN, STAGES, Days, Stage, last_days
from lms.performance.rules.periods import Grain, Period, period_of
from lms.performance.views.inspections import months, period_asked, team_asked, teams_of
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import columns
from lms.web.numbers import whole
from lms.web.tables import TableState, download

USUAL = {"points": 10, "pass_percent": 60, "recheck_days": 7, "active": True}
TREND_MONTHS = 6
MOST_AGAIN = 50
QUARTERS = 4


def periods() -> list[Period]:
    """Return the months of the last year and the quarters, the latest first."""
    quarters = [period_of(today(), Grain.QUARTER)]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].before)
    return [*months(), *quarters]


def asked_period() -> Period | Days:
    """Return the period of the address, else the last 30 days."""
    found = period_asked(request.args.get("period", ""))
    return found if found is not None and found in periods() else last_days(today())


def written(period: Period | Days) -> str:
    """Return a period as an address has it; "" for the last 30 days."""
    return str(period) if isinstance(period, Period) else ""


@bp.get("/inspections/items")
@requires(Permission.INSPECTION_READ)
def inspection_items() -> str | Response:
    """Show how often each item failed, and how often again; inspectors edit the items here."""
    actor = current_actor()
    if request.args.get("format") in ("csv", "xlsx"):
        return _export(actor, request.args["format"])
    return _items_page(actor)


def _lines(actor: Actor) -> list[ItemLine]:
    return reading.item_lines(actor, asked_period(), team_asked(actor, request.args.get("team", "")))


def _items_page(actor: Actor, form: ItemForm | None = None, rules: RulesForm | None = None) -> str:
    lines, period = _lines(actor), asked_period()
    team_id = team_asked(actor, request.args.get("team", ""))
    by_month = [
        {line.item_id: line.failures for line in reading.item_lines(actor, month, team_id)}
        for month in reversed(months(TREND_MONTHS))
    ]
    edits = allows(actor, Permission.INSPECTION_EDIT)
    now = inspection_rows.settings_now()
    return render_template(
        "lms/performance/inspection_items.html",
        lines=lines,
        trends={
            line.item_id: columns([month.get(line.item_id, 0) for month in by_month], width=84, height=24)
            for line in lines
        },
        counted={line.item_id: [month.get(line.item_id, 0) for month in by_month] for line in lines},
        period=written(period),
        periods=periods(),
        teams=teams_of(actor),
        team=request.args.get("team", ""),
        within=REPEAT_WITHIN.days,
        edits=edits,
        items=inspection_rows.items() if edits else [],
        form=form or (ItemForm(_offered(actor), formdata=None, **USUAL) if edits else None),
        rules=rules or RulesForm(formdata=None, appeal_days=now.appeal_days, passes=now.passes),
        making=form is not None,
        setting=rules is not None,
    )


def _export(actor: Actor, format: str) -> Response:
    def percent(share: float | None) -> str:
        return "" if share is None else f"{share:.1f}"

    return download(
        format,
        _("检查项重犯率"),
        [
            _("检查项"),
            _("检查次数"),
            _("不合格"),
            _("人数"),
            _("不合格率（百分比）"),
            _("30 天内重犯"),
            _("重犯率（百分比）"),
            _("上期不合格"),
            _("上期重犯率（百分比）"),
        ],
        [
            [
                line.name,
                line.checked,
                line.failures,
                line.people,
                percent(line.failed_percent),
                line.repeats,
                percent(line.rate),
                line.before_failures,
                percent(line.before_rate),
            ]
            for line in _lines(actor)
        ],
    )


def _offered(actor: Actor, item: InspectionItem | None = None) -> list[content.Choice]:
    kept = [id for id in (item.document_id, item.recheck_id) if id is not None] if item is not None else []
    return content.choices(actor, LESSONS, kept)


@bp.post("/inspections/items")
@requires(Permission.INSPECTION_EDIT)
def inspection_item_make() -> Response | tuple[str, int]:
    actor = current_actor()
    form = ItemForm(_offered(actor))
    if not form.validate():
        return _items_page(actor, form=form), 422
    try:
        with transaction():
            acts.make_item(actor, form.draft(active=True))
    except DomainError as refused:
        form.take(refused)
        return _items_page(actor, form=form), refused.status
    flash(_("检查项已建好，可以导入质检结果了。"), "ok")
    return redirect(url_for(".inspection_items"), 303)


@bp.get("/inspections/items/<check_item_id>")
@requires(Permission.INSPECTION_EDIT)
def inspection_item(check_item_id: str) -> str:
    actor, item = current_actor(), _item(check_item_id)
    return _item_page(item, ItemForm(_offered(actor, item), formdata=None, **ItemForm.values_of(item)))


def _item(public_id: str) -> InspectionItem:
    found = inspection_rows.item_named(public_id)
    if found is None:
        raise NotFound()
    return found


def _item_page(item: InspectionItem, form: ItemForm) -> str:
    return render_template("lms/performance/inspection_item.html", item=item, form=form)


@bp.post("/inspections/items/<check_item_id>")
@requires(Permission.INSPECTION_EDIT)
def inspection_item_change(check_item_id: str) -> Response | tuple[str, int]:
    actor, item = current_actor(), _item(check_item_id)
    form = ItemForm(_offered(actor, item))
    if not form.validate():
        return _item_page(item, form), 422
    try:
        with transaction():
            acts.change_item(actor, check_item_id, form.draft(active=bool(form.active.data)))
    except DomainError as refused:
        form.take(refused)
        return _item_page(_item(check_item_id), form), refused.status
    flash(_("已保存。以前的质检结果不变。"), "ok")
    return redirect(url_for(".inspection_items"), 303)


@bp.post("/inspections/rules")
@requires(Permission.INSPECTION_EDIT)
def inspection_rules_set() -> Response | tuple[str, int]:
    actor, form = current_actor(), RulesForm()
    if not form.validate():
        return _items_page(actor, rules=form), 422
    with transaction():
        acts.set_rules(actor, appeal_days=form.appeal_days.data or 0, passes=form.passes.data or 1)
    flash(_("已保存。已经告知过的申诉期不变。"), "ok")
    return redirect(url_for(".inspection_items"), 303)


@bp.get("/inspections/loops")
@requires(Permission.INSPECTION_READ)
def inspection_loops() -> str | Response:
    """Show which failed items are mended and which are not."""
    actor = current_actor()
    table = TableState.from_args(
        request.args, sorts=LOOP_SORTS, default="recheck", filters=("team", "item", "state"), size=50
    )
    team_id, item = team_asked(actor, table.get("team")), table.get("item")
    chosen = table.get("state") or "live"
    state = chosen if chosen in {*STAGES, "live", "due", "all"} else "live"
    asked = "" if state == "all" else state
    if table.format:
        return _export_loops(actor, team_id, item, asked, table)
    total = reading.count_loops(actor, team_id=team_id, item=item, state=asked)
    table = table.within(total)
    return render_template(
        "lms/performance/inspection_loops.html",
        table=table,
        total=total,
        lines=reading.loop_lines(
            actor,
            team_id=team_id,
            item=item,
            state=asked,
            sort=table.sort,
            descending=table.descending,
            offset=table.offset,
            limit=table.size,
        ),
        counts=reading.stage_counts(actor, team_id),
        due=reading.count_loops(actor, team_id=team_id, state="due"),
        state=state,
        stages=STAGES,
        stage=Stage,
        teams=teams_of(actor),
        items=inspection_rows.items(),
        passes=inspection_rows.settings_now().passes,
        today=today(),
    )


def _export_loops(actor: Actor, team_id: int | None, item: str, state: str, table: TableState) -> Response:
    found = reading.loop_lines(
        actor, team_id=team_id, item=item, state=state, sort=table.sort, descending=table.descending
    )
    return download(
        table.format,
        _("质检闭环"),
        [
            _("工号"),
            _("姓名"),
            _("团队"),
            _("检查项"),
            _("第几轮"),
            _("状态"),
            _("不合格日"),
            _("学完日"),
            _("复检日"),
            _("连续合格"),
            _("天数"),
        ],
        [
            [
                line.employee_no,
                line.name,
                line.team,
                line.item,
                line.round,
                say(STAGES[line.stage]),
                line.opened_on.isoformat(),
                line.learned_on.isoformat() if line.learned_on else "",
                line.recheck_on.isoformat(),
                line.passes,
                line.days,
            ]
            for line in found
        ],
    )


@bp.get("/inspections/agreement")
@requires(Permission.INSPECTION_EDIT)
def inspection_agreement() -> str | Response:
    """Show how far inspectors agree; `?again=` gives so many conversations to judge a second time, as a file."""
    actor, chosen = current_actor(), asked_period()
    again = whole(request.args.get("again"))
    if again is not None and request.args.get("format") in ("csv", "xlsx"):
        return _to_judge(actor, chosen, max(1, min(again, MOST_AGAIN)), request.args["format"])
    items, together = reading.agreements(actor, chosen)
    return render_template(
        "lms/performance/inspection_agreement.html",
        items=items,
        together=together,
        strengths=STRENGTHS,
        fewest=FEWEST,
        period=written(chosen),
        periods=periods(),
        most=MOST_AGAIN,
        left=len(reading.to_judge_again(actor, chosen, MOST_AGAIN)),
    )


def _to_judge(actor: Actor, chosen: Period | Days, most: int, format: str) -> Response:
    """Return conversations with their items and without the first verdict, to be filled in and imported."""
    found = reading.to_judge_again(actor, chosen, most)
    return download(
        format,
        _("待复核的会话"),
        [_("工号"), _("会话号"), _("日期"), _("检查项"), _("得分"), _("红线"), _("原话"), _("质检员")],
        [
            [each.employee_no, each.conversation, each.day.isoformat(), item, "", "", "", actor.employee_no]
            for each in found
            for item in each.items
        ],
    )
