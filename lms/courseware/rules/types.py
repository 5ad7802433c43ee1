"""Which files a package may hold, and how each is served. Pure."""

import re

TYPES: dict[str, str] = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".map": "application/json",
    ".xml": "application/xml",
    ".xsd": "application/xml",
    ".xsl": "application/xml",
    ".dtd": "text/plain",
    ".txt": "text/plain",
    ".md": "text/plain",
    ".csv": "text/plain",
    ".vtt": "text/vtt",
    ".srt": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
    ".cur": "image/x-icon",
    ".svg": "image/svg+xml",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".eot": "application/octet-stream",
    ".pdf": "application/pdf",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
    ".dat": "application/octet-stream",
    ".data": "application/octet-stream",
    ".swf": "application/octet-stream",
}
"""By suffix, in lower case. Anything else is refused: programs, Office files, archives."""

PAGES = frozenset({"text/html", "application/xhtml+xml"})
MOST_PAGE = 10_000_000
"""Bytes of one page; a larger one is refused, since every page is read as a whole when it is served."""
_FRAMES = re.compile(rb"<i?frame[\s>]|<frameset[\s>]", re.IGNORECASE)
_BEFORE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype[^>]*>)?", re.I | re.S
)
_HEAD = re.compile(rb"<head(?:\s[^>]{0,300})?>", re.IGNORECASE)


def has_frames(page: bytes) -> bool:
    """Return whether a page holds others: then they look for each other, and need an origin of their own."""
    return _FRAMES.search(page) is not None


def with_script(page: bytes, tag: bytes) -> bytes:
    """Return a page with a script in it that runs before any of its own."""
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(page[:2])
    if wide:
        return page[:2] + tag.decode("ascii").encode(wide) + page[2:]
    head = _HEAD.search(page, 0, 100_000)
    before = _BEFORE.match(page)
    place = head.end() if head else before.end() if before else 0
    return page[:place] + tag + page[place:]
