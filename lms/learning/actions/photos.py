"""Photos as evidence: taken by what their bytes say, kept by digest, served only to those who may see the work."""

import os
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, select

from lms.content.models import Slug
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import new_public_id, session
from lms.core.errors import Invalid, NotFound
from lms.core.here import settings
from lms.learning.actions.tasks import photos_of
from lms.learning.models import TaskWork, Upload
from lms.learning.rules import tasks as rules
from lms.records.actions import lock_people


def path_of(sha: bytes) -> Path:
    """Return where the bytes with this digest lie."""
    name = sha.hex()
    return settings().uploads / name[:2] / name


def attach(actor: Actor, work: TaskWork, name: str, content: bytes) -> Upload:
    """Add a photo to the actor's own work. Raises Invalid with the reason, Conflict where the work is handed in.

    The file is written before the row: a row without its file would be a lie, a file without a row is only waste.
    """
    rules.must_be_editable(work.state)
    largest = min(rules.LARGEST_PHOTO, settings().upload_max_bytes)
    refused = rules.why_photo_refused(content, largest, photos_of(work.id))
    if refused is not None:
        raise Invalid(refused, code="photo_refused", fields={"photo": refused})
    digest = sha256(content).digest()
    known = session().scalars(select(Upload).where(Upload.task_work_id == work.id, Upload.sha == digest)).one_or_none()
    if known is not None:
        return known
    _write(path_of(digest), content)
    upload = Upload(
        public_id=new_public_id(),
        person_id=actor.id,
        task_work_id=work.id,
        name=Path(name.replace("\\", "/")).name[:200] or "photo",
        media_type=rules.image_type(content[:12]) or "",
        size=len(content),
        sha=digest,
        at=clock.now(),
    )
    session().add(upload)
    work.version += 1
    session().flush()
    return upload


def remove(actor: Actor, public_id: str) -> tuple[str, Path | None]:
    """Take a photo of the actor's own work away; return the task's slug and the file to delete after the commit.

    The file is None where another work has the same picture. Raises NotFound, Conflict where the work is handed in.
    """
    lock_people([actor.id])
    upload = (
        session()
        .scalars(select(Upload).where(Upload.public_id == public_id, Upload.person_id == actor.id))
        .one_or_none()
    )
    if upload is None or upload.task_work_id is None:
        raise NotFound()
    work = session().get_one(TaskWork, upload.task_work_id, populate_existing=True)
    rules.must_be_editable(work.state)
    shared = session().scalar(select(func.count()).select_from(Upload).where(Upload.sha == upload.sha)) or 0
    path = path_of(upload.sha)
    session().delete(upload)
    work.version += 1
    session().flush()
    slug = session().scalars(select(Slug.slug).where(Slug.document_id == work.document_id, Slug.is_current)).one()
    return slug, path if shared == 1 else None


def _write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{new_public_id()}.part")
    part.write_bytes(content)
    os.replace(part, path)
