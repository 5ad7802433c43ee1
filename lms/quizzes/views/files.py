"""A file to keep."""

from urllib.parse import quote

from flask import Response


def file_response(data: bytes, media_type: str, name: str) -> Response:
    """Return bytes as a download. name: with its ending, as people see it."""
    plain = " ".join(name.replace("/", " ").replace("\\", " ").split())
    response = Response(data, mimetype=media_type)
    ending = plain.rpartition(".")[2]
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{quote(plain)}"
    )
    return response
