"""Taking files in. `receive` reads and keeps the bytes, which may take seconds and needs no transaction; `attach`
writes the row; `remove` takes it away again."""

from dataclasses import dataclass, field
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.content.attachments import queries
from lms.content.attachments.events import PagesRead
from lms.content.attachments.pages import READERS
from lms.content.attachments.reading import Reading
from lms.content.attachments.rules import (
    AUDIO,
    HEAD,
    PICTURE,
    SUFFIXES,
    VIDEO,
    Form,
    folder_of,
    form_of,
    is_old_office,
    path_of,
    why_too_large,
)
from lms.content.models import Attachment, AttachmentPage
from lms.core import archives, clock, files, pictures
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound, TooLarge
from lms.core.here import settings
from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file that was read and kept, and that no row names yet. size: in bytes."""

    name: str
    form: Form
    sha: bytes
    size: int
    reading: Reading = field(default_factory=Reading)

    @property
    def kind(self) -> str:
        return self.reading.kind or self.form.kind


def largest(kind: str) -> int:
    """Return how many bytes a file of this kind may have."""
    return settings().video_max_bytes if kind in (VIDEO, AUDIO) else settings().upload_max_bytes


def receive(name: str, data: bytes | BinaryIO) -> Received:
    """Read a file by what its bytes say and keep it; a picture is written anew. name: as the person called it.

    data: bytes, or an open file that can be rewound; it is copied by the megabyte. To be called before a transaction
    is opened. Raises Invalid, Unreadable or TooLarge with a sentence; then nothing is kept.
    """
    head, size = _peek(data)
    form = form_of(head)
    if isinstance(form, Text):
        raise Invalid(_old_office(data) if is_old_office(head) else form, code="file_type")
    too_large = why_too_large(form.kind, size, largest(form.kind))
    if too_large is not None:
        raise TooLarge(too_large)
    with files.arriving(data) as arrived:
        if form.kind == PICTURE:
            return _picture(name, arrived)
        return Received(name=name, form=form, size=arrived.size, reading=_read(arrived, form), sha=files.keep(arrived))


def _peek(data: bytes | BinaryIO) -> tuple[bytes, int]:
    if isinstance(data, bytes):
        return data[:HEAD], len(data)
    head = data.read(HEAD)
    size = data.seek(0, 2)
    data.seek(0)
    return head, size


def _old_office(data: bytes | BinaryIO) -> Text:
    content = data if isinstance(data, bytes) else data.read(settings().upload_max_bytes)
    return archives.why_old(content) or archives.BROKEN


def _picture(name: str, arrived: files.Arrived) -> Received:
    with pictures.cleaned(arrived.path) as picture, picture.path.open("rb") as made:
        return Received(
            name=name,
            form=SUFFIXES[picture.suffix],
            size=picture.path.stat().st_size,
            reading=Reading(facts={"width": picture.width, "height": picture.height}),
            sha=files.put(made),
        )


def _read(arrived: files.Arrived, form: Form) -> Reading:
    reader = READERS.get(form.kind)
    if reader is None:
        raise Invalid(text("这里还不能放 %(suffix)s 文件。", suffix=form.suffix), code="file_type")
    return reader(arrived.path, form.suffix)


def attach(actor: Actor, where: str, name: str, data: bytes | BinaryIO | Received) -> Attachment:
    """Put a file beside a document and return its row; the same bytes in the same folder are the same row.

    where: path of the document (`courses/a/b.md`), or a folder. data: what `receive` returned, or what it takes.
    Raises Invalid for a folder that can't be, and what `receive` raises.
    """
    folder = folder_of(where)
    if isinstance(folder, Text):
        raise Invalid(folder)
    received = data if isinstance(data, Received) else receive(name, data)
    found = _there(folder, received.sha)
    if found is not None:
        return found
    row = _written(actor, folder, received)
    audit(actor.id, "attachment.added", "attachment", row.id, after={"path": row.path, "size": row.size})
    return row


def _there(folder: str, sha: bytes) -> Attachment | None:
    statement = select(Attachment).where(
        Attachment.sha == sha, Attachment.path.startswith(f"{folder}/", autoescape=True)
    )
    return next((row for row in session().scalars(statement) if row.path.rpartition("/")[0] == folder), None)


def _written(actor: Actor, folder: str, received: Received) -> Attachment:
    for digits in (6, 12):
        path = path_of(folder, received.name, received.form, received.sha, digits)
        try:
            with session().begin_nested():
                return write_row(path, received, actor.id)
        except IntegrityError:
            # Another file with the same name and the same six digits, or the same file a moment ago.
            there = _there(folder, received.sha)
            if there is not None:
                return there
    raise Conflict(text("这个文件名已经被占用，请改名后再传。"))


def write_row(path: str, received: Received, added_by: int | None, row: Attachment | None = None) -> Attachment:
    """Write the row of a file and of its pages. row: the one whose bytes changed, None for a new one.

    Raises IntegrityError where the path is taken.
    """
    reading = received.reading
    if row is None:
        row = Attachment(path=path, added_by=added_by)
        session().add(row)
    else:
        session().execute(delete(AttachmentPage).where(AttachmentPage.attachment_id == row.id))
    row.sha, row.size, row.at = received.sha, received.size, clock.now()
    row.media_type, row.kind = received.form.media_type, received.kind
    row.facts, row.words = dict(reading.facts), reading.words
    row.state, row.made = reading.state, reading.made
    session().flush()
    session().add_all(
        AttachmentPage(
            attachment_id=row.id,
            number=page.number,
            sha=page.sha,
            width=page.width,
            height=page.height,
            words=page.words,
            notes=page.notes,
        )
        for page in reading.pages
    )
    session().flush()
    if reading.words:
        emit(PagesRead(path=path))  # a document that shows it may be published already
    return row


def remove(actor: Actor, path: str) -> None:
    """Take a file away that no document shows now. Its bytes go with the next `delete_unused`.

    Raises NotFound, Conflict where it is used: it says in which documents.
    """
    row = session().get(Attachment, queries.one(path).id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()  # taken away at this moment
    used = queries.uses([path])[path].now
    if used:
        titles = "、".join(f"《{card.title}》" for card in used[:5])
        raise Conflict(text("%(titles)s里还用着这个文件，请先从那里拿掉再删。", titles=titles), code="in_use")
    try:
        with session().begin_nested():
            session().execute(delete(AttachmentPage).where(AttachmentPage.attachment_id == row.id))
            session().delete(row)
    except IntegrityError as error:
        raise Conflict(text("已经有人看过这个文件，观看记录要留着，不能删。"), code="in_use") from error
    audit(actor.id, "attachment.removed", "attachment", row.id, before={"path": path})
