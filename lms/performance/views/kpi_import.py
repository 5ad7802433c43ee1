"""Import of figures: upload, what would happen, what unknown columns mean, then exactly that."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.archives import ZIP
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.plain import from_plain
from lms.core.sheets.read import MOST_BYTES
from lms.core.texts import from_plain as sentence_of
from lms.performance.actions import figures as actions
from lms.performance.drawing import period_words
from lms.performance.jobs import kpis as jobs
from lms.performance.queries.figures import metrics
from lms.performance.rules.kpi_plan import Plan
from lms.performance.rules.kpi_sheet import Options, title_key
from lms.performance.rules.periods import Grain, period_of
from lms.performance.views.kpis import GRAINS, title_of, value_words
from lms.performance.views.room import bp
from lms.web import uploads
from lms.web.auth import current_actor, requires
from lms.web.tables import EXPORTS, download

BIG = 20_000
"""Figures from which the worker imports a file, while the page shows how far it is."""
LONG_WORKBOOK, LONG_TEXT = 300_000, 1_000_000
"""Bytes from which a file is read by the worker, too: some ten thousand rows, seconds of work."""
SHOWN = 200
EXAMPLES = ("csat", "first_response", "fcr", "sessions")
"""Metrics of the sheet to fill in."""


def _page(**more: Any) -> str:
    return render_template(
        "lms/performance/kpi_import.html",
        metrics=metrics(),
        grains=GRAINS,
        shown=SHOWN,
        words=value_words,
        period_words=period_words,
        title_key=title_key,
        most=actions.MOST_ROWS,
        **{"plan": None, "options": Options(), **more},
    )


@bp.get("/kpis/import")
@requires(Permission.KPI_IMPORT)
def kpi_import() -> str | Response:
    """Show where to upload; `?format=` gives a sheet to fill in, `?read=` what the worker has read in a long file."""
    if request.args.get("format") in EXPORTS:
        measured = metrics()
        heads = [_("工号"), _("姓名"), _("周期")]
        for code in EXAMPLES:
            if code in measured:
                heads += [title_of(measured[code]), _("%(name)s样本数", name=say(measured[code].name))]
        return download(
            request.args["format"], f"{_('指标导入模板')} {period_of(today(), Grain.MONTH).before}", heads, []
        )
    noted = uploads.noted(current_actor(), request.args.get("read", ""))
    if noted is None or noted["state"] != "read":
        return _page()
    plan: Plan = from_plain(Plan, noted["plan"])
    return _page(
        plan=plan,
        options=jobs.options_from(noted["options"]),
        key=noted["key"],
        name=noted["name"],
        mark=actions.mark_of(plan),
    )


@bp.post("/kpis/import")
@requires(Permission.KPI_IMPORT)
def kpi_preview() -> str | Response | tuple[str, int]:
    """Show what the file would do; nothing is changed. Sent again with other options for a file that is kept."""
    actor, form = current_actor(), request.form
    try:
        if form.get("key"):
            return _preview(actor, uploads.kept(actor, form["key"]), form.get("name", ""), _options(form))
        data, sent = uploads.uploaded(), request.files.get("file")
        return _preview(actor, data, (sent.filename or "") if sent else "", _options(form))
    except DomainError as error:
        return _page(error=say(error.message), options=_options(form)), error.status


def _options(form: MultiDict[str, str]) -> Options:
    grain = form.get("grain", "")
    scales = {code: form.get(f"scale-{code}", "") for code in metrics()}
    return Options(
        grain=Grain(grain) if grain in set(Grain) else None,
        fractions=frozenset(code for code, scale in scales.items() if scale == "fraction"),
        percents=frozenset(code for code, scale in scales.items() if scale == "percent"),
    )


def _preview(actor: Actor, data: bytes, name: str, options: Options) -> str | Response:
    if len(data) > (LONG_WORKBOOK if data.startswith(ZIP) else LONG_TEXT) and len(data) <= MOST_BYTES:
        return _left_to_the_worker(actor, data, name, options)
    plan = actions.plan_file(actor, data, options)
    return _page(
        plan=plan, options=options, key=uploads.keep(actor, data), name=_file_name(name), mark=actions.mark_of(plan)
    )


def _left_to_the_worker(actor: Actor, data: bytes, name: str, options: Options) -> Response:
    key = uploads.keep(actor, data)
    run = fingerprint("read", key, options, clock.now())
    rows = 0 if data.startswith(ZIP) else data.count(b"\n")
    with transaction():
        jobs.put_down(
            actor, run, {"key": key, "name": _file_name(name), "options": jobs.options_to(options), "total": rows}
        )
    return redirect(url_for(".kpi_progress", run=run), 303)


def _file_name(sent: str) -> str:
    """Return the last part of a file's name as it can be kept."""
    last = sent.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[: actions.LONGEST_NAME]


