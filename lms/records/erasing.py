"""What the academy keeps about a person: shown, given away as a file, and erased on request (PIPL).

Erasing leaves a tombstone: the row `person` without anything that says who it was. What was learned and scored stays
under the person's number, so that counts, results of teams and the chain of the log stay whole.
"""

import json
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from sqlalchemy import Column, Table, select

from lms.accounts.models import Person
from lms.core import clock, files, privacy
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import Base, session
from lms.core.errors import Conflict
from lms.core.here import settings
from lms.core.texts import text
from lms.records import actions
from lms.records.events import Verb

LOG = "erasures.log"
"""In the instance's folder: a line for each erased person, by which a backup of an earlier day is brought up to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """rows: what there is of a person, by table, with its fate. kept_why: of tables of which nothing is taken."""

    rows: Sequence[privacy.Row]
    kept_why: dict[str, str]

    @property
    def gone(self) -> int:
        return sum(row.count for row in self.rows if row.fate == "gone")

    @property
    def emptied(self) -> int:
        return sum(row.count for row in self.rows if row.fate == "empty")

    @property
    def kept(self) -> int:
        return sum(row.count for row in self.rows if row.fate == "kept")


def held(person_id: int) -> Held:
    """Return what is kept about a person, and what erasing would do to it. Reads only."""
    found = privacy.count(Base.metadata, person_id)
    return Held(rows=found, kept_why={row.table: privacy.KEPT[row.table] for row in found if row.table in privacy.KEPT})


def package(person_id: int) -> bytes:
    """Return a ZIP with all that is kept about a person: data.json, and the files that the person handed in.

    Left out: what only proves something to the machine (digests of passwords and tokens).
    """
    person = session().get_one(Person, person_id)
    own = {
        column.name: _plain(getattr(person, column.key))
        for column in Person.__table__.columns
        if "hash" not in column.name
    }
    tables = dict(privacy.rows_of(Base.metadata, person_id))
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"made_at": clock.now().isoformat(), "person": own, "tables": tables}
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1))
        for upload in tables.get("upload", []):
            sha = bytes.fromhex(upload["sha"])
            with suppress(FileNotFoundError):
                archive.writestr(f"files/{upload['id']}-{_safe(str(upload['name']))}", files.read(sha))
    return made.getvalue()


def _safe(name: str) -> str:
    """Return a name that is a file's own in any archive: no folder, no control character."""
    return "".join(sign for sign in name if sign.isalnum() or sign in "-_. ")[-80:].strip(". ") or "file"


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def why_not(person: Person) -> Conflict | None:
    """Return why somebody can't be erased now, None where it can be done."""
    if person.erased_at is not None:
        return Conflict(text("这个人的个人信息已经删除。"))
    if person.active:
        return Conflict(text("还在职的人不能删除个人信息。请先停用账号。"))
    return None


def erase(actor: Actor, person_id: int) -> None:
    """Empty and delete what says who somebody is, or was written by or about them; the log says that it was done.

    Raises Conflict while the account is open, or when it was done before. Call `note_erasures` after the commit.
    """
    actions.lock_people([person_id])
    person = session().get_one(Person, person_id)
    if (reason := why_not(person)) is not None:
        raise reason
    privacy.erase(Base.metadata, person_id)
    table: Table = Person.__table__  # type: ignore[assignment]
    for column in table.columns:
        if column.info["privacy"] in ("identity", "personal"):
            setattr(person, column.key, _emptied(column))
    person.erased_at = clock.now()
    person.session_version += 1
    session().flush()
    actions.append(
        actor if actor.id else None, person_id, Verb.ERASED, document_id=None, revision_id=None, source="erase"
    )
    audit(actor.id, "person.erased", "person", person_id, person_id=person_id)


def _emptied(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    default: Any = column.default
    return "" if default is None else default.arg


def note_erasures() -> int:
    """Write down, in the instance's folder, everybody who was erased and is not noted yet; return how many.

    After the commit, so that nobody is noted who was not erased; what a crash left out, the next call adds.
    """
    path = settings().instance_path / LOG
    known = set(path.read_text("utf-8").split()) if path.exists() else set()
    erased = session().scalars(select(Person.public_id).where(Person.erased_at.is_not(None)).order_by(Person.erased_at))
    new = [each for each in erased if each not in known]
    if new:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{each}\n" for each in new)
    return len(new)
