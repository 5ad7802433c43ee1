"""试题分析: a quiz in one sentence, what needs a look, every question with its figures; one question; odd papers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import team_tree
from lms.content import queries as content
from lms.content.queries import Opened
from lms.content.show import shower
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import local, today
from lms.core.i18n import _
from lms.core.texts import Text, text
from lms.quizzes import analysis_file
from lms.quizzes.actions import verdicts
from lms.quizzes.queries import analysis as counting
from lms.quizzes.queries import unusual as conspicuous
from lms.quizzes.queries.analysis import OCCASION, Analysis, Choice, Take, Wanted
from lms.quizzes.rules.analysis import words
from lms.quizzes.rules.analysis.papers import Whole
from lms.quizzes.rules.analysis.report import Finding
from lms.quizzes.rules.lengths import exact_length
from lms.quizzes.spec import QuizSpec
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import Bar, ceiling, columns, length
from lms.web.shell import show_short_day
from lms.web.tables import TableState, download

FILTERS = ("take", "from", "to", "team", "revision", "occasion", "old")
TAKES: dict[str, Text] = {
    Take.FIRST: text("每人第一次"),
    Take.LAST: text("每人最后一次"),
    Take.ALL: text("全部"),
}
WIDE, HIGH = 640, 120  # of the histogram, in its own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Scores in columns. rows: from, to and how many, for the table behind it. top: what the axis ends with."""

    bars: Sequence[Bar]
    top: int
    rows: Sequence[tuple[int, int, int]]


class AnalysisState(TableState):
    """The state of the analysis' address, that its other pages keep."""

    @property
    def kept(self) -> dict[str, str]:
        """The filters in words of an address, without those of the table alone."""
        return {name: value for name, value in self.filters.items() if name != "old"}


def table_state() -> AnalysisState:
    return AnalysisState.from_args(request.args, sorts=list(words.COLUMNS), default="need", filters=FILTERS, size=200)


def wanted_of(table: TableState) -> Wanted:
    """Return which attempts the address asks for; what does not exist filters nothing away."""
    code, number, occasion = table.get("team"), table.get("revision"), table.get("occasion")
    take = table.get("take")
    return Wanted(
        take=Take(take) if take in TAKES else Take.FIRST,
        start=day_of(table.get("from")),
        end=day_of(table.get("to")),
        team_id=next((each.id for each in team_tree() if each.code == code), None) if code else None,
        revision=int(number) if number.isdecimal() and len(number) < 6 else None,
        occasion=occasion if re.fullmatch(OCCASION, occasion) else "",
    )


