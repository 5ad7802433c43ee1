"""现场: who sits a quiz now, and what those who run it may do: pause, more time, collect, windows, makeups."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import teams_within
from lms.core import clock
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import _, ngettext, say
from lms.core.texts import text
from lms.quizzes import sitting_forms as forms
from lms.quizzes.actions import makeups as giving
from lms.quizzes.actions import running as acts
from lms.quizzes.actions.running import Whom
from lms.quizzes.actions.windows import Of, Unconfirmed, change_window
from lms.quizzes.queries import live
from lms.quizzes.queries.exams import Exam, exam
from lms.quizzes.queries.scores import Wanted, scores
from lms.quizzes.rules.makeups import makeup_number
from lms.quizzes.rules.scores import Standing, in_order
from lms.quizzes.rules.windows import Window
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.forms import as_local
from lms.web.numbers import whole

AT_ONCE = 100
"""People in one transaction of a bulk act."""


@bp.get("/exams/<path:slug>/manage")
@requires(Permission.QUIZ_MANAGE)
def manage(slug: str) -> str | Response:
    """Show who sits now and which windows and makeups there are. `window`: whose is put into the form to change it."""
    actor = current_actor()
    found = exam(actor, slug)
    if found.slug != slug:
        return redirect(url_for(".manage", slug=found.slug), 301)
    return _page(actor, found, _window_form(actor, _of_address(actor, found)))


@bp.get("/exams/<path:slug>/live")
@requires(Permission.QUIZ_MANAGE)
def live_seats(slug: str) -> str:
    """The part of the page that is asked for again every ten seconds."""
    actor = current_actor()
    return render_template("lms/quizzes/_seats.html", **_seats(actor, exam(actor, slug)))


@bp.post("/exams/<path:slug>/manage")
@requires(Permission.QUIZ_MANAGE)
def act(slug: str) -> str | Response | tuple[str, int]:
    """Do what the pressed button says to those who are ticked, else to the team or everybody."""
    actor = current_actor()
    found = exam(actor, slug)
    do, whom = _pressed(found)
    try:
        if do == "end" and "confirmed" not in request.form:
            return _preview(actor, found, whom)
        done = _do(actor, found, do, whom)
    except NotFound:
        flash(_("选中的人已经交卷，或不在您管的团队里。"), "warn")
    except DomainError as refused:
        flash(say(refused.message), "bad")
    else:
        flash(done, "ok")
    return redirect(url_for(".manage", slug=found.slug), 303)


@bp.post("/exams/<path:slug>/windows")
@requires(Permission.QUIZ_MANAGE)
def set_window(slug: str) -> str | Response | tuple[str, int]:
    """Set a window, or take it away; ask first where that would end somebody's attempt at once."""
    actor = current_actor()
    found = exam(actor, slug)
    form = _window_form(actor)
    remove = "remove" in request.form
    if not form.validate() or (not remove and not _says_something(form)):
        return _page(actor, found, form), 422
    window = Window() if remove else form.window()
    try:
        of = _of(actor, form)
        with transaction():
            change = change_window(actor, found.document_id, of, window, confirmed=form.confirmed.data or 0)
    except Unconfirmed as asked:
        return (
            render_template(
                "lms/quizzes/window_confirm.html", exam=found, form=form, remove=remove, counts=asked.details
            ),
            409,
        )
    except DomainError as refused:
        if refused.status == 404:
            raise
        form.take(refused)
        return _page(actor, found, form), refused.status
    moved = change.earlier + change.later + change.ends_now
    done = _("已取消这个时段。") if remove else _("已保存这个时段。")
    flash(
        done
        + (
            ngettext("%(n)s 人的截止时间随之改变。", "%(n)s 人的截止时间随之改变。", moved) % {"n": moved}
            if moved
            else ""
        ),
        "ok",
    )
    return redirect(url_for(".manage", slug=found.slug, _anchor="windows"), 303)


@bp.get("/exams/<path:slug>/makeups")
@requires(Permission.QUIZ_MANAGE)
def makeups(slug: str) -> str | Response:
    """Show who may be given a makeup. `person`: numbers of those who are ticked already."""
    actor = current_actor()
    found = exam(actor, slug)
    if found.slug != slug:
        return redirect(url_for(".makeups", slug=found.slug), 301)
    return _makeups(actor, found, forms.MakeupForm(formdata=None), request.args.getlist("person"))


@bp.post("/exams/<path:slug>/makeups")
@requires(Permission.QUIZ_MANAGE)
def give_makeups(slug: str) -> str | Response | tuple[str, int]:
    actor = current_actor()
    found = exam(actor, slug)
    form = forms.MakeupForm()
    chosen = request.form.getlist("person")
    if not form.validate():
        return _makeups(actor, found, form, chosen), 422
    try:
        if not chosen:
            raise Invalid(text("请先勾选要补考的人。"))
        ids = list(live.managed(actor, chosen, "person").values())
        given, refused = 0, 0
        for start in range(0, len(ids), AT_ONCE):
            with transaction():
                part = giving.give_makeups(actor, found, ids[start : start + AT_ONCE], form.terms())
            given += len(part.given)
            refused += len(part.refused)
            for reason in set(part.refused.values()):
                flash(say(reason), "warn")
    except DomainError as error:
        if error.status == 404:
            raise
        form.take(error)
        return _makeups(actor, found, form, chosen), error.status
    if refused:
        flash(ngettext("%(n)s 人没有安排。", "%(n)s 人没有安排。", refused) % {"n": refused}, "warn")
    if given:
        flash(
            ngettext("已给 %(n)s 人安排补考，并通知到人。", "已给 %(n)s 人安排补考，并通知到人。", given)
            % {"n": given},
            "ok",
        )
    return redirect(url_for(".manage", slug=found.slug, _anchor="makeups"), 303)


