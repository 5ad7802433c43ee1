"""A file between its preview and its import: see web/uploads; and the heads of its template."""

from lms.core.i18n import current_locale
from lms.core.sheets import Column
from lms.web.uploads import drop, keep, kept, uploaded

__all__ = ["drop", "head", "keep", "kept", "uploaded"]


def head(column: Column) -> str:
    """Return the name of a column in the reader's language; the import knows both."""
    english = next((name for name in column.synonyms if name.isascii()), column.name)
    return column.name if current_locale() == "zh_CN" else english
