"""Pages of the first steps. Each step is done here or on the page that is there for it anyway."""

from datetime import date, timedelta

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.accounts.slip_codes import only_here
from lms.content import jobs
from lms.content.actions import owners
from lms.core.access import Permission
from lms.core.audit import audit
from lms.core.calendar import MONDAY_TO_FRIDAY
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import settings, today
from lms.core.i18n import _, gettext, say
from lms.core.installation import company, written
from lms.core.texts import text
from lms.home.blueprint import bp
from lms.home.setup import actions, queries, rules
from lms.home.setup.forms import CompanyForm, IntakeForm
from lms.home.setup.rules import Step
from lms.web.auth import current_actor, requires
from lms.web.shell import wants_json

HELD = "setup"
"""In the session: this browser is at the first steps, so other pages offer the way back. Nothing rests on it."""

DOCUMENTS = 50
"""Documents that one step of loading takes."""


@bp.get("/setup")
@requires(Permission.INSTALLATION_EDIT)
def setup() -> str:
    """Show the five steps and what comes next."""
    found = queries.facts()
    steps = rules.standings(found)
    done = rules.in_training(found)
    if done:
        session.pop(HELD, None)
    else:
        session[HELD] = True
    return render_template(
        "lms/home/setup/index.html",
        steps=steps,
        facts=found,
        now=next((each for each in steps if each.state == rules.State.NOW), None),
        done=done,
        left=rules.minutes_left(steps),
        only_here=only_here(settings().base_url or request.url_root),
        ways={
            Step.COMPANY: url_for(".setup_company"),
            Step.STAFF: url_for("accounts.staff_import"),
            Step.CONTENT: url_for(".setup_content"),
            Step.COHORT: url_for(".setup_cohort"),
            Step.SLIPS: url_for("accounts.cohort", cohort_id=found.cohort_id) if found.cohort_id else "",
        },
    )


@bp.get("/setup/company")
@requires(Permission.INSTALLATION_EDIT)
def setup_company() -> str:
    kept = written()
    shown = {"company": kept.company, "help_line": kept.help_line, "name": current_actor().name}
    return _company(CompanyForm(formdata=None, data=shown))


def _company(form: CompanyForm) -> str:
    return render_template(
        "lms/home/setup/company.html",
        form=form,
        facts=queries.facts(),
        teams=[team for team in accounts.team_tree() if team.depth],
        shops=accounts.shops(),
        set_elsewhere=settings(),
    )


@bp.post("/setup/company")
@requires(Permission.INSTALLATION_EDIT)
def setup_company_save() -> Response | tuple[str, int]:
    form = CompanyForm()
    if not form.validate():
        return _company(form), 422
    try:
        with transaction():
            actions.describe(
                current_actor(), company=form.company.data, help_line=form.help_line.data, name=form.name.data
            )
    except DomainError as error:
        form.take(error)
        return _company(form), error.status
    flash(_("已保存：%(name)s。", name=company()), "ok")
    return redirect(url_for(".setup_company") + "#shape")


@bp.get("/setup/content")
@requires(Permission.INSTALLATION_EDIT)
def setup_content() -> str:
    return _content()


def _content(error: DomainError | None = None) -> str:
    waiting, files = jobs.waiting_files(settings().content_path)
    strangers = owners.strangers()
    steward = accounts.person_by_id(strangers.steward_id) if strangers.steward_id else None
    trainers = queries.trainers()
    chosen = request.values.get("owner", "")
    return render_template(
        "lms/home/setup/content.html",
        files=files,
        waiting=waiting,
        plans=queries.plans(),
        strangers=strangers,
        steward=steward,
        trainers=trainers,
        chosen=next((one for one in trainers if one.employee_no == chosen), None),
        error=say(error.message) if error else "",
    )


@bp.post("/setup/content/load")
@requires(Permission.INSTALLATION_EDIT)
def setup_content_load() -> Response:
    """Take the next documents in and say how many are left; what can't be taken is said once nothing else is left."""
    outcome = jobs.sync_files(settings().content_path, most=DOCUMENTS)
    made = len(outcome.created) + len(outcome.updated)
    if made:
        with transaction():
            loaded = {"created": len(outcome.created), "updated": len(outcome.updated)}
            audit(current_actor().id, "content.loaded", "installation", 1, after=loaded)
    left = outcome.left if made else 0
    if not left:
        refused = sorted({each.path for each in outcome.refused})
        if refused:
            shown = "、".join(refused[:5])
            flash(_("%(n)s 份内容没有通过检查，没有载入：%(paths)s。", n=len(refused), paths=shown), "warn")
        else:
            flash(gettext("内容已全部载入。"), "ok")
    if wants_json():
        return jsonify(left=left, made=made)
    return redirect(url_for(".setup_content"))


