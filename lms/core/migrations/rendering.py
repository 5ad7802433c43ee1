"""How alembic compares and writes our column types; shared by env.py, the regeneration and the test of the schema."""

from typing import Any

from lms.core.db import UTCDateTime


def render_item(kind: str, item: Any, context: Any) -> str | bool:
    """Write our own instant type by its name; alembic writes everything else."""
    if kind == "type" and isinstance(item, UTCDateTime):
        context.imports.add("from lms.core.db import UTCDateTime")
        return "UTCDateTime()"
    return False


def compare_server_default(
    _context: Any, _found: Any, _wanted: Any, found: str | None, _default: Any, wanted: str | None
) -> bool | None:
    """Return whether the two differ. Alembic takes the empty text for a change on SQLite; it judges all others."""
    return False if (found or "").strip("()") == "''" and wanted == "" else None


OPTIONS: dict[str, Any] = {
    "render_as_batch": True,
    "compare_type": True,
    "compare_server_default": compare_server_default,
    "render_item": render_item,
}
