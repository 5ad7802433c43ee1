"""What every place for stored bytes can do, and what it says when it can't be reached."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from lms.core.errors import DomainError
from lms.core.texts import text


class Unavailable(DomainError):
    """The place where files lie can't be reached now. Nothing was kept, and nothing that was kept is lost."""

    status = 503
    default_code = "files_unavailable"
    default_message = text("文件仓库暂时连不上，这次没有保存；已保存的内容不会丢。请过几秒再试。")


class Damaged(Unavailable):
    """What lies in the place is not what was kept there. Whoever looks after the store has to bring it back."""

    default_code = "file_damaged"
    default_message = text("这个文件在文件仓库里已损坏，请联系管理员从备份恢复。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Bytes as they lie. size: in bytes. at: seconds since 1970 when they were written or last kept again."""

    sha: bytes
    size: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A short-lived file under a name (`imports/7-ab12`). size: in bytes. at: seconds since 1970."""

    name: str
    size: int
    at: float


class Store(Protocol):
    """A place for bytes by their digest, and beside them for short-lived files by name.

    A missing one raises FileNotFoundError. A place that can't be reached raises Unavailable, a disk that is full or
    may not be written OSError. Safe to be used by several threads.
    """

    is_local: bool
    """Whether `local` costs nothing."""

    def keep(self, source: Path, sha: bytes) -> None:
        """Keep the file with this digest; `source` may be moved away. Kept again, it counts as written now."""

    def size(self, sha: bytes) -> int | None:
        """Return how many bytes lie there, None for nothing."""

    def open(self, sha: bytes) -> BinaryIO:
        """Return a stream that can be read from any place (`seek`), by pieces."""

    def local(self, sha: bytes) -> AbstractContextManager[Path]:
        """Give a file of this machine with these bytes for the block; it may not be written."""

    def verify(self, sha: bytes) -> bool:
        """Return whether what lies there, read to its end, has this digest; False where nothing does."""

    def iterate(self) -> Iterator[Kept]:
        """Yield whatever is kept by digest, in no order."""

    def delete(self, sha: bytes, before: float) -> bool:
        """Delete what was written before this moment (seconds since 1970); return whether that was so."""

    def sweep(self, before: float) -> int:
        """Delete what stopped uploads left on this machine before this moment; return how many."""

    def write_named(self, name: str, data: bytes) -> None:
        """Write a short-lived file whole or not at all."""

    def read_named(self, name: str) -> bytes:
        """Return a short-lived file."""

    def named(self, folder: str) -> Iterator[Named]:
        """Yield the short-lived files of a folder."""

    def delete_named(self, name: str) -> None:
        """Delete a short-lived file; one that is not there is no fault."""

    def check(self) -> None:
        """See whether files can be kept now: by writing a small one in a folder, by asking a store for its bucket."""
