"""Addresses of pages, built once: a page has dozens, and building one costs more than looking it up."""

from functools import lru_cache
from typing import Any

from apiflask import APIFlask
from flask import has_request_context, request, url_for
from werkzeug.routing import IntegerConverter

from lms.core.here import settings
from lms.web.limits import Incoming

KEPT = 8_192
"""Addresses held in memory by one process."""
GREATEST_KEY = 10**18 - 1
"""A key that no database could hold leads nowhere (404), rather than into an error of the driver."""


class Key(IntegerConverter):
    """The number of a row in an address.

    Its digits are counted in the pattern: werkzeug asks for `max` only after it has looked at the methods, and a rule
    for another one would then make a 405 of what is a 404.
    """

    regex = r"\d{1,18}"


def full_address(endpoint: str, **values: Any) -> str:
    """Return the whole address of a page, for what is printed or leaves the house: a QR code, a calendar, a platform.

    It rests on LMS_BASE_URL, which holds the prefix of a mounted academy, else on the address of this request.
    """
    base = settings().base_url.rstrip("/")
    if not base:
        return url_for(endpoint, _external=True, **values)
    return base + url_for(endpoint, **values).removeprefix(request.script_root)


def this_page() -> str:
    """Return the path and query of this request under the mount, for coming back: `full_path` alone leaves it out."""
    return request.script_root + request.full_path.rstrip("?")


class Academy(APIFlask):
    """The application, whose `url_for` remembers. Within a request an address depends on its values and the mount."""

    request_class = Incoming

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters["int"] = Key
        self._kept = lru_cache(maxsize=KEPT)(self._build)

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        # 1 and True are the same key and not the same address, so only what can't be mistaken is kept.
        if (
            has_request_context()
            and _external is None
            and _scheme is None
            and _method is None
            and all(type(value) in (str, int) for value in values.values())
        ):
            if endpoint.startswith("."):
                endpoint = f"{request.blueprint}{endpoint}" if request.blueprint else endpoint[1:]
            return self._kept(request.script_root, endpoint, _anchor, tuple(values.items()))
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _build(self, _: str, endpoint: str, anchor: str | None, values: tuple[tuple[str, Any], ...]) -> str:
        return super().url_for(endpoint, _anchor=anchor, **dict(values))
