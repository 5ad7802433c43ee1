"""Files where a document shows them: pages one by one, slides as cards, a player. Made each time a page is shown.

A page with files asks for their rows and their pages once each, and once how much of its films the reader has seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, url_for
from sqlalchemy import bindparam, or_, select

from lms.content.attachments.events import HowMuchSeen, Seen
from lms.content.attachments.lengths import said_of
from lms.content.attachments.marks import Mark, filled, marks
from lms.content.attachments.pages import FURTHER, POSTER
from lms.content.attachments.rules import AUDIO, CAPTIONS, PDF, SLIDES, VIDEO, bare_path, words_of
from lms.content.models import Attachment, AttachmentPage
from lms.core.access import Actor
from lms.core.bus import ask
from lms.core.db import rows, session
from lms.core.texts import Text

MOST_HIDDEN = 30_000
"""Characters of a PDF's words that a page carries for those who can't see the pictures; the rest is a page away."""

_SIGN = "\x01"  # can't occur in what the renderer makes
_PAGES = (
    select(
        AttachmentPage.attachment_id,
        AttachmentPage.number,
        AttachmentPage.sha,
        AttachmentPage.width,
        AttachmentPage.height,
        AttachmentPage.words,
        AttachmentPage.notes,
    )
    .where(AttachmentPage.attachment_id.in_(bindparam("ids", expanding=True)))
    .order_by(AttachmentPage.attachment_id, AttachmentPage.number)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture of a page. address: where it is got."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A page or a slide. title, lines, notes: of a slide; words: of a page, "" where they are a page away."""

    number: int
    pictures: tuple[Drawn, ...] = ()
    title: str = ""
    lines: tuple[str, ...] = ()
    notes: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A file as a page shows it. place: the id of its element. width, height: of a film, in pixels.

    count, made: its pages and how many are drawn. percent: that has to be watched, 0 = none; said: how far the reader
    is with it. resume_at: milliseconds. captions, words_address: addresses, "" without.
    """

    place: str
    path: str
    kind: str
    label: str
    address: str
    media_type: str
    size: int
    leaves: tuple[Leaf, ...] = ()
    count: int = 0
    made: int = 0
    words_address: str = ""
    poster: Drawn | None = None
    captions: str = ""
    milliseconds: int = 0
    width: int = 0
    height: int = 0
    percent: int = 0
    resume_at: int = 0
    said: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A film of which too little is seen. said: how far the reader is."""

    path: str
    place: str
    label: str
    said: Text


@dataclass(slots=True)
class Files:
    """The files of one page. found: by path, those that are there. leaves: rows of pages by attachment.

    placed: what stands on the page already: a file that is shown twice has two places.
    """

    marks: list[Mark] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    leaves: dict[int, list[Any]] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)
    placed: list[str] = field(default_factory=list)

    @property
    def unseen(self) -> list[Unseen]:
        """Return the films of which too little is seen, in order."""
        found = []
        for mark in self.marks:
            row = self.found.get(mark.path)
            seen = self.seen.get(row.id, Seen()) if row is not None else Seen()
            if row is not None and seen.still and mark.percent:
                said = said_of(mark.percent, seen.percent, seen.still)
                found.append(Unseen(path=mark.path, place=place_of(row.id), label=mark.label, said=said))
        return found

    @property
    def has_pages(self) -> bool:
        return any(row.kind in (PDF, SLIDES) for row in self.found.values())

    @property
    def has_films(self) -> bool:
        return any(row.kind in (VIDEO, AUDIO) for row in self.found.values())

    def taken_out(self, html: str) -> tuple[str, dict[str, str]]:
        """Return stored HTML with a sign in place of each file, and by sign our own HTML that stands there."""
        made: dict[str, str] = {}

        def sign(mark: Mark) -> str:
            file = self._made(mark)
            if not file:
                return ""
            place = f"{_SIGN}{len(made)}{_SIGN}"
            made[place] = file
            return place

        return filled(html, sign), made

    def _made(self, mark: Mark) -> str:
        row = self.found.get(mark.path)
        if row is None or row.kind not in (PDF, SLIDES, VIDEO, AUDIO):
            return ""
        shown = self._shown(row, mark)
        self.placed.append(mark.path)
        return render_template("lms/content/_file.html", file=shown)

    def _shown(self, row: Any, mark: Mark) -> Shown:
        facts, seen = row.facts, self.seen.get(row.id, Seen())
        leaves = self.leaves.get(row.id, [])
        poster = next((leaf for leaf in leaves if leaf.number == POSTER and leaf.sha), None)
        return Shown(
            place=place_of(row.id) if mark.path not in self.placed else f"{place_of(row.id)}-{len(self.placed)}",
            path=row.path,
            kind=row.kind,
            label=mark.label or words_of(row.path),
            address=url_for("content.file", path=row.path),
            media_type=row.media_type if row.kind == VIDEO else _sound_type(row),
            size=row.size,
            leaves=_leaves(row, leaves),
            count=int(facts.get("pages", 0)),
            made=row.made,
            words_address=url_for("content.file_words", path=row.path) if row.kind == PDF else "",
            poster=None if poster is None else _drawn(row, poster),
            captions=self.captions.get(row.path, ""),
            milliseconds=int(facts.get("milliseconds", 0)),
            width=int(facts.get("width", 0)),
            height=int(facts.get("height", 0)),
            percent=mark.percent,
            resume_at=seen.resume_at,
            said=said_of(mark.percent, seen.percent, seen.still) if mark.percent else None,
        )


