"""A document's address and its end: copied, renamed with a redirect, archived and brought back."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.actions import bulk
from lms.content.forms import Duplicate, Rename
from lms.content.queries import Work
from lms.content.views.room import at, bp, reader_address, work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import _
from lms.core.texts import text
from lms.web.auth import current_actor, requires


@bp.get("/studio/<kind>/<path:slug>/rename")
@requires(Permission.CONTENT_PUBLISH)
def rename(kind: str, slug: str) -> str | Response:
    work = work_at(kind, slug)
    if work.card.slug != slug:
        return redirect(at("rename", work), 301)
    return _rename(work, Rename(formdata=None, slug=work.card.slug, follow=True))


@bp.post("/studio/<kind>/<path:slug>/rename")
@requires(Permission.CONTENT_PUBLISH)
def rename_submit(kind: str, slug: str) -> str | Response | tuple[str, int]:
    """Give the document another address; the old one leads there."""
    work = work_at(kind, slug)
    form = Rename()
    if not form.validate():
        return _rename(work, form), 422
    try:
        with transaction():
            others = bulk.move(current_actor(), work.card.document_id, form.slug.data, follow=form.follow.data)
    except DomainError as error:
        error.fields.setdefault("slug", error.message)
        form.take(error)
        return _rename(work, form), error.status
    told = _("已改名。旧地址会自动跳到新地址。")
    flash(f"{told} {_('%(n)s 份内容里的链接也改好了。', n=others)}" if others else told, "ok")
    return redirect(at("history", work_at(kind, form.slug.data)), 303)


@bp.get("/studio/<kind>/<path:slug>/duplicate")
@requires(Permission.CONTENT_EDIT)
def duplicate(kind: str, slug: str) -> str:
    work = work_at(kind, slug)
    title = _("%(title)s（副本）", title=work.card.title)
    return _duplicate(work, Duplicate(formdata=None, title=title[:120], slug=f"{work.card.slug}-copy"))


@bp.post("/studio/<kind>/<path:slug>/duplicate")
@requires(Permission.CONTENT_EDIT)
def duplicate_submit(kind: str, slug: str) -> str | Response | tuple[str, int]:
    """Begin a new document with the text of this one."""
    work = work_at(kind, slug)
    form = Duplicate()
    if not form.validate():
        return _duplicate(work, form), 422
    try:
        with transaction():
            bulk.duplicate(current_actor(), work.card.document_id, form.slug.data, form.title.data)
    except DomainError as error:
        error.fields.setdefault("slug", error.message)
        form.take(error)
        return _duplicate(work, form), error.status
    flash(_("已复制成一份新草稿，原来的那份没有变。"), "ok")
    return redirect(at("edit", work_at(kind, form.slug.data)), 303)


@bp.get("/studio/<kind>/<path:slug>/archive")
@requires(Permission.CONTENT_PUBLISH)
def archive(kind: str, slug: str) -> str:
    """Say whom it touches before a document is withdrawn."""
    work = work_at(kind, slug)
    impacts = [] if work.card.state == "archived" else actions.archive_preview(work.card.document_id)
    links = queries.backlinks(work.card.document_id)
    return render_template("lms/content/archive.html", work=work, impacts=impacts, links=links)


@bp.post("/studio/<kind>/<path:slug>/archive")
@requires(Permission.CONTENT_PUBLISH)
def archive_submit(kind: str, slug: str) -> Response:
    """Withdraw a document, or offer it again."""
    work = work_at(kind, slug)
    match request.form.get("do"):
        case "archive":
            with transaction():
                actions.archive(current_actor(), work.card.document_id)
            flash(_("已归档。学过的记录都在，可以随时恢复。"), "ok")
        case "unarchive":
            with transaction():
                actions.unarchive(current_actor(), work.card.document_id)
            flash(_("已恢复。"), "ok")
        case _:
            raise Invalid(text("没看懂这次提交，请从页面上的按钮操作。"))
    return redirect(at("history", work_at(kind, work.card.slug)), 303)


def _duplicate(work: Work, form: Duplicate) -> str:
    return render_template("lms/content/duplicate.html", work=work, form=form)


def _rename(work: Work, form: Rename) -> str:
    return render_template(
        "lms/content/rename.html",
        work=work,
        form=form,
        links=queries.backlinks(work.card.document_id),
        reader=reader_address(work),
    )