@bp.post("/makeups/<makeup_id>/withdraw")
@requires(Permission.QUIZ_MANAGE)
def withdraw_makeup(makeup_id: str) -> Response:
    slug = request.form.get("slug", "")
    try:
        with transaction():
            giving.withdraw_makeup(current_actor(), makeup_id, request.form.get("reason", ""))
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "bad")
    else:
        flash(_("已撤回补考。"), "ok")
    return redirect(url_for(".manage", slug=slug, _anchor="makeups") if slug else url_for(".exams"), 303)


def _page(actor: Actor, found: Exam, form: forms.WindowForm) -> str:
    return render_template(
        "lms/quizzes/manage.html",
        form=form,
        windows=live.windows(actor, found.document_id),
        makeups=live.makeups(actor, found.document_id),
        now=clock.now(),
        **_seats(actor, found),
    )


def _seats(actor: Actor, found: Exam) -> dict[str, Any]:
    seats = live.seats(actor, found.document_id, clock.now())
    return {
        "exam": found,
        "seats": seats,
        "paused": sum(seat.paused_at is not None for seat in seats),
        "teams": teams_within(actor, Permission.QUIZ_MANAGE),
        "makeup_number": makeup_number,
    }


def _pressed(found: Exam) -> tuple[str, Whom]:
    do, _sep, one = request.form.get("do", "").partition(":")
    ticked = [one] if one else request.form.getlist("attempt")
    return do, Whom(
        document_id=found.document_id,
        attempts=tuple(ticked),
        team_id=None if ticked else whole(request.form.get("team")),
    )


def _do(actor: Actor, found: Exam, do: str, whom: Whom) -> str:
    if do == "end":
        wanted = acts.to_collect(actor, whom, confirmed=whole(request.form.get("confirmed")) or 0)
        count = 0
        for start in range(0, len(wanted), AT_ONCE):
            with transaction():
                count += acts.collect(actor, found.document_id, wanted[start : start + AT_ONCE])
        return ngettext("已收 %(n)s 份卷。", "已收 %(n)s 份卷。", count) % {"n": count}
    with transaction():
        if do == "pause":
            count = acts.pause(actor, whom)
            return ngettext("已暂停 %(n)s 人。", "已暂停 %(n)s 人。", count) % {"n": count}
        if do == "go_on":
            count = acts.go_on(actor, whom)
            return ngettext("%(n)s 人继续作答。", "%(n)s 人继续作答。", count) % {"n": count}
        if do == "extend":
            written = request.form.get("minutes", "")
            minutes = int(written) if written.isdecimal() and len(written) < 5 else 0
            count = acts.extend(actor, whom, minutes, seen_at=_shown_at())
            return ngettext("已给 %(n)s 人延长 %(m)s 分钟。", "已给 %(n)s 人延长 %(m)s 分钟。", count) % {
                "n": count,
                "m": minutes,
            }
    raise Invalid(text("请按页面上的按钮操作。"))


def _shown_at() -> datetime | None:
    """Return when the page was shown that was pressed, as it says itself."""
    try:
        said = datetime.fromisoformat(request.form.get("shown", ""))
    except ValueError:
        return None
    return said if said.tzinfo is not None else None


def _preview(actor: Actor, found: Exam, whom: Whom) -> str:
    names = {name for name, _person in acts.to_collect(actor, whom)}
    seats = [seat for seat in live.seats(actor, found.document_id, clock.now()) if seat.attempt_id in names]
    return render_template("lms/quizzes/collect.html", exam=found, seats=seats)


def _window_form(actor: Actor, values: dict[str, Any] | None = None) -> forms.WindowForm:
    """Return the form as posted, or with these values."""
    held = scopes(actor, Permission.QUIZ_MANAGE)
    more: dict[str, Any] = {} if values is None else {"formdata": None, "data": values}
    return forms.WindowForm(teams=teams_within(actor, Permission.QUIZ_MANAGE), for_all=Scope.ALL in held, **more)


def _of_address(actor: Actor, found: Exam) -> dict[str, Any]:
    """Return the values of the window that the address names, {} for a new one."""
    wanted = request.args.get("window", "")
    for row in live.windows(actor, found.document_id) if wanted else ():
        if wanted == whose(row) and row.mine:
            return {
                "whose": forms.ONE if row.employee_no else wanted,
                "employee_no": row.employee_no,
                "opens_at": as_local(row.opens_at),
                "closes_at": as_local(row.closes_at),
                "minutes": row.seconds // 60 if row.seconds else None,
                "attempts": row.attempts,
            }
    return {}


def whose(row: live.WindowRow) -> str:
    """Return the name of a window in an address: "all", "team:3", "person:A1001"."""
    if row.employee_no:
        return f"{forms.ONE}:{row.employee_no}"
    return f"team:{row.team_id}" if row.team_id else forms.ALL


def _of(actor: Actor, form: forms.WindowForm) -> Of:
    if form.whose.data == forms.ONE:
        number = (form.employee_no.data or "").strip()
        return Of(person_id=live.managed(actor, [number])[number])
    return Of(team_id=form.team_id)


def _says_something(form: forms.WindowForm) -> bool:
    if form.window().is_empty:
        form.form_errors.append(say(text("至少填一项：开始、结束、限时或次数。")))
        return False
    return True


def _makeups(actor: Actor, found: Exam, form: forms.MakeupForm, chosen: list[str]) -> str:
    lines = scores(actor, found.document_id, Wanted())
    open_to = [line for line in lines if line.standing in (Standing.FAILED, Standing.ABSENT)]
    return render_template(
        "lms/quizzes/makeups.html",
        exam=found,
        form=form,
        lines=in_order(open_to, "standing"),
        chosen=set(chosen),
    )
