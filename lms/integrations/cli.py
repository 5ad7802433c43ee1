"""`lms xapi …`: the learning record store is told once more, or of what was before it. `lms keys …`: our signature."""

from datetime import date, datetime, time

import click

from lms.core import here, keys
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.terminal import AppCommand, tell
from lms.core.texts import text
from lms.integrations.actions import xapi, xapi_history
from lms.integrations.queries.xapi import is_on

group = click.Group("xapi", help="The learning record store: send statements again, tell it of the past.")

STATES = {"dead": ("dead",), "all": ("dead", "sent", "waiting")}


def _since(day: datetime) -> datetime:
    return datetime.combine(date(day.year, day.month, day.day), time(), tzinfo=here.settings().timezone)


@group.command(cls=AppCommand)
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--all", "every", is_flag=True, help="Also what the store has taken: for a new or restored one.")
def resend(since: datetime, every: bool) -> None:
    """Send statements once more with the ids they have, so that the store keeps each once.

    \b
    Example:
      lms xapi resend --since 2026-11-01 --all
    """
    _needs_store()
    with transaction():
        count = xapi.resend(None, since=_since(since), states=STATES["all" if every else "dead"])
    tell(text("%(n)s 条陈述已排队重发，由后台进程发出。", n=count))


@group.command(cls=AppCommand)
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day.")
def history(since: datetime) -> None:
    """Tell the store of results, completions and certificates from before it was there, as they count today.

    \b
    Example:
      lms xapi history --since 2026-01-01
    """
    _needs_store()
    count, after, start = 0, 0, _since(since)
    while True:
        with transaction():
            found = xapi_history.lines(start, after)
            count += xapi_history.put(found)
        if not found:
            break
        after = found[-1].seq
    tell(text("以往的 %(n)s 条学习结果已排队，由后台进程发出。", n=count))


keys_group = click.Group("keys", help="The keys by which badges and words to other learning systems are signed.")


@keys_group.command("list", cls=AppCommand)
def list_keys() -> None:
    """Show which keys there are and since when; the first one signs.

    \b
    Example:
      lms keys list
    """
    _needs_signing()
    for each in keys.every_key():
        until = each.retired_at.date().isoformat() if each.retired_at else "-"
        click.echo(f"{each.kid}  {each.made_at.date().isoformat()}  {until}")


@keys_group.command(cls=AppCommand)
def renew() -> None:
    """Sign by a new key from now on. The old one stays published, so what it signed stays valid.

    \b
    Example:
      lms keys renew
    """
    _needs_signing()
    with transaction():
        kid = keys.renew()
    tell(text("现在用新的密钥签名：%(kid)s", kid=kid))


def _needs_signing() -> None:
    if not keys.available():
        raise Conflict(text("没有安装签名组件。请安装 kefu-lms[sso]。"))


def _needs_store() -> None:
    if not is_on():
        raise Conflict(text("还没有设置学习记录库。请先设置 LMS_XAPI_ENDPOINT（见 docs/standards.md）。"))
