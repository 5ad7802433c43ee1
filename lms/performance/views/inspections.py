"""质检: the list, one's own, one inspection with its appeal."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import TeamRow, teams_within
from lms.content import queries as content
from lms.content.kinds import kinds
from lms.core.access import Actor, Permission, Scope, allows, widest
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import today
from lms.core.i18n import _, say
from lms.performance.actions import inspection_appeals as appeals
from lms.performance.queries import inspection_desk as desk
from lms.performance.queries import inspection_rows
from lms.performance.queries import inspections as reading
from lms.performance.queries.inspections import SORTS, Line, Wanted
from lms.performance.rules.inspections import LONGEST_REASON, STAGES, STATES, Stage, State
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState, download

FILTERS = ("team", "item", "state", "period", "inspector", "q", "failed")
MONTHS = 12


def months(count: int = MONTHS) -> list[Period]:
    """Return this month and those before it, the latest first."""
    found = [period_of(today(), Grain.MONTH)]
    while len(found) < count:
        found.append(found[-1].before)
    return found


def period_asked(written: str) -> Period | None:
    """Return the period that an address asks for; None for none, and for what can't be read."""
    try:
        return period(written) if written else None
    except Invalid:
        return None


def teams_of(actor: Actor) -> list[TeamRow]:
    return teams_within(actor, Permission.INSPECTION_READ)


def team_asked(actor: Actor, code: str) -> int | None:
    """Return the team with this code, if the actor may ask for it."""
    return next((team.id for team in teams_of(actor) if team.code == code), None) if code else None


def only_own(actor: Actor) -> bool:
    """Return whether the actor sees nobody's inspections but their own."""
    return widest(actor, Permission.INSPECTION_READ) is Scope.OWN


def reader_href(kind: str, slug: str) -> str | None:
    """Return the address at which a document is learned; None for one without such a page."""
    known = kinds().get(kind)
    return url_for(known.open_endpoint, slug=slug) if known is not None and known.open_endpoint else None


@bp.get("/inspections")
@requires(Permission.INSPECTION_READ)
def inspections() -> str | Response:
    """List what was inspected; who sees only their own goes to their own page."""
    actor = current_actor()
    if only_own(actor):
        return redirect(url_for(".own_inspections"))
    table = TableState.from_args(request.args, sorts=SORTS, default="-day", filters=FILTERS)
    wanted = Wanted(
        team_id=team_asked(actor, table.get("team")),
        item=table.get("item"),
        state=table.get("state") if table.get("state") in set(STATES) else "",
        period=period_asked(table.get("period")),
        inspector=table.get("inspector"),
        q=table.get("q"),
        failed=table.get("failed") == "1",
    )
    if table.format:
        return _export(reading.lines(actor, wanted, sort=table.sort, descending=table.descending), table.format)
    total = reading.count_lines(actor, wanted)
    table = table.within(total)
    return render_template(
        "lms/performance/inspections.html",
        table=table,
        total=total,
        lines=reading.lines(
            actor,
            wanted,
            sort=table.sort,
            descending=table.descending,
            offset=table.offset,
            limit=table.size,
        ),
        teams=teams_of(actor),
        items=inspection_rows.items(),
        inspectors=reading.inspectors(actor),
        months=months(),
        states=STATES,
        edits=allows(actor, Permission.INSPECTION_EDIT),
    )


def _export(lines: list[Line], format: str) -> Response:
    return download(
        format,
        _("质检结果"),
        [
            _("工号"),
            _("姓名"),
            _("团队"),
            _("会话号"),
            _("日期"),
            _("质检员"),
            _("得分"),
            _("不合格项"),
            _("红线"),
            _("状态"),
        ],
        [
            [
                line.employee_no,
                line.name,
                line.team,
                line.conversation,
                line.day.isoformat(),
                line.inspector,
                "" if line.score is None else line.score,
                _("、").join(line.items),
                _("是") if line.red else "",
                say(STATES[line.state]),
            ]
            for line in lines
        ],
    )


@bp.get("/inspections/mine")
@requires(Permission.INSPECTION_READ)
def own_inspections() -> str:
    """Show one's own inspections, those that may still be appealed against first."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=SORTS, default="-day", size=20)
    wanted = Wanted(person_id=actor.id)
    total = reading.count_lines(actor, wanted)
    table = table.within(total)
    return render_template(
        "lms/performance/own_inspections.html",
        table=table,
        total=total,
        lines=reading.lines(
            actor, wanted, sort=table.sort, descending=table.descending, offset=table.offset, limit=table.size
        ),
        states=STATES,
        now=now(),
        sees_others=not only_own(actor),
        rules=inspection_rows.settings_now(),
    )


@bp.get("/inspections/<inspection_id>")
@requires(Permission.INSPECTION_READ)
def inspection(inspection_id: str) -> str:
    return _page(inspection_id)


def _page(inspection_id: str, errors: dict[str, str] | None = None) -> str:
    actor = current_actor()
    found = reading.whole(actor, inspection_id)
    own = found.inspection.person_id == actor.id
    open_until = found.inspection.appeal_until
    return render_template(
        "lms/performance/inspection.html",
        found=found,
        line=found.line,
        own=own,
        may_appeal=own
        and found.line.state is State.OPEN
        and now() < open_until
        and found.line.score is not None
        and found.line.score < 100,
        may_answer=found.line.state is State.APPEALED and desk.may_answer(actor, found.inspection),
        lessons=content.cards({each.document_id for each in found.judged if each.document_id is not None}),
        states=STATES,
        stages=STAGES,
        stage=Stage,
        href=reader_href,
        sees_others=not only_own(actor),
        errors=errors or {},
        typed=request.form,
        most=LONGEST_REASON,
    )


@bp.post("/inspections/<inspection_id>/appeal")
@requires(Permission.INSPECTION_READ)
def appeal_inspection(inspection_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    try:
        with transaction():
            appeals.appeal(actor, inspection_id, request.form.get("reason", ""))
    except DomainError as refused:
        return _refused(inspection_id, refused)
    flash(_("申诉已提交，由另一位质检员答复；答复前不会生效。"), "ok")
    return redirect(url_for(".inspection", inspection_id=inspection_id), 303)


@bp.post("/inspections/<inspection_id>/answer")
@requires(Permission.INSPECTION_READ)
def answer_appeal(inspection_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    reading.whole(actor, inspection_id)  # what one may not see is not there
    try:
        with transaction():
            decision = appeals.answer(
                actor,
                inspection_id,
                overturn=request.form.getlist("overturn"),
                words=request.form.get("answer", ""),
            )
    except DomainError as refused:
        return _refused(inspection_id, refused)
    flash(_("已改判，并告诉了本人。") if decision == appeals.UPHELD else _("已答复，并告诉了本人。"), "ok")
    return redirect(url_for(".inspection", inspection_id=inspection_id), 303)


def _refused(inspection_id: str, refused: DomainError) -> tuple[str, int]:
    if refused.status in (403, 404):
        raise refused
    errors = {key: say(reason) for key, reason in refused.fields.items()} or {"page": say(refused.message)}
    return _page(inspection_id, errors), refused.status
