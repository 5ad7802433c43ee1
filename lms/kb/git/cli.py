"""`lms kb import-git` and `lms kb export-git`: the knowledge base as a Git repository, with its whole history."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from lms.accounts.queries import actor_by_employee_no, console
from lms.core.errors import NotFound
from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json, watched
from lms.core.texts import Text, text
from lms.kb.git import jobs
from lms.kb.git.jobs import Imported

T = TypeVar("T")


def _watch(items: Sequence[T], label: Text) -> Iterable[T]:
    return watched(items, label, len(items))


@click.command("import-git", cls=AppCommand)
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--path", "folder", help="Folder of the repository to take; kb_content where there is one, else all.")
@click.option("--by", "employee_no", help="Employee number of who answers for what had to be merged.")
@click.option("--publish", is_flag=True, help="Publish the last version of what has nothing to mend.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_git(
    repository: Path, folder: str | None, employee_no: str | None, publish: bool, dry_run: bool, as_json: bool
) -> None:
    """Take in a repository of Markdown with its history: authors, days, messages, renamed files as one article.

    Authors are known by mail address, employee number or name. Without --publish the last versions are drafts; what
    the academy itself exported is public where it was. Safe to interrupt and to repeat: a second run adds what is new
    and merges with what was changed here. Exit 1 if a file was left out.

    \b
    Example:
      lms kb import-git ~/wiki --dry-run
      lms kb import-git ~/wiki --path docs --publish
    """
    actor = console() if employee_no is None else actor_by_employee_no(employee_no)
    if actor is None:
        raise NotFound(text("没有工号为“%(no)s”的在职员工。", no=employee_no))
    outcome = jobs.import_git(actor, repository, folder=folder, publish=publish, dry_run=dry_run, watch=_watch)
    if as_json:
        tell_json(_as_json(outcome))
    else:
        _report(outcome)
    if not outcome.is_clean:
        click.get_current_context().exit(1)


@click.command("export-git", cls=AppCommand)
@click.argument("folder", type=click.Path(path_type=Path))
def export_git(folder: Path) -> None:
    """Write the knowledge base as a Git repository: one commit a revision, with its author, day and note.

    The same data give the same commits. FOLDER: an empty one, or that of an earlier export.

    \b
    Example:
      lms kb export-git ~/kefu-kb
    """
    outcome = jobs.export_git(folder, watch=_watch)
    tell(text("已写入 %(commits)s 个提交，最新是 %(head)s。", commits=outcome.commits, head=outcome.head[:10]))


def _report(outcome: Imported) -> None:
    for path in outcome.created:
        click.echo(f"+ {path}")
    for path in outcome.updated:
        click.echo(f"~ {path}")
    for note in outcome.notes:
        click.echo(f"{'!' if note.refused else '?'} {note.path}: {say(note.message)}")
    tell(
        text(
            "%(commits)s 个提交：新建 %(created)s 篇，更新 %(updated)s 篇，共 %(revisions)s 个版本，"
            "已发布 %(published)s 篇，图片和文件 %(pictures)s 个，没有变化 %(unchanged)s 篇，没有导入 %(refused)s 个。",
            commits=outcome.commits,
            created=len(outcome.created),
            updated=len(outcome.updated),
            revisions=outcome.revisions,
            published=outcome.published,
            pictures=outcome.pictures,
            unchanged=outcome.unchanged,
            refused=sum(note.refused for note in outcome.notes),
        )
    )
    if outcome.dry_run:
        tell(text("只是预览，什么都没有改。"))


def _as_json(outcome: Imported) -> dict[str, object]:
    return {
        "dry_run": outcome.dry_run,
        "commits": outcome.commits,
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "revisions": outcome.revisions,
        "published": outcome.published,
        "pictures": outcome.pictures,
        "notes": [{"path": note.path, "message": say(note.message), "refused": note.refused} for note in outcome.notes],
    }
