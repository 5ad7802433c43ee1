"""`lms search …`: what articles are found by."""

import click

from lms.core.db import transaction
from lms.core.terminal import AppCommand, tell
from lms.core.texts import text
from lms.kb import actions

group = click.Group("search", help="The search of the knowledge base: rebuild what articles are found by.")


@group.command(cls=AppCommand)
def rebuild() -> None:
    """Write anew what every published article is found by. Safe at any time; nothing else is changed.

    \b
    Example:
      lms search rebuild
    """
    with transaction():
        count = actions.rebuild()
    tell(text("已为 %(count)s 条知识重建搜索。", count=count))
