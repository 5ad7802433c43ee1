"""A person's profile: what is known of the work and the learning of somebody, as that person sees it too."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.kinds import kind_of
from lms.core.access import Permission, allows
from lms.core.bus import ask
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _
from lms.core.quarters import quarters
from lms.learning.queries import certificates
from lms.learning.rules.certificates import STATE_WORDS
from lms.performance import drawing, paper
from lms.performance.actions.looks import PROFILE, note_look
from lms.performance.events import ProfileAsked, ProfilePanel
from lms.performance.queries import competencies, scores
from lms.performance.queries import profile as reading
from lms.performance.queries.figures import metrics, red_lines
from lms.performance.queries.profile import Trend, Who
from lms.performance.queries.scores import Scored
from lms.performance.rules.competencies import LEVELS
from lms.performance.rules.formulas import KPI
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.performance.rules.trends import MOST_MARKS
from lms.performance.views.room import bp
from lms.web import pdf
from lms.web.auth import current_actor, requires

SOURCE = Path(__file__).parents[2] / "templates" / "lms" / "performance" / "profile.typ"
MOST_PERIODS = 8
FIRST_LINES = 6
"""So many lines of the log stand on the profile; the others are folded below."""
SHOWN_LINES = 20
MOST_CHARTS = 6


@bp.get("/people/<employee_no>/profile")
@requires(Permission.PROFILE_READ)
def profile(employee_no: str) -> str:
    """The profile of somebody whom the actor may see; the look is noted for that person."""
    who = _looked_at(employee_no)
    return render_template("lms/performance/profile.html", **page(who))


@bp.get("/me/profile")
@requires(Permission.PROFILE_READ)
def own_profile() -> str:
    """One's own profile: exactly what the lead sees."""
    return render_template("lms/performance/profile.html", **page(_own()))


@bp.get("/me/looks")
@requires(Permission.PROFILE_READ)
def looks() -> str:
    """Who looked at one's own profile, and when."""
    return render_template("lms/performance/looks.html", looks=reading.looks(current_actor().id))


@bp.get("/people/<employee_no>/profile/print")
@requires(Permission.PROFILE_READ)
def profile_print(employee_no: str) -> str:
    """The profile on one page of paper for the review meeting."""
    who = _looked_at(employee_no)
    return render_template("lms/performance/profile_print.html", **page(who), pdf=pdf.available())


@bp.get("/people/<employee_no>/profile/pdf")
@requires(Permission.PROFILE_READ)
def profile_pdf(employee_no: str) -> Response:
    """The same page as PDF, in the reader's language. Where PDF can't be made, the page prints from the browser."""
    who = _looked_at(employee_no)
    if not pdf.available():
        flash(_("这台服务器没有装 PDF 组件，请在页面上用浏览器打印，可以另存为 PDF。"), "warn")
        return redirect(url_for(".profile_print", employee_no=employee_no, period=request.args.get("period", "")))
    shown = page(who)
    made = pdf.render(SOURCE.read_text(encoding="utf-8"), paper.on_paper(shown))
    name = f'inline; filename="profile-{shown["chosen"]}.pdf"'
    return FlaskResponse(made, mimetype="application/pdf", headers={"Content-Disposition": name})


def _looked_at(employee_no: str) -> Who:
    """Return whose profile is asked for and note the look, once a day. Raises NotFound."""
    actor = current_actor()
    who = reading.who(actor, employee_no)
    if not who.is_self and PROFILE not in who.noted:
        with transaction():
            note_look(actor, who.id, PROFILE)
    return who


def _own() -> Who:
    actor = current_actor()
    return reading.who(actor, actor.employee_no)


