"""`lms content …`: checking what was written, taking it into the store, writing it out again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from lms.accounts import queries as accounts
from lms.content import jobs
from lms.content.actions import imports
from lms.content.grammar.findings import Finding, Severity
from lms.core.db import transaction
from lms.core.here import settings
from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json, watched
from lms.core.texts import Text, text

T = TypeVar("T")

group = click.Group("content", help="Courses, quizzes and articles as Markdown files: check, sync, export.")


def _watch(items: Sequence[T], label: Text) -> Iterable[T]:
    return watched(items, label, len(items))


@group.command(cls=AppCommand)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say everything that is wrong in the files, as path:line: message; exit 1 if anything has to be mended.

    PATHS: files or folders to speak about; links are looked up in all. Warnings alone exit 0.

    \b
    Example:
      lms content check
      lms content check courses/onboarding
    """
    root = settings().content_path
    wanted = [_inside(root, path) for path in paths]
    found = [(path, finding) for path, finding in jobs.check_files(root) if not wanted or _is_below(path, wanted)]
    counts = Counter(finding.severity for _, finding in found)
    if as_json:
        tell_json({"errors": counts[Severity.ERROR], "warnings": counts[Severity.WARNING], "findings": _plain(found)})
    else:
        for path, finding in found:
            click.echo(f"{path}:{finding.line}: {_mark(finding)}{_bare(finding)} [{finding.code}]")
        tell(
            text(
                "必须改 %(errors)s 处，建议改 %(warnings)s 处。",
                errors=counts[Severity.ERROR],
                warnings=counts[Severity.WARNING],
            )
        )
    if counts[Severity.ERROR]:
        click.get_current_context().exit(1)


@group.command(cls=AppCommand)
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--minor", is_flag=True, help="Only typos and layout: nothing is marked, nobody has to read it again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def sync(dry_run: bool, minor: bool, as_json: bool) -> None:
    """Take changed files into the store and publish them; the files themselves are only read.

    A file with something to mend is left out, the others are taken. Where file and database both changed, both texts
    are kept and the conflict is shown here and in the studio. Exit 1 if a file was left out or a conflict waits.
    What rests on a section that changed is marked, and who learned it is asked again, unless --minor says otherwise.

    \b
    Example:
      lms content sync --dry-run
      lms content sync
      lms content sync --minor
    """
    outcome = jobs.sync_files(settings().content_path, dry_run=dry_run, minor=minor, watch=_watch)
    if as_json:
        tell_json(_as_json(outcome))
    else:
        _report(outcome)
    if not outcome.is_clean:
        click.get_current_context().exit(1)


