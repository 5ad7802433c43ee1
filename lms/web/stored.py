"""Kept bytes as an answer: whole, or the one part that was asked for, wherever they lie."""

import unicodedata
from urllib.parse import quote

from flask import request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from lms.core import files
from lms.core.errors import NotFound

PIECE = 256_000
"""Bytes that are read and sent at a time."""


def stored(sha: bytes, media_type: str, *, name: str, download: bool = False) -> Response:
    """Return kept bytes. A browser asks each time whether it may still show what it has: the next person at a shared
    computer may not.

    name: what a download is called. Raises NotFound where the bytes are gone, Unavailable where nobody can say.
    """
    size = files.size(sha)
    if size is None:
        raise NotFound()
    try:
        stream = files.open(sha)
    except FileNotFoundError as error:
        raise NotFound() from error
    # The server's own wrapper can't be read from the middle: a film would be read from its beginning at each part.
    response = Response(FileWrapper(stream, PIECE), mimetype=media_type, direct_passthrough=True)
    response.content_length = size
    response.set_etag(sha.hex())
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        response = Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    names = {"filename": plain}
    if plain != name:
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    response.headers.set("Content-Disposition", "attachment" if download else "inline", **names)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
