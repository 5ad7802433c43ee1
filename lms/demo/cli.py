"""`lms demo`: the sample company, built once around today, and served."""

import secrets
import shutil
import socket
import sys
from pathlib import Path

import click
import segno
from flask_migrate import upgrade
from sqlalchemy import select

from lms import serving, worker
from lms.accounts import passwords
from lms.accounts.models import Person
from lms.app import create_app
from lms.core import settings as settings_module
from lms.core.db import session, transaction
from lms.core.settings import Settings, SettingsError
from lms.core.texts import Text, text
from lms.demo import story

SIGN_INS: tuple[tuple[str, Text], ...] = (
    ("A1001", text("新员工，今天第 4 天")),
    ("A1009", text("客服专员，带教人")),
    ("A1002", text("客服专员")),
    ("T1001", text("培训师")),
    ("L1001", text("客服经理")),
    ("L1003", text("售后一组组长")),
    ("Q1001", text("质检")),
    ("D1001", text("客服总监")),
    ("H1001", text("人事")),
    ("ADMIN", text("管理员")),
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MARK = "demo"
"""A file in the instance folder that says: this is the sample company, it may be thrown away."""


@click.command("demo")
@click.option("--serve/--no-serve", default=True, help="Serve it after building; --no-serve builds only.")
@click.option("--fresh", is_flag=True, help="Throw the sample company away and build it anew around today.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0 prints passwords of their own and a QR code."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(serve: bool, fresh: bool, host: str, port: int) -> None:
    """Build the sample company 禾木生活 and serve it. Safe to run again: it keeps what is there.

    \b
    Example:
      lms demo --port 8080
      lms demo --fresh --no-serve
    """
    try:
        settings = settings_module.load({"demo": "1"})
        if serve:
            serving.require_free(host, port)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    except serving.PortTaken as error:
        raise click.ClickException(str(error.message)) from error
    if fresh:
        _throw_away(settings)
    app = create_app({"demo": "1"})
    with app.app_context():
        upgrade()
        if not story.is_told():
            if session().scalar(select(Person.id).limit(1)) is not None:
                raise click.ClickException(
                    str(text("这个实例里已有真实的人员，不会混进示例数据。请用 LMS_INSTANCE_PATH 指定另一个目录。"))
                )
            click.echo(str(text("正在建立示例公司，约一分钟…")))
            (settings.instance_path / MARK).touch()
            story.tell(lambda chapter: click.echo(f"  · {chapter}"))
            worker.run_once(app)
        own = {} if host in LOOPBACK else _own_passwords()
    _print_sign_ins(host, port, own)
    if serve:
        flag = {"LMS_DEMO": "1" if host in LOOPBACK else "0"}
        sys.exit(serving.run(host, port, processes=1, environment=flag))


def _throw_away(settings: Settings) -> None:
    """Delete the sample company's database and files. Raises ClickException where it is not the sample company."""
    folder = settings.instance_path
    if not (folder / MARK).exists():
        if not any(folder.glob("lms.sqlite3*")):
            return
        raise click.ClickException(str(text("这个实例不是示例公司，--fresh 不会删除它。")))
    if not settings.database_url.startswith("sqlite"):
        raise click.ClickException(str(text("--fresh 只能清空 SQLite 的示例；PostgreSQL 的库请自己删了再建。")))
    for path in folder.glob("lms.sqlite3*"):
        path.unlink()
    shutil.rmtree(settings.uploads, ignore_errors=True)
    Path(folder / MARK).unlink()


def _own_passwords() -> dict[str, str]:
    """Give each sign-in a password of its own: the well-known one opens nothing beyond the loopback address."""
    own = {number: secrets.token_urlsafe(9) for number, _ in SIGN_INS}
    with transaction() as current:
        for person in current.scalars(select(Person).where(Person.employee_no.in_(own))):
            person.password_hash = passwords.hash_password(own[person.employee_no or ""])
    return own


def _print_sign_ins(host: str, port: int, own: dict[str, str]) -> None:
    address = f"http://{host if host in LOOPBACK else _lan_address()}:{port}"
    click.echo("")
    click.echo(f"  {address}")
    click.echo("")
    for number, role in SIGN_INS:
        click.echo(f"  {number:<6} {own.get(number, passwords.DEMO_PASSWORD):<14} {role}")
    click.echo("")
    if host not in LOOPBACK:
        segno.make(address).terminal(compact=True)


def _lan_address() -> str:
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"
