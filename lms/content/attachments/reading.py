"""What a reader of a kind of file gives back. READERS in pages.py lists them; pictures have theirs in actions.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

MAKING, READY, FAILED = "making", "ready", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page, a slide, or the poster of a film (number 0). sha: of its picture in `core.files`, None: not made yet.

    width, height: pixels of the picture. words: its text; notes: what the speaker says.
    """

    number: int
    sha: bytes | None = None
    width: int = 0
    height: int = 0
    words: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """facts: plain values for the page that shows it. words: all its text, for search.

    state: READY, or MAKING where pictures of pages are still to be made. made: how many there are.
    kind: where the bytes turned out to be another kind (a WebM without a picture is a sound).
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    pages: tuple[ReadPage, ...] = ()
    state: str = READY
    made: int = 0
    kind: str | None = None


Reader: TypeAlias = Callable[[Path, str], Reading]
"""Gets the file and its suffix (`.mp4`). Raises Unreadable or TooLarge. Runs before the transaction, so it may take
its time, and reads only in `core.confined`."""
