"""The nightly backup, and what every backup notes for the status page."""

import logging
import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.accounts.queries import holds
from lms.core import backups, clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, DomainError
from lms.core.here import local, settings, today
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.operations import restoring, writing
from lms.operations.container import ERASURES
from lms.operations.rules import keeping
from lms.operations.writing import Made, Step, nothing
from lms.records import erasing
from lms.tables import metadata

log = logging.getLogger("lms.backup")


def back_up(
    path: Path, *, secrets: bool = False, nightly: bool = False, step: Step = nothing, check: Step = nothing
) -> Made:
    """Write a backup, read it whole, and note what came of it. step, check: told how far each is.

    Raises DomainError with the reason; then there is no file.
    """
    started = clock.now()
    try:
        made = _written(path, secrets=secrets, step=step, check=check)
    except DomainError as error:
        if nightly:  # who makes one by hand sees the reason
            _note("backup", started, path, nightly=True, error=say(error.message))
        raise
    _note("backup", started, path, nightly=nightly, made=made)
    return made


def _written(path: Path, *, secrets: bool, step: Step, check: Step) -> Made:
    session().rollback()  # nothing is read by this session while the backup is made
    try:
        made = writing.write(path, db.engine, metadata, secrets=secrets, step=step)
        try:
            restoring.look(path, check)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Conflict(text("备份没有写成：%(error)s。", error=error.strerror or type(error).__name__)) from None
    except SQLAlchemyError as error:
        raise Conflict(text("备份没有写成：%(error)s。", error=type(error).__name__)) from None
    return made


def drill(path: Path, step: Step = nothing) -> restoring.Restored:
    """Restore a backup into a database that is thrown away, and note what came of it. Raises DomainError."""
    started = clock.now()
    try:
        done = restoring.drill(path, step)
    except DomainError as error:
        _note("drill", started, path, error=say(error.message))
        raise
    problem = say(done.problems[0]) if done.problems else ""
    _note("drill", started, path, rows=done.rows, files=done.manifest.files, error=problem)
    return done


def _note(
    kind: str,
    started: datetime,
    path: Path,
    *,
    made: Made | None = None,
    rows: int = 0,
    files: int = 0,
    nightly: bool = False,
    error: str = "",
) -> None:
    """Note a run; where nothing can be noted (a blank machine, a database that is gone) the log says it."""
    if made is not None:
        rows, files = made.rows, made.manifest.files
    try:
        with transaction():
            backups.note(
                kind,
                started,
                path.name,
                size=made.size if made else 0,
                rows=rows,
                files=files,
                nightly=nightly,
                error=error,
            )
    except SQLAlchemyError:
        log.warning("the %s could not be noted in the database", kind)


def nightly_backup() -> int:
    """Make the night's backup where it is due, and delete what is no longer kept; return how many were made.

    A failure is noted, told to the administrators once a day, and tried again after an hour.
    """
    if not settings().backup_path:
        return 0
    folder = Path(settings().backup_path)
    _carry_erasures(folder)
    now, state = local(clock.now()), backups.state()
    session().rollback()
    good = local(state.good.at) if state.good else None
    if not keeping.is_due(now, settings().backup_hour, good, local(state.last.at) if state.last else None):
        if state.is_late(clock.now()):
            _tell(text("超过 26 小时没有成功的备份。请看运行状况，或手动运行 lms backup。"))
        return 0
    try:
        made = back_up(folder / keeping.name_of(now), nightly=True)
    except DomainError as error:
        log.error("the nightly backup failed: %s", say(error.message))
        failed = text("夜间备份没有做成：%(error)s请检查 LMS_BACKUP_PATH；一小时后会再试。", error=error.message)
        _tell(failed)
        return 0
    log.info("the nightly backup was written: %s, %d rows, %d bytes", made.path.name, made.rows, made.size)
    if made.manifest.missing:
        lost = text("夜间备份缺少 %(count)s 个文件：数据库里有记录，但找不到或已损坏。", count=made.manifest.missing)
        _tell(lost)
    names = [each.name for each in folder.iterdir()]
    days, weeks = settings().backup_keep_days, settings().backup_keep_weeks
    for name in keeping.superfluous(names, now.replace(tzinfo=None), days=days, weeks=weeks):
        (folder / name).unlink(missing_ok=True)
    return 1


def _carry_erasures(folder: Path) -> None:
    """Keep the list of erased people beside the backups, for those that are older than the list."""
    erasing.note_erasures()
    session().rollback()
    ours = settings().instance_path / ERASURES
    theirs = folder / ERASURES
    try:
        if not ours.is_file() or (theirs.is_file() and theirs.stat().st_size >= ours.stat().st_size):
            return
        part = folder / f"{ERASURES}.part"
        shutil.copyfile(ours, part)
        part.replace(theirs)
    except OSError:
        log.warning("the list of erased people could not be copied beside the backups")


def _tell(sentence: Text) -> None:
    """Tell the administrators at once on every way out, once a day."""
    day = today()
    admins = session().scalars(select(Person.id).where(Person.active, holds(Role.ADMIN, day))).all()
    session().rollback()
    with transaction():
        emit(
            Told(
                person_ids=tuple(admins),
                topic="message",
                sentence=sentence,
                link=("home.index", {}),
                key=f"backup:{day.isoformat()}",
                urgent=True,
            )
        )
