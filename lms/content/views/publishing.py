"""Making a draft what people read: what is wrong, whom it touches, a note, one button."""

from flask import flash, redirect, render_template
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.forms import Publish
from lms.content.queries import Work, reviewing
from lms.content.rules.compare import compare
from lms.content.views.desk import shown_problems
from lms.content.views.room import at, bp, work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _
from lms.web.auth import current_actor, requires


@bp.get("/studio/<kind>/<path:slug>/publish")
@requires(Permission.CONTENT_PUBLISH)
def publish(kind: str, slug: str) -> str | Response:
    """Show what publishing would find and touch; nothing is changed."""
    work = work_at(kind, slug)
    if work.card.slug != slug:
        return redirect(at("publish", work), 301)
    return _page(work, Publish(formdata=None, base_revision=work.head_id))


@bp.post("/studio/<kind>/<path:slug>/publish")
@requires(Permission.CONTENT_PUBLISH)
def publish_submit(kind: str, slug: str) -> str | Response | tuple[str, int]:
    """Publish the draft that was read through."""
    work = work_at(kind, slug)
    form = Publish()
    if not form.validate():
        return _page(work, form), 422
    try:
        with transaction():
            revision = actions.publish(
                current_actor(), work.card.document_id, form.base_revision.data, form.note.data, minor=form.minor.data
            )
            number = revision.number
    except DomainError as error:
        form.take(error)
        return _page(work_at(kind, work.card.slug), form), error.status
    flash(_("第 %(n)s 版已发布，学员现在看到的就是它。", n=number), "ok")
    return redirect(at("history", work), 303)


def _page(work: Work, form: Publish) -> str:
    found = actions.preview(work.card.document_id)
    published = queries.text(work.card.published_id) if work.card.published_id else ""
    draft = queries.text(work.head_id) if work.head_id else ""
    problems = shown_problems(found.findings)
    return render_template(
        "lms/content/publish.html",
        work=work,
        form=form,
        found=found,
        problems=problems,
        errors=sum(problem.is_error for problem in problems),
        warnings=[problem for problem in problems if not problem.is_error],
        change=compare(published, draft),
        nothing_new=work.draft_id is None,
        archived=work.card.state == "archived",
        asked_for=reviewing.asked_for(current_actor(), work.card),
        handed=reviewing.last_request(work.card.document_id),
    )
