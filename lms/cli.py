"""The command `lms …`, and the same group as `flask lms …` in a host application.

Each slice offers its own group in its cli.py; GROUPS is the one place where they are put together.
"""

import sys

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from flask import Flask, current_app
from flask.cli import ScriptInfo
from flask_migrate import upgrade
from sqlalchemy import inspect

from lms import serving
from lms import worker as worker_module
from lms.accounts.cli import invite_first
from lms.accounts.cli import staff as staff_group
from lms.accounts.cli import token as token_group
from lms.app import MIGRATIONS, create_app
from lms.content.cli import group as content_group
from lms.core import logs
from lms.core.db import db
from lms.core.here import settings
from lms.core.terminal import AppCommand, OldSchema, provide, tell
from lms.core.texts import text
from lms.core.version import PACKAGE
from lms.demo.cli import demo
from lms.health.cli import files as files_group
from lms.integrations.cli import group as xapi_group
from lms.integrations.cli import keys_group
from lms.kb.cli import group as search_group
from lms.kb.cli import kb_group
from lms.operations.cli import backup, move, restore
from lms.operations.schema import refuse_half_restored
from lms.performance.cli import kpi as kpi_group
from lms.quizzes.cli import group as quiz_group
from lms.records.cli import group as records_group
from lms.records.cli import person as person_group
from lms.reports.cli import group as report_group
from lms.reviews.cli import group as appraisals_group
from lms.signon.cli import group as signon_group

GROUPS: tuple[click.Command, ...] = (
    content_group,
    quiz_group,
    kpi_group,
    staff_group,
    token_group,
    signon_group,
    records_group,
    person_group,
    appraisals_group,
    report_group,
    search_group,
    kb_group,
    xapi_group,
    keys_group,
    backup,
    restore,
    files_group,
    demo,
)
"""Groups and single commands of the slices, in the order of `lms --help`."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=PACKAGE, prog_name="lms", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Kefu Academy 客服学院: training, knowledge checks and a knowledge base for customer-service teams.

    \b
    Example:
      lms db upgrade
      lms content sync
      lms serve --port 8000
    """
    given = ctx.obj
    if isinstance(given, Flask):
        provide(ctx, lambda: given)
    elif isinstance(given, ScriptInfo):
        provide(ctx, lambda: _academy_of(given.load_app()))
    else:
        provide(ctx, create_app)


def _academy_of(host: Flask) -> Flask:
    """Return the academy that runs in a host application, which may be the academy itself."""
    if "lms_settings" in host.extensions:
        return host
    mounted: Flask | None = host.extensions.get("lms_app")
    return mounted or create_app()


def _refuse_an_old_schema() -> None:
    refuse_half_restored(db.engine)
    with db.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    if set(heads) != set(ScriptDirectory(str(MIGRATIONS)).get_heads()):
        raise OldSchema()


def _make_schema() -> None:
    refuse_half_restored(db.engine)
    current_app.extensions["lms_settings"].instance_path.mkdir(parents=True, exist_ok=True)
    upgrade()


@main.command(cls=AppCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64), help="Threads in each process.")
@click.option("--worker/--no-worker", "with_worker", default=True, show_default=True, help="One worker beside it.")
def serve(host: str, port: int, processes: int, threads: int, with_worker: bool) -> None:
    """Serve the academy for production use, with one worker beside it.

    An empty database is made ready first. While nobody can sign in, the way in for the first administrator is printed.

    \b
    Example:
      lms serve --host 0.0.0.0 --port 8000 --processes 4
    """
    serving.require_free(host, port)
    if not inspect(db.engine).get_table_names():
        _make_schema()
        tell(text("这是一个新的空实例，已建好数据库。"))
    _refuse_an_old_schema()
    invite_first(host, port)
    sys.exit(serving.run(host, port, processes=processes, threads=threads, worker=with_worker))


@main.command(cls=AppCommand)
@click.option("--once", is_flag=True, help="Do every job once and end.")
def worker(once: bool) -> None:
    """Do what nobody asks for: close expired attempts, apply dated changes. Any number may run.

    \b
    Example:
      lms worker --once
    """
    _refuse_an_old_schema()
    app: APIFlask = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        worker_module.run_once(app)
    else:
        logs.configure(settings().log_format)
        worker_module.run_forever(app)


@main.group("db")
def db_group() -> None:
    """The database and its schema."""


@db_group.command("upgrade", cls=AppCommand)
def db_upgrade() -> None:
    """Bring the schema to this version; safe to run again, and all or nothing.

    \b
    Example:
      lms db upgrade
    """
    _make_schema()
    tell(text("数据库已是最新版本。"))


db_group.add_command(move)
for each in GROUPS:
    main.add_command(each)
