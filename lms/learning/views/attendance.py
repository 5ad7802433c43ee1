"""签到: the printed sheet with its QR code, signing in by it, the trainer's list, closing."""

from urllib.parse import urlsplit

import segno
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import person_by_no
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, NotFound
from lms.core.i18n import _, ngettext, say
from lms.core.texts import text
from lms.learning.actions import attendance as acts
from lms.learning.actions.attendance import TOGETHER, Mark
from lms.learning.queries import seats, sessions
from lms.learning.queries.sessions import Row
from lms.learning.rules.sessions import CLOSES_AFTER, KINDS, OPENS_BEFORE, SeatState, State, may_sign_in
from lms.learning.session_forms import marks_of
from lms.learning.views.room import bp
from lms.learning.words import span
from lms.web.addresses import full_address
from lms.web.auth import current_actor, requires

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EMPTY_LINES = 5
"""Lines of the sheet for who comes unasked."""


@bp.get("/sessions/<session_id>/sheet", endpoint="sheet")
@requires(Permission.LEARN)
def sheet(session_id: str) -> str:
    """Show the sign-in sheet as one A4 page, with the code that opens the sign-in page."""
    row = run_by(current_actor(), session_id)
    people = [each for each in seats.sitting(row.id) if each.state not in (SeatState.WAITING, SeatState.CANCELLED)]
    address = _address(row)
    return render_template(
        "lms/learning/session_sheet.html",
        row=row,
        people=people,
        empty=range(EMPTY_LINES),
        span=span,
        kinds=KINDS,
        qr=segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff"),
        only_here=urlsplit(address).hostname in LOOPBACK,
    )


def _address(row: Row) -> str:
    """Return the full address of the sign-in page with its code, on the installation's own base where it has one."""
    return full_address(".check_in", session_id=row.public_id, code=row.code)


@bp.get("/sessions/<session_id>/check-in", endpoint="check_in")
@requires(Permission.LEARN)
def check_in_page(session_id: str) -> str:
    """Show who signs in to what, with one button: opening the page changes nothing."""
    return _check_in_page(sessions.one(current_actor(), session_id), request.args.get("code", ""))


@bp.post("/sessions/<session_id>/check-in")
@requires(Permission.LEARN)
def sign_in(session_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    code = request.form.get("code", "")[:64]
    try:
        with transaction():
            acts.check_in(actor, session_id, code)
    except Conflict as refused:
        return _check_in_page(sessions.one(actor, session_id), code, say(refused.message)), refused.status
    return redirect(url_for(".check_in", session_id=session_id), 303)


def _check_in_page(row: Row, code: str, error: str = "") -> str:
    now = clock.now()
    return render_template(
        "lms/learning/check_in.html",
        row=row,
        code=code[:64],
        error=error,
        span=span,
        is_open=row.state == State.PLANNED and may_sign_in(now, row.starts_at, row.ends_at),
        early=now < row.starts_at - OPENS_BEFORE,
        opens_at=row.starts_at - OPENS_BEFORE,
        closes_at=row.ends_at + CLOSES_AFTER,
    )


@bp.post("/sessions/<session_id>/attendance", endpoint="attendance")
@requires(Permission.LEARN)
def attendance(session_id: str) -> Response:
    """Keep what the list says; `do=close` closes the session too, `number` adds somebody who came unasked."""
    actor = current_actor()
    row = run_by(actor, session_id)
    here = url_for(".session", session_id=row.public_id, _anchor="people")
    people = [each.person_id for each in seats.sitting(row.id)]
    try:
        marks = dict(marks_of(request.form, people))
        number = request.form.get("number", "").strip()
        if number:
            person = _came_unasked(actor, number)
            marks[person] = Mark(state=SeatState.ATTENDED)
        ids = sorted(marks)
        changed = 0
        for start in range(0, len(ids), TOGETHER):
            with transaction():
                changed += acts.mark(actor, session_id, {each: marks[each] for each in ids[start : start + TOGETHER]})
        if request.form.get("do") == "close" and row.state == State.PLANNED:
            came, done = close_session(actor, row)
            flash(ngettext("已结束：%(n)s 人到场。", "已结束：%(n)s 人到场。", came) % {"n": came}, "ok")
            if done:
                flash(
                    ngettext("“%(title)s”记为完成：%(n)s 人。", "“%(title)s”记为完成：%(n)s 人。", done)
                    % {"n": done, "title": row.document_title},
                    "ok",
                )
        else:
            flash(_("已保存。") if changed else _("没有改动。"), "ok")
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "warn")
    return redirect(here, 303)


def _came_unasked(actor: Actor, number: str) -> int:
    try:
        return person_by_no(actor, number, Permission.SESSION_EDIT).id
    except NotFound:
        raise Conflict(text("没有工号是“%(no)s”的人，或不在您的团队。", no=number)) from None


def close_session(actor: Actor, row: Row) -> tuple[int, int]:
    """Write what attendance completes, a hundred people at a time, then close. Killed between, it is done again."""
    ids = acts.to_credit(row.public_id)
    done = 0
    for start in range(0, len(ids), TOGETHER):
        with transaction():
            done += acts.credit(actor, row.public_id, ids[start : start + TOGETHER])
    with transaction():
        came = acts.close(actor, row.public_id)
    return came, done


def run_by(actor: Actor, session_id: str) -> Row:
    """Return a session whose attendance the actor may note. Raises NotFound."""
    row = sessions.one(actor, session_id)
    if not sessions.runs(actor, row):
        raise NotFound()
    return row
