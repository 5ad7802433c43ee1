"""Intakes: the list, one of them with its members."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.forms import CohortForm
from lms.accounts.models import Cohort
from lms.accounts.views.blueprint import bp
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import today
from lms.core.i18n import _, gettext
from lms.core.texts import text
from lms.web.auth import current_actor, requires


def _trainer_id(typed: str) -> int | None:
    if not typed:
        return None
    trainer = queries.active_by_no(typed)
    if trainer is None:
        reason = text("没有找到在职员工 %(no)s。", no=typed)
        raise Invalid(reason, fields={"trainer": reason})
    return trainer.id


@bp.get("/cohorts")
@requires(Permission.PERSON_READ)
def cohorts() -> str:
    return _list(CohortForm(formdata=None, starts_on=today()))


def _list(form: CohortForm) -> str:
    actor = current_actor()
    return render_template(
        "lms/accounts/cohorts.html",
        rows=queries.cohorts(actor),
        form=form,
        may_edit=allows(actor, Permission.COHORT_EDIT),
    )


@bp.post("/cohorts")
@requires(Permission.COHORT_EDIT)
def cohort_open() -> Response | tuple[str, int]:
    form = CohortForm()
    if not form.validate():
        return _list(form), 422
    try:
        with transaction():
            made = actions.open_cohort(
                current_actor(),
                name=form.name.data,
                starts_on=form.starts_on.data,
                trainer_id=_trainer_id(form.trainer.data),
                room=form.room.data,
            )
            cohort_id = made.id
    except DomainError as error:
        form.take(error)
        return _list(form), error.status
    flash(gettext("批次已建好，请加学员。"), "ok")
    return redirect(url_for(".cohort", cohort_id=cohort_id))


@bp.get("/cohorts/<int:cohort_id>")
@requires(Permission.PERSON_READ)
def cohort(cohort_id: int) -> str:
    return _page(queries.cohort(current_actor(), cohort_id))


def _page(found: Cohort, form: CohortForm | None = None, **more: Any) -> str:
    actor = current_actor()
    trainer = queries.person_by_id(found.trainer_id) if found.trainer_id else None
    if form is None:
        form = CohortForm(formdata=None, obj=found, trainer=trainer.employee_no if trainer else "")
    members = queries.cohort_members(actor, found.id)
    return render_template(
        "lms/accounts/cohort.html",
        cohort=found,
        trainer=trainer,
        members=members,
        waiting=sum(row.active and not row.has_password for row in members),
        form=form,
        patterns=[one for one in queries.patterns(actor) if one.kind == "cohort" and one.owner_id == found.id],
        may_edit=allows(actor, Permission.COHORT_EDIT),
        may_print=allows(actor, Permission.SLIP_PRINT),
        may_roster=queries.sees_everybody(actor, Permission.ROSTER_EDIT),
        **more,
    )


@bp.post("/cohorts/<int:cohort_id>")
@requires(Permission.COHORT_EDIT)
def cohort_change(cohort_id: int) -> Response | tuple[str, int]:
    found, form = queries.cohort(current_actor(), cohort_id), CohortForm()
    if not form.validate():
        return _page(found, form), 422
    try:
        with transaction():
            actions.change_cohort(
                current_actor(),
                cohort_id,
                name=form.name.data,
                starts_on=form.starts_on.data,
                trainer_id=_trainer_id(form.trainer.data),
                room=form.room.data,
            )
    except DomainError as error:
        form.take(error)
        return _page(queries.cohort(current_actor(), cohort_id), form), error.status
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".cohort", cohort_id=cohort_id))


@bp.post("/cohorts/<int:cohort_id>/members")
@requires(Permission.COHORT_EDIT)
def cohort_add(cohort_id: int) -> Response | tuple[str, int]:
    """Add everybody whose number was typed or pasted, all or nobody; with a mentor where one was named."""
    actor = current_actor()
    found = queries.cohort(actor, cohort_id)
    typed = request.form.get("numbers", "")
    numbers = list(dict.fromkeys(number for number in re.split(r"[\s,，、;；]+", typed) if number))
    people = {number: queries.active_by_no(number) for number in numbers}
    unknown = [number for number, person in people.items() if person is None]
    if unknown or not numbers:
        error = (
            _("没有找到：%(numbers)s。一个也没有加。", numbers="、".join(unknown))
            if unknown
            else gettext("请填工号，一行一个。")
        )
        return _page(found, numbers=typed, numbers_error=error), 422
    ids = [person.id for person in people.values() if person]
    with transaction():
        added = actions.add_members(actor, cohort_id, ids)
    flash(_("加了 %(n)s 人。", n=added), "ok")
    return redirect(url_for(".cohort", cohort_id=cohort_id))


@bp.post("/cohorts/<int:cohort_id>/members/<int:person_id>/remove")
@requires(Permission.COHORT_EDIT)
def cohort_remove(cohort_id: int, person_id: int) -> Response:
    queries.cohort(current_actor(), cohort_id)
    with transaction():
        actions.remove_member(current_actor(), cohort_id, person_id)
    flash(gettext("已移出批次，学习记录都在。"), "ok")
    return redirect(url_for(".cohort", cohort_id=cohort_id))


@bp.post("/cohorts/<int:cohort_id>/mentors")
@requires(Permission.COHORT_EDIT)
def cohort_mentors(cohort_id: int) -> Response:
    """Set the mentors of the members, one number a row; rows left as they are stay."""
    actor = current_actor()
    queries.cohort(actor, cohort_id)
    changed, wrong = 0, []
    members = queries.cohort_members(actor, cohort_id)
    with transaction():
        for row in members:
            typed = request.form.get(f"mentor-{row.id}")
            if typed is None or typed.strip().casefold() == row.mentor_no.casefold():
                continue
            mentor = queries.active_by_no(typed) if typed.strip() else None
            if typed.strip() and (mentor is None or mentor.id == row.id):
                wrong.append(f"{row.name}：{typed.strip()[:40]}")
                continue
            actions.set_mentor(actor, row.id, mentor.id if mentor else None)
            changed += 1
    if changed:
        flash(_("换了 %(n)s 人的带教人。", n=changed), "ok")
    if wrong:
        flash(_("这几个带教人工号没找到，没有改：%(names)s", names="；".join(wrong)), "bad")
    return redirect(url_for(".cohort", cohort_id=cohort_id))
