"""Zip files of many files, as whole courses come: looked at from the disk, with every reason at once.

    with look(path, types, limits) as bundle:
        bundle.reasons          # empty, or why nothing of it is taken
        bundle.read(member), bundle.pieces(member)

The same order as in `archives`: first what the directory itself gives away, then each entry once, no further than the
size it announced. Names that Chinese programs wrote in GBK are read as such.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from lms.core import archives
from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import Text, text

MOST_REASONS = 50
"""Reasons that are listed; nobody mends more at a time."""
RATIO = 150
RATIO_FROM = 20_000_000
"""Bytes of all files together, from which a bundle may be RATIO times as large as its archive at most."""
UTF8 = 0x800


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """most_files: of a bundle. most_unpacked: bytes of all files together, and so of each."""

    most_files: int
    most_unpacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file. path: within the bundle, with `/`. size: bytes."""

    path: str
    size: int
    media_type: str
    entry: zipfile.ZipInfo


@dataclass(slots=True, kw_only=True)
class Bundle:
    """An archive that is open for reading. reasons: why it is refused; then its members may not be read."""

    packed: zipfile.ZipFile
    members: dict[str, Member] = field(default_factory=dict)
    reasons: list[Text] = field(default_factory=list)

    @property
    def unpacked(self) -> int:
        """Bytes of all files together."""
        return sum(member.size for member in self.members.values())

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Yield a file by the megabyte. Raises Unreadable for one that is not as long as it says."""
        with self.packed.open(member.entry) as stream:
            yield from archives.pieces(b"", stream)

    def read(self, member: Member, most: int) -> bytes:
        """Return a file of at most this many bytes. Raises TooLarge."""
        if member.size > most:
            raise TooLarge(text("文件 %(name)s 太大，读不了。", name=member.path[-80:]))
        return b"".join(self.pieces(member))


@contextmanager
def look(path: Path, types: Mapping[str, str], limits: Limits) -> Iterator[Bundle]:
    """Give the bundle that lies there. types: media type by suffix (".html"), what else there is is refused.

    Raises Unreadable or TooLarge where the archive itself is broken or crafted: then there is nothing to list.
    """
    with path.open("rb") as file:
        if file.read(4) != archives.ZIP:
            raise Unreadable(text("这不是 zip 压缩包（看的是内容，不是文件名）。"), code="wrong_type")
        size = path.stat().st_size
        archives.walk(file, size, limits.most_files)
        with archives.opened(file) as packed:
            entries = packed.infolist()
            archives.announced(
                entries, packed.start_dir, most_entry=limits.most_unpacked, most_unpacked=limits.most_unpacked
            )
            total = sum(entry.file_size for entry in entries)
            if total > RATIO_FROM and total > RATIO * size:
                raise TooLarge(
                    text("文件解开后太大，不收。请删去用不到的部分，或拆成几份再传。"), code="unpacks_too_large"
                )
            bundle = Bundle(packed=packed)
            _named(bundle, entries, types)
            if not bundle.reasons:
                _read_through(bundle)
            del bundle.reasons[MOST_REASONS:]
            yield bundle


def _named(bundle: Bundle, entries: list[zipfile.ZipInfo], types: Mapping[str, str]) -> None:
    """Take the entries over under their names; what can't be taken is a reason."""
    folded: dict[str, str] = {}
    for entry in entries:
        name = _name(entry)
        shown = name[-120:]
        if archives.is_special(entry):
            bundle.reasons.append(text("%(name)s 是链接或特殊文件，不收。", name=shown))
            continue
        if not _is_plain(entry, name):
            bundle.reasons.append(text("%(name)s 的名字指到了包外面，或有不能用的字符。", name=_printable(shown)))
            continue
        if entry.is_dir() or archives.is_aside(name):
            continue
        twin = folded.setdefault(normalize("NFKC", name).casefold(), name)
        if twin != name or name in bundle.members:
            bundle.reasons.append(
                text("%(name)s 和 %(other)s 只有大小写不同，或重复了。", name=shown, other=twin[-120:])
            )
            continue
        suffix = f".{name.rpartition('.')[2].lower()}" if "." in name.rpartition("/")[2] else ""
        if suffix not in types:
            bundle.reasons.append(text("%(name)s 这种文件不收，请删去后重新打包。", name=shown))
            continue
        bundle.members[name] = Member(path=name, size=entry.file_size, media_type=types[suffix], entry=entry)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return what an entry is called: as it says, else as UTF-8 or GBK where the program wrote bytes of its own."""
    raw = entry.orig_filename
    if entry.flag_bits & UTF8:
        return raw
    try:
        written = raw.encode("cp437")
    except UnicodeEncodeError:
        return raw
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw


def _is_plain(entry: zipfile.ZipInfo, name: str) -> bool:
    plain = normalize("NFKC", name)
    parts = plain.removesuffix("/").split("/")
    return not (
        len(name) > archives.LONGEST_NAME
        or "\\" in plain
        or ":" in plain
        or any(ord(character) < 32 or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in name)
        or any(part in ("", ".", "..") for part in parts)
        or entry.is_dir() != name.endswith("/")
    )


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)


def _read_through(bundle: Bundle) -> None:
    """Read each file once: what holds another archive, or is not what the directory says of it."""
    for member in bundle.members.values():
        with bundle.packed.open(member.entry) as stream:
            head = stream.read(400)
            if archives.is_archive(head):
                bundle.reasons.append(
                    text("%(name)s 里还套着压缩包，请取出来或删去后重新打包。", name=member.path[-120:])
                )
                continue
            for _ in archives.pieces(head, stream):
                pass
