"""What the days of a peak bring: a file, seen before it is taken over, or a forecast out of history."""

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError
from lms.core.fingerprint import fingerprint
from lms.core.i18n import _, current_locale, say
from lms.core.sheets import Column
from lms.core.texts import text
from lms.readiness.actions import staffing as acts
from lms.readiness.actions.staffing import FORECAST, HISTORY
from lms.readiness.forms import HistoryForm
from lms.readiness.queries import staffing as reading
from lms.readiness.queries.forecasts import can_begin, forecast
from lms.readiness.queries.staffing import Row
from lms.readiness.rules.forecast import Guess, backtest
from lms.readiness.rules.need import Volume
from lms.readiness.rules.volume_file import COLUMNS
from lms.readiness.views.room import bp
from lms.readiness.views.staffing import managed
from lms.web import uploads
from lms.web.auth import requires
from lms.web.tables import download


def _page(row: Row, error: str = "") -> str:
    known = reading.history(row.team_ids)
    return render_template(
        "lms/readiness/staff_import.html",
        row=row,
        error=error,
        known=(len(known), min(known), max(known)) if known else None,
        days=(row.until_on - row.from_on).days + 1,
    )


@bp.get("/staffing/<staffing_id>/import")
@requires(Permission.STAFFING_EDIT)
def import_days(staffing_id: str) -> str | Response:
    """Ask for a file, or give a sheet to fill in."""
    _actor, row = managed(staffing_id)
    if request.args.get("template"):
        span = [row.from_on + timedelta(days=ahead) for ahead in range((row.until_on - row.from_on).days + 1)]
        heads = [_head(column) for column in COLUMNS]
        return download("xlsx", _("单量导入模板"), heads, [[day.isoformat(), "", "", ""] for day in span])
    return _page(row)


def _head(column: Column) -> str:
    """Return the name of a column in the reader's language; the import knows both."""
    english = next((name for name in column.synonyms if name.isascii()), column.name)
    return column.name if current_locale() == "zh_CN" else english


def _what() -> str:
    return HISTORY if request.form.get("what") == HISTORY else FORECAST


@bp.post("/staffing/<staffing_id>/import")
@requires(Permission.STAFFING_EDIT)
def preview_days(staffing_id: str) -> str | tuple[str, int]:
    """Show what the file would do; nothing is changed."""
    actor, row = managed(staffing_id)
    try:
        data = uploads.uploaded()
        plan = acts.plan_file(row, data, _what())
    except DomainError as error:
        return _page(row, say(error.message)), error.status
    return render_template(
        "lms/readiness/staff_import_seen.html",
        row=row,
        plan=plan,
        what=_what(),
        key=uploads.keep(actor, data),
        digest=fingerprint(_what(), plan),
    )


@bp.post("/staffing/<staffing_id>/import/apply")
@requires(Permission.STAFFING_EDIT)
def apply_days(staffing_id: str) -> Response | tuple[str, int]:
    actor, row = managed(staffing_id)
    key = request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        with transaction():
            count = acts.apply_file(actor, row, data, _what(), request.form.get("digest", ""))
    except DomainError as error:
        return _page(row, say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入 %(n)s 天。", n=count), "ok")
    end = ".staff_plan" if _what() == FORECAST else ".forecast_days"
    return redirect(url_for(end, staffing_id=staffing_id), 303)


@bp.get("/staffing/<staffing_id>/forecast")
@requires(Permission.STAFFING_EDIT)
def forecast_days(staffing_id: str) -> str | tuple[str, int]:
    """Show what history says of each day, what that rests on, and how far off it has been."""
    _actor, row = managed(staffing_id)
    form = HistoryForm(formdata=request.args if "growth" in request.args else None)
    return _forecast_page(row, form)


@bp.post("/staffing/<staffing_id>/forecast")
@requires(Permission.STAFFING_EDIT)
def take_forecast(staffing_id: str) -> Response | str | tuple[str, int]:
    """Take over the days that were shown."""
    actor, row = managed(staffing_id)
    form = HistoryForm(formdata=request.form)
    if not _fits(row, form):
        return _forecast_page(row, form)
    found = _forecast(row, form)
    volumes = {day: volume for day, (_guess, volume) in found.items()}
    try:
        if not volumes or fingerprint(volumes) != request.form.get("digest", ""):
            raise Conflict(text("预览以后数据有变化，请再看一遍。"))
        with transaction():
            acts.set_days(actor, staffing_id, volumes)
    except Conflict as refused:
        return _forecast_page(row, form, say(refused.message))
    flash(_("已采用 %(n)s 天的预测。", n=len(volumes)), "ok")
    return redirect(url_for(".staff_plan", staffing_id=staffing_id), 303)


def _fits(row: Row, form: HistoryForm) -> bool:
    """Return whether the form makes sense; a last year of long ago or of the peak itself does not."""
    if not form.validate():
        return False
    if not can_begin(row, form.last_year.data):
        form.last_year.errors = [*form.last_year.errors, _("填这次大促以前三年内的一天。")]
        return False
    return True


def _forecast(row: Row, form: HistoryForm) -> dict[date, tuple[Guess, Volume]]:
    return forecast(row, form.growth.data, form.last_year.data)


def _forecast_page(row: Row, form: HistoryForm, error: str = "") -> str | tuple[str, int]:
    asked = request.method == "POST" or "growth" in request.args
    found = _forecast(row, form) if not asked or _fits(row, form) else {}
    known = reading.history(row.team_ids)
    page = render_template(
        "lms/readiness/staff_forecast.html",
        row=row,
        form=form,
        error=error,
        found=found,
        known=len(known),
        tried=backtest({day: each.orders for day, each in known.items()}),
        digest=fingerprint({day: volume for day, (_guess, volume) in found.items()}),
        days=(row.until_on - row.from_on).days + 1,
    )
    if error:
        return page, 409
    return (page, 422) if form.errors else page
