"""All documents as authors see them, and a new one."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.actions import bulk
from lms.content.forms import NewDocument, kind_choices
from lms.content.grammar.keywords import Language
from lms.content.importers.drafts import name_of
from lms.content.queries import marks
from lms.content.samples import sample
from lms.content.views.room import bp
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState

STATES = ("draft", "review", "published", "changed", "conflict", "expired", "archived")


@bp.get("/studio")
@requires(Permission.CONTENT_EDIT)
def index() -> str:
    """Show documents, one's own drafts first; search, filters, order and page stand in the address."""
    actor = current_actor()
    table = TableState.from_args(
        request.args, sorts=queries.SORTS, default="-changed", filters=("q", "kind", "state"), size=queries.PAGE
    )
    wanted = queries.Filter(
        words=table.get("q"),
        kind=table.get("kind"),
        state=table.get("state") if table.get("state") in STATES else "",
        page=table.page,
        sort=table.sort_key,
        mine=actor.id if table.sort_key == "-changed" else None,
    )
    rows, total = queries.find(wanted)
    return render_template(
        "lms/content/index.html",
        table=table,
        rows=rows,
        total=total,
        state=wanted.state,
        kinds=[*kind_choices(), (queries.BANK, _("题库"))],
        in_doubt=marks.counts([row.card.document_id for row in rows]),
        conflicts=queries.conflicts() if not wanted.state else [],
        base=url_for(".edit", kind="~kind", slug="~slug"),
    )


@bp.get("/studio/new")
@requires(Permission.CONTENT_EDIT)
def new() -> str:
    return _new(NewDocument(request.args))


@bp.post("/studio/new")
@requires(Permission.CONTENT_EDIT)
def new_submit() -> str | Response | tuple[str, int]:
    """Begin a document with a small example of its kind, with a template or with the text of another document."""
    form = NewDocument()
    if not form.validate():
        return _new(form), 422
    actor = current_actor()
    start, title = form.kind.data, form.title.data
    slug = str(form.slug.data)
    if not slug or slug.endswith("/"):
        slug += name_of(title)
    try:
        with transaction():
            if start.startswith("="):
                made = bulk.duplicate(actor, int(start[1:]), slug, title)
            else:
                kind, _colon, template = start.partition(":")
                language = Language(form.language.data)
                source = sample(kind, language, title=title, owner=actor.employee_no, template=template)
                made = actions.create(actor, kind, slug, source).document_id
    except DomainError as error:
        if "slug" not in error.fields:
            error.fields["slug"] = error.message
        form.take(error)
        return _new(form), error.status
    flash(_("已新建草稿。下面是一份小样例，改成您的内容。"), "ok")
    card = queries.cards([made])[made]
    return redirect(url_for(".edit", kind=card.kind, slug=card.slug), 303)


def _new(form: NewDocument) -> str:
    return render_template("lms/content/new.html", form=form, folders=queries.folders())
