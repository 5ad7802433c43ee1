"""The editor: the source with its problems, the learner's view beside it, saving a draft."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.events import PublishPreview
from lms.content.kinds import kinds
from lms.content.queries import Work, marks, reviewing
from lms.content.queries.autosave import others, unsaved
from lms.content.rules import properties
from lms.content.rules.toolbar import toolbar
from lms.content.views.desk import SHOWN, Desk, as_json, blank, count_words, look_at, mended
from lms.content.views.drawing import FORM, SOURCE, Drawn, cookie, draw, has_form, script_of, view_of
from lms.content.views.keeping import who_else
from lms.content.views.room import at, bp, number_of, reader_address, text_of, text_sent, work_at
from lms.core import clock
from lms.core.access import Permission
from lms.core.bus import ask
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import settings
from lms.core.i18n import _, say
from lms.web.auth import current_actor, requires
from lms.web.shell import show_time, wants_json


@bp.get("/studio/<kind>/<path:slug>/edit")
@requires(Permission.CONTENT_EDIT)
def edit(kind: str, slug: str) -> str | Response:
    """Open the draft, else what is published; unsaved at first: `?from=` another version, `?unsaved` what was kept."""
    work = work_at(kind, slug)
    other = number_of("from")
    if work.card.slug != slug:
        return redirect(at("edit", work), 301)
    left = unsaved(current_actor().id, work.card.document_id) if "unsaved" in request.args else None
    if left is not None:
        return page(work, left.text, saved=False, base=left.base_revision_id)
    if other is not None and other != work.head_id:
        return page(work, queries.text(queries.version(work.card.document_id, id=other).id), saved=False)
    return page(work, text_of(work.head_id), saved=True)


@bp.post("/studio/<kind>/<path:slug>/edit")
@requires(Permission.CONTENT_EDIT)
def save(kind: str, slug: str) -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Keep the text as the draft, with what others saved meanwhile; where both changed one place the person chooses."""
    work = work_at(kind, slug)
    base = number_of("base_revision")
    try:
        source = text_sent(base)
        with transaction():
            saved = actions.save_draft(
                current_actor(), work.card.document_id, base, source, request.form.get("note", "")
            )
    except DomainError as error:
        return refused(work, error, base)
    if saved.conflict is not None:
        where = at("settle", work, mine=saved.revision_id)
        if wants_json():
            return jsonify(error=say(saved.conflict.message), settle=where), 409
        return redirect(where, 303)
    joined = saved.joined
    together = (
        _("已和%(who)s的修改合并：改的不是同一处，两边的改动都在草稿里。", who=joined.author or _("文件"))
        if joined
        else ""
    )
    if wants_json():
        answer = {
            "base_revision": saved.revision_id,
            "saved": _("已保存 %(time)s", time=show_time(clock.now())),
            "standing": standing(work_at(kind, work.card.slug)),
        }
        if joined is not None:
            # behind: the base of whoever has typed on since; what was sent, unless that is the whole text already.
            behind = saved.revision_id if joined.source == source else saved.kept_id or base
            answer |= {"joined": together, "markdown": joined.source, "behind": behind}
        return jsonify(answer)
    if together:
        flash(together, "ok")
    return redirect(at("publish" if request.form.get("then") == "publish" else "edit", work), 303)


@bp.post("/studio/<kind>/<path:slug>/preview")
@requires(Permission.CONTENT_EDIT)
def preview(kind: str, slug: str) -> Response | tuple[Response, int]:
    """Say what is wrong with a text that is being typed, and what a learner would see of it. Nothing is kept."""
    work = work_at(kind, slug)
    try:
        return _desk_json(work, look_at(work.card, text_sent(number_of("base_revision"))))
    except DomainError as error:
        return jsonify(error=say(error.message)), error.status


