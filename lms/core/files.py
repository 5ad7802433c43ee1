"""Stored bytes by their sha256: what people bring, kept in the instance's folder `uploads/` or in a shared store.

One name means the same bytes for ever, so what lies there is never overwritten and the same file is kept once. Nothing
else knows where a file lies: a folder by default, an object store of several machines where one is set (core/stores).
A file is written before the row that names it: a row without its file would be a lie, a file without a row is waste,
which `delete_unused` takes away.
"""

import os
import secrets
from collections.abc import Container, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from flask import Flask, current_app

from lms.core import clock
from lms.core.here import settings
from lms.core.settings import Settings
from lms.core.stores.folder import Folder
from lms.core.stores.s3 import S3
from lms.core.stores.store import Damaged, Kept, Named, Store, Unavailable

__all__ = [
    "Arrived",
    "Damaged",
    "Kept",
    "Named",
    "Unavailable",
    "arriving",
    "check",
    "check_scratch",
    "delete_named",
    "delete_unused",
    "exists",
    "init_app",
    "iterate",
    "keep",
    "local",
    "named",
    "open",
    "put",
    "read",
    "read_named",
    "size",
    "store",
    "write_named",
]

PIECE = 1_000_000
UNUSED_FOR = 86_400.0
"""Seconds that a file without a row is left alone: its row may not be committed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Bytes that lie on the disk and are not kept yet. size: in bytes."""

    path: Path
    sha: bytes
    size: int


def init_app(app: Flask, chosen: Settings) -> None:
    """Say where the app's files lie."""
    app.extensions["lms_files"] = made(chosen)


def made(chosen: Settings) -> Store:
    """Return the place of stored bytes that these settings name; nothing is opened yet."""
    return S3(chosen) if chosen.files_url else Folder(chosen.uploads)


def store() -> Store:
    found: Store = current_app.extensions["lms_files"]
    return found


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
    """Give what has arrived its place and return its sha256; nobody ever sees half a file.

    Raises Unavailable where a shared store can't be reached; then nothing is kept.
    """
    store().keep(arrived.path, arrived.sha)
    return arrived.sha


def put(content: bytes | BinaryIO) -> bytes:
    """Keep bytes, or an open stream from where it stands, and return their sha256. Raises Unavailable, OSError."""
    with arriving(content) as arrived:
        return keep(arrived)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def size(sha: bytes) -> int | None:
    """Return how many bytes are kept under this digest, None where there are none. Raises Unavailable."""
    return store().size(sha)


def exists(sha: bytes) -> bool:
    """Return whether bytes with this digest are kept. Raises Unavailable."""
    return size(sha) is not None


def open(sha: bytes) -> BinaryIO:
    """Return a stream over kept bytes that can be read from any place. Raises FileNotFoundError, Unavailable."""
    return store().open(sha)


def read(sha: bytes) -> bytes:
    """Return kept bytes as a whole. Raises FileNotFoundError, Unavailable."""
    with open(sha) as stream:
        return stream.read()


def local(sha: bytes) -> AbstractContextManager[Path]:
    """Give a file of this machine with these bytes for the block, for what reads by path; never write to it.

    Raises FileNotFoundError, Unavailable.
    """
    return store().local(sha)


def iterate() -> Iterator[Kept]:
    """Yield whatever is kept, named by a row or not, in no order. Raises Unavailable."""
    return store().iterate()


def delete_unused(used: Container[bytes], *, older_than: float = UNUSED_FOR) -> int:
    """Delete every file that no row names, and what a stopped upload left; return how many. older_than: seconds."""
    before = clock.now().timestamp() - older_than
    place = store()
    count = place.sweep(before)
    for each in place.iterate():
        if each.at < before and each.sha not in used:
            count += place.delete(each.sha, before)
    return count


def write_named(name: str, data: bytes) -> None:
    """Write a short-lived file (`imports/7-ab12`) whole or not at all, where every process sees it. Never by people."""
    store().write_named(name, data)


def read_named(name: str) -> bytes:
    """Return a short-lived file. Raises FileNotFoundError, Unavailable."""
    return store().read_named(name)


def named(folder: str) -> Iterator[Named]:
    """Yield the short-lived files of a folder (`imports`)."""
    return store().named(folder)


def delete_named(name: str) -> None:
    """Delete a short-lived file; one that is not there is no fault."""
    store().delete_named(name)


def check_scratch() -> None:
    """Write and delete a small file where what is sent arrives. Raises OSError where that can't be done."""
    Folder(settings().uploads).check()


def check() -> None:
    """See whether files can be kept now. Raises OSError or Unavailable where they can't."""
    store().check()
