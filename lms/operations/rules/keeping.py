"""Which nightly backups are kept, and when the next is made: pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

NAME = "kefu-{:%Y%m%d-%H%M}.tar"
_NAME = re.compile(r"kefu-([0-9]{8}-[0-9]{4})\.tar(\.part)?", re.ASCII)
AGAIN = timedelta(hours=1)
"""How long a failed night waits for its next try."""


def name_of(at: datetime) -> str:
    """Return what the backup of this local time is called."""
    return NAME.format(at)


def made_at(name: str) -> datetime | None:
    """Return the local time in a name that we gave, None for any other file: it is nobody's to delete."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d-%H%M")  # noqa: DTZ007 - local, as it stands in the name
    except ValueError:
        return None


def superfluous(names: Iterable[str], now: datetime, *, days: int, weeks: int) -> list[str]:
    """Return which of these files may go. now: local time. days, weeks: for how many the newest is kept of each.

    The newest backup is always kept. Of a day its last, of a week (from Monday) its first. Parts of a broken night go
    after a day; files with other names are never among them.
    """
    found = {name: at for name in names if (at := made_at(name)) is not None}
    whole = sorted((at, name) for name, at in found.items() if not name.endswith(".part"))
    kept: set[str] = {name for _, name in whole[-1:]}
    by_day = {at.date(): name for at, name in whole}
    kept |= {name for day, name in by_day.items() if 0 <= (now.date() - day).days < days}
    by_week: dict[tuple[int, int], str] = {}
    monday = now.date() - timedelta(days=now.weekday())
    for at, name in whole:
        if (monday - (at.date() - timedelta(days=at.weekday()))).days < 7 * weeks:
            by_week.setdefault(at.isocalendar()[:2], name)
    kept |= set(by_week.values())
    kept |= {name for name, at in found.items() if name.endswith(".part") and now - at < timedelta(days=1)}
    return sorted(set(found) - kept)


def is_due(now: datetime, hour: int, good: datetime | None, tried: datetime | None) -> bool:
    """Return whether a nightly backup is to be made now.

    All in local time. hour: from which the night's is made. good: when the last whole one ended. tried: when the last
    try ended, of whatever came of it. The first is made at once; a failed one is tried again after an hour.
    """
    if tried is not None and tried != good and timedelta(0) <= now - tried < AGAIN:
        return False
    if good is None:
        return True
    begins = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if begins > now:
        begins -= timedelta(days=1)
    return good < begins