@bp.post("/studio/<kind>/<path:slug>/fix")
@requires(Permission.CONTENT_EDIT)
def fix(kind: str, slug: str) -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Mend one problem of a text, or all that can be mended; nothing is saved yet."""
    work = work_at(kind, slug)
    base = number_of("base_revision")
    try:
        return _changed(work, mended(work.card, text_sent(base), request.form.get("fix", "")), base)
    except DomainError as error:
        return refused(work, error, base)


@bp.post("/studio/<kind>/<path:slug>/properties")
@requires(Permission.CONTENT_EDIT)
def write_properties(kind: str, slug: str) -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Write the touched properties into the front matter of a text; nothing is saved yet."""
    work = work_at(kind, slug)
    base = number_of("base_revision")
    word = kinds()[kind].word
    touched = {}
    for each in properties.PROPERTIES.get(word, ()):
        value = " ".join(request.form.getlist(each.name)) if each.choices else request.form.get(each.name, "")
        if value != request.form.get(f"was-{each.name}", ""):
            touched[each.name] = value
    try:
        return _changed(work, properties.write(text_sent(base), word, touched), base)
    except DomainError as error:
        return refused(work, error, base)


def standing(work: Work) -> str:
    """Say what the text on the desk is: the first draft, a draft after a published version, or the published one."""
    if work.card.state == "archived":
        return _("已归档")
    if work.card.published_id is None:
        return _("草稿，还没有发布过")
    if work.draft_id is None:
        return _("已发布，没有新的改动")
    return _("草稿，还没有发布的改动")


def _changed(work: Work, source: str, base: int | None) -> str | Response:
    desk = look_at(work.card, source)
    return _desk_json(work, desk) if wants_json() else page(work, source, saved=False, base=base, desk=desk)


def answer_of(work: Work, desk: Desk) -> dict[str, Any]:
    """Return what the page's script needs of a text: its problems, its preview, its properties."""
    return as_json(desk, render_template("lms/content/_preview.html", desk=desk, work=work), work.head_id)


def _desk_json(work: Work, desk: Desk) -> Response:
    return jsonify(answer_of(work, desk))


def refused(work: Work, error: DomainError, base: int | None) -> tuple[str, int] | tuple[Response, int]:
    """Show the reason above the text that was refused; it stays in the page."""
    if wants_json():
        return jsonify(error=say(error.message)), error.status
    source = request.form.get("markdown", "")[: settings().source_max_bytes * 2].replace("\x00", "")
    return page(work, source, saved=False, base=base, refusal=error, desk=blank(source), view=SOURCE), error.status


def _question(work: Work) -> PublishPreview:
    return PublishPreview(document_id=work.card.document_id, kind=work.card.kind)


def page(
    work: Work,
    source: str,
    *,
    saved: bool,
    base: int | None = None,
    desk: Desk | None = None,
    refusal: DomainError | None = None,
    drawn: Drawn | None = None,
    view: str = "",
) -> str:
    """Return the whole page. desk: a text that was looked at already; drawn: its form, likewise; view: which tab."""
    view = view or view_of(work)
    desk = desk or look_at(work.card, source)
    must, may = count_words(desk.errors, desk.warnings)
    me = current_actor().id
    left = unsaved(me, work.card.document_id) if saved else None
    shown: dict[str, Any] = {"work": work, "desk": desk, "must": must, "may": may, "saved": saved, "refusal": refusal}
    return render_template(
        "lms/content/edit.html",
        tab_cookie=cookie,
        **shown,
        base=work.head_id if base is None else base,
        problems=desk.problems[:SHOWN],
        standing=standing(work),
        left=left if left is not None and left.text != source else None,
        others=who_else(others(me, work.card.document_id, clock.now())),
        toolbar=toolbar(kinds()[work.card.kind].word, source),
        reader=reader_address(work),
        most=settings().source_max_bytes,
        archived=work.card.state == "archived",
        handed=reviewing.last_request(work.card.document_id) if work.draft_id else None,
        impacts=[impact for answer in ask(_question(work)) for impact in answer] if work.draft_id else [],
        publishable=work.draft_id is not None or not saved,
        view=view,
        has_form=has_form(work),
        form_script=script_of(work),
        drawn=draw(work, source) if drawn is None and view == FORM else drawn,
        in_doubt=marks.counts([work.card.document_id]).get(work.card.document_id, 0),
    )
