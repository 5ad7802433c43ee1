"""Stored bytes by their sha256: what people bring, kept in the instance's folder `uploads/`.

One name means the same bytes for ever, so what lies there is never overwritten and the same file is kept once. An
object store can take the folder's place behind these functions; nothing else knows where a file lies.
A file is written before the row that names it: a row without its file would be a lie, a file without a row is waste,
which `delete_unused` takes away.
"""

import os
import secrets
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from lms.core import clock
from lms.core.here import settings

PIECE = 1_000_000
UNUSED_FOR = 86_400.0
"""Seconds that a file without a row is left alone: its row may not be committed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Bytes that lie on the disk and are not kept yet. size: in bytes."""

    path: Path
    sha: bytes
    size: int


@contextmanager
def arriving(content: bytes | BinaryIO) -> Iterator[Arrived]:
    """Write bytes, or an open stream from where it stands, to a file that is gone after the block unless it was kept.

    A stream is copied by the megabyte and never held as a whole. Raises OSError where the disk is full.
    """
    folder = settings().uploads
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(8)}.part"
    digest = sha256()
    size = 0
    try:
        with part.open("xb") as file:
            for piece in [content] if isinstance(content, bytes) else _pieces(content):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        yield Arrived(path=part, sha=digest.digest(), size=size)
    finally:
        part.unlink(missing_ok=True)


def keep(arrived: Arrived) -> bytes:
    """Give what has arrived its place and return its sha256; nobody ever sees half a file."""
    whole = path(arrived.sha)
    if whole.exists():
        with suppress(OSError):
            os.utime(whole)  # in use again: `delete_unused` waits anew
    else:
        whole.parent.mkdir(exist_ok=True)
        arrived.path.replace(whole)
    return arrived.sha


def put(content: bytes | BinaryIO) -> bytes:
    """Keep bytes, or an open stream from where it stands, and return their sha256."""
    with arriving(content) as arrived:
        return keep(arrived)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def path(sha: bytes) -> Path:
    """Return where the bytes with this digest lie, whether they are there or not."""
    name = sha.hex()
    return settings().uploads / name[:2] / name


def exists(sha: bytes) -> bool:
    return path(sha).is_file()


def read(sha: bytes) -> bytes:
    """Return kept bytes. Raises FileNotFoundError."""
    return path(sha).read_bytes()


def delete_unused(used: Container[bytes], *, older_than: float = UNUSED_FOR) -> int:
    """Delete every file that no row names, and what a stopped upload left; return how many. older_than: seconds."""
    before = clock.now().timestamp() - older_than
    count = 0
    root = settings().uploads
    for file in [*root.glob("??/*"), *root.glob("*.part")]:
        with suppress(OSError, ValueError):
            if file.stat().st_mtime < before and (file.suffix == ".part" or bytes.fromhex(file.name) not in used):
                file.unlink()
                count += 1
    return count
