"""The list of people and the page of one of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.actions import staff
from lms.accounts.forms import Facts, Grant, MentorOf, Move, NewPerson
from lms.accounts.models import Person
from lms.accounts.queries.endings import ending_soon
from lms.accounts.rules.endings import SOON
from lms.accounts.rules.people import EMPLOYMENTS, ROLES, Employment
from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_words import COLUMNS, TAGS
from lms.accounts.rules.staff_written import Cell, written
from lms.accounts.views import uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Actor, Permission, Role, allows
from lms.core.calendar import working_days
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.core.texts import Text
from lms.web.auth import current_actor, requires
from lms.web.numbers import every_whole, whole
from lms.web.tables import TableState, download

PAGE = 50


def team_choices() -> list[tuple[int, str]]:
    """Return every team for a select, indented as in the tree."""
    return [(team.id, "\u3000" * team.depth + team.name) for team in queries.team_tree()]


def seen_teams(actor: Actor) -> list[queries.TeamRow]:
    """Return the teams by which the actor may filter: those in which he may see everybody."""
    tree = queries.team_tree()
    if queries.sees_everybody(actor, Permission.PERSON_READ):
        return tree
    return [team for team in tree if team.id in actor.teams_below]


def employment_word(kind: str) -> str:
    return say(EMPLOYMENTS[Employment(kind)]) if kind in EMPLOYMENTS else kind


@bp.get("/people")
@requires(Permission.PERSON_READ)
def people() -> str | Response:
    """Show whom the actor may see; search, filters, order and page stand in the address."""
    actor = current_actor()
    table = TableState.from_args(
        request.args, sorts=queries.SORTS, default="no", filters=("q", "team", "state"), size=PAGE
    )
    state = table.get("state") if table.get("state") in queries.STATES else "active"
    chosen: dict[str, Any] = {
        "q": table.get("q"),
        "team_id": whole(table.get("team")),
        "state": state,
    }
    if table.format:
        rows = queries.people(actor, sort=table.sort, descending=table.descending, limit=None, **chosen)
        if allows(actor, Permission.STAFF_IMPORT):
            return _export_all(actor, table.format, rows)
        return _export(table.format, rows)
    total = queries.count_people(actor, **chosen)
    table = table.within(total)
    rows = queries.people(
        actor, sort=table.sort, descending=table.descending, offset=table.offset, limit=table.size, **chosen
    )
    return render_template(
        "lms/accounts/people.html",
        table=table,
        rows=rows,
        total=total,
        state=state,
        soon=SOON,
        ending=ending_soon(actor),
        teams=seen_teams(actor),
        roles={role: say(name) for role, name in ROLES.items()},
        may_edit=allows(actor, Permission.PERSON_EDIT),
        may_roster=allows(actor, Permission.ROSTER_EDIT),
        may_import=allows(actor, Permission.STAFF_IMPORT),
    )


def _export(format: str, rows: list[queries.PersonRow]) -> Response:
    headers = ["工号", "姓名", "团队", "岗位", "角色", "用工类型", "入职日期", "预计离职日", "状态"]
    return download(
        format,
        _("人员"),
        [gettext(header) for header in headers],
        (
            (
                row.employee_no,
                row.name,
                row.team_name,
                row.position,
                "、".join(say(ROLES[role]) for role in row.roles),
                employment_word(row.employment),
                row.hired_on,
                row.leaving_on,
                gettext("在用") if row.active else gettext("已停用"),
            )
            for row in rows
        ),
    )


def _export_all(actor: Actor, format: str, rows: list[queries.PersonRow]) -> Response:
    """Return the columns that the import reads, for whoever may import: the same file again changes nothing."""
    known = staff.known(actor)
    numbers = {person.id: person.employee_no for person in known.people.values() if person.active}
    lines = []
    for row in rows:
        cells = written(known.people[login_name(row.employee_no)], known, numbers)
        state = gettext("在用") if row.active else gettext("已停用")
        lines.append([*(_cell(cells[column.key]) for column in COLUMNS), state])
    return download(format, _("人员"), [*(uploads.head(column) for column in COLUMNS), gettext("状态")], lines)


def _cell(value: Cell) -> object:
    if isinstance(value, Text):
        return say(value)
    return value if value is None or isinstance(value, str | date) else "、".join(say(word) for word in value)


@bp.get("/people/new")
@requires(Permission.PERSON_EDIT)
def person_new() -> str:
    form = NewPerson(team_choices(), _intakes(), hired_on=today())
    return render_template("lms/accounts/person_new.html", form=form)


@bp.post("/people/new")
@requires(Permission.PERSON_EDIT)
def person_create() -> Response | tuple[str, int]:
    form = NewPerson(team_choices(), _intakes())
    if form.validate():
        try:
            with transaction():
                hired = actions.hire(
                    current_actor(),
                    employee_no=form.employee_no.data,
                    name=form.name.data,
                    team_id=form.team.data,
                    hired_on=form.hired_on.data,
                    position=form.position.data,
                    employment=form.employment.data,
                    email=form.email.data,
                    phone=form.phone.data,
                    leaving_on=form.leaving_on.data,
                )
                if form.cohort.data:
                    actions.add_members(current_actor(), int(form.cohort.data), [hired.id])
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已加入 %(name)s。打印登录条，第一次登录就能用。", name=form.name.data), "ok")
            return redirect(url_for(".person", employee_no=form.employee_no.data))
    return render_template("lms/accounts/person_new.html", form=form), 422


def _intakes() -> list[tuple[int, str]]:
    """Return the intakes into which the actor may put somebody new."""
    return queries.newest_cohorts() if allows(current_actor(), Permission.COHORT_EDIT) else []


@bp.get("/people/<employee_no>")
@requires(Permission.PERSON_READ)
def person(employee_no: str) -> str:
    return page_of(queries.person_by_no(current_actor(), employee_no))


def page_of(person: Person, **forms: Any) -> str:
    """Return the page of a person; `forms` carry what was refused."""
    actor, day = current_actor(), today()
    may_edit = bool(queries.seen(actor, Permission.PERSON_EDIT, [person.id]))
    may_print = bool(queries.seen(actor, Permission.SLIP_PRINT, [person.id]))
    may_roster = bool(queries.seen(actor, Permission.ROSTER_EDIT, [person.id]))
    roster = queries.roster_of(person.id)
    start = max(person.hired_on or day, day)
    context: dict[str, Any] = {
        "person": person,
        "employment": employment_word(person.employment),
        "team": queries.team_name(person.team_id),
        "stays": queries.stays(person.id),
        "grants": queries.grants(person.id),
        "roles": {role: say(name) for role, name in ROLES.items()},
        "mentors": queries.mentors_of(person.id),
        "mentees": queries.mentees_of(person.id),
        "cohorts": queries.cohorts_of(person.id),
        "own_shops": queries.shops_of(person.id),
        "tags": queries.tags_of(person.id),
        "slip": queries.last_slip(person.id) if may_print else None,
        "next_days": working_days(start, 10, roster),
        "source": roster.source(start),
        "may_edit": may_edit,
        "may_print": may_print and person.active,
        "may_roster": may_roster,
        "may_report": bool(queries.seen(actor, Permission.REPORT_READ, [person.id])),
        "may_profile": bool(queries.seen(actor, Permission.PROFILE_READ, [person.id])),
        "is_self": person.id == actor.id,
    }
    if may_edit:
        teams = team_choices()
        context |= {
            "facts": Facts(formdata=None, obj=person),
            "move": Move(teams, formdata=None, team=person.team_id, from_on=day),
            "grant": Grant(teams, formdata=None, team=person.team_id),
            "mentor_form": MentorOf(formdata=None, from_on=day),
            "shops": queries.shops(),
            "closing": actions.closing(person.id) if person.active else None,
        }
    return render_template("lms/accounts/person.html", **(context | forms))


def _change(employee_no: str, do: Callable[[Actor, Person], str], **forms: Any) -> Response | tuple[str, int]:
    """Do one thing to a person and say so, or show the page again with the form's reasons."""
    actor = current_actor()
    found = queries.person_by_no(actor, employee_no, Permission.PERSON_EDIT)
    form = next(iter(forms.values()), None)
    if form is not None and not form.validate():
        return page_of(found, **forms), 422
    person_id = found.id
    try:
        with transaction():
            said = do(actor, found)
    except NotFound:
        raise
    except DomainError as error:
        found = queries.person_by_id(person_id)
        if form is None:
            flash(say(error.message), "bad")
            return redirect(url_for(".person", employee_no=employee_no))
        form.take(error)
        return page_of(found, **forms), error.status
    flash(said, "ok")
    return redirect(url_for(".person", employee_no=employee_no))


