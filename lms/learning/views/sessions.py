"""课堂: the list, one session, planning, changing, copying and cancelling it, enrolling and leaving."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import in_office, teams_within
from lms.core import clock
from lms.core.access import Actor, Permission, Scope, allows, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.i18n import _, ngettext, say
from lms.learning.actions import seats as seating
from lms.learning.actions import sessions as acts
from lms.learning.queries import seats, sessions
from lms.learning.queries.sessions import Row
from lms.learning.rules.sessions import CLOSES_AFTER, KINDS, OPENS_BEFORE, SEATS, Kind, SeatState, State
from lms.learning.session_forms import EVERYBODY, NOTHING, SessionForm
from lms.learning.views.reading import content_href
from lms.learning.views.room import bp
from lms.learning.words import span
from lms.web.auth import current_actor, requires
from lms.web.forms import as_local
from lms.web.numbers import every_whole, whole

USUAL = timedelta(hours=2)
PAGE = 50


@bp.get("/sessions", endpoint="sessions")
@requires(Permission.LEARN)
def index() -> str:
    """Show what lies ahead: own seats first, then what is open; `?past=1` shows what is over."""
    actor = current_actor()
    now = clock.now()
    plans = allows(actor, Permission.SESSION_EDIT)
    if request.args.get("past"):
        found = sessions.past(actor, now, limit=PAGE + 1, before=whole(request.args.get("before")))
        return render_template(
            "lms/learning/sessions_past.html",
            rows=found[:PAGE],
            more=found[PAGE - 1].id if len(found) > PAGE else None,
            kinds=KINDS,
            seat_words=SEATS,
            span=span,
            plans=plans,
        )
    rows = sessions.upcoming(actor, now)
    mine = [row for row in rows if row.seat in (SeatState.ENROLLED, SeatState.WAITING, SeatState.ATTENDED)]
    teaching = [row for row in rows if row.trainer_id == actor.id and row not in mine]
    return render_template(
        "lms/learning/sessions.html",
        mine=mine,
        teaching=teaching,
        others=[row for row in rows if row not in mine and row not in teaching],
        unclosed=sessions.unclosed(actor, now),
        kinds=KINDS,
        seat_words=SEATS,
        span=span,
        plans=plans,
    )


@bp.get("/sessions/<session_id>", endpoint="session")
@requires(Permission.LEARN)
def one(session_id: str) -> str:
    actor = current_actor()
    row = sessions.one(actor, session_id)
    now = clock.now()
    runs = sessions.runs(actor, row)
    people = seats.sitting(row.id) if runs else []
    lies_ahead = row.state == State.PLANNED and row.starts_at > now
    asks = lies_ahead and row.seat in ("", SeatState.CANCELLED)
    places = seats.places_of(row.id) if row.seat == SeatState.WAITING else []
    own = next((each for each in places if each.person_id == actor.id), None)
    waits_before = sum(
        own is not None and each.state == SeatState.WAITING and each.asked_at < own.asked_at for each in places
    )
    return render_template(
        "lms/learning/session.html",
        row=row,
        people=people,
        runs=runs,
        manages=sessions.manages(actor, row.team_id),
        lies_ahead=lies_ahead,
        open_to_me=row.by_choice and asks and sessions.is_open_to(actor, row),
        clash=seats.clashes([actor.id], row.starts_at, row.ends_at, but=row.id)[actor.id] if lies_ahead else None,
        waits_before=waits_before,
        signing=row.state == State.PLANNED and row.starts_at - OPENS_BEFORE <= now,
        sign_until=row.ends_at + CLOSES_AFTER,
        begun=row.starts_at <= now,
        kinds=KINDS,
        seat_words=SEATS,
        span=span,
        document_href=content_href(row.document_kind, row.document_slug) if row.document_id else "",
        copy_day=(as_local(max(row.starts_at, now)) or now).date() + timedelta(days=7),
    )


@bp.post("/sessions/<session_id>")
@requires(Permission.LEARN)
def seat(session_id: str) -> Response:
    """Enrol or leave, as the pressed button says."""
    actor = current_actor()
    try:
        with transaction():
            if request.form.get("do") == "leave":
                seating.leave(actor, session_id)
                message = _("已退出，名额让给候补的人。")
            else:
                taken = seating.enrol(actor, session_id)
                message = _("已进入候补名单，有空位会通知您。") if taken.state == SeatState.WAITING else _("已报名。")
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "warn")
    else:
        flash(message, "ok")
    return redirect(url_for(".session", session_id=session_id), 303)


@bp.get("/sessions/new")
@requires(Permission.SESSION_EDIT)
def new_session() -> str:
    """Show the form: tomorrow at two, for two hours. `document`: id of what attendance completes."""
    actor = current_actor()
    start = (as_local(clock.now()) or clock.now()) + timedelta(days=1)
    begins = start.replace(hour=14, minute=0)
    usual = {
        "kind": request.args.get("kind", Kind.CLASS.value),
        "starts_at": begins,
        "ends_at": begins + USUAL,
        "document": request.args.get("document", NOTHING),
        "trainer": actor.employee_no,
        "by_choice": True,
    }
    return _form_page(_form(actor, usual))


@bp.post("/sessions/new")
@requires(Permission.SESSION_EDIT)
def plan_session() -> Response | tuple[str, int]:
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _form_page(form), 422
    try:
        wanted = form.wanted()
        with transaction():
            name = acts.plan(actor, wanted).public_id
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("已安排。") if wanted.by_choice else _("已安排，接着把人加进来。"), "ok")
    return redirect(url_for(".session", session_id=name), 303)


@bp.get("/sessions/<session_id>/edit")
@requires(Permission.SESSION_EDIT)
def edit_session(session_id: str) -> str:
    actor = current_actor()
    row = managed(actor, session_id)
    return _form_page(_form(actor, _values(row), row), row)


@bp.post("/sessions/<session_id>/edit")
@requires(Permission.SESSION_EDIT)
def change_session(session_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    row = managed(actor, session_id)
    form = _form(actor, None, row)
    if not form.validate():
        return _form_page(form, row), 422
    try:
        wanted = form.wanted()
        with transaction():
            acts.change(actor, session_id, wanted)
    except DomainError as refused:
        if refused.status == 404:
            raise
        form.take(refused)
        return _form_page(form, row), refused.status
    flash(_("已保存。时间、地点或讲师变了的话，已通知报名的人。"), "ok")
    return redirect(url_for(".session", session_id=session_id), 303)


@bp.get("/sessions/<session_id>/cancel")
@requires(Permission.SESSION_EDIT)
def ask_cancel_session(session_id: str) -> str:
    """Say who would be told."""
    return _cancel_page(managed(current_actor(), session_id))


@bp.post("/sessions/<session_id>/cancel")
@requires(Permission.SESSION_EDIT)
def cancel_session(session_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    row = managed(actor, session_id)
    try:
        with transaction():
            acts.cancel(actor, session_id, request.form.get("why", ""))
    except DomainError as refused:
        return _cancel_page(row, say(refused.message)), refused.status
    flash(_("已取消，并通知了报名和候补的人。"), "ok")
    return redirect(url_for(".session", session_id=session_id), 303)


def _cancel_page(row: Row, error: str = "") -> str:
    people = [each for each in seats.sitting(row.id) if each.state in (SeatState.ENROLLED, SeatState.WAITING)]
    return render_template("lms/learning/session_cancel.html", row=row, people=people, span=span, error=error)


@bp.post("/sessions/<session_id>/copy")
@requires(Permission.SESSION_EDIT)
def copy_session(session_id: str) -> Response:
    """Plan the same on another day."""
    actor = current_actor()
    row = managed(actor, session_id)
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        flash(_("请选日期。"), "warn")
        return redirect(url_for(".session", session_id=row.public_id), 303)
    try:
        with transaction():
            name = acts.copy(actor, session_id, day).public_id
    except DomainError as refused:
        reasons = [say(reason) for reason in refused.fields.values()] or [say(refused.message)]
        flash(" ".join(reasons), "warn")
        return redirect(url_for(".session", session_id=row.public_id), 303)
    flash(_("已安排到另一天，报名的人不跟过去。"), "ok")
    return redirect(url_for(".session", session_id=name), 303)


@bp.get("/sessions/<session_id>/people")
@requires(Permission.SESSION_EDIT)
def session_people(session_id: str) -> str:
    """Show who could be put in, with what the time clashes with for each."""
    actor = current_actor()
    row = managed(actor, session_id)
    teams = teams_within(actor, Permission.SESSION_EDIT)
    chosen = request.args.get("team", "")
    team_id = int(chosen) if chosen in {str(team.id) for team in teams} else None
    words = request.args.get("q", "").strip()[:40]
    people = seats.candidates(actor, row, team_id=team_id, words=words)
    return render_template(
        "lms/learning/session_people.html",
        row=row,
        people=people,
        clashes=seats.clashes([each.person_id for each in people], row.starts_at, row.ends_at, but=row.id),
        teams=teams,
        team_id=team_id,
        words=words,
        seat_words=SEATS,
        span=span,
    )


@bp.post("/sessions/<session_id>/people")
@requires(Permission.SESSION_EDIT)
def put_people(session_id: str) -> Response:
    """Put the chosen people in, or take one out."""
    actor = current_actor()
    row = managed(actor, session_id)
    out = whole(request.form.get("out"))
    chosen = every_whole(request.form.getlist("person"))
    try:
        with transaction():
            if out is not None:
                seating.take_out(actor, session_id, out)
                message = _("已移出，并通知了本人。")
            else:
                put = seating.put(actor, session_id, chosen)
                message = ngettext("已加 %(n)s 人并通知。", "已加 %(n)s 人并通知。", put.seats) % {"n": put.seats}
                if put.waiting:
                    message += ngettext("名额已满，%(n)s 人候补。", "名额已满，%(n)s 人候补。", put.waiting) % {
                        "n": put.waiting
                    }
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "warn")
    else:
        flash(message, "ok")
    return redirect(url_for(".session", session_id=row.public_id, _anchor="people"), 303)


def managed(actor: Actor, session_id: str) -> Row:
    """Return a session that the actor may change. Raises NotFound."""
    row = sessions.one(actor, session_id)
    if not sessions.manages(actor, row.team_id):
        raise NotFound()
    return row


def _form(actor: Actor, values: dict[str, Any] | None = None, row: Row | None = None) -> SessionForm:
    """Return the form as posted, or with these values."""
    more: dict[str, Any] = {} if values is None else {"formdata": None, "data": values}
    form = SessionForm(
        team_rows=teams_within(actor, Permission.SESSION_EDIT),
        documents=sessions.documents_to_choose(actor),
        for_all=Scope.ALL in scopes(actor, Permission.SESSION_EDIT),
        **more,
    )
    if row is not None and row.document_id is not None and str(row.document_id) not in dict(form.document.choices):
        # Archived since, or chosen by who may read more: it stays.
        form.document.choices.append((str(row.document_id), row.document_title))
    return form


def _values(row: Row) -> dict[str, Any]:
    return {
        "title": row.title,
        "kind": row.kind,
        "starts_at": as_local(row.starts_at),
        "ends_at": as_local(row.ends_at),
        "place": row.place,
        "link": row.link,
        "trainer": sessions.trainer_number(row),
        "trainer_name": row.trainer if row.outside else "",
        "places": row.places,
        "team": str(row.team_id) if row.team_id else EVERYBODY,
        "by_choice": row.by_choice,
        "document": str(row.document_id) if row.document_id else NOTHING,
        "words": row.words,
    }


def _form_page(form: SessionForm, row: Row | None = None) -> str:
    return render_template("lms/learning/session_form.html", form=form, row=row, trainers=in_office(), span=span)