def chosen_period(who: Who) -> tuple[Period, list[str]]:
    """Return the quarter that the address names, else the present one; and which quarters can be chosen."""
    now = today()
    first = max(who.hired_on or now, date(now.year - 2, 1, 1))
    offered = quarters(min(first, now), now)[:MOST_PERIODS]
    try:
        asked = period(request.args.get("period", ""))
    except DomainError:
        asked = period_of(now, Grain.QUARTER)
    if asked.grain is not Grain.QUARTER or asked.start > now:
        asked = period_of(now, Grain.QUARTER)
    return asked, offered if str(asked) in offered else [*offered, str(asked)]


def page(who: Who) -> dict[str, Any]:
    """Return what a profile shows."""
    actor, now = current_actor(), today()
    chosen, offered = chosen_period(who)
    last = min(chosen.last, now)
    log = reading.happened(actor, who.id)
    months, trends = reading.trends(who.id, last, measured := metrics(every=True))
    first, until = months[0].start, months[-1].until
    marks = reading.training_marks(log, first, until, MOST_MARKS)
    papers = drawing.paper_scores(log, first, until)
    held = certificates.of_person(who.id, now)
    scored = scores.latest(who.id, str(chosen), measured)
    asked = ProfileAsked(actor=actor, person_id=who.id, team_id=who.team_id)
    panels: list[ProfilePanel] = list(chain.from_iterable(ask(asked)))
    panels.sort(key=lambda each: each.position)
    return {
        "who": who,
        "chosen": chosen,
        "offered": offered,
        "today_quarter": str(period_of(now, Grain.QUARTER)),
        "scored": scored,
        "steps": drawing.steps_of(scored) if scored is not None else (),
        "hows": [drawing.how_words(part) for part in scored.parts] if scored is not None else [],
        "log": log[:SHOWN_LINES],
        "first_lines": FIRST_LINES,
        "charts": drawing.charts_of(_in_order(_lined(trends, who.team_id), scored), months, marks),
        "most_charts": MOST_CHARTS,
        "marks": marks,
        "skills": [
            *([drawing.score_chart(_("测验"), papers, first, until)] if papers else []),
            *drawing.dimension_charts(reading.dimensions(who.id), first, until),
        ],
        "levels": competencies.levels([who.id])[who.id],
        "top_level": LEVELS,
        "held": [one for one in held if one.is_valid],
        "over": [one for one in held if not one.is_valid],
        "certificate_words": STATE_WORDS,
        "shared": reading.contributions(actor, who.id),
        "above": [each for each in panels if each.position < 0],
        "panels": [each for each in panels if each.position >= 0],
        "way_to": ways(),
        "deed": paper.deed,
        "may_rate": not who.is_self and allows(actor, Permission.COMPETENCY_RATE),
        "may_report": allows(actor, Permission.REPORT_READ) and not who.is_self,
        "score_words": drawing.score_words,
    }


def _lined(trends: Sequence[Trend], team_id: int | None) -> list[Trend]:
    """Return the trends with the red lines of the person's team; asks nothing where no team has one of its own."""
    lined = red_lines(each.metric for each in trends)
    return [replace(each, metric=lined(each.metric, team_id)) for each in trends]


def _in_order(trends: Sequence[Trend], scored: Scored | None) -> list[Trend]:
    """Return the trends, those of which the composite is made first, in its order."""
    order = [part.code.removeprefix(KPI) for part in scored.parts] if scored is not None else []
    return sorted(trends, key=lambda each: order.index(each.metric.code) if each.metric.code in order else len(order))


def ways() -> Callable[[str, str], str]:
    """Return what tells where a document of a kind and slug is opened, "" where nobody opens it.

    A long list asks for few kinds, so the address of each kind is made once.
    """
    bases: dict[str, str] = {}

    def way_to(kind: str, slug: str) -> str:
        if not kind or not slug:
            return ""
        if kind not in bases:
            endpoint = kind_of(kind).open_endpoint
            bases[kind] = url_for(endpoint, slug="-")[:-1] if endpoint else ""
        return bases[kind] and bases[kind] + quote(slug)

    return way_to
