"""Sharing what one knows: a change of an article, a new one, and what became of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.content.grammar.keywords import Language
from lms.content.importers.drafts import name_of
from lms.content.queries import Opened
from lms.content.rules.compare import Comparison, compare
from lms.content.rules.merge import merge
from lms.content.samples import TEMPLATES, sample
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import _, current_locale
from lms.core.texts import text
from lms.kb import queries
from lms.kb.actions import suggestions as acts
from lms.kb.queries import suggestions as asked
from lms.kb.queries import versions
from lms.kb.queries.suggestions import Row
from lms.kb.rules import browsing
from lms.kb.rules import suggesting as rules
from lms.kb.rules.suggesting import NEW, WHOLE, State
from lms.kb.sharing_forms import Accept, Decline, Share, SuggestEdit
from lms.kb.views.room import bp
from lms.questions.parse.self_checks import without_self_checks
from lms.web.auth import current_actor, requires

SHAPES = ("qa", "process", "script", "case", "platform", "emergency")


@bp.get("/kb/<path:slug>/suggest")
@requires(Permission.LEARN)
def suggest(slug: str) -> str | Response:
    """Choose what to change, `?section=` = the form for it."""
    opened = content.open_published(current_actor(), "article", slug)
    if opened.slug != slug:
        return redirect(url_for(".suggest", slug=opened.slug), 301)
    source, spec = content.text(opened.revision_id), content.spec(opened)
    key = request.args.get("section", "")
    if not key:
        return render_template(
            "lms/kb/suggest_where.html", opened=opened, choices=rules.choices(source, spec), new=NEW, whole=WHOLE
        )
    body = rules.body_of(source, spec, key)
    if body is None:
        raise NotFound()
    form = SuggestEdit(formdata=None, revision=opened.number, section=key, body=body)
    return _edit_page(opened, form, source, spec)


@bp.post("/kb/<path:slug>/suggest")
@requires(Permission.LEARN)
def suggest_submit(slug: str) -> str | Response | tuple[str, int]:
    """Hand the proposed text to the trainers."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    form = SuggestEdit()
    base = versions.version_read(actor, opened.document_id, form.revision.data)
    source, spec = content.text(base), content.compiled(base)
    if rules.body_of(source, spec, form.section.data or "") is None:
        raise NotFound()
    if not form.validate():
        return _edit_page(opened, form, source, spec), 422
    try:
        if form.section.data == NEW and not form.heading.data:
            raise Invalid(text("请给新的一节起个名字。"), fields={"heading": text("请给新的一节起个名字。")})
        proposed = rules.changed(source, spec, form.section.data, form.body.data or "", form.heading.data or "")
        with transaction():
            acts.suggest_edit(actor, opened.document_id, base, proposed, form.reason.data)
    except DomainError as error:
        form.take(error)
        return _edit_page(opened, form, source, spec), error.status
    flash(_("已交给培训师。处理结果会告诉您，也可以在这里看。"), "ok")
    return redirect(url_for(".mine", sent=f"suggest:{opened.slug}"), 303)


@bp.get("/kb/share")
@requires(Permission.LEARN)
def share() -> str:
    """The form of a new article. `?shape=`: one of SHAPES; `?title=`: what was searched in vain."""
    shape = _shape(request.args.get("shape", ""))
    body = "" if shape == "qa" else rules.body_below(sample("article", _language(), title="", owner="", template=shape))
    title = " ".join(request.args.get("title", "").split())[: rules.TITLE]
    form = Share(formdata=None, folders=_folders(current_actor()), shape=shape, body=body, title=title)
    return _share_page(form)


@bp.post("/kb/share")
@requires(Permission.LEARN)
def share_submit() -> str | Response | tuple[str, int]:
    """Hand a new article to the trainers."""
    actor = current_actor()
    folders = _folders(actor)
    form = Share(folders=folders)
    form.shape.data = _shape(form.shape.data or "")
    if not form.validate():
        return _share_page(form), 422
    folder = form.folder.data if form.folder.data in {key for key, _name in folders} else ""
    language = _language()
    if form.shape.data == "qa":
        source = rules.new_article(
            title=form.title.data, answer=form.body.data, script=form.script.data or "", language=language
        )
    else:
        template = sample("article", language, title="", owner="", template=form.shape.data)
        source = rules.from_template(template, title=form.title.data, body=form.body.data)
    try:
        with transaction():
            acts.suggest_new(actor, form.title.data, folder, source, form.reason.data)
    except DomainError as error:
        form.take(error)
        return _share_page(form), error.status
    flash(_("已交给培训师。处理结果会告诉您，也可以在这里看。"), "ok")
    return redirect(url_for(".mine", sent=f"share:{form.shape.data}"), 303)


@bp.get("/kb/mine")
@requires(Permission.LEARN)
def mine() -> str:
    """Show what the person proposed, and what became of it."""
    actor = current_actor()
    return render_template(
        "lms/kb/mine.html", rows=asked.mine(actor), sent=request.args.get("sent", "")[:300], State=State
    )


@bp.get("/kb/suggestions/<public_id>")
@requires(Permission.LEARN)
def suggestion(public_id: str) -> str:
    """Show one proposal: to its author, and to those who decide."""
    row = asked.suggestion(current_actor(), public_id)
    return _page(row, Accept(formdata=None, slug=_slug(row)), Decline(formdata=None))


