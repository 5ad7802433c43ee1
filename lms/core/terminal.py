"""The ground of every `lms …` command: it runs inside the academy's app, speaks its language, and ends with 0, 1 or 2.

A command is declared in its slice's cli.py with `@group.command(cls=AppCommand)`; lms/cli.py puts the groups together
and says where the app comes from. `flask lms …` in a host application therefore runs here and not in the host's app.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError, ProgrammingError

from lms.core.errors import Conflict, DomainError
from lms.core.i18n import say, set_locale
from lms.core.settings import SettingsError
from lms.core.texts import Text, text

T = TypeVar("T")
SLOW = 2.0  # seconds from which a command shows how far it is

AppSource = Callable[[], Flask]


NO_TABLE = ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")
"""How SQLite and PostgreSQL say that a database is not of this version."""


class OldSchema(Conflict):
    """The database was never made, or belongs to an older version."""

    default_message = text("数据库还没有升级到这个版本，请先运行 lms db upgrade。")


class AppCommand(click.Command):
    """A command that runs inside the academy's app. A refusal is one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        source = ctx.find_object(_Source)
        assert source is not None
        try:
            app = source.app()
        except SettingsError as error:
            raise click.ClickException(str(error)) from error
        with app.app_context():
            set_locale(current_app.extensions["lms_settings"].locale)
            try:
                return super().invoke(ctx)
            except DomainError as error:
                refuse(error)
                ctx.exit(1)
            except (OperationalError, ProgrammingError) as error:
                if not any(word in repr(error.orig) for word in NO_TABLE):
                    raise
                refuse(OldSchema())
                ctx.exit(1)


class _Source:
    """Where the app of this run comes from; asked only once a command really runs, not for `--help`."""

    def __init__(self, app: AppSource) -> None:
        self.app = app


def provide(ctx: click.Context, app: AppSource) -> None:
    """Say where the commands below this group get their app from."""
    ctx.obj = _Source(app)


def refuse(error: DomainError) -> None:
    """Print what was refused and why, with the reason at each input."""
    click.echo(say(error.message), err=True)
    for name, reason in error.fields.items():
        click.echo(f"  {name}: {say(reason)}", err=True)


def tell(sentence: Text) -> None:
    """Print a sentence in the installation's language."""
    click.echo(say(sentence))


def tell_json(value: object) -> None:
    """Print what a program reads, and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def watched(items: Sequence[T] | Iterable[T], label: Text, total: int) -> Iterator[T]:
    """Pass the items on; once that has taken two seconds, show on stderr how far it is (only to a person)."""
    started = time.monotonic()
    bar: Any = None
    for done, item in enumerate(items, start=1):
        yield item
        if bar is None and sys.stderr.isatty() and time.monotonic() - started > SLOW:
            bar = click.progressbar(length=total, label=say(label), file=sys.stderr)
            bar.update(done - 1)
        if bar is not None:
            bar.update(1)
    if bar is not None:
        bar.render_finish()


class Meter:
    """How far long work is: told in steps, shown on stderr once that has taken two seconds, only to a person."""

    def __init__(self, label: Text, total: int) -> None:
        self._label, self._total, self._done = label, max(total, 1), 0
        self._started = time.monotonic()
        self._bar: Any = None

    def __call__(self, steps: int) -> None:
        self._done += steps
        if self._bar is not None:
            self._bar.update(steps)
        elif sys.stderr.isatty() and time.monotonic() - self._started > SLOW:
            self._bar = click.progressbar(length=self._total, label=say(self._label), file=sys.stderr)
            self._bar.update(self._done)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
