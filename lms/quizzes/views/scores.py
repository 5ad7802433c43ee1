"""成绩: all quizzes with what happens in them, the scores of one over everybody, and its printable sheet."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import team_tree, teams_within
from lms.core import clock
from lms.core.access import Permission, allows
from lms.core.here import local
from lms.core.i18n import _, say
from lms.core.points import decimal_text, number
from lms.core.texts import Text, text
from lms.quizzes.learner import USES
from lms.quizzes.queries import scores as reading
from lms.quizzes.queries.exams import Exam, exam, running
from lms.quizzes.queries.health import bad_by_quiz
from lms.quizzes.queries.scores import Wanted
from lms.quizzes.rules.scores import SORTS, Line, Round, Standing, Try, in_order, totals
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import TableState, download

MONTH = timedelta(days=30)
FILTERS = ("team", "standing", "occasion", "days", "q")
STANDINGS: dict[str, Text] = {
    Standing.PASSED: text("通过"),
    Standing.MADE_UP: text("补考通过"),
    Standing.WAITING: text("待阅卷"),
    Standing.FAILED: text("未通过"),
    Standing.SITTING: text("正在作答"),
    Standing.ABSENT: text("未考"),
}
ROUNDS: dict[str, Text] = {Round.FIRST: text("首次考试"), Round.MAKEUP: text("补考"), Round.OTHER: text("其他场次")}
PERIODS: dict[str, Text] = {"7": text("近 7 天"), "30": text("近 30 天"), "90": text("近 90 天")}


@bp.get("/exams")
@requires(Permission.QUIZ_SCORES)
def exams() -> str:
    """Show every quiz with who sits it now, how it went in the last 30 days, and what waits for a marker."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=("title", "sitting", "recent", "percent", "waiting"), default="")
    found = running(actor, clock.now() - MONTH)
    if table.sort:
        key = table.sort
        having = [each for each in found if getattr(each, key) is not None]
        found = sorted(having, key=lambda each: getattr(each, key), reverse=table.descending) + [
            each for each in found if getattr(each, key) is None
        ]
    else:  # what happens now comes first, then what was sat lately
        found = sorted(found, key=lambda each: (-each.sitting, -each.waiting, -each.recent, each.title))
    return render_template(
        "lms/quizzes/exams.html",
        table=table,
        exams=found,
        sitting=sum(each.sitting for each in found),
        waiting=sum(each.waiting for each in found),
        uses=USES,
        bad=bad_by_quiz() if allows(actor, Permission.QUIZ_ANALYSIS) else {},
        may_manage=allows(actor, Permission.QUIZ_MANAGE),
    )


@bp.get("/exams/<path:slug>/scores")
@requires(Permission.QUIZ_SCORES)
def scores(slug: str) -> str | BaseResponse:
    """Show a line for each person; as a file it is exactly what is shown, all pages of it."""
    actor = current_actor()
    found = exam(actor, slug)
    if found.slug != slug:
        return redirect(url_for(".scores", slug=found.slug), 301)
    table = TableState.from_args(request.args, sorts=SORTS, default="name", filters=FILTERS)
    lines = in_order(reading.scores(actor, found.document_id, _wanted(table)), table.sort, descending=table.descending)
    if table.format:
        return _file(table.format, found, lines)
    table = table.within(len(lines))
    found_totals = totals(lines)
    return render_template(
        "lms/quizzes/scores.html",
        exam=found,
        table=table,
        lines=lines[table.offset : table.offset + table.size],
        total=len(lines),
        totals=found_totals,
        mean="–" if found_totals.mean is None else decimal_text(found_totals.mean, 1),
        teams=teams_within(actor, Permission.QUIZ_SCORES),
        standings=STANDINGS,
        rounds=ROUNDS,
        periods=PERIODS,
        shown=_shown,
        may_manage=allows(actor, Permission.QUIZ_MANAGE),
    )


@bp.get("/exams/<path:slug>/sheet")
@requires(Permission.QUIZ_SCORES)
def score_sheet(slug: str) -> str | BaseResponse:
    """The scores for printing on A4, under the same filters and in the same order as the page they come from."""
    actor = current_actor()
    found = exam(actor, slug)
    if found.slug != slug:
        return redirect(url_for(".score_sheet", slug=found.slug), 301)
    table = TableState.from_args(request.args, sorts=SORTS, default="name", filters=FILTERS)
    lines = in_order(reading.scores(actor, found.document_id, _wanted(table)), table.sort, descending=table.descending)
    return render_template(
        "lms/quizzes/score_sheet.html",
        exam=found,
        table=table,
        lines=lines,
        totals=totals(lines),
        conditions=_conditions(table),
        standings=STANDINGS,
        shown=_shown,
        pass_mark=decimal_text(100 * found.rules.pass_mark, 1),
        now=clock.now(),
        printed_by=actor.name,
    )


def _wanted(table: TableState) -> Wanted:
    days = table.get("days")
    standing, occasion = table.get("standing"), table.get("occasion")
    return Wanted(
        team_id=whole(table.get("team")),
        standing=Standing(standing) if standing in STANDINGS else None,
        occasion=Round(occasion) if occasion in ROUNDS else None,
        since=clock.now() - timedelta(days=int(days)) if days in PERIODS else None,
        words=table.get("q"),
    )


def _conditions(table: TableState) -> list[str]:
    """Return the filters that are set, in words, for a sheet that leaves the screen."""
    names = {str(team.id): team.name for team in team_tree()} if table.get("team") else {}
    said = [names.get(table.get("team"), "")]
    for name, words in (("standing", STANDINGS), ("occasion", ROUNDS), ("days", PERIODS)):
        if table.get(name) in words:
            said.append(say(words[table.get(name)]))
    return [each for each in (*said, table.get("q")) if each]


def _shown(one: Try | None) -> str:
    """Return a score for people, "" where there is none."""
    return "" if one is None else decimal_text(one.percent, 1)


def _file(format: str, found: Exam, lines: Sequence[Line]) -> Response:
    headers = [
        _("姓名"), _("工号"), _("团队"), _("结果"), _("首次成绩"), _("最好成绩"), _("最近成绩"), _("次数"),
        _("补考成绩"), _("补考次数"), _("待阅题数"), _("用时（秒）"),
        _("离开页面（次）"), _("离开页面（秒）"), _("交卷时间"),
    ]  # fmt: skip
    rows = [
        (
            line.who.name,
            line.who.employee_no,
            line.who.team,
            say(STANDINGS[line.standing]),
            *(None if one is None else number(one.percent) for one in (line.first, line.best, line.last)),
            line.tries,
            None if line.makeup is None else number(line.makeup.percent),
            line.makeup_tries,
            line.waiting,
            line.seconds,
            line.away_times,
            line.away_seconds,
            local(line.ended_at).strftime("%Y-%m-%d %H:%M") if line.ended_at else "",
        )
        for line in lines
    ]
    return download(
        format,
        _("%(title)s 成绩 %(time)s", title=found.title, time=local(clock.now()).strftime("%Y-%m-%d")),
        headers,
        rows,
    )
