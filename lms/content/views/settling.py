"""Two versions that do not know of each other: two people saved, or the file and the database both changed."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.queries import Work
from lms.content.rules.compare import Comparison, compare
from lms.content.rules.merge import merge
from lms.content.views.room import at, bp, number_of, work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import _
from lms.core.texts import text
from lms.web.auth import current_actor, requires


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Two versions side by side. merged: both changes in one text, None where they touch the same lines."""

    ours: queries.Version
    theirs: queries.Version
    change: Comparison
    merged: str | None


@bp.get("/studio/<kind>/<path:slug>/settle")
@requires(Permission.CONTENT_EDIT)
def settle(kind: str, slug: str) -> str | Response:
    """Show both versions: `?mine=` is a save that came too late, without it the file's version."""
    work = work_at(kind, slug)
    mine = number_of("mine")
    if mine is None:
        if work.conflict_id is None:
            return redirect(at("edit", work))
        return render_template("lms/content/settle_file.html", work=work, sides=_sides(work, work.conflict_id))
    if mine == work.head_id:
        return redirect(at("edit", work))
    return render_template("lms/content/settle.html", work=work, sides=_sides(work, mine))


@bp.post("/studio/<kind>/<path:slug>/settle")
@requires(Permission.CONTENT_EDIT)
def settle_submit(kind: str, slug: str) -> Response:
    """Take one of the versions of two people, or both changes; what is not taken stays in the history."""
    work = work_at(kind, slug)
    mine, base = number_of("mine"), number_of("base_revision")
    if mine is None:
        raise Invalid(text("请选一个版本。"))
    if base != work.head_id:
        raise Conflict(text("这时又有人保存了新的草稿，请对照后再选。"), code="stale")
    sides = _sides(work, mine)
    match request.form.get("take"):
        case "mine":
            source = queries.text(mine)
        case "both" if sides.merged is not None:
            source = sides.merged
        case _:
            raise Invalid(text("请选一个版本。"))
    with transaction():
        saved = actions.save_draft(current_actor(), work.card.document_id, base, source)
    if saved.conflict is not None:
        return redirect(at("settle", work, mine=saved.revision_id), 303)
    flash(_("已保存。另一个版本留在历史里。"), "ok")
    return redirect(at("edit", work), 303)


@bp.post("/studio/<kind>/<path:slug>/settle-file")
@requires(Permission.CONTENT_PUBLISH)
def settle_file(kind: str, slug: str) -> Response:
    """Settle what file and database both changed."""
    work = work_at(kind, slug)
    actor = current_actor()
    match request.form.get("take"):
        case "file":
            with transaction():
                actions.take_file(actor, work.card.document_id)
            flash(_("已采用文件里的版本并发布。数据库里的版本留在历史里。"), "ok")
        case "database":
            with transaction():
                actions.take_database(actor, work.card.document_id)
            flash(_("已保留数据库里的版本。下次导出会写回文件。"), "ok")
        case _:
            raise Invalid(text("请选一个版本。"))
    return redirect(at("history", work), 303)


def _sides(work: Work, other: int) -> Sides:
    """Compare what stands now with another version of the same document. Raises NotFound."""
    if work.head_id is None:
        raise NotFound()
    ours = queries.version(work.card.document_id, id=other)
    theirs = queries.version(work.card.document_id, id=work.head_id)
    here, there = queries.text(theirs.id), queries.text(ours.id)
    merged = merge(queries.text(ours.parent_id), there, here).text if ours.parent_id else None
    return Sides(ours=ours, theirs=theirs, change=compare(here, there), merged=merged)
