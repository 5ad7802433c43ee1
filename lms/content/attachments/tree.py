"""Files of the content folder into the store and back, byte for byte: nothing that an author drew is written anew."""

import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from sqlalchemy import or_, select

from lms.content.attachments import queries, svg
from lms.content.attachments.actions import Received, largest, write_row
from lms.content.attachments.pages import READERS
from lms.content.attachments.reading import Reading
from lms.content.attachments.rules import (
    FOLDER,
    HEAD,
    LONGEST_PATH,
    PICTURE,
    SUFFIXES,
    SVG,
    Form,
    form_of,
    suffix_of,
    why_too_large,
)
from lms.content.models import Attachment, Edge
from lms.content.rules.paths import why_no_path
from lms.content.tree import Watch, write_file
from lms.core import files, pictures
from lms.core.db import session
from lms.core.errors import DomainError, Unreadable
from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """What lies in the folder and not, or otherwise, in the store. forms: of new and changed files by path.

    there: which of them the store has with other bytes. refused: files that are not taken, and why.
    """

    forms: Mapping[str, Form]
    there: frozenset[str]
    refused: dict[str, Text]


def check_tree(root: Path, others: Iterable[str]) -> dict[str, Text]:
    """Return what is wrong with the files of the folder, by path. Needs no database; pictures are decoded once."""
    refused: dict[str, Text] = {}
    drawn: list[str] = []
    for path, form in _known(root, others, refused):
        if form.kind == PICTURE and form is not SVG:
            drawn.append(path)
        elif form is SVG:
            try:
                svg.measure((root / path).read_bytes())
            except DomainError as error:
                refused[path] = error.message
    for path, measured in zip(drawn, pictures.measured([root / path for path in drawn]), strict=True):
        if measured.refused is not None:
            refused[path] = measured.refused
    return refused


def differing(root: Path, others: Iterable[str]) -> Differing:
    """Return which files of the folder are to be taken in."""
    refused: dict[str, Text] = {}
    forms = dict(_known(root, others, refused))
    there = {path: row.sha for path, row in queries.by_path(list(forms)).items()}
    changed = {path: form for path, form in forms.items() if there.get(path) != _digest(root / path)}
    return Differing(forms=changed, there=frozenset(there), refused=refused)


def receive(file: Path, form: Form) -> Received:
    """Read a file as it is and keep its bytes: nothing is written anew. To be called before a transaction is opened.

    Raises DomainError with a sentence.
    """
    try:
        return _received(file, form)
    except OSError as error:
        raise Unreadable(text("文件读不出来：%(reason)s。", reason=error.strerror or "?")) from error


def take(path: str, received: Received, *, added_by: int | None = None, at: datetime | None = None) -> None:
    """Write the row of a file; where its bytes changed, with its pages anew. added_by, at: as its history says."""
    before = session().scalars(select(Attachment).where(Attachment.path == path)).one_or_none()
    row = write_row(path, received, added_by, before)
    row.at = at or row.at


def _known(root: Path, others: Iterable[str], refused: dict[str, Text]) -> Iterator[tuple[str, Form]]:
    """Yield the files that documents may show and what they are; note why others are left where they are.

    What lies elsewhere than in `files/` and is nothing that could be shown is nobody's affair.
    """
    for path in others:
        if suffix_of(path) not in SUFFIXES and path.split("/")[-2] != FOLDER:
            continue
        found = _form(root / path, path)
        if isinstance(found, Text):
            refused[path] = found
        else:
            yield path, found


def _form(file: Path, path: str) -> Form | Text:
    problem = why_no_path(f"{path.rpartition('/')[0]}/a.md")
    if problem is not None or len(path) > LONGEST_PATH:
        return problem or text("文件的路径太长，请换一个短些的名字。")
    named = SUFFIXES.get(suffix_of(path))
    if named is None:
        return text("这种文件不能放在内容里，请存成图片（PNG、JPG、SVG）、PDF、PPTX、MP4、M4A 或 WebM。")
    try:
        facts = file.lstat()
        if not stat.S_ISREG(facts.st_mode):
            return text("这不是普通文件。")
        with file.open("rb") as opened:
            head = opened.read(HEAD)
    except OSError as error:
        return text("文件读不出来：%(reason)s。", reason=error.strerror or "?")
    found = named if named is SVG and head else form_of(head)
    if isinstance(found, Text):
        return found
    if found.suffix != named.suffix and not {found.suffix, named.suffix} <= {".mp4", ".m4a"}:
        return text("扩展名和内容不一致：内容是 %(suffix)s，请改名或另存。", suffix=found.suffix)
    return why_too_large(named.kind, facts.st_size, largest(named.kind)) or named


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").digest()


def _received(file: Path, form: Form) -> Received:
    if form is SVG:
        size = svg.measure(file.read_bytes())
        reading = Reading(facts={"width": size[0], "height": size[1]})
    elif form.kind == PICTURE:
        [measured] = pictures.measured([file])
        if measured.refused is not None:
            raise Unreadable(measured.refused)
        reading = Reading(facts={"width": measured.width, "height": measured.height})
    else:
        reading = READERS[form.kind](file, form.suffix)
    with file.open("rb") as opened:
        sha = files.put(opened)
    return Received(name=file.name, form=form, sha=sha, size=file.stat().st_size, reading=reading)


@dataclass(slots=True)
class Written:
    """What an export wrote; paths. kept: files there that hold other bytes and were left alone."""

    written: list[str] = field(default_factory=list)
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


def write_tree(root: Path, watch: Watch) -> Written:
    """Write every file that came with the folder or that a document showed. Raises OSError."""
    shown = select(Edge.to_path).where(Edge.to_path == Attachment.path).exists()
    statement = (
        select(Attachment.path, Attachment.sha)
        .where(or_(Attachment.added_by.is_(None), shown))
        .order_by(Attachment.path)
    )
    rows = session().execute(statement).all()
    session().rollback()
    outcome = Written()
    for row in watch(rows, text("导出图片和文件")):
        target = root / row.path
        if target.is_symlink() or (target.exists() and (not target.is_file() or _digest(target) != row.sha)):
            outcome.kept.append(row.path)
        elif target.exists():
            outcome.unchanged += 1
        else:
            try:
                with files.local(row.sha) as kept:
                    write_file(root, row.path, kept)
            except FileNotFoundError:
                outcome.kept.append(row.path)
            else:
                outcome.written.append(row.path)
    return outcome


def known_paths() -> Mapping[str, None]:
    """Return the path of every attachment, for what is looked up among all files."""
    return dict.fromkeys(session().scalars(select(Attachment.path)))
