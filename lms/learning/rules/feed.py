"""A person's days as an iCalendar file (RFC 5545), that Outlook, Apple, Google and phones subscribe to. Pure.

Nobody else's name stands in it. Equal entries give equal bytes, so that a program which asks again need not load it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

AGAIN = "PT1H"
"""After which time a program should look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. uid: the same for the same thing for ever. from_at, until_at: instants; both None = all day.

    busy: whether others see the time as taken.
    """

    uid: str
    day: date
    title: str
    words: str = ""
    place: str = ""
    link: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An open item with a due day. goal: of which plan or course, by its number and title."""

    goal: int
    goal_title: str
    title: str
    due_on: date


def due_entries(owed: Iterable[Owed], *, titled: bool, one: str, many: str, plain: str, link: str) -> list[Entry]:
    """Return one entry for each goal and due day, so that a plan of eighty items does not fill a calendar.

    one, many, plain: sentences with places for title, n; plain is used where no titles are to be shown.
    """
    grouped: dict[tuple[date, int], list[Owed]] = {}
    for each in owed:
        grouped.setdefault((each.due_on, each.goal if titled else 0), []).append(each)
    entries = []
    for (day, goal), items in sorted(grouped.items(), key=lambda pair: pair[0]):
        first = items[0]
        if not titled:
            title, words = plain % {"n": len(items)}, ""
        elif len(items) == 1:
            title = one % {"title": first.title}
            words = first.goal_title if first.goal_title != first.title else ""
        else:
            title = many % {"title": first.goal_title, "n": len(items)}
            words = "\n".join(f"· {item.title}" for item in items)
        entries.append(Entry(uid=f"due-{goal}-{day:%Y%m%d}", day=day, title=title, words=words, link=link))
    return entries


def calendar_bytes(entries: Sequence[Entry], *, name: str, stamp: datetime, host: str) -> bytes:
    """Return the file: UTF-8, lines folded at 75 bytes and ended by CRLF. stamp: when the address was made."""
    calendar = Calendar()
    calendar.add("prodid", "-//Kefu Academy//Learning calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", AGAIN)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@{host}")
        event.add("dtstamp", stamp.astimezone(UTC))
        if entry.from_at is not None and entry.until_at is not None:
            event.add("dtstart", entry.from_at.astimezone(UTC))
            event.add("dtend", entry.until_at.astimezone(UTC))
        else:
            event.add("dtstart", entry.day)
            event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        if entry.words:
            event.add("description", entry.words)
        if entry.place:
            event.add("location", entry.place)
        if entry.link:
            event.add("url", entry.link)
        event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body
