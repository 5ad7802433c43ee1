"""A bounded folder of this machine with copies of what lies in a shared store; whoever was not used longest goes."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


class Cache:
    """Copies by digest. most: bytes, kept to but for what is being read at the moment. May be deleted at any time."""

    def __init__(self, root: Path, most: int) -> None:
        self.root, self.most = root, most

    def find(self, sha: bytes) -> Path | None:
        """Return the copy and count it as used now, None where there is none."""
        place = self.root / sha.hex()
        try:
            os.utime(place)
        except OSError:
            return None
        return place

    def part(self) -> Path:
        """Return a new name for a copy that is being written."""
        self.root.mkdir(parents=True, exist_ok=True)
        return self.root / f"{secrets.token_hex(8)}.part"

    def take(self, part: Path, sha: bytes) -> Path:
        """Give a written copy its place and make room; return where it lies."""
        place = self.root / sha.hex()
        part.replace(place)
        self.make_room(place)
        return place

    def make_room(self, spare: Path | None = None) -> None:
        """Delete what was used longest ago until the rest fits. spare: what stays in any case."""
        found = []
        with suppress(FileNotFoundError):
            for entry in os.scandir(self.root):
                with suppress(OSError):
                    facts = entry.stat()
                    found.append((facts.st_mtime, facts.st_size, Path(entry.path)))
        left = sum(size for _, size, _ in found)
        for _, size, path in sorted(found, key=lambda each: each[0]):
            if left <= self.most:
                return
            if path != spare:
                with suppress(OSError):
                    path.unlink()
                    left -= size
