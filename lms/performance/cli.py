"""`lms kpi …`: figures of people's work come in."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import click

from lms.accounts.queries import console
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.i18n import say
from lms.core.terminal import SLOW, AppCommand, tell, tell_json
from lms.core.texts import Text, text
from lms.performance.actions import figures as actions
from lms.performance.rules.kpi_plan import Plan
from lms.performance.rules.kpi_sheet import Options
from lms.performance.rules.periods import Grain

kpi = click.Group("kpi", help="Figures of people's work: satisfaction, response times, resolution rates …")


class _Bar:
    """How many rows have been read; shown on stderr to a person, once that has taken two seconds."""

    def __init__(self, label: Text, total: int) -> None:
        self.label, self.total, self.started, self.done = label, max(1, total), time.monotonic(), 0
        self.bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, rows: int) -> None:
        if self.bar is None and sys.stderr.isatty() and time.monotonic() - self.started > SLOW:
            self.bar = click.progressbar(length=self.total, label=say(self.label), file=sys.stderr)
        if self.bar is not None:
            self.bar.update(rows - self.done)
            self.done = rows

    def __exit__(self, *_error: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()


@kpi.command("import", cls=AppCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option(
    "--grain",
    type=click.Choice([Grain.WEEK.value, Grain.MONTH.value, Grain.QUARTER.value]),
    help="Days in the file stand for the week, month or quarter in which they lie.",
)
@click.option(
    "--decimals",
    type=click.Choice(["fraction", "percent"]),
    help="What 0.98 means in a column of percentages that has nothing above 1: 98 % or 0.98 %.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_figures(file: Path, dry_run: bool, grain: str | None, decimals: str | None, as_json: bool) -> None:
    """Take in figures from a CSV or XLSX file, all rows or none; exit 1 and every reason if one is refused.

    \b
    Example:
      lms kpi import october.xlsx --dry-run
      lms kpi import october.csv --grain month --decimals fraction
    """
    data, actor = file.read_bytes(), replace(console(), roles=frozenset({Role.DIRECTOR}))
    options = Options(grain=Grain(grain) if grain else None)
    total = data.count(b"\n")
    with _Bar(text("读文件"), total) as bar:
        plan = actions.plan_file(actor, data, options, note=bar)
        if plan.doubtful and decimals:
            said = frozenset(plan.doubtful)
            options = replace(
                options,
                fractions=said if decimals == "fraction" else frozenset(),
                percents=said if decimals == "percent" else frozenset(),
            )
            plan = actions.plan_file(actor, data, options)
    _show(plan, as_json)
    if plan.refused_total:
        click.get_current_context().exit(1)
    if dry_run or not plan.can_apply:
        return
    with _Bar(text("写入"), plan.rows) as bar, transaction():
        actions.apply_file(actor, data, name=file.name, options=options, shown=actions.mark_of(plan), note=bar)
    if not as_json:
        tell(text("已导入。"))


def _show(plan: Plan, as_json: bool) -> None:
    if as_json:
        tell_json(
            {
                "rows": plan.rows,
                "new": plan.new,
                "changed": plan.changed,
                "unchanged": plan.unchanged,
                "unknown_columns": list(plan.unknown),
                "refused_total": plan.refused_total,
                "refused": [
                    {
                        "line": row.line,
                        "employee_no": row.employee_no,
                        "what": say(row.what) if isinstance(row.what, Text) else row.what,
                        "reason": say(row.reason),
                    }
                    for row in plan.refused
                ],
            }
        )
        return
    for row in plan.refused:
        what = say(row.what) if isinstance(row.what, Text) else row.what
        if row.line:
            tell(
                text(
                    "第 %(line)s 行 %(no)s %(what)s：%(why)s",
                    line=row.line,
                    no=row.employee_no,
                    what=what,
                    why=row.reason,
                )
            )
        else:
            tell(text("整列 %(what)s：%(why)s", what=what, why=row.reason))
    if plan.unknown:
        tell(text("这些列不认识，没有读：%(names)s。", names="、".join(plan.unknown)))
    tell(
        text(
            "%(rows)s 行：新增 %(new)s 个数，更正 %(changed)s 个，%(unchanged)s 个没变，%(refused)s 处不能导入。",
            rows=plan.rows,
            new=plan.new,
            changed=plan.changed,
            unchanged=plan.unchanged,
            refused=plan.refused_total,
        )
    )
