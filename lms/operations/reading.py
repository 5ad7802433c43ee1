"""Reading a backup: as a whole to see whether anything is wrong, and then again for what is taken out of it.

What is read is data and nothing else: lines of JSON that have to fit their columns, and bytes that have to fit their
digest. Nothing is unpacked beside the file, no name of the file's becomes a path, and no more is held than one part.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from lms.core.texts import Text, text
from lms.operations import container
from lms.operations.container import BrokenBackup, Member, Part, odd
from lms.operations.rules import papers
from lms.operations.rules.papers import Head, Manifest, Sum, WrongPaper
from lms.operations.rules.rows import LONGEST_LINE, Shape, WrongRow, reader
from lms.operations.writing import PART, Step, nothing

MOST_PROBLEMS = 20
"""After so many, the rest of a damaged file tells nothing new."""
MOST_RATIO = 200
"""How many times larger than packed all lines may be; real tables reach 20."""
RATIO_FROM = 200_000_000
_TOO_MUCH = text("备份文件解开后大得不正常，不读。它不是 lms backup 写的。")


@dataclass(slots=True)
class _Found:
    """What the verification has seen so far."""

    head: bytes = b""
    rows: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    files: Sum = field(default_factory=Sum)
    before: bytes = b""
    erasures: int | None = None
    secrets: set[str] = field(default_factory=set)
    manifest: bytes = b""
    seal: bytes = b""
    problems: list[Text] = field(default_factory=list)

    def wrong(self, problem: Text) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            raise BrokenBackup(*self.problems)


class Backup:
    """An open backup. `verify` reads it whole; the rest may only be asked for after it."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self._starts: dict[str, int] = {}
        self._unpacked = 0
        self.head = self._read_head()

    def _read_head(self) -> Head:
        first = next(container.members(self._file, self.size), None)
        if first is None or first.name != container.HEAD:
            raise BrokenBackup(container.NOT_OURS)
        try:
            return papers.read_head(self._whole(first))
        except WrongPaper as error:
            if str(error) == "format":
                newer = text("这份备份是更新版本的程序写的，本版本读不了。请先升级程序再恢复。")
                raise BrokenBackup(newer) from None
            raise BrokenBackup(container.NOT_OURS) from None

    def _whole(self, member: Member) -> bytes:
        return b"".join(container.content(self._file, member))

    def verify(self, step: Step = nothing) -> Manifest:
        """Read all of it. Raises BrokenBackup with all that is wrong. step: told of each megabyte."""
        found = _Found()
        tables = {each.name: each for each in self.head.tables}
        self._unpacked = 0
        try:
            self._look(found, tables, step)
        except BrokenBackup as error:
            raise BrokenBackup(*found.problems, *error.problems) from None
        manifest = self._compare(found)
        if found.problems:
            raise BrokenBackup(*found.problems)
        return manifest

    def _look(self, found: _Found, tables: dict[str, Shape], step: Step) -> None:
        places = {name: number for number, name in enumerate(tables)}
        before, done, at = (-1, -1), 0, 0
        while (member := next(container.members(self._file, self.size, at), None)) is not None:
            folder, _, rest = member.name.partition("/")
            name = rest.partition("/")[0] if folder == "tables" else ""
            paper = _PAPERS.index(folder if folder in ("tables", "files") else member.name)
            place = (paper, places.get(name, -1))
            if (name and name not in tables) or place < before or (place == before and folder != "files"):
                raise odd(member.name)
            before = place
            self._starts.setdefault(name or _PAPERS[paper], member.at)
            at = member.after
            if name:
                at = self._look_at_table(found, tables[name], member)
            elif folder == "files":
                self._look_at_file(found, member)
            else:
                self._look_at_paper(found, member)
            step((at >> 20) - done)
            done = at >> 20

    def _look_at_table(self, found: _Found, shape: Shape, first: Member) -> int:
        """Read a table's parts, which lie one after the other; return where the next member begins."""
        digest, row = sha256(), reader(shape)
        count, end = 0, [first.after]
        for line in self._lines(shape, first.at, end):
            count += 1
            digest.update(line)
            try:
                row(line)
            except WrongRow as error:
                found.wrong(
                    text("表 %(table)s 第 %(line)s 行读不了（%(why)s）。", table=shape.name, line=count, why=str(error))
                )
        found.rows[shape.name] = count
        found.digests[shape.name] = digest.hexdigest()
        return end[0]

    def _lines(self, shape: Shape, at: int, end: list[int] | None = None) -> Iterator[bytes]:
        """Yield the lines of a table, each with its end. end: where the member after the table's begins, once done."""
        prefix = f"tables/{shape.name}/"
        number = 0
        while (member := next(container.members(self._file, self.size, at), None)) is not None:
            if not member.name.startswith(prefix):
                break
            number += 1
            if member.name != f"{prefix}{number:06}.jsonl.gz":
                raise odd(member.name)
            yield from self._unpack(member)
            at = member.after
            if end is not None:
                end[0] = at

    def _unpack(self, member: Member) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        rest, total = b"", 0
        try:
            for piece in container.content(self._file, member):
                full = True
                while full and not unpacker.unused_data:
                    out = unpacker.decompress(piece, container.PIECE)
                    piece, full = unpacker.unconsumed_tail, len(out) == container.PIECE
                    total += len(out)
                    self._unpacked += len(out)
                    if total > PART + LONGEST_LINE or (
                        self._unpacked > RATIO_FROM and self._unpacked > MOST_RATIO * self.size
                    ):
                        raise BrokenBackup(_TOO_MUCH)
                    *lines, rest = (rest + out).split(b"\n")
                    for line in lines:
                        yield line + b"\n"
        except zlib.error:
            raise odd(member.name) from None
        if rest or not unpacker.eof or unpacker.unused_data:
            raise odd(member.name)

    def _look_at_file(self, found: _Found, member: Member) -> None:
        digest = sha256()
        for piece in container.content(self._file, member):
            digest.update(piece)
        sha = bytes.fromhex(member.name.rpartition("/")[2])
        if digest.digest() != sha:
            found.wrong(text("文件 %(name)s 的内容变了，与它的校验值不符。", name=sha.hex()[:16]))
        found.files.add(sha, member.size)

    def _look_at_paper(self, found: _Found, member: Member) -> None:
        data = self._whole(member)
        match member.name:
            case container.HEAD:
                found.head = data
            case container.ERASURES:
                found.erasures = len(data.split())
            case container.MANIFEST:
                found.manifest = data
            case container.SEAL:
                found.seal = data
            case name:
                found.secrets.add(name)

    def _compare(self, found: _Found) -> Manifest:
        if not found.manifest or not found.seal or found.erasures is None:
            raise BrokenBackup(*found.problems, text("备份里没有清单，不完整。请换一份备份。"))
        if sha256(found.manifest).hexdigest().encode() != found.seal:
            raise BrokenBackup(*found.problems, text("备份的清单被改动过。请换一份备份。"))
        names = [each.name for each in self.head.tables]
        try:
            manifest = papers.read_manifest(found.manifest, names)
        except WrongPaper:
            raise BrokenBackup(*found.problems, text("备份的清单读不了。请换一份备份。")) from None
        if sha256(found.head).hexdigest() != manifest.head:
            found.problems.append(text("备份开头的说明被改动过。"))
        empty = sha256().hexdigest()
        for name in names:
            rows, digest = found.rows.get(name, 0), found.digests.get(name, empty)
            if rows != manifest.rows[name]:
                found.problems.append(
                    text(
                        "表 %(table)s 应有 %(wanted)s 行，实际 %(rows)s 行。",
                        table=name,
                        wanted=manifest.rows[name],
                        rows=rows,
                    )
                )
            elif digest != manifest.digests[name]:
                found.problems.append(text("表 %(table)s 的内容变了，与清单不符。", table=name))
        if (found.files.count, found.files.size, found.files.digest) != (
            manifest.files,
            manifest.size,
            manifest.files_digest,
        ):
            wrong = text(
                "应有 %(wanted)s 个文件，实际 %(files)s 个，或不是同一批。",
                wanted=manifest.files,
                files=found.files.count,
            )
            found.problems.append(wrong)
        if found.erasures != manifest.erasures:
            found.problems.append(text("已删除人员的名单不完整。"))
        if manifest.secrets != (found.secrets == {container.SECRET_KEY, container.SETTINGS}):
            found.problems.append(text("密钥与清单不符。"))
        return manifest

    def lines(self, shape: Shape) -> Iterator[bytes]:
        """Yield the lines of a table, each with its end."""
        if shape.name in self._starts:
            self._unpacked = 0
            yield from self._lines(shape, self._starts[shape.name])

    def files(self) -> Iterator[tuple[bytes, int, Part]]:
        """Yield the digest, the size and the content of every file; a content is read before the next is asked for."""
        at = self._starts.get("files")
        while at is not None:
            member = next(container.members(self._file, self.size, at))
            if not member.name.startswith("files/"):
                return
            yield bytes.fromhex(member.name.rpartition("/")[2]), member.size, Part(self._file, member)
            at = member.after

    def erased(self) -> set[str]:
        """Return the public ids of the people who had been erased when the backup was made."""
        return set(self._paper(container.ERASURES).decode(errors="replace").split())

    def secrets(self) -> tuple[str, bytes] | None:
        """Return the secret key and the content of lms.toml, None where the backup holds none."""
        key = self._paper(container.SECRET_KEY)
        return (key.decode(errors="replace"), self._paper(container.SETTINGS)) if key else None

    def _paper(self, name: str) -> bytes:
        at = self._starts.get(name)
        if at is None:
            return b""
        return self._whole(next(container.members(self._file, self.size, at)))


_PAPERS: Sequence[str] = (
    container.HEAD,
    "tables",
    "files",
    container.ERASURES,
    container.SECRET_KEY,
    container.SETTINGS,
    container.MANIFEST,
    container.SEAL,
)
"""What a backup holds, in its order."""


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Give a backup, for the caller to verify. Raises BrokenBackup, OSError."""
    with path.open("rb") as file:
        yield Backup(file, path.stat().st_size)
