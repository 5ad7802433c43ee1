"""What is read of PDF, slides, films and sounds, and the pictures of their pages, each in a child process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lms.content.attachments.reading import MAKING, Reader, Reading, ReadPage
from lms.content.attachments.rules import AUDIO, CAPTIONS, PDF, SLIDES, VIDEO
from lms.core import files
from lms.core.confined import running
from lms.core.errors import DomainError, TooLarge, Unreadable
from lms.core.texts import text

WORK = 2
"""Seconds of the processor for looking at a file; drawing a page may take twice as long."""
SECONDS = 12.0
"""Of the clock: on a busy machine two seconds of work take longer."""
MEMORY = 300_000_000
POSTER = 0
"""Number under which a film's picture stands among its pages."""
FURTHER = 1_000
"""The second picture of slide 3 is page 1003, its third one page 2003: a row holds one picture."""
PICTURE_TYPE = "image/webp"
"""What every picture of a page is written as."""
MOST_CAPTIONS = 1_000_000
"""Bytes."""
MOST_WORDS = 200_000
"""Characters of an attachment's words for search; more is of no use to anybody who looks for something."""

# By name: what they are read with would cost each process of the server 30 MB.
_PDF_LOOK, _PDF_PAGE = "lms.content.importers.pdf:look", "lms.content.importers.pdf:page"
_SLIDES_LOOK, _SLIDES_PAGE = "lms.content.importers.slides:look", "lms.content.importers.slides:page"
_MEDIA_LOOK = "lms.content.importers.media:look"
_look = partial(running, seconds=SECONDS, work=WORK, memory=MEMORY)
_draw = partial(running, seconds=SECONDS, work=2 * WORK, memory=MEMORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was made of one page: its pictures, kept by digest, and its words where they were read with them."""

    pages: tuple[ReadPage, ...]
    words: str | None = None


def read_pdf(path: Path, suffix: str) -> Reading:
    with _look(_PDF_LOOK, source=str(path)) as done:
        found = done.value
    words = [each or "" for each in found.pop("words")]
    pages = tuple(ReadPage(number=number, words=each) for number, each in enumerate(words, start=1))
    return Reading(facts=found, words=joined(words), pages=pages, state=MAKING)


def read_slides(path: Path, suffix: str) -> Reading:
    with _look(_SLIDES_LOOK, source=str(path)) as done:
        found = done.value
    words, notes = found.pop("words"), found.pop("notes")
    pages = tuple(
        ReadPage(number=number, words=said, notes=noted)
        for number, (said, noted) in enumerate(zip(words, notes, strict=True), start=1)
    )
    count = found.pop("slides")
    return Reading(facts={**found, "pages": count}, words=joined([*words, *notes]), pages=pages, state=MAKING)


def read_media(path: Path, suffix: str) -> Reading:
    with _look(_MEDIA_LOOK, source=str(path), suffix=suffix) as done:
        found = done.value
        poster = found.pop("poster")
        pages = () if poster is None else (_kept(done.folder, POSTER, poster),)
    found["poster"] = poster is not None
    return Reading(facts=found, pages=pages, kind=VIDEO if found["video"] else AUDIO)


def read_captions(path: Path, suffix: str) -> Reading:
    """Return the words of captions; small enough and simple enough to be read here."""
    with path.open("rb") as file:
        data = file.read(MOST_CAPTIONS + 1)
    if len(data) > MOST_CAPTIONS:
        raise TooLarge(text("字幕超过 %(most)s MB，请检查文件。", most=MOST_CAPTIONS // 1_000_000))
    try:
        lines = data.decode("utf-8-sig").replace("\x00", "").split("\n")
    except UnicodeDecodeError as error:
        raise Unreadable(text("字幕不是 UTF-8 编码，请另存为 UTF-8 再传。"), code="broken_file") from error
    if not any("-->" in line for line in lines):
        raise Unreadable(text("字幕里没有时间行，请检查文件。"), code="broken_file")
    return Reading(words=joined([line.strip() for line in lines[1:] if line.strip() and "-->" not in line]))


READERS: Mapping[str, Reader] = {
    PDF: read_pdf,
    SLIDES: read_slides,
    VIDEO: read_media,
    AUDIO: read_media,
    CAPTIONS: read_captions,
}
"""By kind. One without a reader is not taken."""


def draw(kind: str, path: Path, number: int) -> Drawn:
    """Return the pictures of one page or slide, from 1; none where it can't be drawn: its words are shown all the same.

    Takes a tenth of a second up to ten; to be called outside of a transaction.
    """
    try:
        return _DRAWN[kind](path, number)
    except DomainError:
        return Drawn(pages=(ReadPage(number=number),))


def _page_of_pdf(path: Path, number: int) -> Drawn:
    with _draw(_PDF_PAGE, source=str(path), number=number) as done:
        return Drawn(pages=(_kept(done.folder, number, done.value),), words=done.value["words"])


def _pictures_of_slide(path: Path, number: int) -> Drawn:
    with _draw(_SLIDES_PAGE, source=str(path), number=number) as done:
        found = done.value["pictures"]
        return Drawn(
            pages=tuple(_kept(done.folder, number + FURTHER * index, each) for index, each in enumerate(found))
        )


_DRAWN: Mapping[str, Callable[[Path, int], Drawn]] = {PDF: _page_of_pdf, SLIDES: _pictures_of_slide}


def _kept(folder: Path, number: int, made: Mapping[str, Any]) -> ReadPage:
    sha = files.put((folder / made["file"]).read_bytes())
    return ReadPage(number=number, sha=sha, width=made["width"], height=made["height"])


def joined(words: list[str]) -> str:
    """Return the words of all pages as they are searched."""
    return "\n".join(each for each in words if each)[:MOST_WORDS]
