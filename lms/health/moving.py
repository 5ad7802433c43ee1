"""Copying stored files from one place to another, each compared by its digest where it arrived."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex
from shutil import copyfileobj

from lms.core.stores.store import Damaged, Kept, Store

FOLDERS = ("imports",)
"""Of short-lived files, which move along: somebody may be between a preview and its import."""


@dataclass(slots=True)
class Moved:
    """What a run did. wrong: digests, in hex, of what did not arrive as it is named."""

    copied: int = 0
    there: int = 0
    size: int = 0
    wrong: list[str] = field(default_factory=list)


def move(
    source: Store,
    target: Store,
    scratch: Path,
    watch: Callable[[Sequence[Kept]], Iterable[Kept]] = iter,
) -> Moved:
    """Copy whatever the source keeps and the target does not, and read every file back where it now lies.

    The source stays as it is. May run while people work, and again. scratch: a folder of this machine.
    """
    outcome = Moved()
    scratch.mkdir(parents=True, exist_ok=True)
    for each in watch(list(source.iterate())):
        if target.size(each.sha) == each.size and target.verify(each.sha):
            outcome.there += 1
            continue
        try:
            _copy(source, target, each.sha, scratch)
        except FileNotFoundError:
            continue  # deleted meanwhile, as what no row names is
        except Damaged:
            pass  # said below
        if target.verify(each.sha):
            outcome.copied += 1
            outcome.size += each.size
        else:
            outcome.wrong.append(each.sha.hex())
    for folder in FOLDERS:
        for named in source.named(folder):
            target.write_named(named.name, source.read_named(named.name))
    return outcome


def _copy(source: Store, target: Store, sha: bytes, scratch: Path) -> None:
    part = scratch / f"{token_hex(8)}.part"
    try:
        with source.open(sha) as opened, part.open("xb") as file:
            copyfileobj(opened, file, 1_000_000)
        if _digest(part) == sha:
            target.keep(part, sha)
    finally:
        part.unlink(missing_ok=True)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()