@bp.post("/kpis/import/columns")
@requires(Permission.KPI_IMPORT)
def kpi_columns() -> str | Response | tuple[str, int]:
    """Remember what unknown columns mean, then show the preview again."""
    actor, form = current_actor(), request.form
    try:
        data = uploads.kept(actor, form.get("key", ""))
        said = {
            title: "" if meant == "-" else meant
            for title, meant in zip(form.getlist("title"), form.getlist("means"), strict=False)
            if meant
        }
        with transaction():
            made = actions.remember(actor, said)
        if made:
            flash(_("已记住 %(n)s 列，以后的文件也这样读。", n=made), "ok")
        return _preview(actor, data, form.get("name", ""), _options(form))
    except DomainError as error:
        return _page(error=say(error.message), options=_options(form)), error.status


@bp.post("/kpis/import/apply")
@requires(Permission.KPI_IMPORT)
def kpi_apply() -> Response | tuple[str, int]:
    """Do what was shown, all of it or nothing; a long file is left to the worker."""
    actor, form = current_actor(), request.form
    key, options, name = form.get("key", ""), _options(form), _file_name(form.get("name", ""))
    mark = form.get("mark", "")
    try:
        data = uploads.kept(actor, key)
        size = form.get("size", "")
        if size.isascii() and size.isdigit() and len(size) < 9 and int(size) > BIG:
            run = fingerprint(key, options, mark)
            with transaction():
                jobs.put_down(
                    actor,
                    run,
                    {"key": key, "name": name, "options": jobs.options_to(options), "mark": mark, "total": int(size)},
                )
            return redirect(url_for(".kpi_progress", run=run), 303)
        with transaction():
            plan, _made = actions.apply_file(actor, data, name=name, options=options, shown=mark)
    except DomainError as error:
        return _page(error=say(error.message), options=options), error.status
    uploads.drop(actor, key)
    _tell(plan)
    return redirect(url_for(".kpi_imports"), 303)


def _tell(plan: Plan) -> None:
    flash(_("已导入：新增 %(new)s 个数，更正 %(changed)s 个。", new=plan.new, changed=plan.changed), "ok")


@bp.get("/kpis/import/progress")
@requires(Permission.KPI_IMPORT)
def kpi_progress() -> Response:
    """Show how far a long file is; the page follows it by itself, to the preview once it was read."""
    run = request.args.get("run", "")
    noted = uploads.noted(current_actor(), run)
    if noted is None:
        return redirect(url_for(".kpi_import"))
    if noted["state"] == "read":
        return redirect(url_for(".kpi_import", read=run), 303)
    error = say(sentence_of(noted["error"])) if "error" in noted else ""
    response = make_response(render_template("lms/performance/kpi_progress.html", noted=noted, run=run, error=error))
    if noted["state"] in ("waiting", "working"):
        response.headers["Refresh"] = "2"
    return response


@bp.post("/kpis/import/progress")
@requires(Permission.KPI_IMPORT)
def kpi_go_on() -> Response:
    """Do what waits now, where no worker runs."""
    jobs.import_waiting()
    return redirect(url_for(".kpi_progress", run=request.form.get("run", "")), 303)
