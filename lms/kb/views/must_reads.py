"""Must-reads and changes: how many have confirmed, who is late, for those who answer for people."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.core.here import local
from lms.core.i18n import _
from lms.kb.queries.must_reads import Reader, coverage, readers
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState, download


@bp.get("/kb/care/must-reads")
@requires(Permission.REPORT_READ)
def must_reads() -> str | Response:
    """Show each article with its counts; `?article=slug` who has confirmed it and who has not."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=("late",), default="late", filters=("article", "status"), size=50)
    lines = coverage(actor)
    chosen = None
    if table.get("article"):
        chosen = next((line for line in lines if line.slug == table.get("article")), None)
        if chosen is None:
            raise NotFound()
    elif table.get("status") == "open":
        lines = [line for line in lines if line.open]
    if table.format:
        wanted = [chosen] if chosen else lines
        people = readers(actor, [line.document_id for line in wanted])
        rows = [
            [line.title, line.slug, line.number, *_cells(reader)]
            for line in wanted
            for reader in people.get(line.document_id, [])
        ]
        head = [_("知识"), _("地址"), _("版本"), _("工号"), _("姓名"), _("团队"), _("状态"), _("截止日"), _("确认时间")]
        return download(table.format, _("必读确认情况"), head, rows)
    shown = readers(actor, [chosen.document_id])[chosen.document_id] if chosen else []
    table = table.within(len(shown) if chosen else len(lines))
    page = slice(table.offset, table.offset + table.size)
    return render_template(
        "lms/kb/must_reads.html",
        table=table,
        lines=lines[page] if chosen is None else [],
        total=len(lines),
        chosen=chosen,
        people=shown[page],
        base=url_for(".must_reads", article="~"),
        person_base=url_for("reports.person", employee_no="~"),
        overdue=sum(line.overdue for line in lines),
        open=sum(line.open for line in lines),
    )


def _cells(reader: Reader) -> list[object]:
    state = {"done": _("已确认"), "overdue": _("逾期"), "open": _("未确认")}[reader.state]
    done_at = local(reader.done_at) if reader.done_at else None
    return [reader.employee_no, reader.name, reader.team, state, reader.due_on, done_at]
