"""The file of a backup: a tar of plain members that any `tar` unpacks, written and read as a stream.

Read strictly, by this module alone: a header has to be, byte for byte, the one that is written here for this name and
size. So there are no links, folders, devices, long names, sparse files or ways out of a folder, and nothing is ever
unpacked under a name of the file's.
"""

import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lms.core.errors import Unreadable
from lms.core.texts import Text, text

BLOCK = 512
PIECE = 1 << 20
HEAD = "kefu-backup.json"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
ERASURES = "erasures.log"
SECRET_KEY = "secrets/secret_key"  # noqa: S105 - the name of a member
SETTINGS = "secrets/lms.toml"
MOST_OF_FILE = 1 << 42
_LIMITS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"tables/[a-z][a-z0-9_]{0,62}/[0-9]{6}\.jsonl\.gz", re.ASCII), 80_000_000),
    (re.compile(r"files/([0-9a-f]{2})/\1[0-9a-f]{62}", re.ASCII), MOST_OF_FILE),
    (re.compile(re.escape(HEAD)), 2_000_000),
    (re.compile(re.escape(MANIFEST)), 2_000_000),
    (re.compile(re.escape(SEAL)), 64),
    (re.compile(re.escape(ERASURES)), 10_000_000),
    (re.compile(re.escape(SECRET_KEY)), 10_000),
    (re.compile(re.escape(SETTINGS)), 1_000_000),
)
"""Every name that a member may have, with the most bytes of one."""

NOT_OURS = text("这不是客服学院的备份文件。请选 lms backup 写出的文件。")
CUT = text("备份文件不完整，后面的部分没有了（可能没写完或没传完）。请换一份备份。")


class BrokenBackup(Unreadable):
    """A backup can't be used. problems: all that is wrong with it, as far as it could be read."""

    default_code = "broken_backup"

    def __init__(self, *problems: Text) -> None:
        super().__init__(problems[0])
        self.problems = problems


def odd(where: str) -> BrokenBackup:
    """Return the refusal of a file that is not built as it should be. where: the name of a member."""
    return BrokenBackup(
        text("备份文件在 %(where)s 处的结构不对：已损坏，或不是 lms backup 写的。请换一份备份。", where=where[:120])
    )


def header(name: str, size: int) -> bytes:
    """Return the 512 bytes before a member. Raises ValueError for a name or size that no member may have."""
    if not any(each.fullmatch(name) and size <= most for each, most in _LIMITS):
        raise ValueError(f"no member is called {name} with {size} bytes")
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    # Numbers of eight bytes and more don't fit into ustar's digits; GNU's form holds them, also in `tar` itself.
    return info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")


class Writer:
    """Writes members one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write a member. Raises ValueError where the pieces are not as long as announced; the file is waste then."""
        self._file.write(header(name, size))
        written = 0
        for piece in pieces:
            self._file.write(piece)
            written += len(piece)
        if written != size:
            raise ValueError(f"{name} should have {size} bytes and has {written}")
        self._file.write(bytes(-size % BLOCK))

    def end(self) -> None:
        """Write the end that tells a whole file from a part."""
        self._file.write(bytes(2 * BLOCK))


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member. at: where its header begins."""

    name: str
    size: int
    at: int

    @property
    def begins(self) -> int:
        return self.at + BLOCK

    @property
    def after(self) -> int:
        return self.begins + self.size + -self.size % BLOCK


def members(file: BinaryIO, size: int, at: int = 0) -> Iterator[Member]:
    """Yield the members from the place on, without reading them. size: of the file. Raises BrokenBackup."""
    while True:
        file.seek(at)
        block = file.read(BLOCK)
        if len(block) < BLOCK:
            raise BrokenBackup(CUT)
        if block == bytes(BLOCK):
            if file.read(BLOCK + 1) != bytes(BLOCK):
                raise odd("EOF")
            return
        found = _read_header(block, at)
        if found.after > size:
            raise BrokenBackup(CUT)
        yield found
        at = found.after


def _read_header(block: bytes, at: int) -> Member:
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        found = Member(name=info.name, size=info.size, at=at)
        if header(found.name, found.size) != block:
            raise ValueError("not as we write it")
    except (tarfile.HeaderError, ValueError, OverflowError):
        raise BrokenBackup(NOT_OURS) if at == 0 else odd(str(at)) from None
    return found


def content(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Yield the bytes of a member by the megabyte, and look at what fills it up. Raises BrokenBackup."""
    file.seek(member.begins)
    left = member.size
    while left:
        piece = file.read(min(left, PIECE))
        if not piece:
            raise BrokenBackup(CUT)
        yield piece
        left -= len(piece)
    if file.read(-member.size % BLOCK).strip(b"\0"):
        raise odd(member.name)


class Part:
    """A member as a stream that can be read once, for what takes an open file."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        self._pieces = content(file, member)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to so many bytes, all that is left where none is said; b"" at the end."""
        if size < 0:
            whole = self._rest + b"".join(self._pieces)
            self._rest = b""
            return whole
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
