"""Photos as evidence: taken by what their bytes say, written anew, served only to those who may see the work."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy import select

from lms.content.models import Attachment, AttachmentPage, Slug
from lms.core import clock, files, pictures
from lms.core.access import Actor
from lms.core.db import new_public_id, session
from lms.core.errors import Invalid, NotFound, TooLarge, Unreadable
from lms.core.here import settings
from lms.core.texts import Text
from lms.learning.actions.tasks import photos_of
from lms.learning.models import TaskWork, Upload
from lms.learning.rules import tasks as rules
from lms.records.actions import lock_people

NAMING = (Upload.sha, Attachment.sha, AttachmentPage.sha)
"""Every column that names stored bytes: what none of them names is waste."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that was written anew: nothing in it says where and when it was taken."""

    content: bytes
    media_type: str


def cleaned(content: bytes) -> Photo:
    """Return a sent photo written anew. Raises Invalid with the reason.

    It takes a child process and some tenths of a second: to be done before the transaction is opened.
    """
    _must_be_good(rules.why_photo_refused(content, _largest(), 0))
    try:
        with files.arriving(content) as arrived, pictures.cleaned(arrived.path) as picture:
            return Photo(content=picture.path.read_bytes(), media_type=picture.media_type)
    except (Unreadable, TooLarge) as error:
        raise _refusal(error.message) from error


def attach(actor: Actor, work: TaskWork, name: str, content: bytes | Photo) -> Upload:
    """Add a photo to the actor's own work. Raises Invalid with the reason, Conflict where the work is handed in.

    The file is written before the row: a row without its file would be a lie, a file without a row is only waste.
    """
    rules.must_be_editable(work.state)
    if isinstance(content, bytes):
        content = cleaned(content)
    _must_be_good(rules.why_photo_refused(content.content, _largest(), photos_of(work.id)))
    digest = files.put(content.content)
    known = session().scalars(select(Upload).where(Upload.task_work_id == work.id, Upload.sha == digest)).one_or_none()
    if known is not None:
        return known
    upload = Upload(
        public_id=new_public_id(),
        person_id=actor.id,
        task_work_id=work.id,
        name=PurePosixPath(name.replace("\\", "/")).name[:200] or "photo",
        media_type=content.media_type,
        size=len(content.content),
        sha=digest,
        at=clock.now(),
    )
    session().add(upload)
    work.version += 1
    session().flush()
    return upload


def _largest() -> int:
    return min(rules.LARGEST_PHOTO, settings().upload_max_bytes)


def _must_be_good(reason: Text | None) -> None:
    if reason is not None:
        raise _refusal(reason)


def _refusal(reason: Text) -> Invalid:
    return Invalid(reason, code="photo_refused", fields={"photo": reason})


def remove(actor: Actor, public_id: str) -> str:
    """Take a photo of the actor's own work away; return the task's slug. Raises NotFound, Conflict if handed in.

    Its bytes go within a day, by `jobs.delete_unused_files`: somebody may be sending the same ones at this moment.
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
    session().delete(upload)
    work.version += 1
    session().flush()
    return session().scalars(select(Slug.slug).where(Slug.document_id == work.document_id, Slug.is_current)).one()