@bp.post("/people/<employee_no>/facts")
@requires(Permission.PERSON_EDIT)
def person_facts(employee_no: str) -> Response | tuple[str, int]:
    form = Facts()

    def do(actor: Actor, found: Person) -> str:
        names = ("name", "position", "employment", "hired_on", "leaving_on", "email", "phone")
        actions.change(actor, found.id, {name: form[name].data for name in names})
        return gettext("已保存。")

    return _change(employee_no, do, facts=form)


@bp.post("/people/<employee_no>/move")
@requires(Permission.PERSON_EDIT)
def person_move(employee_no: str) -> Response | tuple[str, int]:
    form = Move(team_choices())

    def do(actor: Actor, found: Person) -> str:
        actions.move(actor, found.id, form.team.data, form.from_on.data)
        later: date = form.from_on.data
        if later > today():
            return _("到 %(day)s 会自动调过去。", day=later)
        return gettext("已调团队。")

    return _change(employee_no, do, move=form)


@bp.post("/people/<employee_no>/roles")
@requires(Permission.PERSON_EDIT)
def person_grant(employee_no: str) -> Response | tuple[str, int]:
    form = Grant(team_choices())

    def do(actor: Actor, found: Person) -> str:
        actions.grant(actor, found.id, Role(form.role.data), form.team.data)
        return _("已授予角色：%(role)s。", role=say(ROLES[Role(form.role.data)]))

    return _change(employee_no, do, grant=form)