@bp.post("/kb/suggestions/<public_id>/withdraw")
@requires(Permission.LEARN)
def withdraw_suggestion(public_id: str) -> Response:
    """Take a proposal of one's own back."""
    with transaction():
        acts.withdraw(current_actor(), public_id)
    flash(_("已撤回。"), "ok")
    return redirect(url_for(".mine"), 303)


@bp.post("/kb/suggestions/<public_id>/accept")
@requires(Permission.CONTENT_EDIT)
def accept_suggestion(public_id: str) -> str | Response | tuple[str, int]:
    """Make a proposal the draft and go on to publish it; where it meets another change, to settle that first."""
    actor = current_actor()
    row = asked.suggestion(actor, public_id)
    form = Accept()
    if not form.validate():
        return _page(row, form, Decline(formdata=None)), 422
    try:
        with transaction():
            saved = acts.accept(actor, public_id, slug=(form.slug.data or "").strip("/"), answer=form.answer.data)
    except DomainError as error:
        form.take(error)
        return _page(asked.suggestion(actor, public_id), form, Decline(formdata=None)), error.status
    result = asked.suggestion(actor, public_id).result
    assert result is not None
    if saved.conflict is not None:
        flash(_("这条建议和后来的改动碰在了一起，请对照后选用。"), "warn")
        return redirect(url_for("content.settle", kind="article", slug=result.slug, mine=saved.revision_id), 303)
    flash(_("已采纳成草稿，署名是%(name)s。看过再发布；要改就回到编辑。", name=row.name), "ok")
    return redirect(url_for("content.publish", kind="article", slug=result.slug), 303)


@bp.post("/kb/suggestions/<public_id>/decline")
@requires(Permission.CONTENT_EDIT)
def decline_suggestion(public_id: str) -> str | Response | tuple[str, int]:
    """Say why a proposal is not taken."""
    actor = current_actor()
    row = asked.suggestion(actor, public_id)
    form = Decline()
    blank = Accept(formdata=None, slug=_slug(row))
    if not form.validate():
        return _page(row, blank, form), 422
    try:
        with transaction():
            acts.decline(actor, public_id, form.answer.data)
    except DomainError as error:
        form.take(error)
        return _page(asked.suggestion(actor, public_id), blank, form), error.status
    flash(_("已回复，提建议的人会收到。"), "ok")
    return redirect(url_for(".submissions"), 303)


def _edit_page(opened: Opened, form: SuggestEdit, source: str, spec: Any) -> str:
    key = form.section.data
    names = {NEW: _("加一节"), WHOLE: _("整篇")}
    name = names.get(key) or next((each.title for each in rules.choices(source, spec) if each.key == key), "")
    return render_template(
        "lms/kb/suggest.html", opened=opened, form=form, name=name, is_new=key == NEW, is_whole=key == WHOLE
    )


def _share_page(form: Share) -> str:
    shapes = [(key, TEMPLATES["article"][key]) for key in SHAPES]
    return render_template("lms/kb/share.html", form=form, shapes=shapes, shape=form.shape.data)


def _page(row: Row, accept: Accept, decline: Decline) -> str:
    actor = current_actor()
    decides = allows(actor, Permission.CONTENT_EDIT)
    change, clash, others = _change(row, decides)
    return render_template(
        "lms/kb/suggestion.html",
        row=row,
        change=change,
        clash=clash,
        others=others,
        decides=decides and row.state == State.OPEN,
        edits=decides,
        own=row.person_id == actor.id,
        accept=accept,
        decline=decline,
        State=State,
    )


def _change(row: Row, decides: bool) -> tuple[Comparison | None, bool, bool]:
    """Return what a proposal would change, whether that meets another change, and whether there is another draft.

    Its author sees what they wrote against what they had read; an editor against what stands there now.
    """
    proposed = asked.text_of(row.id)
    if row.article is None or row.base_revision_id is None:
        return compare("", proposed, context=None), False, False
    if not decides and not row.article.is_meant:
        return None, False, False  # it was closed to its readers since
    base = content.text(row.base_revision_id)
    if not decides:
        return compare(without_self_checks(base), without_self_checks(proposed)), False, False
    if row.state != State.OPEN:
        return compare(base, proposed), False, False
    work = content.open_work("article", row.article.slug)
    if work.head_id is None or work.head_id == row.base_revision_id:
        return compare(base, proposed), False, work.draft_id is not None
    now = content.text(work.head_id)
    merged = merge(base, proposed, now).text
    if merged is None:
        return compare(base, proposed), True, work.draft_id is not None
    return compare(now, merged), False, work.draft_id is not None


def _slug(row: Row) -> str:
    """Return where a new article would go."""
    return "" if row.article else "/".join(part for part in (row.folder, name_of(row.title)) if part)


def _folders(actor: Actor) -> list[tuple[str, str]]:
    """Return the categories that somebody may choose: those in which they can read something."""
    pairs = [(each.slug, each.tags) for each in queries.articles(actor)]
    known = browsing.categories(pairs)
    return [("", _("我不确定")), *((each.folder, each.name or each.folder) for each in known if each.folder)]


def _shape(written: str) -> str:
    return written if written in SHAPES else "qa"


def _language() -> Language:
    return Language.ZH if current_locale() == "zh_CN" else Language.EN
