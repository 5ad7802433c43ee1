"""Called by the worker."""

from sqlalchemy import select

from lms.core import files
from lms.core.bus import ask
from lms.core.db import session
from lms.learning.actions.photos import NAMING
from lms.learning.events import FilesNamed


def delete_unused_files() -> int:
    """Delete stored bytes that no photo, attachment or page has named for a day; return how many."""
    named: set[bytes] = set()
    for column in NAMING:
        named.update(sha for sha in session().scalars(select(column).distinct()) if sha is not None)
    for others in ask(FilesNamed()):
        named.update(others)
    session().rollback()
    return files.delete_unused(named)
