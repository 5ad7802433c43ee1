"""The folder that authors write in: read as a whole, written only by the export, one whole file at a time."""

import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from lms.content.lint import FOLDERS
from lms.core.texts import Text, text

Watch = Callable[[Sequence[Any], Text], Iterable[Any]]
"""Gets what is to be done and what it is called, and gives it back one by one: a bar on the terminal, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """files: bytes by path, `/` between folders. others: pictures and the like, by path only. refused: why by path."""

    files: dict[str, bytes] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    refused: dict[str, Text] = field(default_factory=dict)

    def shas(self) -> dict[str, bytes]:
        return {path: sha256(data).digest() for path, data in self.files.items()}


def read_tree(root: Path, most: int) -> Tree:
    """Return everything below courses/, quizzes/ and kb_content/. most: bytes of one file.

    Hidden files and README.md are no content. A symbolic link, a pipe, a file over the limit is refused unread.
    """
    files: dict[str, bytes] = {}
    others: list[str] = []
    refused: dict[str, Text] = {}
    for path, file in _walk(root):
        if not file.name.endswith(".md"):
            others.append(path)
            continue
        if file.name.upper().startswith("README"):
            continue
        problem = _why_unread(file, most)
        if problem is None:
            try:
                files[path] = file.read_bytes()
            except OSError as error:
                problem = text("文件读不出来：%(reason)s。", reason=error.strerror or "?")
        if problem is not None:
            refused[path] = problem
    return Tree(files=files, others=tuple(others), refused=refused)


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for place, folders, names in os.walk(root / folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith("."):
                    file = Path(place) / name
                    yield file.relative_to(root).as_posix(), file


def _why_unread(file: Path, most: int) -> Text | None:
    try:
        found = file.lstat()
    except OSError as error:
        return text("文件读不出来：%(reason)s。", reason=error.strerror or "?")
    if stat.S_ISLNK(found.st_mode):
        return text("这是一个符号链接，请放文件本身。")
    if not stat.S_ISREG(found.st_mode):
        return text("这不是普通文件。")
    if found.st_size > most:
        return text("文件超过 %(limit)s MB，请拆成几份。", limit=f"{most / 1_000_000:g}")
    return None


def write_file(root: Path, path: str, data: bytes | Path) -> None:
    """Write one file whole or not at all: another name first, then renamed. data: bytes, or a file to copy.

    Raises OSError.
    """
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                with data.open("rb") as source:
                    shutil.copyfileobj(source, file, 1_000_000)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
