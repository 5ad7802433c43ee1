"""How long is kept what people do in passing, and what else the worker forgets; a setting each (docs/settings.md).

The learning log, scores and what was signed are not among them: they stay as long as the installation, under a number
once a person is erased.
"""

from datetime import datetime, time, timedelta

from lms.core.here import settings, today

NAMES = ("searches", "notices", "deliveries", "calls", "autosaves", "looks", "slips")
"""What is forgotten; `LMS_KEEP_<NAME>_DAYS` says after how many days."""


def kept(name: str) -> timedelta:
    """Return how long something of NAMES is kept."""
    return timedelta(days=getattr(settings(), f"keep_{name}_days"))


def first_kept(name: str) -> datetime:
    """Return the first instant of the first day of which something is kept, in the installation's zone."""
    return datetime.combine(today() - kept(name), time(), tzinfo=settings().timezone)