@group.command("import", cls=AppCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", required=True, help="Employee number of who makes the drafts and answers for them.")
@click.option("--kind", type=click.Choice(["article", "lesson"]), default="article", help="What a Word file becomes.")
@click.option("--folder", default="", help="Folder of the new documents below the kind's own, like after-sales.")
@click.option("--split", is_flag=True, help="A document for each of the highest headings of a Word file.")
@click.option(
    "--day-kind",
    type=click.Choice(["order", "payment", "receipt", "request"]),
    help="By which day the dates of a sheet are judged.",
)
@click.option("--script", is_flag=True, help="The answers of a sheet may be sent to customers as they are.")
@click.option("--twins", type=click.Choice(["skip", "update", "make"]), default="skip", help="What is there already.")
@click.option("--partial", is_flag=True, help="Take what is right even if some of it is not.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
def import_file(
    file: Path,
    owner: str,
    kind: str,
    folder: str,
    split: bool,
    day_kind: str | None,
    script: bool,
    twins: str,
    partial: bool,
    dry_run: bool,
) -> None:
    """Make drafts of a Word file (.docx) or of a sheet of questions and answers (.xlsx, .csv); publish nothing.

    Exit 1 if something in the file can't be taken; then nothing is made unless --partial says so.

    \b
    Example:
      lms content import faq.xlsx --owner T001 --day-kind order --dry-run
      lms content import manual.docx --owner T001 --kind lesson --split
    """
    actor = accounts.actor_by_employee_no(owner)
    if actor is None:
        raise click.UsageError(say(text("没有工号是 %(no)s 的人。", no=owner)))
    options = imports.Options(kind=kind, folder=folder, split=split, day_kind=day_kind or "", script=script)
    data = file.read_bytes()
    plan = imports.plan(file.name, data, options)
    for row in plan.refused:
        for problem in row.drafted.problems:
            click.echo(f"{file}:{row.drafted.line}: {say(problem)}")
    if not dry_run and (partial or not plan.refused):
        made: list[imports.Made] = []
        for start in range(0, len(plan.good), 100):
            rows = plan.good[start : start + 100]
            pictures = imports.pictures_of(plan, rows)
            with transaction():
                made += imports.make(actor, rows, {row.drafted.line: twins for row in rows}, pictures)
                if start + 100 >= len(plan.good):
                    imports.noted(actor, file.name, made)
    tell(
        text(
            "可以导入 %(good)s 份，其中 %(twins)s 份像是已经有了；%(bad)s 处不能导入。",
            good=len(plan.good),
            twins=len(plan.twins),
            bad=len(plan.refused),
        )
    )
    if plan.refused:
        click.get_current_context().exit(1)


@group.command(cls=AppCommand)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(folder: Path, as_json: bool) -> None:
    """Write every published document into FOLDER as Markdown, with the ids of its sections and questions.

    Each file is written whole or not at all. A file there that the store does not know is left as it is: exit 1.

    \b
    Example:
      lms content export /tmp/courses-backup
    """
    own = folder.resolve() == settings().content_path.resolve()
    try:
        outcome = jobs.export_files(folder, own=own, watch=_watch)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    if as_json:
        tell_json({"written": outcome.written, "unchanged": outcome.unchanged, "kept": outcome.kept})
    else:
        for path in outcome.kept:
            click.echo(f"{path}:1: {say(text('文件里有数据库没有的内容，没有覆盖；请先同步。'))}")
        tell(
            text(
                "写入 %(written)s 个文件，%(unchanged)s 个没有变化，%(kept)s 个没有覆盖。",
                written=len(outcome.written),
                unchanged=outcome.unchanged,
                kept=len(outcome.kept),
            )
        )
    if outcome.kept:
        click.get_current_context().exit(1)


def _inside(root: Path, path: Path) -> str:
    """Return a given path as one of the repository. Raises UsageError for one outside."""
    whole = (path if path.is_absolute() else Path.cwd() / path).resolve()
    if not whole.exists():
        whole = (root / path).resolve()
    if not whole.exists():
        raise click.UsageError(say(text("没有这个文件或文件夹：%(path)s", path=path)))
    try:
        return whole.relative_to(root.resolve()).as_posix()
    except ValueError:
        raise click.UsageError(say(text("%(path)s 不在内容目录里。", path=path))) from None


def _is_below(path: str, wanted: Sequence[str]) -> bool:
    return any(each in (".", path) or path.startswith(f"{each}/") for each in wanted)


def _mark(finding: Finding) -> str:
    return "" if finding.severity is Severity.ERROR else say(text("（建议）"))


def _bare(finding: Finding) -> str:
    """Return the message without its own “第 3 行：”: the line stands before it already."""
    if finding.message.id == "第 %(line)s 行：%(problem)s":
        problem = finding.message.values["problem"]
        return say(problem) if isinstance(problem, Text) else str(problem)
    return say(finding.message)


def _plain(found: Sequence[tuple[str, Finding]]) -> list[dict[str, object]]:
    return [
        {
            "path": path,
            "line": finding.line,
            "severity": finding.severity.value,
            "code": finding.code,
            "message": _bare(finding),
        }
        for path, finding in found
    ]


def _as_json(outcome: jobs.Outcome) -> dict[str, object]:
    return {
        "dry_run": outcome.dry_run,
        "created": outcome.created,
        "updated": outcome.updated,
        "moved": [{"from": before, "to": after} for before, after in outcome.moved],
        "conflicts": outcome.conflicts,
        "settled": outcome.settled,
        "ahead": outcome.ahead,
        "missing": outcome.missing,
        "unchanged": outcome.unchanged,
        "refused": [{"path": each.path, "line": each.line, "message": say(each.reason)} for each in outcome.refused],
    }


def _report(outcome: jobs.Outcome) -> None:
    lines: list[tuple[Text, Sequence[str]]] = [
        (text("新建"), outcome.created),
        (text("更新"), outcome.updated),
        (text("改名"), [f"{before} → {after}" for before, after in outcome.moved]),
        (text("冲突已消除"), outcome.settled),
        (text("数据库较新，请用 export 写出"), outcome.ahead),
        (text("文件不见了，内容仍保留"), outcome.missing),
    ]
    for label, paths in lines:
        for path in paths:
            click.echo(f"{say(label)}: {path}")
    for path in outcome.conflicts:
        click.echo(f"{path}:1: {say(text('文件和数据库都改过，两份都已保留，请在编辑台选择。'))}")
    for refusal in outcome.refused:
        click.echo(f"{refusal.path}:{refusal.line}: {say(refusal.reason)}")
    counts = {
        "created": len(outcome.created),
        "updated": len(outcome.updated),
        "moved": len(outcome.moved),
        "conflicts": len(outcome.conflicts),
        "unchanged": outcome.unchanged,
        "refused": len({refusal.path for refusal in outcome.refused}),
    }
    if outcome.dry_run:
        tell(
            text(
                "只是预演：将新建 %(created)s，更新 %(updated)s，改名 %(moved)s，冲突 %(conflicts)s，"
                "不变 %(unchanged)s，不同步 %(refused)s。",
                **counts,
            )
        )
    else:
        tell(
            text(
                "已新建 %(created)s，更新 %(updated)s，改名 %(moved)s，冲突 %(conflicts)s，"
                "未变 %(unchanged)s，未同步 %(refused)s。",
                **counts,
            )
        )
