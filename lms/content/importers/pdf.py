"""Reading a PDF: how many pages it has, what is written on them, the picture of one page.

Run by `core.confined` in a child process. Only pages are looked at: programs and files inside a PDF are left alone.
"""

import time
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import text

MOST_PAGES = 300
WIDTH = 1400
"""Pixels that the picture of a page is wide: sharp on a phone held across and on a desk at full width."""
MOST_HEIGHT = 2800
"""A page that is taller than twice its width is made smaller instead."""
MOST_WORDS = 8_000
"""Characters kept of one page."""
TIME_FOR_WORDS = 1.0
"""Seconds spent on the words of pages while looking; the rest is read with the pictures."""

PICTURE = "page.webp"
_HEAD = 1024
_MISSING_PASSWORD = "password"  # noqa: S105 (a word of pdfium's message)


def look(folder: Path, *, source: str) -> dict[str, Any]:
    """Return pages, width and height (points, of the first page) and words (by page; None: not read yet).

    Raises Unreadable for what is no PDF, has a password or is cut off; TooLarge for more than 300 pages.
    """
    path = Path(source)
    _whole(path)
    document = _opened(path)
    pages = len(document)
    if pages < 1:
        raise Unreadable(text("PDF 里没有一页，请重新导出再传。"), code="broken_file")
    if pages > MOST_PAGES:
        raise TooLarge(text("PDF 有 %(n)s 页，最多 %(most)s 页，请拆成几份再传。", n=pages, most=MOST_PAGES))
    width, height = document.get_page_size(0)
    until = time.monotonic() + TIME_FOR_WORDS
    words = [_words(document, index) if time.monotonic() < until else None for index in range(pages)]
    return {"pages": pages, "width": round(width), "height": round(height), "words": words}


def page(folder: Path, *, source: str, number: int) -> dict[str, Any]:
    """Write the picture of a page (from 1) into the folder; return its file, width and height (pixels), words."""
    document = _opened(Path(source))
    one = document[number - 1]
    width, height = one.get_size()
    if width <= 0 or height <= 0:
        raise Unreadable(text("PDF 第 %(n)s 页没有大小，请重新导出再传。", n=number), code="broken_file")
    scale = min(WIDTH / width, MOST_HEIGHT / height)
    # A page of a metre by a millimetre would be no pixel high.
    if width * scale < 1 or height * scale < 1:
        raise Unreadable(text("PDF 第 %(n)s 页的大小不正常，请重新导出再传。", n=number), code="broken_file")
    picture = one.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    picture.save(folder / PICTURE, "WEBP", quality=82, method=3)
    return {
        "file": PICTURE,
        "width": picture.width,
        "height": picture.height,
        "words": _words(document, number - 1),
    }


def _whole(path: Path) -> None:
    """Refuse what doesn't begin and end as a PDF does: pdfium would show the first pages of half a file."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _HEAD))
        tail = file.read(_HEAD)
    if b"%PDF-" not in head:
        raise Unreadable(text("扩展名是 .pdf，内容却不是 PDF。请用原来的软件导出 PDF 再传。"), code="wrong_type")
    if b"%%EOF" not in tail:
        raise Unreadable(text("PDF 不完整，可能没有传完或没有存完。请重新导出再传。"), code="broken_file")


def _opened(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if _MISSING_PASSWORD in str(error).lower():
            raise Unreadable(text("文件有密码，请去掉密码再传。"), code="has_password") from error
        raise Unreadable(text("PDF 读不出来，可能已损坏。请重新导出再传。"), code="broken_file") from error


def _words(document: pdfium.PdfDocument, index: int) -> str:
    try:
        one = document[index]
        found = one.get_textpage().get_text_bounded() if one.get_size()[0] > 0 else ""
    except pdfium.PdfiumError:
        return ""
    plain = found.encode("utf-8", "ignore").decode().replace("\x00", "")
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return "\n".join(line for line in lines if line)[:MOST_WORDS]
