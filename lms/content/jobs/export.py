"""The published text of every document as a tree of files, as authors know it."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from lms.content import store
from lms.content.actions import files
from lms.content.attachments import tree as attachments
from lms.content.jobs.chunks import CHUNK, unwatched
from lms.content.models import Document
from lms.content.queries import cards
from lms.content.queries.reading import ARCHIVED
from lms.content.tree import Watch, write_file
from lms.core.db import session, transaction
from lms.core.texts import text


@dataclass(slots=True)
class Exported:
    """What an export wrote; paths. kept: files that hold something the store does not know and were left alone."""

    written: list[str] = field(default_factory=list)
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


def export_files(root: Path, *, own: bool = False, watch: Watch = unwatched) -> Exported:
    """Write the published text of every document, with the ids of its sections and questions, as a tree of files.

    own: the folder is the one that sync reads; what was written is then noted as synced. A file there that holds
    something which the store does not know is never overwritten. Raises OSError.
    """
    outcome = Exported()
    ids = list(
        session().scalars(
            select(Document.id)
            .where(Document.published_id.is_not(None), Document.state != ARCHIVED)
            .order_by(Document.id)
        )
    )
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    for chunk in watch(chunks, text("导出内容")):
        texts = files.exported(chunk)
        names = {document_id: card.path for document_id, card in cards(chunk).items()}
        written: dict[int, tuple[str, bytes]] = {}
        for document_id in chunk:
            data, path = texts[document_id], names[document_id]
            if _write(root, path, data, outcome):
                written[document_id] = (path, data)
        session().rollback()
        with transaction():
            # Kept in the store, so that a later export knows the file for its own.
            store.put_all([data for _, data in written.values()])
            if own:
                files.note_exported(written)
    beside = attachments.write_tree(root, watch)
    outcome.written += beside.written
    outcome.unchanged += beside.unchanged
    outcome.kept += beside.kept
    return outcome


def _write(root: Path, path: str, data: bytes, outcome: Exported) -> bool:
    """Write one file unless it is there already or would be lost; return whether it now holds the data."""
    target = root / path
    if target.is_symlink() or (target.exists() and not target.is_file()):
        outcome.kept.append(path)
        return False
    if target.is_file():
        there = target.read_bytes()
        if there == data:
            outcome.unchanged += 1
            return True
        if not files.known_blobs([sha256(there).digest()]):
            outcome.kept.append(path)
            return False
    write_file(root, path, data)
    outcome.written.append(path)
    return True
