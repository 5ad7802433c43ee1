"""`lms files`: where stored files lie, and moving them."""

import sys

import click

from lms.core.files import Unavailable
from lms.core.here import settings
from lms.core.i18n import say
from lms.core.stores.folder import Folder
from lms.core.stores.s3 import S3
from lms.core.terminal import AppCommand, tell
from lms.core.texts import text
from lms.health.moving import move

files = click.Group("files", help="Stored files: photos, pictures, films.")


@files.command("move", cls=AppCommand)
@click.option("--to", "where", type=click.Choice(["s3", "local"]), required=True, help="Where they are to lie.")
def files_move(where: str) -> None:
    """Copy every stored file from the instance's folder to LMS_FILES_URL, or back, and compare each by its sha256.

    Nothing is deleted where they came from. Run it, change the setting, start anew, run it once more for what was sent
    in between. LMS_FILES_URL has to be set for both ways. Ends with 1 where a file did not arrive.

    \b
    Example:
      lms files move --to s3
    """
    chosen = settings()
    if not chosen.files_url:
        raise click.UsageError(say(text("没有设置 LMS_FILES_URL，不知道文件仓库在哪里。")))
    folder, store = Folder(chosen.uploads), S3(chosen)
    try:
        outcome = move(folder, store, chosen.uploads) if where == "s3" else move(store, folder, chosen.uploads)
    except Unavailable as error:
        raise click.ClickException(say(error.message)) from error
    tell(
        text(
            "已复制 %(copied)s 个文件（%(size)s MB），原来就有 %(there)s 个，都按 sha256 核对过。",
            copied=outcome.copied,
            size=f"{outcome.size / 1_000_000:.1f}",
            there=outcome.there,
        )
    )
    for name in outcome.wrong:
        tell(text("没有复制成功：%(name)s", name=name))
    if outcome.wrong:
        sys.exit(1)
