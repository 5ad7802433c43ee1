"""Acting in the studio as a browser does: reading the editor's form, sending it."""

import html
import re
from typing import Any

from tests.support.pages import token

BOUNDARY = "----lms-test-boundary"


def address(kind: str, slug: str, page: str = "edit") -> str:
    return f"/studio/{kind}/{slug}/{page}"


def opened(client: Any, kind: str, slug: str) -> tuple[str, int]:
    """Return the text of the editor's textarea and the base revision of its form."""
    page = client.get(address(kind, slug)).text
    return text_in(page), int(re.search(r'name="base_revision" value="(\d+)"', page)[1])


def text_in(page: str) -> str:
    """Return what a browser would hold in the textarea: the first line end after the tag is none of it."""
    return html.unescape(re.search(r'<textarea[^>]* id="markdown"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1])


def sent(client: Any, kind: str, slug: str, page: str = "edit", *, json: bool = False, **values: Any) -> Any:
    """Send the editor's form; line ends go over as CRLF, as a browser sends them."""
    if "markdown" in values:
        values["markdown"] = values["markdown"].replace("\r\n", "\n").replace("\n", "\r\n")
    values["csrf_token"] = token(client, "/studio/new")
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{each}\r\n'
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return client.post(
        address(kind, slug, page),
        data=("".join(parts) + f"--{BOUNDARY}--\r\n").encode(),
        headers={"Accept": "application/json"} if json else {},
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )
