"""Taking packages in: looked through before anything of them is kept, refused whole with every reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from lms.core import bundles, clock, files, xml
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bundles import Bundle, Limits, Member
from lms.core.db import session
from lms.core.errors import DomainError, Invalid, TooLarge
from lms.core.here import settings
from lms.core.plain import to_plain
from lms.core.texts import Text, text
from lms.courseware.models import CoursewareFile, CoursewarePackage
from lms.courseware.rules.manifest import NAME, Manifest, read_manifest
from lms.courseware.rules.types import MOST_PAGE, PAGES, TYPES, has_frames

MOST_MANIFEST = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is in a package. reasons: why it is refused; then there is no manifest. notes: what works otherwise here.

    sha: of its file, under which it is kept for a day until somebody decides; size, unpacked: bytes. inner: the folder
    in which everything lies, "" for none.
    """

    sha: bytes
    size: int
    name: str
    manifest: Manifest | None = None
    reasons: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    files: int = 0
    unpacked: int = 0
    framed: bool = False
    inner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One file of a package whose bytes are kept. size: bytes."""

    path: str
    sha: bytes
    size: int
    media_type: str


def receive(name: str, stream: BinaryIO) -> Looked:
    """Look a package through and keep its file for a day, or refuse it; then nothing of it is kept.

    name: as the person called it. To be called before a transaction is opened: it may take seconds.
    """
    most = settings().courseware_max_bytes
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > most:
        raise TooLarge(
            text("课件有 %(size)s MB，最大 %(most)s MB。", size=-(-size // 1_000_000), most=most // 1_000_000)
        )
    with files.arriving(stream) as arrived:
        try:
            with bundles.look(arrived.path, TYPES, _limits()) as bundle:
                found = _looked(bundle, arrived.sha, arrived.size, name)
        except DomainError as error:
            return Looked(sha=arrived.sha, size=arrived.size, name=name[-200:], reasons=(error.message,))
        if not found.reasons:
            files.keep(arrived)
        return found


def look_again(sha: bytes, name: str) -> Looked:
    """Return what `receive` has found in a package whose file is still kept. Raises FileNotFoundError."""
    with files.local(sha) as path, bundles.look(path, TYPES, _limits()) as bundle:
        return _looked(bundle, sha, path.stat().st_size, name)


def unpack(looked: Looked) -> list[Stored]:
    """Keep every file of a package under its digest. To be called before a transaction. Raises FileNotFoundError."""
    with files.local(looked.sha) as path, bundles.look(path, TYPES, _limits()) as bundle:
        found = []
        for member in bundle.members.values():
            with bundle.packed.open(member.entry) as stream:
                sha = files.put(stream)  # type: ignore[arg-type]  # reads and closes like any other stream
            path_within = member.path.removeprefix(looked.inner)
            found.append(Stored(path=path_within, sha=sha, size=member.size, media_type=member.media_type))
        return found


def keep(actor: Actor, looked: Looked, stored: Sequence[Stored]) -> CoursewarePackage:
    """Write the rows of a package that was looked through and unpacked; the same file has one row.

    Raises Invalid for one that was refused.
    """
    if looked.manifest is None:
        raise Invalid(looked.reasons[0])
    there = session().scalars(select(CoursewarePackage).where(CoursewarePackage.sha == looked.sha)).one_or_none()
    if there is not None:
        return there
    row = CoursewarePackage(
        sha=looked.sha,
        name=looked.name[-200:],
        edition=looked.manifest.edition,
        title=looked.manifest.title[:300],
        manifest=to_plain(looked.manifest),
        files=len(stored),
        size=looked.size,
        unpacked=looked.unpacked,
        framed=looked.framed,
        added_by=actor.id,
        at=clock.now(),
    )
    session().add(row)
    session().flush()
    session().add_all(
        CoursewareFile(package_id=row.id, path=each.path, sha=each.sha, size=each.size, media_type=each.media_type)
        for each in stored
    )
    session().flush()
    audit(actor.id, "courseware.kept", "courseware_package", row.id, after={"files": row.files, "size": row.size})
    return row


def _limits() -> Limits:
    chosen = settings()
    return Limits(most_files=chosen.courseware_max_files, most_unpacked=chosen.courseware_max_unpacked_bytes)


def _looked(bundle: Bundle, sha: bytes, size: int, name: str) -> Looked:
    reasons = list(bundle.reasons)
    manifest: Manifest | None = None
    notes: list[Text] = []
    inner = _inner(bundle)
    framed = False
    if not reasons:
        member = bundle.members.get(inner + NAME)
        if member is None:
            reasons.append(text("包里没有 imsmanifest.xml，不是 SCORM 课件。请用制作软件按 SCORM 导出 zip 再传。"))
        else:
            paths = [path.removeprefix(inner) for path in bundle.members]
            read = read_manifest(xml.read(bundle.read(member, MOST_MANIFEST)), paths)
            manifest, notes = read.manifest, read.notes
            reasons += read.reasons
        reasons += _large_pages(bundle)
    if not reasons:
        framed = any(has_frames(bundle.read(page, MOST_PAGE)) for page in _pages(bundle))
        if framed and not settings().courseware_origin:
            notes.append(
                text(
                    "包里的网页套着网页（frame）。没有给课件单独的网址时，套着的网页之间不能通话，可能放不出来；"
                    "请管理员设置 LMS_COURSEWARE_ORIGIN，或先试一遍。"
                )
            )
    return Looked(
        sha=sha,
        size=size,
        name=name[-200:],
        manifest=None if reasons else manifest,
        reasons=tuple(reasons),
        notes=tuple(notes),
        files=len(bundle.members),
        unpacked=bundle.unpacked,
        framed=framed,
        inner=inner,
    )


def _inner(bundle: Bundle) -> str:
    """Return the one folder in which everything lies, with its `/`: somebody packed the folder, not what is in it."""
    if NAME in bundle.members:
        return ""
    tops = {path.partition("/")[0] for path in bundle.members}
    top = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    return top if f"{top}{NAME}" in bundle.members else ""


def _pages(bundle: Bundle) -> list[Member]:
    return [member for member in bundle.members.values() if member.media_type in PAGES]


def _large_pages(bundle: Bundle) -> list[Text]:
    return [
        text("网页 %(name)s 超过 %(most)s MB，不收。", name=page.path[-120:], most=MOST_PAGE // 1_000_000)
        for page in _pages(bundle)
        if page.size > MOST_PAGE
    ]
