"""Word files: `.docx` becomes HTML in a child process, then takes the clipboard's way; headings become sections."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mammoth

from lms.content.importers.drafts import LONGEST_TITLE, Drafted, pictures_in, slugs_of, title_of
from lms.content.importers.pieces import Heading, Piece, Read
from lms.core.texts import text

PAGE = "page.html"
"""Name of the file that the child leaves in its folder."""

_STYLES = "\n".join(
    f"p[style-name='{name}'] => h{level}:fresh"
    for name, level in [
        ("Title", 1),
        ("标题", 1),
        *((f"{word} {level}", level) for word in ("标题", "heading", "Heading") for level in range(1, 7)),
    ]
)


def to_html(folder: Path, *, source: str) -> dict[str, Any]:
    """Write the HTML of a checked `.docx` into the folder, its pictures inside. To be run in a child process.

    Pictures on other machines are not fetched: `lost` is their number.
    """
    with Path(source).open("rb") as file:
        made = mammoth.convert_to_html(file, style_map=_STYLES, include_embedded_style_map=False)
    (folder / PAGE).write_text(made.value, "utf-8")
    return {"lost": sum("external image" in message.message for message in made.messages)}


def drafts_of(read: Read, *, kind: str, name: str, folder: str, split: bool) -> tuple[Drafted, ...]:
    """Return the documents of a file. name: the file's, without suffix. split: one document per highest heading."""
    pieces = list(read.pieces)
    levels = [piece.level for piece in pieces if isinstance(piece, Heading)]
    top = min(levels, default=0)
    if split and levels.count(top) > 1:
        parts = _parts(pieces, top, name)
    else:
        title = name
        if pieces and isinstance(pieces[0], Heading) and levels.count(pieces[0].level) == 1 and pieces[0].level == top:
            title, pieces = title_of(pieces[0]), pieces[1:]
        parts = [(title, pieces)]
    made = [
        Drafted(
            line=number,
            kind=kind,
            title=title[:LONGEST_TITLE],
            slug="",
            pieces=tuple(own),
            pictures=pictures_in(own),
            problems=() if own else (text("“%(title)s”下面没有内容。", title=title),),
        )
        for number, (title, own) in enumerate(parts, start=1)
    ]
    slugs = slugs_of(folder, [(each.title,) for each in made])
    return tuple(replace(each, slug=slug) for each, slug in zip(made, slugs, strict=True))


def can_be_split(read: Read) -> int:
    """Return how many documents a file would become, one per highest heading; 1 where there is nothing to split."""
    levels = [piece.level for piece in read.pieces if isinstance(piece, Heading)]
    return max(1, levels.count(min(levels, default=0)))


def _parts(pieces: Sequence[Piece], top: int, name: str) -> list[tuple[str, list[Piece]]]:
    """Return title and pieces of each part; what stands above the first heading goes under the file's own name."""
    parts: list[tuple[str, list[Piece]]] = []
    for piece in pieces:
        if isinstance(piece, Heading) and piece.level == top:
            parts.append((title_of(piece), []))
        elif not parts:
            parts.append((name, [piece]))
        else:
            parts[-1][1].append(piece)
    return parts
