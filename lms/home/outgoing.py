"""How the ways out stand, for whoever keeps the installation well: what failed, what waits longer than it should."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lms.core import clock
from lms.health.events import Way, WaysAsked
from lms.integrations.queries import webhooks, xapi
from lms.lti.queries import platforms
from lms.notifications.queries import log

SINCE = timedelta(days=7)
"""Of so many days what could not be sent is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A channel, or an address of another system, on which something failed or waits.

    channel: "" = an address. name: of the address. failing: tried in vain and tried again; dead: given up. minutes: for
    which the first one is overdue. log: endpoint of its log; wanted: by what that is filtered.
    """

    channel: str
    name: str
    failing: int
    dead: int
    minutes: int
    log: str
    wanted: Mapping[str, str]


def ways_out() -> list[WayOut]:
    """Return the ways on which not all is well, channels first; a statement for each kind."""
    now = clock.now()
    since = now - SINCE
    channels = [
        _way(row, now, channel=row.owner, log="notifications.deliveries", wanted={"channel": row.owner})
        for row in log.troubles(now, since)
    ]
    addresses = [
        _way(row, now, name=row.name, log="integrations.webhooks", wanted={"webhook": row.public_id})
        for row in webhooks.troubles(now, since)
    ]
    stores = [_way(row, now, name="xAPI", log="integrations.xapi", wanted={}) for row in xapi.troubles(now, since)]
    marks = [_way(row, now, name=row.name, log="lti.platforms", wanted={}) for row in platforms.troubles(now, since)]
    return [way for way in (*channels, *addresses, *stores, *marks) if way.failing or way.dead or way.minutes]


def _way(row: Any, now: datetime, *, log: str, wanted: dict[str, str], channel: str = "", name: str = "") -> WayOut:
    return WayOut(
        channel=channel,
        name=name,
        failing=int(row.failing),
        dead=int(row.dead),
        minutes=int((now - row.oldest).total_seconds() // 60) if row.oldest else 0,
        log=log,
        wanted={**wanted, "state": "dead" if row.dead else "waiting"},
    )


def on_ways_asked(_: WaysAsked) -> list[Way]:
    """Tell the status page of the ways out that are in trouble."""
    return [
        Way(
            name=way.name or way.channel,
            failing=way.failing,
            dead=way.dead,
            minutes=way.minutes,
            endpoint=way.log,
            wanted=dict(way.wanted),
        )
        for way in ways_out()
    ]
