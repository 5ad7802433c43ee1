"""A result as the other learning system takes it (Assignment and Grade Services 2.0). Pure."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lms.core.points import Points

MAXIMUM = 100
TYPE = "application/vnd.ims.lis.v1.score+json"


def score(subject: str, earned: Points | None, possible: Points | None, at: datetime) -> dict[str, Any]:
    """Return what is told of a result. earned: None = not decided yet, somebody has to mark it."""
    found: dict[str, Any] = {
        "userId": subject,
        "activityProgress": "Submitted" if earned is None else "Completed",
        "gradingProgress": "PendingManual" if earned is None else "FullyGraded",
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if earned is not None and possible:
        found |= {"scoreGiven": round(MAXIMUM * earned / possible, 2), "scoreMaximum": MAXIMUM}
    return found


def later(at: datetime, last: datetime | None) -> datetime:
    """Return the time under which a result is told: never the same or an earlier one than the last, to the ms."""
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return at if last is None or at > last else last + timedelta(milliseconds=1)


def scores_of(lineitem: str) -> str:
    """Return where scores of a line item are posted: `/scores` stands before a query."""
    parts = urlsplit(lineitem)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/scores"))
