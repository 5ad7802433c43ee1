"""`lms quiz …`: banks of questions in and out."""

from pathlib import Path

import click

from lms.accounts import queries as accounts
from lms.core.access import Actor
from lms.core.db import transaction
from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json, watched
from lms.core.texts import text
from lms.quizzes import jobs
from lms.quizzes.actions import importing
from lms.quizzes.actions import regrade as regrading
from lms.quizzes.actions.importing import INTO, NEW_BANK, NEW_QUIZ, Done, Plan, Target
from lms.quizzes.importers.formats import FORMATS
from lms.quizzes.queries import impact as impacts
from lms.quizzes.queries.banks_written import export as exported
from lms.quizzes.queries.choosing import How, key_by, version_of
from lms.quizzes.queries.regrading import asked_in
from lms.quizzes.rules.regrade import Drop, Rekey

group = click.Group("quiz", help="Quizzes and question banks: import, export, mark again.")
_READ = [each.name for each in FORMATS.values() if each.reader]
_WRITTEN = [each.name for each in FORMATS.values() if each.writer]


@group.command("import", cls=AppCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", default="", help="Employee number of the author; needed to write.")
@click.option("--format", "format_name", type=click.Choice(_READ), help="By default what the file is.")
@click.option("--into", default="", help="Slug of the quiz or bank whose draft takes the questions.")
@click.option("--new", "new_slug", default="", help="Slug of a new bank; by default made of the title.")
@click.option("--title", default="", help="Title of a new bank; by default the name of the file.")
@click.option("--as-quiz", is_flag=True, help="Make a quiz instead of a bank.")
@click.option("--keep-twins", is_flag=True, help="Import also what is there already, word for word.")
@click.option("--partial", is_flag=True, help="Import the good questions though others are refused.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(
    file: Path,
    owner: str,
    format_name: str | None,
    into: str,
    new_slug: str,
    title: str,
    as_quiz: bool,
    keep_twins: bool,
    partial: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a draft of a bank of questions: Excel, CSV, Word, GIFT, Aiken, Moodle XML, QTI; publish nothing.

    Exit 1 if a question is refused; then nothing is written unless --partial says so.

    \b
    Example:
      lms quiz import bank.xlsx --dry-run
      lms quiz import bank.xlsx --owner T1001 --new banks/after-sales
      lms quiz import more.docx --owner T1001 --into banks/after-sales --partial
    """
    if into and new_slug:
        raise click.UsageError(say(text("--into 和 --new 只能写一个。")))
    actor = None if dry_run else _actor(owner)
    plan = importing.plan(file.name, file.read_bytes(), format_name or "")
    rows = importing.kept(plan, () if keep_twins else None)
    done: Done | None = None
    if actor is not None and (partial or not plan.taken.refused):
        target = Target(
            kind=INTO if into else NEW_QUIZ if as_quiz else NEW_BANK, title=title or plan.title, slug=into or new_slug
        )
        pictures = importing.pictures_of(plan, rows)
        with transaction():
            done = importing.make(actor, file.name, plan, rows, target, pictures)
    if as_json:
        tell_json(importing.as_plain(plan, done, say))
    else:
        _report(file, plan, done, len(rows))
    if plan.taken.refused:
        click.get_current_context().exit(1)


@group.command(cls=AppCommand)
@click.argument("slugs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every quiz and bank that is not archived, in one file.")
@click.option("--format", "format_name", required=True, type=click.Choice(_WRITTEN))
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
def export(slugs: tuple[str, ...], everything: bool, format_name: str, output: Path) -> None:
    """Write the questions of quizzes or banks into one file; what the format can't say is told, line by line.

    \b
    Example:
      lms quiz export banks/after-sales --format xlsx -o after-sales.xlsx
      lms quiz export --all --format moodlexml -o all.xml
    """
    if bool(slugs) == everything:
        raise click.UsageError(say(text("请写测验的地址，或写 --all。")))
    found = exported(None if everything else slugs, format_name)
    try:
        output.write_bytes(found.written.data)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    for note in found.written.notes:
        click.echo(say(note), err=True)
    tell(text("写了 %(n)s 道题：%(path)s", n=found.questions, path=output))


@group.command(cls=AppCommand)
@click.argument("slug")
@click.argument("key")
@click.option("--to-published", "how", flag_value=How.PUBLISHED.value, help="By the key that is published now.")
@click.option("--to-asked", "how", flag_value=How.AS_ASKED.value, help="By the key with which it was asked: undo.")
@click.option("--to-all", "how", flag_value=How.TO_ALL.value, help="Everybody who was asked it earns all of it.")
@click.option("--drop", "how", flag_value=How.DROP.value, help="It counts for nobody.")
@click.option("--version", default="", help="16 hex digits of the version that was asked, where there are several.")
@click.option("--remark", is_flag=True, help="Also answers that a person has marked.")
@click.option("--reason", default="", help="Why; learners see it. Needed to write.")
@click.option("--by", "who", default="", help="Employee number of who does it; needed to write.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def regrade(
    slug: str,
    key: str,
    how: str | None,
    version: str,
    remark: bool,
    reason: str,
    who: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Mark closed attempts again after a key was corrected, or without a question.

    \b
    Example:
      lms quiz regrade onboarding/return-7d k3f9a2 --to-published --dry-run
      lms quiz regrade onboarding/return-7d k3f9a2 --drop --reason "题目有歧义" --by T1001
    """
    if how is None:
        raise click.UsageError(say(text("请写 --to-published、--to-asked、--to-all 或 --drop 中的一个。")))
    actor = None
    if not dry_run:
        actor = accounts.actor_by_employee_no(who) if who else None
        if actor is None:
            raise click.UsageError(say(text("请用 --by 写上判分人的工号，或用 --dry-run 只看不改。")))
    found = asked_in(slug, key)
    chosen = version_of(found, version)
    if chosen is None:
        raise click.ClickException(say(text("这道题还没有人答过，没有要重新判分的答卷。")))
    by = key_by(found, chosen, How(how))
    remark = remark or how == How.TO_ALL.value
    seen = impacts.impact(chosen.question, chosen.sha, Drop() if by is None else Rekey(by=by, remark=remark))
    counts = seen.plan.totals
    public_id = None
    if actor is not None:
        with transaction():
            public_id = regrading.begin(
                actor,
                document_id=found.quiz.document_id,
                part_id=found.part_id,
                from_sha=chosen.sha,
                by=by,
                reason=reason,
                remark=remark,
            )
        portions = -(-counts.people // regrading.AT_ONCE)
        for _last in watched(jobs.portions(regrading.number_of(public_id)), text("重新判分"), portions):
            pass
    if as_json:
        names = ("attempts", "people", "raised", "lowered", "unchanged", "to_pass", "to_fail", "undecided", "kept")
        tell_json({"id": public_id, "version": chosen.name, **{name: getattr(counts, name) for name in names}})
        return
    tell(
        text(
            "%(attempts)s 份答卷：升 %(raised)s，降 %(lowered)s，不变 %(unchanged)s；"
            "改为通过 %(to_pass)s，改为未通过 %(to_fail)s。",
            attempts=counts.attempts,
            raised=counts.raised,
            lowered=counts.lowered,
            unchanged=counts.unchanged,
            to_pass=counts.to_pass,
            to_fail=counts.to_fail,
        )
    )
    tell(text("已重新判分。") if public_id else text("什么也没有改。"))


def _actor(owner: str) -> Actor:
    if not owner:
        raise click.UsageError(say(text("请用 --owner 写上作者的工号，或用 --dry-run 只看不写。")))
    actor = accounts.actor_by_employee_no(owner)
    if actor is None:
        raise click.UsageError(say(text("没有工号是 %(no)s 的人。", no=owner)))
    return actor


def _report(file: Path, plan: Plan, done: Done | None, count: int) -> None:
    for note in plan.taken.notes:
        click.echo(f"{file}: {say(note)}")
    for each in plan.taken.refused:
        click.echo(f"{file}: {say(each.where.words)}: {say(each.reason)}")
    for row in plan.twins:
        if row.twin is not None and row.twin.is_same:
            tell(text("%(where)s：已经有了，跳过。", where=row.imported.where.words))
    if done is None:
        counts = {"good": count, "same": plan.same, "bad": len(plan.taken.refused)}
        tell(text("可以导入 %(good)s 道题，%(same)s 道已经有了，%(bad)s 道不能导入。什么也没有写。", **counts))
    else:
        tell(text("导入了 %(n)s 道题，在 quiz:%(slug)s 的草稿里。", n=done.questions, slug=done.slug))
