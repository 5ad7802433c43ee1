"""Forgetting who looked at a profile long ago."""

from sqlalchemy import CursorResult, delete

from lms.core.db import session, transaction
from lms.core.retention import first_kept
from lms.performance.models import ProfileLook


def forget_looks() -> int:
    """Delete looks at profiles older than LMS_KEEP_LOOKS_DAYS; return how many."""
    with transaction():
        gone = session().execute(delete(ProfileLook).where(ProfileLook.at < first_kept("looks")))
        assert isinstance(gone, CursorResult)
        return gone.rowcount