def day_of(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


@bp.get("/exams/<path:slug>/analysis")
@requires(Permission.QUIZ_ANALYSIS)
def analysis(slug: str) -> str | BaseResponse:
    """Show how the questions of a quiz do, what needs a look first."""
    opened = content.open_published(current_actor(), "quiz", slug)
    if opened.slug != slug:
        return redirect(url_for(".analysis", slug=opened.slug, **_kept()), 301)
    table = table_state()
    found = counting.analysis(opened, wanted_of(table))
    findings = _chosen(found.report.findings, table)
    if table.format:
        return file_of(opened, found, findings, table.format)
    return render_template(
        "lms/quizzes/analysis.html",
        opened=opened,
        found=found,
        report=found.report,
        whole=found.report.whole,
        table=table,
        findings=[(finding, length(finding.item.share, 1)) for finding in findings],
        histogram=histogram_of(found.report.whole) if found.report.whole else None,
        old=sum(not finding.item.asked.current for finding in found.report.findings),
        words=words,
        exact_length=exact_length,
        good_names=_("、").join(str(finding.item.asked.number) for finding in found.report.good),
        **_frame(opened, table),
    )


@bp.get("/exams/<path:slug>/analysis/<key>")
@requires(Permission.QUIZ_ANALYSIS)
def analysed_question(slug: str, key: str) -> str:
    """Show one question: its key, who chose what, its versions side by side, and what can be done about it."""
    actor = current_actor()
    opened = content.open_published(actor, "quiz", slug)
    table = table_state()
    found = counting.analysis(opened, wanted_of(table))
    versions = [finding for finding in found.report.findings if finding.item.asked.key == key]
    if not versions:
        raise NotFound()
    shown = _shown(versions, request.args.get("version", ""))
    question = shown.item.asked.question
    html = [question.stem.html, *(item.body.html for item in words.items(question))]
    if question.explanation:
        html.append(question.explanation.html)
    return render_template(
        "lms/quizzes/analysed.html",
        opened=opened,
        found=found,
        table=table,
        finding=shown,
        item=shown.item,
        question=question,
        versions=versions,
        rows=words.choices(shown.item),
        slices=slices_of(shown, found.slices),
        words=words,
        exact_length=exact_length,
        show=shower(html),
        home=content.cards([shown.item.asked.document_id]).get(shown.item.asked.document_id),
        piece=piece_of(content.spec(opened), key),
        may_edit=allows(actor, Permission.CONTENT_EDIT),
        may_regrade=allows(actor, Permission.QUIZ_REGRADE),
        may_say=allows(actor, Permission.CONTENT_EDIT),
        **_frame(opened, table),
    )


@bp.post("/exams/<path:slug>/analysis/<key>/seen")
@requires(Permission.CONTENT_EDIT)
def say_seen(slug: str, key: str) -> BaseResponse:
    """Note that a hint was looked at; with `again` it is shown anew."""
    actor = current_actor()
    opened = content.open_published(actor, "quiz", slug)
    version, kind = request.form.get("version", ""), request.form.get("kind", "")
    with transaction():
        if request.form.get("again"):
            verdicts.ask_again(actor, opened, key, version, kind)
        else:
            verdicts.say_seen(actor, opened, key, version, kind, request.form.get("note", ""))
    flash(
        _("这条提示又会显示。") if request.form.get("again") else _("记下了。题目改了，或数据再多一倍，才会再提示。"),
        "ok",
    )
    return redirect(url_for(".analysed_question", slug=opened.slug, key=key, version=version[:12], **_kept()), 303)


@bp.get("/exams/<path:slug>/analysis/unusual")
@requires(Permission.QUIZ_ANALYSIS)
def unusual(slug: str) -> str:
    """Show papers that a person should look at, with the names of those whom the actor may see. Nothing is decided."""
    actor = current_actor()
    opened = content.open_published(actor, "quiz", slug)
    table = table_state()
    found = conspicuous.unusual(actor, opened.document_id, wanted_of(table))
    return render_template(
        "lms/quizzes/unusual.html",
        opened=opened,
        found=found,
        table=table,
        exact_length=exact_length,
        **_frame(opened, table),
    )


def _kept() -> dict[str, Any]:
    """Return the filters of this address for another one."""
    return {name: value for name in FILTERS if (value := request.args.get(name))}


def _frame(opened: Opened, table: AnalysisState) -> dict[str, Any]:
    """Return what the filters above each page offer."""
    choice: Choice = counting.choices(opened.document_id)
    return {
        "choice": choice,
        "teams": team_tree(),
        "takes": TAKES,
        "take": table.get("take") if table.get("take") in TAKES else Take.FIRST.value,
        "is_filtered": bool(table.kept),
        "occasion_name": words.occasion,
        "today": today(),
    }


def _chosen(findings: Sequence[Finding], table: TableState) -> list[Finding]:
    """Return the rows of the table, sorted; older versions only where they are asked for."""
    current = [each for each in findings if each.item.asked.current or table.get("old") == "1"]
    column = words.COLUMNS[table.sort]
    known = [(value, each) for each in current if (value := column(each)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=table.descending)
    return [each for _value, each in known] + [each for each in current if column(each) is None]


def _shown(versions: Sequence[Finding], version: str) -> Finding:
    """Return the version asked for, else what is asked today, else the one answered most."""
    named = [each for each in versions if version and each.item.asked.sha.hex().startswith(version)]
    current = [each for each in versions if each.item.asked.current]
    return (named or current or sorted(versions, key=lambda each: -each.item.n))[0]


def histogram_of(whole: Whole) -> Histogram:
    top, step = ceiling(max(whole.bars)), 100 // len(whole.bars)
    last = len(whole.bars) - 1
    return Histogram(
        bars=columns(whole.bars, width=WIDE, height=HIGH, most=top, gap=0.15),
        top=top,
        rows=[
            (number * step, 100 if number == last else (number + 1) * step - 1, count)
            for number, count in enumerate(whole.bars)
        ],
    )


def slices_of(finding: Finding, starts: Sequence[datetime]) -> list[tuple[str, int, int]]:
    """Return the days, answers and percent of each part of the time."""
    names = [_("最早"), *(show_short_day(local(start).date()) for start in starts)]
    return [
        (names[at], each.n, round(100 * each.share))
        for at, each in enumerate(finding.item.slices)
        if at < len(names) and each.n
    ]


def piece_of(quiz: QuizSpec, key: str) -> int | None:
    """Return where the question stands among the pieces of the quiz's form, None where the quiz hasn't got it now."""
    place = 0
    for section in quiz.sections:
        place += bool(section.title)
        for question in section.questions:
            place += 1
            if question.key == key:
                return place
    return None


def file_of(opened: Opened, found: Analysis, findings: Sequence[Finding], format: str) -> Response:
    """Return exactly the rows that are shown; in a workbook the figures of the quiz on a sheet of their own."""
    name = f"{opened.title} {_('试题分析')} {today().isoformat()}"
    more = [analysis_file.whole(found)] if format == "xlsx" else []
    return download(format, name, analysis_file.heads(), analysis_file.lines(findings), more=more)
