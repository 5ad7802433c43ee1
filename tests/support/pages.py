"""Reading pages in a test: the token of a form, a form sent as a browser sends it."""

import re
from typing import Any


def token(client: Any, path: str = "/sign-in") -> str:
    """Return the CSRF token of the browser's session, read from a page that has a form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found, f"{path} has no form"
    return found[1]


def send(client: Any, path: str, page: str = "", **values: Any) -> Any:
    """Send a form to `path` with the token of `page` (the path itself without)."""
    return client.post(path, data={"csrf_token": token(client, page or path), **values})
