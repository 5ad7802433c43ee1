"""`lms backup`, `lms restore`, `lms db move`."""

from contextlib import suppress
from pathlib import Path

import click
from flask_migrate import upgrade

from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.core.i18n import say
from lms.core.terminal import AppCommand, Meter, OldSchema, tell, tell_json
from lms.core.texts import text
from lms.kb import actions as kb
from lms.kb.jobs.indexing import rebuild_index
from lms.operations import jobs, loading, moving, reading, restoring, schema, writing
from lms.operations.container import BrokenBackup
from lms.operations.restoring import Restored
from lms.operations.rules.papers import Head, Manifest
from lms.records import erasing
from lms.records import queries as records
from lms.search.engine import Busy
from lms.tables import metadata

SIZE = 1_000_000
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=AppCommand)
@click.argument("words", metavar="[verify] FILE", nargs=-1, required=True)
@click.option("--with-secrets", is_flag=True, help="Put secret_key and lms.toml into the file, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def backup(ctx: click.Context, words: tuple[str, ...], with_secrets: bool, as_json: bool) -> None:
    """Write all rows and files into one FILE while people work; `verify` reads one whole and says what is wrong.

    \b
    Example:
      lms backup /backup/kefu-2026-11-23.tar
      lms backup verify /backup/kefu-2026-11-23.tar
    """
    *verb, name = words
    if verb not in ([], ["verify"]) or (verb and with_secrets):
        raise click.UsageError("lms backup FILE, or lms backup verify FILE", ctx)
    if verb:
        _verify(Path(name), as_json)
    else:
        _back_up(Path(name), with_secrets, as_json)


def _back_up(path: Path, secrets: bool, as_json: bool) -> None:
    if schema.current(db.engine) != schema.head():
        raise OldSchema()
    schema.refuse_half_restored(db.engine)
    meter, check = Meter(text("正在备份"), writing.work(db.engine, metadata)), Meter(text("正在核对"), 0)
    made = jobs.back_up(path, secrets=secrets, step=meter, check=check)
    meter.end()
    check.end()
    if as_json:
        tell_json({"file": str(path), "bytes": made.size, "with_secrets": secrets, **_told(made.head, made.manifest)})
        return
    tell(
        text(
            "已备份到 %(path)s：%(rows)s 行，%(files)s 个文件，%(size)s MB，写完后已通读核对。",
            path=str(path),
            rows=made.rows,
            files=made.manifest.files,
            size=round(made.size / SIZE, 1),
        )
    )
    if made.manifest.missing:
        lost = made.manifest.missing
        tell(text("注意：有 %(count)s 个文件在数据库里有记录，但找不到或已损坏，备份里没有。", count=lost))
    if secrets:
        tell(text("备份里有密钥和 lms.toml（可能含密码）：拿到这个文件的人可以冒充任何人。请像密码一样保管。"))
    else:
        tell(text("备份里有所有人的个人信息，没有密钥。请放在只有管理员能读的地方。"))


def _told(head: Head, manifest: Manifest) -> dict[str, object]:
    return {
        "version": head.version,
        "schema": head.schema,
        "taken_at": head.taken_at,
        "database": head.database,
        "rows": sum(manifest.rows.values()),
        "tables": dict(manifest.rows),
        "files": manifest.files,
        "files_missing": manifest.missing,
    }


def _verify(path: Path, as_json: bool) -> None:
    problems: list[str] = []
    told: dict[str, object] = {}
    try:
        meter = Meter(text("正在核对"), path.stat().st_size >> 20)
        head, manifest = restoring.look(path, meter)
        meter.end()
        told = _told(head, manifest)
    except BrokenBackup as error:
        problems = [say(each) for each in error.problems]
    except OSError as error:
        raise Conflict(text("打不开 %(path)s：%(error)s。", path=str(path), error=error.strerror or "")) from None
    if as_json:
        tell_json({"file": str(path), "problems": problems, **told})
    else:
        for each in problems:
            click.echo(each)
        if told:
            tell(
                text(
                    "备份完好：%(at)s 的数据，%(rows)s 行，%(files)s 个文件，程序版本 %(version)s。",
                    at=told["taken_at"],
                    rows=told["rows"],
                    files=told["files"],
                    version=told["version"],
                )
            )
    if problems:
        click.get_current_context().exit(1)


@click.command(cls=AppCommand)
@click.argument("file", type=FILE)
@click.option("--drill", is_flag=True, help="Only try it: into a database that is thrown away.")
@click.option("--erasures", type=FILE, multiple=True, help="A later list of erased people (erasures.log).")
@click.option("--with-secrets", is_flag=True, help="Take over secret_key and lms.toml from the file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def restore(file: Path, drill: bool, erasures: tuple[Path, ...], with_secrets: bool, as_json: bool) -> None:
    """Restore a backup into an installation that is empty; the file is checked whole before anything is written.

    \b
    Example:
      lms restore /backup/kefu-2026-11-23.tar
      lms restore --drill /backup/kefu-2026-11-23.tar
    """
    for listed in erasures:
        if not listed.is_file():
            raise Conflict(text("没有文件 %(path)s。", path=str(listed)))
    try:
        done = jobs.drill(file) if drill else _restore(file, erasures, with_secrets)
    except OSError as error:
        raise Conflict(text("没有恢复：%(error)s。", error=error.strerror or type(error).__name__)) from None
    problems = [say(each) for each in done.problems]
    if as_json:
        told = _told(done.head, done.manifest)
        tell_json({"drill": drill, **told, "erased_again": done.erased, "problems": problems})
    else:
        _tell_restored(done, drill)
        for each in problems:
            click.echo(each)
    if problems:
        click.get_current_context().exit(1)


def _tell_restored(done: Restored, drill: bool) -> None:
    values = {"at": done.head.taken_at, "rows": done.rows, "files": done.manifest.files}
    if drill:
        tell(text("演练成功：%(at)s 的 %(rows)s 行、%(files)s 个文件可以完整恢复，逐表核对一致。", **values))
        return
    tell(text("已恢复 %(at)s 的数据：%(rows)s 行、%(files)s 个文件，逐表核对一致。", **values))
    if done.erased:
        tell(text("备份之后删除过个人信息的 %(count)s 人已重新删除。", count=done.erased))
    if done.manifest.missing:
        tell(text("注意：有 %(count)s 个文件在备份时就已缺失。", count=done.manifest.missing))
    tell(text("下一步：lms serve。"))


def _restore(file: Path, erasures: tuple[Path, ...], with_secrets: bool) -> Restored:
    with reading.opened(file) as found:
        restoring.check(found)
        meter = Meter(text("正在核对"), found.size >> 20)
        manifest = found.verify(meter)
        meter.end()
        if with_secrets and not manifest.secrets:
            raise Conflict(text("这份备份里没有密钥（备份时没有加 --with-secrets）。请去掉 --with-secrets 再恢复。"))
        meter = Meter(text("正在恢复"), manifest.files + 2 * sum(manifest.rows.values()))
        restoring.put_files(found, meter)
        restoring.put_rows(found, manifest, meter)
        meter.end()
        upgrade()
        lists = [*restoring.lists_beside(file), *erasures]
        again = restoring.still_there(restoring.erased_since(found, lists))
        for person_id in again:
            with transaction():
                restoring.erase_again(person_id)
        erasing.note_erasures()
        problems = records.verify().problems
        _build_search()
        if with_secrets:
            restoring.put_secrets(found)
        loading.finish(db.engine)
        return Restored(head=found.head, manifest=manifest, erased=len(again), problems=problems)


def _build_search() -> None:
    with transaction():
        kb.rebuild()
    with suppress(Busy):  # another process builds it, or the worker will
        rebuild_index()


@click.command(cls=AppCommand)
@click.option("--to", "url", required=True, help="postgresql+psycopg://user:password@host/database, empty.")
@click.option("--dry-run", is_flag=True, help="Say what would be moved; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def move(url: str, dry_run: bool, as_json: bool) -> None:
    """Move all rows from SQLite to an empty PostgreSQL database and compare them; the old one stays as it is.

    \b
    Example:
      lms db move --to postgresql+psycopg://kefu:pw@db/kefu --dry-run
      lms db move --to postgresql+psycopg://kefu:pw@db/kefu
    """
    path = moving.source()
    if schema.current(db.engine) != schema.head():
        raise OldSchema()
    schema.refuse_half_restored(db.engine)
    db.engine.dispose()
    plan = moving.count(path)
    with moving.target(url):
        moving.refuse_what_is_there()
        if not dry_run:
            meter = Meter(text("正在迁移"), 2 * plan.total)
            loading.clear(db.engine, sorted(metadata.tables))
            upgrade()
            plan = moving.copy(path, meter)
            meter.end()
            _build_search()
            loading.finish(db.engine)
    if as_json:
        tell_json({"dry_run": dry_run, "rows": plan.total, "tables": dict(plan.rows), "sha256": dict(plan.digests)})
        return
    for name, rows in plan.rows.items():
        if rows:
            click.echo(f"{name:<28} {rows:>12,}  {plan.digests.get(name, '')[:16]}".rstrip())
    if dry_run:
        tell(text("共 %(rows)s 行可以迁移；没有改动任何东西。", rows=plan.total))
        return
    tell(text("已迁移 %(rows)s 行，逐表核对行数和校验值一致；旧数据库没有改动。", rows=plan.total))
    tell(text("下一步：把 LMS_DATABASE_URL 设为新地址（uploads 目录不变），运行 lms records verify，然后 lms serve。"))
    tell(text("确认无误前请保留旧的 lms.sqlite3。"))
