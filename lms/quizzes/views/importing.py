"""Banks of questions that trainers bring along: choose a file, see every question, import all of them or none."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.actions.imports import one_at_a_time
from lms.content.show import show
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _, say
from lms.core.points import points_text
from lms.core.sheets.read import MOST_BYTES
from lms.questions.keyed import keyed
from lms.quizzes.actions import importing
from lms.quizzes.actions.importing import INTO, NEW_BANK, NEW_QUIZ, Done, Plan, Target
from lms.quizzes.importers.columns import COLUMNS, OPTION_COLUMNS, REASON
from lms.quizzes.importers.formats import FORMATS
from lms.quizzes.importers.reading import MOST_QUESTIONS
from lms.quizzes.importers.template import template
from lms.quizzes.importers.xlsx_write import refused_rows
from lms.quizzes.queries.banks_known import receivers
from lms.quizzes.views.files import file_response
from lms.quizzes.views.room import bp
from lms.web import uploads
from lms.web.auth import current_actor, requires

SHOWN = 300
"""Questions drawn in the preview; the others are imported all the same."""
XLSX = FORMATS["xlsx"].media_type
KEEP, SKIP = "keep", "skip"


@bp.get("/bank/import")
@requires(Permission.CONTENT_EDIT)
def bank_import() -> str | Response:
    """Show where to choose a file; `?template` gives the table to fill in."""
    if "template" in request.args:
        return file_response(template(), XLSX, _("题库导入模板") + ".xlsx")
    return _page()


@bp.post("/bank/import")
@requires(Permission.CONTENT_EDIT)
def bank_preview() -> str | tuple[str, int]:
    """Show what the file holds; nothing is written."""
    actor = current_actor()
    try:
        data = uploads.uploaded(most=MOST_BYTES)
        name = request.files["file"].filename or ""
        plan = importing.plan(name, data, request.form.get("format", ""))
        key = uploads.keep(actor, data)
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    return _preview(plan, name, key)


@bp.post("/bank/import/apply")
@requires(Permission.CONTENT_EDIT)
def bank_apply() -> str | Response | tuple[str, int]:
    """Write the questions that were shown into a draft, all or none, and open it in the editor."""
    actor = current_actor()
    plan: Plan | None = None
    name, key = request.form.get("name", ""), request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        plan = importing.plan(name, data, request.form.get("format", ""))
        rows = importing.kept(plan, _skipped(plan))
        pictures = importing.pictures_of(plan, rows)
        done = _once(key, data, lambda: importing.make(actor, name, plan, rows, _target(), pictures))
    except DomainError as error:
        if plan is None:
            return _page(error=say(error.message)), error.status
        return _preview(plan, name, key, error=say(error.message), fields=error.fields), error.status
    flash(_("导入了 %(n)s 道题，还没有发布。请看一遍，再发布。", n=done.questions), "ok")
    if done.lost:
        flash(_("有 %(n)s 张图片打不开，没有带过来。", n=done.lost), "warn")
    return redirect(url_for("content.edit", kind="quiz", slug=done.slug), 303)


@bp.get("/bank/import/refused")
@requires(Permission.CONTENT_EDIT)
def bank_refused() -> Response | tuple[str, int]:
    """Give the questions that were refused as a table with the reasons, to be mended and imported again."""
    name = request.args.get("name", "")
    try:
        data = uploads.kept(current_actor(), request.args.get("key", ""))
        _format, found = importing.taken(name, data, request.args.get("format", ""))
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    return file_response(refused_rows(found.refused, say), XLSX, _("没有导入的题") + ".xlsx")


def _once(key: str, data: bytes, make: Callable[[], Done]) -> Done:
    """Make it in one transaction. The button pressed twice makes it once: the second finds the file gone."""
    actor = current_actor()
    gone = False
    try:
        with transaction():
            one_at_a_time(actor)
            uploads.kept(actor, key)
            done = make()
            uploads.drop(actor, key)  # before the commit, which lets the second one go on
            gone = True
    except BaseException:
        if gone:
            uploads.keep(actor, data)
        raise
    return done


def _skipped(plan: Plan) -> set[int]:
    every = request.form.get("all", "")
    found = set()
    for row in plan.twins:
        usual = SKIP if row.twin and row.twin.is_same else KEEP
        if (every or request.form.get(f"twin-{row.number}", usual)) == SKIP:
            found.add(row.number)
    return found


def _target() -> Target:
    kind = request.form.get("target", NEW_BANK)
    return Target(
        kind=kind if kind in (NEW_BANK, NEW_QUIZ, INTO) else NEW_BANK,
        title=request.form.get("title", ""),
        slug=request.form.get("slug", "") if kind == INTO else "",
    )


def _preview(plan: Plan, name: str, key: str, **more: Any) -> str:
    return _page(
        plan=plan,
        name=name,
        key=key,
        keyed_of=keyed,
        points_text=points_text,
        receivers=receivers(),
        target=_target(),
        chosen=request.form,
        **more,
    )


def _page(**more: Any) -> str:
    columns = [column for column in COLUMNS if column not in OPTION_COLUMNS[1:] and column is not REASON]
    return render_template(
        "lms/quizzes/import.html",
        columns=columns,
        formats=[each for each in FORMATS.values() if each.reader],
        most=MOST_BYTES // 1_000_000,
        most_questions=MOST_QUESTIONS,
        shown=SHOWN,
        show=show,
        letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        **more,
    )
