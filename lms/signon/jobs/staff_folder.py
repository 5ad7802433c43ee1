"""The nightly staff file: whatever complete file lies in LMS_STAFF_FOLDER is taken in once, and what it did is told.

A file is known by its digest, and the row that says so is written in the transaction of its import: killed anywhere,
the worker either has done nothing or finds the file done, and moves it away.
"""

import logging
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import or_, select

from lms.accounts import queries
from lms.accounts.actions import staff
from lms.accounts.events import Told
from lms.accounts.models import Person, RoleGrant
from lms.accounts.rules.staff_known import StaffPlan
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.here import settings, today
from lms.core.texts import Text, text
from lms.signon.models import StaffFile

log = logging.getLogger("lms.signon")

KINDS = frozenset({".csv", ".xlsx", ".txt"})
STILL = 20
"""Seconds that a file must have lain untouched: who still writes it is not done."""
MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    path: Path
    data: bytes

    @property
    def digest(self) -> bytes:
        return sha256(self.data).digest()


def import_files() -> int:
    """Take in the files of the folder, the oldest first; return how many. Nothing where no folder is chosen."""
    folder = settings().staff_folder
    if folder is None or not folder.is_dir():
        return 0
    done = 0
    for found in _waiting(folder):
        known = session().scalar(select(StaffFile.state).where(StaffFile.digest == found.digest))
        session().rollback()
        if known is None:
            known = _take(found)
            done += 1
        _put_away(found.path, "done" if known == "done" else "refused")
    return done


def _waiting(folder: Path) -> list[Found]:
    found = []
    for path in folder.iterdir():
        try:
            about = path.lstat()
            if path.suffix.lower() in KINDS and path.is_file() and not path.is_symlink():
                ready = clock.now().timestamp() - about.st_mtime >= STILL
                if ready and about.st_size <= MOST_BYTES:
                    found.append((about.st_mtime, path.name, Found(path=path, data=path.read_bytes())))
        except OSError as error:
            log.warning("a staff file can't be read: %s", error.strerror)
    return [each for _, _, each in sorted(found, key=lambda one: one[:2])]


def _take(found: Found) -> str:
    """Import one file, all of it or nothing; return done or refused, which is also what the administrators hear."""
    actor = queries.console()
    try:
        plan = staff.plan_staff(actor, found.data, complete=True)
        session().rollback()
        if plan.refused:
            first = plan.refused[0]
            raise Invalid(
                text(
                    "%(n)s 行不能导入，例如第 %(line)s 行：%(reason)s",
                    n=len(plan.refused),
                    line=first.line,
                    reason=first.reasons[0],
                )
            )
        with transaction():
            if plan.can_apply:
                staff.apply_staff(actor, found.data, shown=fingerprint(plan), complete=True)
            _note(found, "done", _report(plan))
        return "done"
    except Conflict:
        raise  # somebody changed people meanwhile: the next turn looks again
    except DomainError as error:
        session().rollback()
        log.warning("a staff file was refused: %s", error.code)
        with transaction():
            _note(found, "refused", text("人员名单没有导入，什么也没有改：%(why)s", why=error.message))
        return "refused"


def _report(plan: StaffPlan) -> Text:
    return text(
        "人员名单已导入：新增 %(new)s 人，更新 %(changed)s 人，离职 %(left)s 人。",
        new=len(plan.new),
        changed=len(plan.changed),
        left=len(plan.leavers.people) if plan.leavers else 0,
    )


def _note(found: Found, state: str, sentence: Text) -> None:
    """Write down that a file is dealt with and tell the administrators, in the transaction of its import."""
    session().add(StaffFile(digest=found.digest, name=found.path.name[:200], state=state, at=clock.now()))
    people = _administrators()
    if people:
        emit(
            Told(
                person_ids=people,
                topic="message",
                sentence=sentence,
                link=("accounts.people", {}),
                key=f"staff-file:{found.digest.hex()[:24]}",
            )
        )


def _administrators() -> tuple[int, ...]:
    day = today()
    found = session().scalars(
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            Person.active,
            RoleGrant.role.in_([Role.ADMIN.value, Role.HR.value]),
            RoleGrant.from_on <= day,
            or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day),
        )
    )
    return tuple(sorted(set(found)))


def _put_away(path: Path, where: str) -> None:
    folder = path.parent / where
    try:
        folder.mkdir(exist_ok=True)
        os.replace(path, folder / f"{clock.now():%Y%m%d-%H%M%S}-{path.name}")
    except OSError as error:
        log.warning("a staff file can't be moved away: %s", error.strerror)
