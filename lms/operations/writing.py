"""Making a backup: one file, whole or not there, of all rows at one moment and of every kept file.

The moment is fixed first and files are copied after it: a file is always kept before the row that names it, so all that
the rows name is still there. Nothing is held in memory but one piece of a table or of a file.
"""

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine, MetaData

from lms.core import clock, files
from lms.core.bus import ask
from lms.core.db import session
from lms.core.errors import Conflict
from lms.core.here import settings
from lms.core.texts import text
from lms.core.version import program_version
from lms.learning.actions.photos import NAMING
from lms.learning.events import FilesNamed
from lms.operations import container, schema, snapshot
from lms.operations.rules import papers
from lms.operations.rules.papers import Head, Manifest, Sum
from lms.operations.rules.rows import LONGEST_LINE, Shape, writer
from lms.operations.snapshot import Snapshot

PART = 4_000_000
"""Bytes of lines, before they are packed, that make one member."""
LEVEL = 4
"""How hard lines are packed: a third larger than the best, in a fifth of the time."""

Step = Callable[[int], None]
"""Told how much more is done."""


def nothing(_: int) -> None:
    """A step that nobody looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was written and read back. size: in bytes."""

    path: Path
    size: int
    head: Head
    manifest: Manifest

    @property
    def rows(self) -> int:
        return sum(self.manifest.rows.values())


def work(engine: Engine, metadata: MetaData) -> int:
    """Return roughly how many steps a backup takes: rows and files."""
    tables = snapshot.shapes(metadata)
    with snapshot.taken(engine, tables) as moment:
        return sum(moment.count(each) for each in tables)


def write(path: Path, engine: Engine, metadata: MetaData, *, secrets: bool = False, step: Step = nothing) -> Made:
    """Write the backup; return what is in it. secrets: with secret_key and lms.toml. step: told of each 1,000 rows.

    Raises Conflict where there is a file already or the folder is not there, OSError where it can't be written.
    """
    if path.exists():
        raise Conflict(text("文件 %(path)s 已经在了。请换一个名字，备份从不覆盖旧文件。", path=str(path)))
    if not path.absolute().parent.is_dir():
        raise Conflict(text("没有目录 %(path)s。请先建好目录再备份。", path=str(path.absolute().parent)))
    head, manifest = None, None
    with _part(path) as file:
        head, manifest = _filled(file, engine, metadata, secrets=secrets, step=step)
    return Made(path=path, size=path.stat().st_size, head=head, manifest=manifest)


@contextmanager
def _part(path: Path) -> Iterator[BinaryIO]:
    """Give a file that nobody but its owner may read and that has its name once it is whole and on the disk."""
    part = path.with_name(path.name + ".part")
    with suppress(FileNotFoundError):
        part.unlink()  # of one that was killed; may have another owner or mode
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb", buffering=1 << 20) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.absolute().parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk too, where the system can (Windows and some shares can't)."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _filled(file: BinaryIO, engine: Engine, metadata: MetaData, *, secrets: bool, step: Step) -> tuple[Head, Manifest]:
    made = container.Writer(file)
    tables = snapshot.shapes(metadata)
    with snapshot.taken(engine, tables) as moment:
        head = Head(
            version=program_version(),
            schema=schema.head(),
            taken_at=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            database=engine.dialect.name,
            tables=tuple(tables),
        )
        first = papers.written(head)
        made.add(container.HEAD, len(first), [first])
        rows, digests = {}, {}
        for each in tables:
            rows[each.name], digests[each.name] = _add_table(made, each, moment, step)
        named = _named(moment, tables)
    kept = _add_files(made, named, step)
    erased = settings().instance_path / container.ERASURES
    erasures = erased.read_bytes() if erased.is_file() else b""
    made.add(container.ERASURES, len(erasures), [erasures])
    if secrets:
        for name, source in (
            (container.SECRET_KEY, settings().secret_key.encode()),
            (container.SETTINGS, _read(settings().instance_path / "lms.toml")),
        ):
            made.add(name, len(source), [source])
    manifest = Manifest(
        head=sha256(first).hexdigest(),
        rows=rows,
        digests=digests,
        files=kept.count,
        size=kept.size,
        files_digest=kept.digest,
        missing=len(named),
        erasures=len(erasures.split()),
        secrets=secrets,
    )
    last = papers.written(manifest)
    made.add(container.MANIFEST, len(last), [last])
    made.add(container.SEAL, 64, [sha256(last).hexdigest().encode()])
    made.end()
    return head, manifest


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _add_table(made: container.Writer, shape: Shape, moment: Snapshot, step: Step) -> tuple[int, str]:
    """Write a table in parts; return how many rows it has and the digest of its lines."""
    digest = sha256()
    count = 0
    for number, (lines, many) in enumerate(_batches(shape, moment), 1):
        digest.update(lines)
        count += many
        packed = zlib.compress(lines, LEVEL, wbits=31)
        made.add(f"tables/{shape.name}/{number:06}.jsonl.gz", len(packed), [packed])
        step(many)
    return count, digest.hexdigest()


def _batches(shape: Shape, moment: Snapshot) -> Iterator[tuple[bytes, int]]:
    line = writer(shape)
    held, size = [], 0
    for row in moment.rows(shape):
        written = line(row)
        if len(written) > LONGEST_LINE:
            raise Conflict(text("表 %(table)s 里有一行太大，备份写不下。", table=shape.name))
        held.append(written)
        size += len(written)
        if size >= PART:
            yield b"\n".join(held) + b"\n", len(held)
            held, size = [], 0
    if held:
        yield b"\n".join(held) + b"\n", len(held)


def _named(moment: Snapshot, tables: Sequence[Shape]) -> set[bytes]:
    """Return the digest of every file that a row names at this moment."""
    found: set[bytes] = set()
    for column in NAMING:
        table = next(each for each in tables if each.name == column.class_.__tablename__)
        columns = tuple(each for each in table.columns if each[0] == column.key)
        only = Shape(name=table.name, columns=columns, key=(column.key,))
        found.update(bytes(row[0]) for row in moment.rows(only) if row[0] is not None)
    for others in ask(FilesNamed()):  # as they are now: what rooms above the learning name
        found.update(others)
    session().rollback()
    return found


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(container.PIECE):
        yield piece


def _digest(stream: BinaryIO) -> bytes:
    digest = sha256()
    for piece in _pieces(stream):
        digest.update(piece)
    return digest.digest()


def _add_files(made: container.Writer, named: set[bytes], step: Step) -> Sum:
    """Write every kept file; what is left in `named` is named by a row and is not there, or is damaged."""
    kept = Sum()
    for each in files.iterate():
        name = each.sha.hex()
        if len(each.sha) != 32:
            continue
        try:
            stream = files.open(each.sha)
        except FileNotFoundError:  # taken away since it was listed: no row has named it for a day
            continue
        with stream:
            if _digest(stream) != each.sha:
                continue  # damaged where it lies; counted as missing, so that somebody hears of it
            stream.seek(0)
            made.add(f"files/{name[:2]}/{name}", each.size, _pieces(stream))
        kept.add(each.sha, each.size)
        named.discard(each.sha)
        step(1)
    return kept
