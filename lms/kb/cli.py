"""`lms search …`: what articles are found by. `lms kb …`: the knowledge base in and out."""

from pathlib import Path

import click

from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.terminal import AppCommand, tell, watched
from lms.core.texts import text
from lms.kb import actions, queries
from lms.kb.exports import faq_csv, scripts_csv
from lms.kb.git.cli import export_git, import_git
from lms.kb.jobs.indexing import rebuild_index
from lms.kb.queries import entries
from lms.kb.rules.exporting import Places
from lms.search.engine import Busy

group = click.Group("search", help="The search of the knowledge base: rebuild what articles are found by.")

kb_group = click.Group("kb", help="The knowledge base in and out: Git history, scripts, questions and answers.")
kb_group.add_command(import_git)
kb_group.add_command(export_git)


@group.command(cls=AppCommand)
def rebuild() -> None:
    """Write anew what every published article is found by. Safe at any time; nothing else is changed.

    Searching goes on with the old index until the new one is whole; ended half way, the old one stays.

    \b
    Example:
      lms search rebuild
    """
    with transaction():
        total = actions.rebuild()
    try:
        count = rebuild_index(lambda every: watched(every, text("正在重建搜索"), total))
    except Busy:
        raise Conflict(text("另一个进程正在写搜索索引，请稍后再试。")) from None
    tell(text("已为 %(count)s 条知识重建搜索。", count=count))


@group.command(cls=AppCommand)
def status() -> None:
    """Say whether the index can be read, how many articles it holds and how many wait to be indexed.

    \b
    Example:
      lms search status
    """
    state = entries.index_state()
    tell(text("搜索引擎：%(engine)s", engine=state.engine))
    tell(text("索引可用，%(count)s 条知识。", count=entries.published_count()) if state.ready else _NO_INDEX)
    tell(text("等待索引：%(open)s，失败：%(dead)s %(error)s", open=state.open, dead=state.dead, error=state.error))


_NO_INDEX = text("还没有可用的索引：lms worker 运行后会自动建好，也可以现在运行 lms search rebuild。")


@kb_group.command("export-scripts", cls=AppCommand)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--folder", help="Only the articles of this category, by its folder.")
@click.option(
    "--places",
    type=click.Choice([each.value for each in Places]),
    default=Places.BRACES.value,
    show_default=True,
    help="How a place to fill in is written: {昵称}, #昵称#, 【昵称】 or ${昵称}.",
)
@click.option("--restricted", is_flag=True, help="Also articles not meant for everybody or with the tag 内部.")
def export_scripts(file: Path, folder: str | None, places: str, restricted: bool) -> None:
    """Write every 话术 into a CSV FILE for a chat tool's 快捷短语: category, code, text.

    \b
    Example:
      lms kb export-scripts scripts.csv --places hashes
    """
    articles = queries.exported(restricted=restricted, folder=folder)
    file.write_bytes(scripts_csv(articles, Places(places)))
    tell(text("已写入 %(file)s。", file=str(file)))


@kb_group.command("export-faq", cls=AppCommand)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--folder", help="Only the articles of this category, by its folder.")
@click.option("--restricted", is_flag=True, help="Also articles not meant for everybody or with the tag 内部.")
def export_faq(file: Path, folder: str | None, restricted: bool) -> None:
    """Write questions and answers into a CSV FILE for a bot: question, similar ones, answer, until when it holds.

    内部 is in no answer.

    \b
    Example:
      lms kb export-faq faq.csv
    """
    file.write_bytes(faq_csv(queries.exported(restricted=restricted, folder=folder)))
    tell(text("已写入 %(file)s。", file=str(file)))
