"""Results of a package: everybody's attempts, one attempt with its answers, as a file."""

from collections.abc import Sequence
from fractions import Fraction

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import teams_within
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Permission
from lms.core.here import local
from lms.core.i18n import _, say
from lms.core.points import decimal_text, number, percent
from lms.courseware.queries import results as reading
from lms.courseware.queries.results import SORTS, Line
from lms.courseware.views.room import bp
from lms.courseware.words import SAID_WORDS, STATUS_WORDS
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.shell import show_minutes
from lms.web.tables import TableState, download

FILTERS = ("team", "status", "q")


@bp.get("/courseware/<path:slug>/results")
@requires(Permission.REPORT_READ)
def results(slug: str) -> str | BaseResponse:
    """Show a line for each attempt; as a file it is exactly what is shown, all pages of it."""
    actor = current_actor()
    card = content.open_work("scorm", slug).card
    if card.slug != slug:
        return redirect(url_for(".results", slug=card.slug), 301)
    table = TableState.from_args(request.args, sorts=SORTS, default="-last", filters=FILTERS)
    found = reading.results(
        actor,
        card.document_id,
        team_id=whole(table.get("team")),
        status=table.get("status") if table.get("status") in STATUS_WORDS else "",
        words=table.get("q"),
    )
    lines = reading.in_order(found, table.sort, descending=table.descending)
    if table.format:
        return _file(table.format, card.title, lines)
    table = table.within(len(lines))
    scored = [line for line in lines if line.earned is not None]
    total = sum((percent(line.earned or 0, line.possible or 1) for line in scored), Fraction(0))
    mean = total / len(scored) if scored else None
    return render_template(
        "lms/courseware/results.html",
        course=card,
        table=table,
        lines=lines[table.offset : table.offset + table.size],
        total=len(lines),
        met=sum(line.met for line in lines),
        mean="–" if mean is None else decimal_text(mean, 1),
        teams=teams_within(actor, Permission.REPORT_READ),
        statuses=STATUS_WORDS,
        time=_time,
        score=_score,
    )


@bp.get("/courseware-attempts/<course_attempt>")
@requires(Permission.REPORT_READ)
def attempt(course_attempt: str) -> str:
    """Show one attempt with what each part has said and each answer."""
    found = reading.detail(current_actor(), course_attempt)
    card = content.cards([found.document_id])[found.document_id]
    return render_template(
        "lms/courseware/attempt.html",
        course=card,
        page=found,
        line=found.line,
        statuses=STATUS_WORDS,
        said=SAID_WORDS,
        time=_time,
        score=_score,
    )


def _time(seconds: int) -> str:
    """Return a time as whole minutes, a short one as what it is."""
    return show_minutes(seconds // 60) if seconds >= 60 else _("不到 1 分钟")


def _score(line: Line) -> str:
    return "–" if line.earned is None else decimal_text(percent(line.earned, line.possible or 1), 1)


def _file(format: str, title: str, lines: Sequence[Line]) -> Response:
    headers = [
        _("姓名"), _("工号"), _("团队"), _("第几次"), _("版本"), _("状态"), _("完成条件"), _("得分"),
        _("用时（秒）"), _("开始时间"), _("最近学习"),
    ]  # fmt: skip
    rows = [
        (
            line.person,
            line.employee_no,
            line.team,
            line.number,
            line.version,
            say(STATUS_WORDS[line.status]),
            _("达到") if line.met else _("未达到"),
            None if line.earned is None else number(percent(line.earned, line.possible or 1)),
            line.seconds,
            local(line.started_at).strftime("%Y-%m-%d %H:%M"),
            local(line.last_at).strftime("%Y-%m-%d %H:%M"),
        )
        for line in lines
    ]
    name = _("%(title)s 课件成绩 %(time)s", title=title, time=local(clock.now()).strftime("%Y-%m-%d"))
    return download(format, name, headers, rows)
