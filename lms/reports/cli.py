"""`lms report …`: reports as files, for whoever runs the installation."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from lms.accounts.queries import console, team_tree
from lms.content.queries import open_published
from lms.core.access import Role
from lms.core.errors import NotFound
from lms.core.terminal import AppCommand, tell
from lms.core.texts import text
from lms.quizzes import analysis_file
from lms.quizzes.queries.analysis import Take
from lms.quizzes.queries.analysis import Wanted as WantedAttempts
from lms.quizzes.queries.analysis import analysis as analysed
from lms.reports.knowledge import written
from lms.reports.knowledge.queries import report
from lms.reports.knowledge.rules import DAYS, FIRST, SECTIONS, USUAL_DAYS
from lms.reports.knowledge.wanted import Wanted

group = click.Group("report", help="Reports as files.")


@group.command(cls=AppCommand)
@click.option("--section", default=FIRST, show_default=True, type=click.Choice(list(SECTIONS)))
@click.option("--days", default=str(USUAL_DAYS), show_default=True, type=click.Choice([str(each) for each in DAYS]))
@click.option("--category", default="", help="A folder of articles, and all below it.")
@click.option("--shop", default="", help="Code of a shop.")
@click.option("--team", default="", help="Code of a team; the teams below it count too.")
@click.option("--format", "kind", default="csv", show_default=True, type=click.Choice(["csv", "xlsx"]))
@click.option("--output", "-o", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
def knowledge(section: str, days: str, category: str, shop: str, team: str, kind: str, output: Path) -> None:
    """Write one section of the knowledge report into a file, over all articles and people.

    \b
    Example:
      lms report knowledge --section zero --days 7 -o zero.csv
      lms report knowledge --section must-read --format xlsx -o must-read.xlsx
    """
    team_id = _team(team)
    everybody = replace(console(), roles=frozenset({Role.DIRECTOR}))
    wanted = Wanted(days=int(days), category=category, shop=shop, team_id=team_id)
    found = report(everybody, SECTIONS[section], wanted)
    output.write_bytes(written.data(found, kind))
    tell(text("已写入 %(file)s，%(n)s 行。", file=output, n=len(found.rows)))


@group.command("quiz-analysis", cls=AppCommand)
@click.argument("slug")
@click.option("--take", default=Take.FIRST.value, show_default=True, type=click.Choice([each.value for each in Take]))
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day of handing in.")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day of handing in.")
@click.option("--team", default="", help="Code of a team; the teams below it count too.")
@click.option("--revision", type=int, help="Number of the quiz's version.")
@click.option("--occasion", default="", help="once, makeup:1, check:2026-W48.")
@click.option("--format", "kind", default="csv", show_default=True, type=click.Choice(["csv", "xlsx"]))
@click.option("--output", "-o", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
def quiz_analysis(
    slug: str,
    take: str,
    start: datetime | None,
    end: datetime | None,
    team: str,
    revision: int | None,
    occasion: str,
    kind: str,
    output: Path,
) -> None:
    """Write how the questions of a quiz do into a file, over all people: a row for each version of a question.

    \b
    Example:
      lms report quiz-analysis onboarding/return-7d -o items.csv
      lms report quiz-analysis onboarding/return-7d --take all --from 2026-10-01 --format xlsx -o items.xlsx
    """
    opened = open_published(replace(console(), roles=frozenset({Role.DIRECTOR})), "quiz", slug)
    wanted = WantedAttempts(
        take=Take(take),
        start=start.date() if start else None,
        end=end.date() if end else None,
        team_id=_team(team),
        revision=revision,
        occasion=occasion,
    )
    found = analysed(opened, wanted)
    output.write_bytes(analysis_file.data(opened.title, found, kind))
    tell(text("已写入 %(file)s，%(n)s 行。", file=output, n=len(found.report.findings)))


def _team(code: str) -> int | None:
    """Return the team of a code, None for none. Raises NotFound for one that does not exist."""
    if not code:
        return None
    found = next((each.id for each in team_tree() if each.code == code), None)
    if found is None:
        raise NotFound()
    return found
