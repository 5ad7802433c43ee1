"""Stored bytes in a folder of this machine, or of a file system that all machines mount: `ab/ab12…`."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from lms.core.stores.store import Kept, Named


class Folder:
    """See `Store`. root: made when something is kept."""

    is_local = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, sha: bytes) -> Path:
        """Return where the bytes with this digest lie, whether they are there or not."""
        name = sha.hex()
        return self.root / name[:2] / name

    def keep(self, source: Path, sha: bytes) -> None:
        whole = self.place(sha)
        if whole.exists():
            with suppress(OSError):
                os.utime(whole)  # in use again: `delete_unused` waits anew
        else:
            whole.parent.mkdir(parents=True, exist_ok=True)
            source.replace(whole)

    def size(self, sha: bytes) -> int | None:
        try:
            return self.place(sha).stat().st_size
        except FileNotFoundError:
            return None

    def open(self, sha: bytes) -> BinaryIO:
        return self.place(sha).open("rb")

    @contextmanager
    def local(self, sha: bytes) -> Iterator[Path]:
        place = self.place(sha)
        if not place.is_file():
            raise FileNotFoundError(sha.hex())
        yield place

    def verify(self, sha: bytes) -> bool:
        try:
            with self.place(sha).open("rb") as file:
                return file_digest(file, "sha256").digest() == sha
        except FileNotFoundError:
            return False

    def iterate(self) -> Iterator[Kept]:
        for folder in sorted(self.root.glob("??")):
            for file in folder.iterdir():
                with suppress(OSError, ValueError):
                    found = file.stat()
                    yield Kept(sha=bytes.fromhex(file.name), size=found.st_size, at=found.st_mtime)

    def delete(self, sha: bytes, before: float) -> bool:
        place = self.place(sha)
        with suppress(OSError):
            if place.stat().st_mtime < before:
                place.unlink()
                return True
        return False

    def sweep(self, before: float) -> int:
        count = 0
        for part in self.root.glob("*.part"):
            with suppress(OSError):
                if part.stat().st_mtime < before:
                    part.unlink()
                    count += 1
        return count

    def write_named(self, name: str, data: bytes) -> None:
        whole = self.root / name
        whole.parent.mkdir(parents=True, exist_ok=True)
        part = whole.with_name(f"{whole.name}.{secrets.token_hex(4)}")
        try:
            part.write_bytes(data)
            part.replace(whole)  # nobody reads half of it
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def read_named(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def named(self, folder: str) -> Iterator[Named]:
        where = self.root / folder
        for file in sorted(where.iterdir()) if where.is_dir() else ():
            with suppress(FileNotFoundError):  # somebody else takes it away at this moment
                found = file.stat()
                yield Named(name=f"{folder}/{file.name}", size=found.st_size, at=found.st_mtime)

    def delete_named(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    def check(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        part = self.root / f"{secrets.token_hex(8)}.part"
        try:
            part.write_bytes(b"check")
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
