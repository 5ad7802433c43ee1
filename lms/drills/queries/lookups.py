"""Reading what was looked up during a run."""

from sqlalchemy import bindparam, func, select

from lms.core.db import rows
from lms.drills.models import Run, RunLookup

_LAST = (
    select(func.max(RunLookup.number))
    .join(Run, Run.id == RunLookup.run_id)
    .where(Run.public_id == bindparam("public_id"))
)


def noted(public_id: str) -> int:
    """Return the highest number of a look-up of this run: its page counts on from there, on whatever device."""
    return rows(_LAST, {"public_id": public_id}).scalar() or 0
