"""Giving a duty by hand: choose, see whom it reaches, confirm."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import newest_cohorts, team_tree
from lms.assignments import actions, choosing
from lms.assignments.actions.give import TOGETHER
from lms.assignments.choosing import Chosen
from lms.assignments.forms import GiveForm
from lms.assignments.views.room import bp
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _, ngettext
from lms.web.auth import current_actor, requires


def _form(actor: Actor) -> GiveForm:
    form = GiveForm()
    form.document.choices = [("", _("请选择"))] + [(each.name, each.title) for each in choosing.choices(actor)]
    every = Scope.ALL in scopes(actor, Permission.ASSIGN)
    teams = [team for team in team_tree() if every or team.id in actor.teams_below]
    form.team.choices = [("", _("请选择"))] + [(str(team.id), "　" * team.depth + team.name) for team in teams]
    form.cohort.choices = [("", _("不限"))] + [(str(id), name) for id, name in newest_cohorts()]
    return form


@bp.get("/assign")
@requires(Permission.ASSIGN)
def give() -> str:
    """Show the empty form; `?document=course:slug` chooses what."""
    form = _form(current_actor())
    form.document.data = request.args.get("document", "")
    return render_template("lms/assignments/give.html", form=form, chosen=None)


@bp.post("/assign")
@requires(Permission.ASSIGN)
def give_submit() -> str | Response | tuple[str, int]:
    """Show whom it reaches; give it once that is confirmed."""
    actor = current_actor()
    form = _form(actor)
    chosen: Chosen | None = None
    status = 200
    if form.validate_on_submit():
        try:
            document_id = next(each.document_id for each in choosing.choices(actor) if each.name == form.document.data)
            chosen = choosing.choose(
                actor,
                document_id,
                team_id=int(form.team.data) if form.team.data else None,
                cohort_id=int(form.cohort.data) if form.cohort.data else None,
                due_on=form.due_on.data,
                today=today(),
            )
        except DomainError as error:
            form.take(error)
            status = error.status
        else:
            if request.form.get("do") == "give":
                _give(actor, document_id, chosen, form)
                return redirect(url_for("reports.completion", goal=form.document.data))
    else:
        status = 422
    return render_template("lms/assignments/give.html", form=form, chosen=chosen), status


def _give(actor: Actor, document_id: int, chosen: Chosen, form: GiveForm) -> None:
    people = chosen.person_ids
    for first in range(0, len(people), TOGETHER):
        with transaction():
            actions.assign(actor, people[first : first + TOGETHER], document_id, due_on=form.due_on.data)
    flash(ngettext("已派给 %(n)s 人。", "已派给 %(n)s 人。", len(people)) % {"n": len(people)}, "ok")
