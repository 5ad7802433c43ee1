"""Live sessions: who has a seat, who waits, who may sign in when, what would clash. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.core.calendar import Works
from lms.core.errors import Conflict
from lms.core.texts import Text, text

LONGEST_TITLE = 120
LONGEST_NAME = 80
LONGEST_PLACE = 120
LONGEST_LINK = 400
LONGEST_WORDS = 2_000
LONGEST_REASON = 200
MOST_PLACES = 2_000
LONGEST = timedelta(hours=16)
"""A session ends on its day, or in the night after it."""

OPENS_BEFORE = timedelta(minutes=30)
CLOSES_AFTER = timedelta(minutes=30)
"""How long before its start and after its end somebody may sign in by the code."""

DAY_BEFORE = timedelta(hours=24)
HOUR_BEFORE = timedelta(hours=1)


class Kind(StrEnum):
    CLASS = "class"
    ONLINE = "online"
    ACTIVITY = "activity"


class State(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    ENROLLED = "enrolled"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    ABSENT = "absent"
    EXCUSED = "excused"


TAKEN = frozenset({SeatState.ENROLLED, SeatState.ATTENDED, SeatState.ABSENT, SeatState.EXCUSED})
"""States in which a seat is somebody's."""

MARKS = frozenset({SeatState.ATTENDED, SeatState.ABSENT, SeatState.EXCUSED})
"""What the trainer says of who was expected."""

KINDS: Mapping[str, Text] = {
    Kind.CLASS: text("面授"),
    Kind.ONLINE: text("线上课堂"),
    Kind.ACTIVITY: text("团队活动"),
}
SEATS: Mapping[str, Text] = {
    SeatState.ENROLLED: text("已报名"),
    SeatState.WAITING: text("候补"),
    SeatState.CANCELLED: text("已退出"),
    SeatState.ATTENDED: text("到场"),
    SeatState.ABSENT: text("缺席"),
    SeatState.EXCUSED: text("请假"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a live session is to be. places: None = no limit. team_id: who may enrol, with those below; None = all."""

    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    document_id: int | None = None
    team_id: int | None = None
    trainer_id: int | None = None
    trainer_name: str = ""
    place: str = ""
    link: str = ""
    places: int | None = None
    by_choice: bool = True
    words: str = ""


def problems_of(wanted: Wanted, now: datetime, *, fresh: bool) -> dict[str, Text]:
    """Return what is wrong, by the name of the input. fresh: it is planned now, so it lies ahead."""
    found: dict[str, Text] = {}
    for name, value, most in (
        ("title", wanted.title, LONGEST_TITLE),
        ("trainer_name", wanted.trainer_name, LONGEST_NAME),
        ("place", wanted.place, LONGEST_PLACE),
        ("link", wanted.link, LONGEST_LINK),
        ("words", wanted.words, LONGEST_WORDS),
    ):
        if len(value) > most:
            found[name] = text("最多 %(n)s 个字，请缩短。", n=most)
    if not wanted.title.strip():
        found["title"] = text("请写课堂的名称。")
    if wanted.kind not in KINDS:
        found["kind"] = text("请选一种形式。")
    if wanted.ends_at <= wanted.starts_at:
        found["ends_at"] = text("结束要晚于开始。")
    elif wanted.ends_at - wanted.starts_at > LONGEST:
        found["ends_at"] = text("一次最长 16 小时。多天的课请分次安排。")
    if fresh and wanted.starts_at <= now:
        found["starts_at"] = text("开始时间已经过了，请选以后的时间。")
    if wanted.link and not wanted.link.startswith(("https://", "http://")):
        found["link"] = text("链接要以 https:// 或 http:// 开头。")
    if wanted.kind == Kind.ONLINE and not wanted.link.strip():
        found.setdefault("link", text("线上课堂要有进入的链接。"))
    if wanted.kind != Kind.ONLINE and not wanted.place.strip():
        found["place"] = text("请写地点，例如“3 楼培训室”。")
    if wanted.places is not None and not 0 < wanted.places <= MOST_PLACES:
        found["places"] = text("名额是 1 到 %(n)s 的数，不限就留空。", n=MOST_PLACES)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A person at a session, as far as places go."""

    person_id: int
    state: str
    asked_at: datetime


def left_over(places: int | None, seats: Sequence[Place]) -> int | None:
    """Return how many places are free, at least 0; None where there is no limit."""
    return None if places is None else max(0, places - sum(seat.state in TAKEN for seat in seats))


def state_on_asking(places: int | None, seats: Sequence[Place]) -> SeatState:
    """Return what whoever asks now gets: a seat, or a place on the waiting list.

    Nobody overtakes: while others wait, who comes now waits behind them, even if a place has just come free.
    """
    free = left_over(places, seats)
    if free is None:
        return SeatState.ENROLLED
    waiting = sum(seat.state == SeatState.WAITING for seat in seats)
    return SeatState.ENROLLED if free > waiting else SeatState.WAITING


def moving_up(places: int | None, seats: Sequence[Place]) -> tuple[int, ...]:
    """Return who of the waiting list gets a seat now, in the order in which they asked."""
    waiting = sorted(
        (seat for seat in seats if seat.state == SeatState.WAITING), key=lambda seat: (seat.asked_at, seat.person_id)
    )
    free = left_over(places, seats)
    return tuple(seat.person_id for seat in (waiting if free is None else waiting[:free]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Another session of the same person."""

    title: str
    starts_at: datetime
    ends_at: datetime


def overlapping(starts_at: datetime, ends_at: datetime, others: Sequence[Busy]) -> tuple[Busy, ...]:
    """Return the other sessions that are not over when this one begins and begin before it is over."""
    return tuple(each for each in others if each.starts_at < ends_at and starts_at < each.ends_at)


def is_off(day: date, works: Works) -> bool:
    """Return whether the person does not work on the day of the session."""
    return not works(day)


def may_sign_in(now: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    """Return whether the code opens now: from half an hour before the start to half an hour after the end."""
    return starts_at - OPENS_BEFORE <= now <= ends_at + CLOSES_AFTER


def must_be_open(state: str) -> None:
    """Raise Conflict for a session that was cancelled or closed."""
    if state == State.CANCELLED:
        raise Conflict(text("这次课堂已经取消。"), code="cancelled")
    if state == State.HELD:
        raise Conflict(text("这次课堂已经结束。"), code="held")


def reminder(starts_at: datetime, now: datetime, since: datetime) -> str:
    """Return which reminder somebody is due: `day` | `hour` | "". since: when they got their seat.

    Who enrolled within the time that a reminder covers knows already.
    """
    if starts_at - HOUR_BEFORE <= now < starts_at:
        return "hour" if since < starts_at - HOUR_BEFORE else ""
    if starts_at - DAY_BEFORE <= now < starts_at - HOUR_BEFORE:
        return "day" if since < starts_at - DAY_BEFORE else ""
    return ""


def what_changed(before: Wanted, after: Wanted) -> bool:
    """Return whether people who come have to know: time, place, link, form or trainer are others."""
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("starts_at", "ends_at", "place", "link", "kind", "trainer_id", "trainer_name")
    )


def on_day(at: datetime, day: date, here: date) -> datetime:
    """Return the instant moved by whole days. here: the day of the instant in the installation's zone."""
    return at + timedelta(days=(day - here).days)
