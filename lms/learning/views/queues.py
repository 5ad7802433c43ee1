"""接待权限: queues and what each asks, who may take which and why not, and a supervisor's word against the rule."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.accounts.queries import TeamRow, teams_below
from lms.content.queries import Choice
from lms.core.access import Actor, Permission, Scope, allows, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.learning.actions import queues as actions
from lms.learning.certificate_forms import OverrideForm, QueueForm, grouped
from lms.learning.queries import certificates as certificate_reading
from lms.learning.queries import queues as reading
from lms.learning.queries.queues import QueueShown, Wanted
from lms.learning.rules.queues import LONGEST_OVERRIDE
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import TableState, download

PAGE = 50
USUAL_OVERRIDE = timedelta(days=2)
TOGETHER = 100


@bp.get("/queues")
@requires(Permission.PERSON_READ)
def queues() -> str | Response:
    """People × queues: who may take which, and what is missing."""
    actor, day = current_actor(), today()
    table = TableState.from_args(
        request.args, sorts=("no",), default="no", filters=("q", "team", "queue", "show"), size=PAGE
    )
    shown = reading.queues(day, seen_by=actor)
    wanted = _wanted(actor, table, shown)
    if table.format:
        return _export(table.format, actor, wanted, shown)
    total = reading.count_people(actor, wanted)
    table = table.within(total)
    return render_template(
        "lms/learning/queues.html",
        table=table,
        total=total,
        queues=shown,
        people=reading.matrix(actor, wanted, shown, offset=table.offset, limit=table.size),
        teams=_teams(actor),
        check=reading.last_check(),
        may_edit=allows(actor, Permission.QUEUE_EDIT),
        may_override=allows(actor, Permission.QUEUE_OVERRIDE),
    )


def _teams(actor: Actor) -> list[TeamRow]:
    return accounts.teams_within(actor, Permission.PERSON_READ)


def _wanted(actor: Actor, table: TableState, shown: list[QueueShown]) -> Wanted:
    team, queue = whole(table.get("team")), table.get("queue")
    lacking = next((one.id for one in shown if one.code == queue), None)
    known = {each.id for each in _teams(actor)} if team is not None else set()
    chosen = team if team in known else None
    return Wanted(team_ids=teams_below([chosen]) if chosen is not None else None, words=table.get("q"), lacking=lacking)


def _export(format: str, actor: Actor, wanted: Wanted, shown: list[QueueShown]) -> Response:
    people = reading.matrix(actor, wanted, shown, offset=0, limit=100_000)
    return download(
        format,
        _("接待权限"),
        [gettext("工号"), gettext("姓名"), gettext("团队"), *(queue.name for queue in shown)],
        ((one.employee_no, one.name, one.team, *(_cell_words(cell) for cell in one.cells)) for one in people),
    )


def _cell_words(cell: reading.CellShown) -> str:
    if cell.word is not None:
        return gettext("特批可接") if cell.allowed else gettext("特批暂停")
    if cell.allowed:
        return gettext("可接")
    return _("缺：%(what)s", what="、".join(each.title for each in cell.lacks)) if cell.lacks else gettext("不可接")


@bp.get("/queues/new")
@requires(Permission.QUEUE_EDIT)
def queue_new() -> str:
    return _queue_page(QueueForm(_offered(), formdata=None), None)


@bp.post("/queues/new")
@requires(Permission.QUEUE_EDIT)
def queue_make() -> Response | tuple[str, int]:
    form = QueueForm(_offered())
    if not form.validate():
        return _queue_page(form, None), 422
    try:
        with transaction():
            made = actions.make_queue(
                current_actor(), code=form.code.data or "", name=form.name.data or "", needs=form.needs.data or []
            )
            queue_id = made.id
    except DomainError as error:
        form.take(error)
        return _queue_page(form, None), error.status
    kept_for([queue_id])
    flash(_("队列已建好，每个人能不能接已经算好。"), "ok")
    return redirect(url_for(".queues"), 303)


def _offered(kept: Collection[int] = ()) -> list[Choice]:
    """Return what a queue may ask for: what the actor may read, and what it asks for already."""
    return certificate_reading.offered(current_actor(), kept)


def _needs(queue_id: int) -> list[int]:
    shown = next((one for one in reading.queues(today(), closed=True) if one.id == queue_id), None)
    return [need.card.document_id for need in shown.own_needs] if shown is not None else []


def _queue_page(form: QueueForm, queue: Any) -> str:
    every = certificate_reading.plans(active=True)
    certified = {plan.document.document_id: plan.name for plan in every}
    ticked = set(form.needs.data or ())
    offered = [
        (_("已选"), [(one.document_id, one.title) for one in form.offered if one.document_id in ticked]),
        *grouped(one for one in form.offered if one.document_id not in ticked).items(),
    ]
    return render_template("lms/learning/queue_form.html", form=form, queue=queue, certified=certified, offered=offered)


@bp.get("/queues/<int(max=2147483647):queue_id>")
@requires(Permission.QUEUE_EDIT)
def queue_edit(queue_id: int) -> str:
    queue = reading.queue_by_id(queue_id)
    needs = _needs(queue_id)
    form = QueueForm(
        _offered(needs),
        formdata=None,
        code=queue.code,
        name=queue.name,
        needs=needs,
        closed=queue.closed_on is not None,
    )
    return _queue_page(form, queue)


@bp.post("/queues/<int(max=2147483647):queue_id>")
@requires(Permission.QUEUE_EDIT)
def queue_change(queue_id: int) -> Response | tuple[str, int]:
    queue = reading.queue_by_id(queue_id)
    form = QueueForm(_offered(_needs(queue_id)))
    if not form.validate():
        return _queue_page(form, queue), 422
    try:
        with transaction():
            actions.change_queue(
                current_actor(),
                queue_id,
                name=form.name.data or "",
                needs=form.needs.data or [],
                closed=bool(form.closed.data),
            )
    except NotFound:
        raise
    except DomainError as error:
        form.take(error)
        return _queue_page(form, reading.queue_by_id(queue_id)), error.status
    kept_for([queue_id])
    flash(_("已保存，每个人能不能接已经重算。"), "ok")
    return redirect(url_for(".queues"), 303)


@bp.get("/queues/people/<employee_no>")
@requires(Permission.QUEUE_OVERRIDE)
def queue_person(employee_no: str) -> str:
    """One person's queues, and the form of a supervisor's word."""
    actor = current_actor()
    person = accounts.person_by_no(actor, employee_no, Permission.QUEUE_OVERRIDE)
    shown = reading.queues(today())
    form = _override_form(shown, formdata=None, until_on=today() + USUAL_OVERRIDE)
    wanted = request.args.get("queue", "")
    form.queue.data = next((one.id for one in shown if one.code == wanted), shown[0].id if shown else None)
    return _person_page(person, shown, form)


def _override_form(shown: list[QueueShown], **values: Any) -> OverrideForm:
    return OverrideForm([(one.id, one.name) for one in shown], **values)


def _person_page(person: Any, shown: list[QueueShown], form: OverrideForm) -> str:
    return render_template(
        "lms/learning/queue_person.html",
        person=person,
        pairs=list(zip(shown, reading.cells_of([person.id], shown)[person.id], strict=True)),
        form=form,
        longest=LONGEST_OVERRIDE,
        own=person.id == current_actor().id,
        everybody=Scope.ALL in scopes(current_actor(), Permission.QUEUE_OVERRIDE),
    )


@bp.post("/queues/people/<employee_no>")
@requires(Permission.QUEUE_OVERRIDE)
def queue_override(employee_no: str) -> Response | tuple[str, int]:
    actor = current_actor()
    person = accounts.person_by_no(actor, employee_no, Permission.QUEUE_OVERRIDE)
    person_id, shown = person.id, reading.queues(today())
    form = _override_form(shown)
    if not form.validate():
        return _person_page(person, shown, form), 422
    try:
        with transaction():
            actions.override(
                actor,
                person_id,
                form.queue.data,
                allowed=form.allowed.data == "yes",
                until_on=form.until_on.data,
                reason=form.reason.data or "",
            )
    except NotFound:
        raise
    except DomainError as error:
        form.take(error)
        person = accounts.person_by_no(actor, employee_no, Permission.QUEUE_OVERRIDE)
        return _person_page(person, reading.queues(today()), form), error.status
    flash(_("已生效，到期自动结束。"), "ok")
    return redirect(url_for(".queue_person", employee_no=employee_no), 303)


@bp.post("/queues/people/<employee_no>/end/<int(max=2147483647):override_id>")
@requires(Permission.QUEUE_OVERRIDE)
def queue_override_end(employee_no: str, override_id: int) -> Response:
    actor = current_actor()
    person_id = accounts.person_by_no(actor, employee_no, Permission.QUEUE_OVERRIDE).id
    try:
        with transaction():
            actions.end_override(actor, override_id, person_id=person_id)
    except NotFound:
        raise
    except DomainError as error:
        flash(say(error.message), "warn")
    else:
        flash(_("特批已结束，按规则重新计算。"), "ok")
    return redirect(url_for(".queue_person", employee_no=employee_no), 303)


def kept_for(queue_ids: Collection[int]) -> None:
    """Bring the rights of everybody on these queues up to date, a hundred people a transaction."""
    if not queue_ids:
        return
    people = reading.everybody()
    for start in range(0, len(people), TOGETHER):
        with transaction():
            actions.keep(people[start : start + TOGETHER], queue_ids)
