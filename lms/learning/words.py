"""How a time of meeting is said on a page."""

from datetime import datetime

from lms.core.here import local
from lms.core.i18n import _, clock_text, current_locale, day_text, weekday_text


def span(starts_at: datetime, ends_at: datetime) -> str:
    """Return "11月24日 周二 14:00–16:00" in the installation's time and the reader's language."""
    start, end = local(starts_at), local(ends_at)
    locale = current_locale()
    day = f"{day_text(start.date(), locale, False)} {weekday_text(start.date(), locale)}"
    until = clock_text(end)
    if end.date() != start.date():
        until = _("次日 %(time)s", time=until)
    return f"{day} {clock_text(start)}–{until}"
