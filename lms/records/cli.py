"""`lms records …`: is the learning log whole, and the standings folded anew from it."""

import click
from sqlalchemy import select

from lms.core.db import session, transaction
from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json, watched
from lms.core.texts import text
from lms.records import actions, queries
from lms.records.models import Record

CHUNK = 100  # people in one transaction

group = click.Group("records", help="The learning log: verify its chain, rebuild the standings.")


@group.command(cls=AppCommand)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(as_json: bool) -> None:
    """Check every hash, note and standing of the log; exit 1 if anything does not fit.

    \b
    Example:
      lms records verify
    """
    verdict = queries.verify()
    problems = [say(problem) for problem in verdict.problems]
    if as_json:
        tell_json({"checked": verdict.checked, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        tell(text("已核对 %(lines)s 条记录，发现 %(problems)s 处问题。", lines=verdict.checked, problems=len(problems)))
    if problems:
        click.get_current_context().exit(1)


@group.command(cls=AppCommand)
def rebuild() -> None:
    """Fold every standing anew from the log; the log itself is only read. Safe at any time.

    \b
    Example:
      lms records rebuild
    """
    people = list(session().scalars(select(Record.person_id).distinct().order_by(Record.person_id)))
    chunks = [people[start : start + CHUNK] for start in range(0, len(people), CHUNK)]
    for chunk in watched(chunks, text("重建学习状态"), len(chunks)):
        with transaction():
            actions.refold_people(chunk)
    tell(text("已按记录重建 %(people)s 人的学习状态。", people=len(people)))
