"""Called by the worker."""

from sqlalchemy import select

from lms.core import files
from lms.core.db import session
from lms.learning.actions.photos import NAMING


def delete_unused_files() -> int:
    """Delete stored bytes that no photo, attachment or page has named for a day; return how many."""
    named: set[bytes] = set()
    for column in NAMING:
        named.update(sha for sha in session().scalars(select(column).distinct()) if sha is not None)
    session().rollback()
    return files.delete_unused(named)
