"""`lms records …`: is the learning log whole, and the standings folded anew from it. `lms person …`: export, erase."""

from pathlib import Path

import click
from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.core.audit import audit
from lms.core.db import session, transaction
from lms.core.errors import NotFound
from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json, watched
from lms.core.texts import text
from lms.records import actions, erasing, queries
from lms.records.models import Record

CHUNK = 100  # people in one transaction

person = click.Group("person", help="What is kept about a person: as a file, or erased.")
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


def _person(employee_no: str) -> Person:
    found = session().scalars(select(Person).where(Person.employee_no == employee_no)).one_or_none()
    if found is None:
        raise NotFound(text("没有工号 %(no)s。", no=employee_no))
    return found


@person.command(cls=AppCommand)
@click.argument("employee_no")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; NUMBER.zip where left out."
)
def export(employee_no: str, output: Path | None) -> None:
    """Write all that is kept about a person into a ZIP: data.json and the files that they handed in.

    \b
    Example:
      lms person export A1017 -o A1017.zip
    """
    found = _person(employee_no)
    made = erasing.package(found.id)
    with transaction():
        audit(None, "person.exported", "person", found.id, person_id=found.id)
    path = output or Path(f"{employee_no}.zip")
    path.write_bytes(made)
    tell(text("已写入 %(path)s（%(size)s 字节）。", path=str(path), size=len(made)))


@person.command(cls=AppCommand)
@click.argument("employee_no")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def erase(employee_no: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Empty what says who somebody was; scores and the log stay under a number. It can't be undone.

    \b
    Example:
      lms person erase A1017 --dry-run
      lms person erase A1017 --yes
    """
    found = _person(employee_no)
    if (reason := erasing.why_not(found)) is not None:
        raise reason
    held = erasing.held(found.id)
    if as_json:
        tell_json({"rows": [{"table": row.table, "count": row.count, "fate": row.fate} for row in held.rows]})
    else:
        tell(
            text(
                "删除 %(gone)s 行，清空 %(emptied)s 行，留下 %(kept)s 行（只有编号）。",
                gone=held.gone,
                emptied=held.emptied,
                kept=held.kept,
            )
        )
    person_id = found.id
    session().rollback()
    if dry_run:
        return
    if not yes:
        click.confirm(say(text("删除后不能恢复。继续吗？")), abort=True)
    with transaction():
        erasing.erase(accounts.console(), person_id)
    erasing.note_erasures()
    if not as_json:
        tell(text("已删除。"))
