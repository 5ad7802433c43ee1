"""Reading PowerPoint slides: their words in reading order, what the speaker says, their pictures.

Run by `core.confined` in a child process; the file goes through `core.archives` before the library sees it. Nothing
is drawn: a slide is shown as a card of its words and pictures, and the file itself is there to download.
"""

import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image
from pptx import Presentation
from pptx.exc import PythonPptxError

from lms.core import archives
from lms.core.archives import Office
from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import text

MOST_SLIDES = 300
MOST_WORDS = 8_000
"""Characters kept of one slide, and as many of its notes."""
MOST_PICTURES = 8
"""Pictures shown of one slide."""
SMALLEST = 48
"""Pixels: what is smaller in both directions is an ornament."""
WIDTH = 1400
MOST_PIXELS = 40_000_000
"""Pixels of a picture that is opened at all."""
DEPTH = 6
"""Groups within groups that are looked into."""

_ROW = 400_000
"""Shapes whose upper edges lie within 1.1 cm (in the file's units) stand in one row."""
_KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG"}


def look(folder: Path, *, source: str) -> dict[str, Any]:
    """Return slides (how many), width and height (pixels at 96 dpi), words and notes by slide.

    The first line of a slide's words is its title, empty where it has none.
    Raises Unreadable or TooLarge for what is no presentation that may be opened.
    """
    show = _opened(source)
    count = len(show.slides)
    if count < 1:
        raise Unreadable(text("PPT 里没有一张幻灯片，请检查后再传。"), code="broken_file")
    if count > MOST_SLIDES:
        raise TooLarge(text("PPT 有 %(n)s 张，最多 %(most)s 张，请拆成几份再传。", n=count, most=MOST_SLIDES))
    return {
        "slides": count,
        "width": round((show.slide_width or 0) / 9525),
        "height": round((show.slide_height or 0) / 9525),
        "words": [_words(slide) for slide in show.slides],
        "notes": [_notes(slide) for slide in show.slides],
    }


def page(folder: Path, *, source: str, number: int) -> dict[str, Any]:
    """Write the pictures of a slide (from 1) into the folder; return their files, width and height (pixels)."""
    slide = _opened(source).slides[number - 1]
    found: list[dict[str, Any]] = []
    seen: set[bytes] = set()
    for shape in _in_order(slide.shapes):
        blob = _blob(shape)
        if blob is None or len(found) == MOST_PICTURES:
            continue
        digest = sha256(blob).digest()
        picture = None if digest in seen else _clean(blob)
        seen.add(digest)
        if picture is not None:
            name = f"{len(found)}.webp"
            picture.save(folder / name, "WEBP", quality=82, method=3)
            found.append({"file": name, "width": picture.width, "height": picture.height})
    return {"pictures": found}


def _opened(source: str) -> Any:
    path = Path(source)
    archives.check(path, Office.SLIDES)
    try:
        return Presentation(str(path))
    except (PythonPptxError, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise Unreadable(
            text("PPT 读不出来，可能已损坏。请用 PowerPoint 或 WPS 另存一份再传。"), code="broken_file"
        ) from error


def _words(slide: Any) -> str:
    title = slide.shapes.title
    lines = [_line(title.text_frame.text) if title is not None and title.has_text_frame else ""]
    for shape in _in_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            lines.extend(_lines(shape))
    if not lines[0] and len(lines) > 1 and len(lines[1]) <= 60:
        lines.pop(0)  # the first line stands where a title would
    return _plain("\n".join(lines))


def _notes(slide: Any) -> str:
    if not slide.has_notes_slide or slide.notes_slide.notes_text_frame is None:
        return ""
    lines = (_line(paragraph) for paragraph in slide.notes_slide.notes_text_frame.text.splitlines())
    return _plain("\n".join(line for line in lines if line))


def _in_order(shapes: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the shapes from the top, those of one row from the left; a group's own where the group stands."""
    places = [(shape.top or 0, shape.left or 0, index, shape) for index, shape in enumerate(shapes)]
    places.sort(key=lambda place: place[:3])
    rows: list[list[Any]] = []
    for place in places:
        if rows and place[0] - rows[-1][0][0] <= _ROW:
            rows[-1].append(place)
        else:
            rows.append([place])
    for row in rows:
        for _, _, _, shape in sorted(row, key=lambda place: (place[1], place[2])):
            inner = getattr(shape, "shapes", None)
            if inner is None:
                yield shape
            elif depth < DEPTH:
                yield from _in_order(inner, depth + 1)


def _lines(shape: Any) -> Iterator[str]:
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            cells = [_line(cell.text_frame.text) for cell in row.cells]
            if any(cells):
                yield " | ".join(cells)
    elif getattr(shape, "has_chart", False):
        if shape.chart.has_title and shape.chart.chart_title.has_text_frame:
            yield _line(shape.chart.chart_title.text_frame.text)
    elif getattr(shape, "has_text_frame", False):
        yield from (line for part in shape.text_frame.text.splitlines() if (line := _line(part)))


def _line(written: str) -> str:
    """Return one line; a vertical tab is a line broken by hand."""
    return " ".join(written.replace("\x0b", " ").split())


def _plain(words: str) -> str:
    return words.encode("utf-8", "ignore").decode().replace("\x00", "")[:MOST_WORDS]


def _blob(shape: Any) -> bytes | None:
    """Return the bytes of a picture that lies in the file as PNG or JPEG."""
    try:
        image = shape.image
        return bytes(image.blob) if image.content_type in _KINDS else None
    except (AttributeError, KeyError, ValueError, PythonPptxError):
        return None


def _clean(blob: bytes) -> Image.Image | None:
    """Return the picture drawn anew, without whatever else lies in its bytes; None for what can't be shown."""
    try:
        opened = Image.open(io.BytesIO(blob), formats=tuple(set(_KINDS.values())))
        if opened.width * opened.height > MOST_PIXELS or max(opened.size) < SMALLEST:
            return None
        opened.draft("RGB", (WIDTH, WIDTH))
        picture = opened.convert("RGBA" if opened.mode in ("RGBA", "LA", "P") else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    picture.thumbnail((WIDTH, WIDTH))
    return picture
