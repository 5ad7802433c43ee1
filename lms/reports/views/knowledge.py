"""How the knowledge base is doing: one page with a tab a section, exported as it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import shops, team_tree
from lms.core.access import Actor, Permission
from lms.core.here import today
from lms.core.i18n import _
from lms.reports.knowledge import written
from lms.reports.knowledge.queries import categories, report
from lms.reports.knowledge.rules import DAYS, FIRST, REASONS, SECTIONS, STATES, USUAL_DAYS, Kind, Report, Row, Section
from lms.reports.knowledge.wanted import Wanted
from lms.reports.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import Bar, ceiling, columns, length
from lms.web.shell import show_short_day
from lms.web.tables import TableState

FILTERS = ("section", "days", "category", "shop", "team")
SIZE = 25


class KnowledgeState(TableState):
    """The state of the report's address, and the addresses of its tabs: a filter stays where it means something."""

    def viewed(self, section: Section) -> str:
        keep = {
            name: value
            for name, value in self.filters.items()
            if name in section.filters or (name == "days" and section.spans)
        }
        pairs = ({"section": section.key} if section.key != FIRST else {}) | keep
        return f"?{urlencode(pairs)}"


@bp.get("/reports/knowledge")
@requires(Permission.REPORT_READ)
def knowledge() -> str | Response:
    """Show one section, the first where none is named."""
    actor = current_actor()
    section = SECTIONS.get(request.args.get("section", ""), SECTIONS[FIRST])
    table = KnowledgeState.from_args(
        request.args,
        sorts=[column.key for column in section.columns],
        default=section.sort,
        filters=FILTERS,
        size=SIZE,
    )
    found = report(actor, section, wanted_of(table), sort=table.sort, descending=table.descending)
    if table.format:
        return written.file(found, table.format)
    table = table.within(len(found.rows))
    rows = found.rows[table.offset : table.offset + table.size]
    return render_template(
        "lms/reports/knowledge.html",
        found=found,
        section=section,
        sections=SECTIONS,
        table=table,
        rows=_with_bars(found, rows),
        total=len(found.rows),
        kinds=Kind,
        states=STATES,
        reasons=REASONS,
        spans=DAYS,
        days=days_of(table),
        chart=_chart(found),
        base=url_for("kb.article", slug="~"),
        categories=categories(actor) if "category" in section.filters else [],
        shops=shops() if "shop" in section.filters else [],
        teams=_teams(actor) if "team" in section.filters else [],
        is_filtered=bool(table.filters.keys() - {"section"}),
    )


def days_of(table: TableState) -> int:
    written_days = table.get("days")
    return int(written_days) if written_days.isdecimal() and int(written_days) in DAYS else USUAL_DAYS


def wanted_of(table: TableState) -> Wanted:
    """Return what the address asks; a team that does not exist filters nothing away."""
    code = table.get("team")
    team = next((each.id for each in team_tree() if each.code == code), None) if code else None
    return Wanted(days=days_of(table), category=table.get("category"), shop=table.get("shop"), team_id=team)


def _teams(actor: Actor) -> list[object]:
    everywhere = actor.leads_root or not actor.teams_below
    return [team for team in team_tree() if everywhere or team.id in actor.teams_below]


def _with_bars(found: Report, rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """Return the rows with the length of their bars; the longest is the greatest of all pages, a share is of 100."""
    key = found.section.bar
    if not key or not rows:
        return [(row, 0.0) for row in rows]
    most = 100 if found.section.column(key).kind is Kind.PERCENT else max(number_of(row, key) for row in found.rows)
    return [(row, length(number_of(row, key), most)) for row in rows]


def number_of(row: Row, key: str) -> int:
    value = row.values.get(key)
    return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars of days. top: what the axis ends with. numbers: the days with their counts, the latest first."""

    bars: Sequence[Bar]
    top: int
    marks: Sequence[str]
    numbers: Sequence[tuple[date, int]]


def _chart(found: Report) -> Chart | None:
    if not any(found.days):
        return None
    count, top = len(found.days), ceiling(max(found.days))
    first = today() - timedelta(days=count - 1)
    return Chart(
        bars=columns(found.days, width=640, height=120, most=top),
        top=top,
        marks=[show_short_day(first), _("今天")],
        numbers=[(first + timedelta(days=at), found.days[at]) for at in reversed(range(count)) if found.days[at]],
    )
