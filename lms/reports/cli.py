"""`lms report …`: reports as files, for whoever runs the installation."""

from dataclasses import replace
from pathlib import Path

import click

from lms.accounts.queries import console, team_tree
from lms.core.access import Role
from lms.core.errors import NotFound
from lms.core.terminal import AppCommand, tell
from lms.core.texts import text
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
    team_id = None
    if team:
        team_id = next((each.id for each in team_tree() if each.code == team), None)
        if team_id is None:
            raise NotFound()
    everybody = replace(console(), roles=frozenset({Role.DIRECTOR}))
    wanted = Wanted(days=int(days), category=category, shop=shop, team_id=team_id)
    found = report(everybody, SECTIONS[section], wanted)
    output.write_bytes(written.data(found, kind))
    tell(text("已写入 %(file)s，%(n)s 行。", file=output, n=len(found.rows)))
