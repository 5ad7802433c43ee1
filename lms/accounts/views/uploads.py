"""A file between its preview and its import: see web/uploads."""

from lms.web.uploads import drop, keep, kept, uploaded

__all__ = ["drop", "keep", "kept", "uploaded"]