@bp.post("/people/<employee_no>/roles/<int:grant_id>/end")
@requires(Permission.PERSON_EDIT)
def person_revoke(employee_no: str, grant_id: int) -> Response | tuple[str, int]:
    def do(actor: Actor, found: Person) -> str:
        actions.revoke(actor, found.id, grant_id)
        return gettext("角色已收回。")

    return _change(employee_no, do)


@bp.post("/people/<employee_no>/mentor")
@requires(Permission.PERSON_EDIT)
def person_mentor(employee_no: str) -> Response | tuple[str, int]:
    form = MentorOf()

    def do(actor: Actor, found: Person) -> str:
        if not form.mentor.data:
            actions.set_mentor(actor, found.id, None, form.from_on.data)
            return gettext("不再有带教人。")
        mentor = queries.active_by_no(form.mentor.data)
        actions.set_mentor(actor, found.id, mentor.id if mentor else 0, form.from_on.data)
        return _("带教人：%(name)s。", name=mentor.name if mentor else "")

    return _change(employee_no, do, mentor_form=form)


@bp.post("/people/<employee_no>/shops")
@requires(Permission.PERSON_EDIT)
def person_shops(employee_no: str) -> Response | tuple[str, int]:
    known = {shop.id for shop in queries.shops()}
    chosen = set(every_whole(request.form.getlist("shop")))

    def do(actor: Actor, found: Person) -> str:
        actions.set_shops(actor, found.id, chosen & known)
        return gettext("已保存。")

    return _change(employee_no, do)


@bp.post("/people/<employee_no>/tags")
@requires(Permission.PERSON_EDIT)
def person_tags(employee_no: str) -> Response | tuple[str, int]:
    """Say by which words rules may go for a person: written in one line, parted by 、 or a comma."""

    def do(actor: Actor, found: Person) -> str:
        words = TAGS.split(request.form.get("tags", ""))
        changed = actions.set_tags(actor, found.id, words)
        return _("标签已保存，学习任务已按规则更新。") if changed else _("没有改动。")

    return _change(employee_no, do)


@bp.post("/people/<employee_no>/close")
@requires(Permission.PERSON_EDIT)
def person_close(employee_no: str) -> Response | tuple[str, int]:
    def do(actor: Actor, found: Person) -> str:
        actions.close(actor, found.id)
        return _("%(name)s 的账号已停用，学习记录都在。", name=found.name)

    return _change(employee_no, do)


@bp.post("/people/<employee_no>/reopen")
@requires(Permission.PERSON_EDIT)
def person_reopen(employee_no: str) -> Response | tuple[str, int]:
    def do(actor: Actor, found: Person) -> str:
        actions.reopen(actor, found.id)
        return _("%(name)s 的账号已恢复。角色请重新授予。", name=found.name)

    return _change(employee_no, do)


@bp.post("/people/<employee_no>/sessions/end")
@requires(Permission.PERSON_EDIT)
def person_end_sessions(employee_no: str) -> Response | tuple[str, int]:
    def do(actor: Actor, found: Person) -> str:
        actions.end_sessions(actor, found.id)
        return gettext("已在所有设备上退出登录。")

    return _change(employee_no, do)
