"""到期的账号: whose account ends by itself within the next days, and putting the day off for many."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.actions import endings as acts
from lms.accounts.queries import endings as reading
from lms.accounts.rules.endings import SOON, Extension
from lms.accounts.views.blueprint import bp
from lms.accounts.views.people import employment_word, seen_teams
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import ngettext, say
from lms.core.texts import text
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.shell import show_day

SPANS = (SOON, 14, 30, 90)
MOST_DAYS = 400


@bp.get("/people/closing")
@requires(Permission.PERSON_READ)
def closing() -> str:
    """Show whose account ends within `days`, of a `team` if one is named."""
    return _page()


@bp.post("/people/closing")
@requires(Permission.PERSON_EDIT)
def closing_extend() -> str | Response | tuple[str, int]:
    """Show whose last day would become another; sent again with what was seen, it is done."""
    actor, numbers, typed = current_actor(), request.form.getlist("person"), request.form.get("to", "")
    try:
        to = _day(typed)
        if request.form.get("do") != "apply":
            return _page(plan=acts.plan_extension(actor, numbers, to), chosen=set(numbers), to=typed)
        with transaction():
            done = acts.extend(actor, numbers, to, request.form.get("digest", ""))
    except NotFound:
        raise
    except DomainError as refused:
        errors = {name: say(reason) for name, reason in refused.fields.items()}
        said = "" if errors else say(refused.message)
        return _page(errors=errors, said=said, chosen=set(numbers), to=typed[:20]), refused.status
    words = ngettext("%(n)s 人的账号延到 %(day)s。", "%(n)s 人的账号延到 %(day)s。", done)
    flash(words % {"n": done, "day": show_day(to, year=True)}, "ok")
    return redirect(url_for(".closing", days=_days(), team=_team() or None), 303)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        reason = text("请选今天或以后的日子。")
        raise Invalid(reason, fields={"to": reason}) from None


def _days() -> int:
    days = whole(request.values.get("days"))
    return SOON if days is None else min(days, MOST_DAYS)


def _team() -> int | None:
    return whole(request.values.get("team"))


def _page(plan: Extension | None = None, **more: Any) -> str:
    actor, days = current_actor(), _days()
    people = reading.ending(actor, today() + timedelta(days=days), team_id=_team())
    return render_template(
        "lms/accounts/closing.html",
        people=people,
        days=days,
        spans=sorted({*SPANS, days}),
        team=_team(),
        teams=seen_teams(actor),
        today=today(),
        plan=plan,
        words=employment_word,
        may_edit=allows(actor, Permission.PERSON_EDIT),
        **{"errors": {}, "said": "", "chosen": set(), "to": "", **more},
    )
