"""质量检查: everything of the content that wants attention, and looking at it all again."""

from collections import Counter

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.actions.inspect import left_to_inspect
from lms.content.forms import kind_choices
from lms.content.jobs import inspect_documents
from lms.content.kinds import kinds
from lms.content.queries.quality import Concern, Wanted, checked_at, worries
from lms.content.views.room import bp
from lms.core import clock
from lms.core.access import Permission
from lms.core.here import today
from lms.core.texts import Text, text
from lms.web.auth import current_actor, requires
from lms.web.shell import wants_json
from lms.web.tables import TableState

NAMES: dict[Concern, Text] = {
    Concern.MUST: text("必须改"),
    Concern.CONFLICT: text("文件冲突"),
    Concern.EXPIRED: text("过了复审期"),
    Concern.NO_OWNER: text("没人负责"),
    Concern.MAY: text("建议改"),
    Concern.DUE: text("快到复审"),
    Concern.OLD_DRAFT: text("搁置的草稿"),
    Concern.NO_BASIS: text("题目没有依据"),
    Concern.UNUSED: text("没有放进课程"),
}
SECONDS = 1.0  # that one request spends on looking


@bp.get("/studio/quality")
@requires(Permission.CONTENT_EDIT)
def quality() -> str:
    """Show what wants attention; whose, of which kind and which concern stands in the address."""
    table = TableState.from_args(
        request.args, sorts=("urgent",), default="urgent", filters=("concern", "kind", "whose"), size=50
    )
    kind = table.get("kind") if table.get("kind") in kinds() else ""
    mine = table.get("whose") == "mine"
    found = worries(Wanted(owner_id=current_actor().id if mine else None, kind=kind), today(), clock.now())
    counts = Counter(one.concern for one in found)
    chosen = table.get("concern")
    shown = [one for one in found if not chosen or one.concern == chosen]
    table = table.within(len(shown))
    return render_template(
        "lms/content/quality.html",
        table=table,
        rows=shown[table.offset : table.offset + table.size],
        total=len(shown),
        all=len(found),
        tabs=[(concern, NAMES[concern], counts[concern]) for concern in Concern if counts[concern]],
        names=NAMES,
        kinds=kind_choices(),
        mine=mine,
        left=left_to_inspect(),
        since=checked_at(),
        base=url_for(".edit", kind="~kind", slug="~slug"),
    )


@bp.post("/studio/quality")
@requires(Permission.CONTENT_EDIT)
def inspect() -> Response:
    """Look for a second at documents whose check is out of date; the page's script asks until none is left."""
    inspect_documents(SECONDS)
    if wants_json():
        return jsonify(left=left_to_inspect())
    return redirect(url_for(".quality"), 303)