@bp.post("/setup/content/owner")
@requires(Permission.INSTALLATION_EDIT)
def setup_content_owner() -> Response | tuple[str, int]:
    """Give the documents whose owner nobody here is to the trainer who was shown with them."""
    chosen = next((one for one in queries.trainers() if one.employee_no == request.form.get("owner", "")), None)
    try:
        if chosen is None:
            raise Invalid(text("请先选一位培训师。"))
        with transaction():
            changed = owners.take_over(current_actor(), chosen.id)
    except DomainError as error:
        return _content(error), error.status
    flash(_("%(n)s 份内容现在由 %(name)s 负责。", n=changed, name=chosen.name), "ok")
    return redirect(url_for(".setup"))


@bp.get("/setup/cohort")
@requires(Permission.INSTALLATION_EDIT)
def setup_cohort() -> str:
    people = queries.newcomers()
    form = _intake(formdata=None)
    return _cohort(form, people, members=[one.employee_no for one in people], weekdays=MONDAY_TO_FRIDAY)


def _intake(**more: None) -> IntakeForm:
    start = _next_workday(today())
    trainers = queries.trainers()
    plans = queries.plans()
    form = IntakeForm(
        starts_on=start,
        name=_("%(month)s期", month=f"{start:%y%m}"),
        trainer=trainers[0].employee_no if len(trainers) == 1 else "",
        **more,
    )
    form.curriculum.choices = [(str(plan.document_id), plan.title) for plan in plans]
    form.trainer.choices = [("", _("以后再定"))] + [
        (one.employee_no, f"{one.name} {one.employee_no}") for one in trainers
    ]
    return form


def _next_workday(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _cohort(
    form: IntakeForm,
    people: list[queries.Somebody],
    *,
    members: list[str],
    weekdays: int,
    numbers: str = "",
    errors: dict[str, str] | None = None,
) -> str:
    return render_template(
        "lms/home/setup/cohort.html",
        form=form,
        people=people,
        chosen=frozenset(members),
        typed={one.id: request.form.get(f"mentor-{one.id}", one.mentor_no) for one in people},
        mentors=queries.likely_mentors(),
        weekdays=weekdays,
        numbers=numbers,
        errors=errors or {},
        facts=queries.facts(),
    )


@bp.post("/setup/cohort")
@requires(Permission.INSTALLATION_EDIT)
def setup_cohort_open() -> Response | tuple[str, int]:
    """Open the intake that was filled in, with everything of it or nothing."""
    people, form = queries.newcomers(), _intake()
    ticked = [one for one in people if one.employee_no in request.form.getlist("member")]
    numbers = request.form.get("numbers", "")
    members = [one.employee_no for one in ticked] + numbers.replace("、", " ").replace("，", " ").replace(
        ",", " "
    ).split()
    weekdays = sum(1 << int(day) for day in set(request.form.getlist("weekday")) if day in set("0123456"))
    errors: dict[str, str] = {}
    status = 422
    if form.validate():
        try:
            with transaction():
                cohort_id = actions.open_intake(
                    current_actor(),
                    actions.Intake(
                        name=form.name.data,
                        starts_on=form.starts_on.data,
                        document_id=int(form.curriculum.data),
                        trainer_no=form.trainer.data,
                        room=form.room.data,
                        weekdays=weekdays,
                        members=members,
                        mentors={one.employee_no: request.form.get(f"mentor-{one.id}", "").strip() for one in ticked},
                        mentor=form.mentor.data,
                    ),
                )
        except DomainError as error:
            form.take(error)
            errors = {name: say(reason) for name, reason in error.fields.items()}
            status = error.status
        else:
            count = len(dict.fromkeys(members))
            flash(_("批次已建好，%(n)s 人拿到了培训计划。接下来打印登录条。", n=count), "ok")
            return redirect(url_for("accounts.cohort", cohort_id=cohort_id))
    page = _cohort(form, people, members=members, weekdays=weekdays, numbers=numbers, errors=errors)
    return page, status
