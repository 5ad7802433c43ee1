"""How the window of a team drill is said to people."""

from datetime import datetime

from lms.core.here import day_of, local, today
from lms.core.i18n import clock_text
from lms.web.shell import show_ago, show_time


def window(opens_at: datetime, closes_at: datetime) -> str:
    """Return "今天 14:00–16:00", "11月25日 14:00–16:00", or both days where they differ."""
    begins = show_ago(opens_at) if day_of(opens_at) == today() else show_time(opens_at)
    ends = clock_text(local(closes_at)) if day_of(opens_at) == day_of(closes_at) else show_time(closes_at)
    return f"{begins}–{ends}"