def files_in(pieces: Iterable[str], rows_by_path: Mapping[str, Any], actor: Actor | None) -> Files:
    """Return what the marks of these pieces need. No statement where there is no mark. rows_by_path: of attachments."""
    files = Files()
    wanted = marks(pieces) if rows_by_path and actor is not None else []
    files.marks = wanted
    files.found = {mark.path: rows_by_path[mark.path] for mark in wanted if mark.path in rows_by_path}
    if not files.found or actor is None:
        return files
    for leaf in rows(_PAGES, {"ids": [row.id for row in files.found.values()]}):
        files.leaves.setdefault(leaf.attachment_id, []).append(leaf)
    films = {path: row for path, row in files.found.items() if row.kind in (VIDEO, AUDIO)}
    if films:
        files.captions = _captions(films)
        asked = {mark.path: mark.percent for mark in wanted if mark.percent}
        lengths = {row.id: (int(row.facts.get("milliseconds", 0)), asked.get(path, 0)) for path, row in films.items()}
        for answer in ask(HowMuchSeen(person_id=actor.id, films=lengths)):
            files.seen |= answer
    return files


def _captions(paths: Iterable[str]) -> dict[str, str]:
    """Return by film the address of the captions that lie beside it under the same name."""
    stems = {path: bare_path(path) for path in paths}
    beside = session().scalars(
        select(Attachment.path).where(
            Attachment.kind == CAPTIONS,
            or_(*(Attachment.path.startswith(stem, autoescape=True) for stem in stems.values())),
        )
    )
    found = {bare_path(path): path for path in beside}
    return {path: url_for("content.file", path=found[stem]) for path, stem in stems.items() if stem in found}


def place_of(attachment_id: int) -> str:
    """Return the id of the element that shows a file."""
    return f"file-{attachment_id}"


def _sound_type(row: Any) -> str:
    return str(row.media_type).replace("video/", "audio/")


def _drawn(row: Any, leaf: Any) -> Drawn:
    address = url_for("content.file_page", path=row.path, number=leaf.number, v=leaf.sha.hex()[:10])
    return Drawn(address=address, width=leaf.width, height=leaf.height)


def _leaves(row: Any, found: Sequence[Any]) -> tuple[Leaf, ...]:
    if row.kind not in (PDF, SLIDES):
        return ()
    further: dict[int, list[Drawn]] = {}
    for leaf in found:
        if leaf.sha is not None:
            further.setdefault(leaf.number % FURTHER, []).append(_drawn(row, leaf))
    own = [leaf for leaf in found if 0 < leaf.number < FURTHER]
    if row.kind == SLIDES:
        return tuple(_slide(leaf, further) for leaf in own)
    left = MOST_HIDDEN
    made = []
    for leaf in own:
        left -= len(leaf.words)
        pictures = tuple(further.get(leaf.number, ()))
        made.append(Leaf(number=leaf.number, pictures=pictures, words=leaf.words if left >= 0 else ""))
    return tuple(made)


def _slide(leaf: Any, further: dict[int, list[Drawn]]) -> Leaf:
    title, *lines = leaf.words.split("\n")
    return Leaf(
        number=leaf.number,
        pictures=tuple(further.get(leaf.number, ())),
        title=title,
        lines=tuple(line for line in lines if line),
        notes=leaf.notes,
    )
