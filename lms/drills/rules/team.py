"""Team drills: who takes part, in which state one is, when the next of a series comes. Pure.

Times here are local ones of the installation, without a zone, where they are said to be.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.assignments.rules import DRILL
from lms.core.texts import Text, text

LONGEST_TITLE = 60
LONGEST_REASON = 200
LONGEST = timedelta(days=14)
"""Of a team drill's window."""
SHORTEST = timedelta(minutes=10)
FARTHEST = timedelta(days=366)
SEARCHED = 31
"""Days after the one meant in which a working day is looked for."""
MONTHLY = "monthly"
_ABOUT = "team_drill:"


class Incident(StrEnum):
    """What happens to everybody at once."""

    OUTAGE = "outage"
    OVERFLOW = "overflow"
    PRICE = "price"
    OTHER = "other"


INCIDENTS: dict[str, Text] = {
    Incident.OUTAGE: text("系统故障"),
    Incident.OVERFLOW: text("爆仓"),
    Incident.PRICE: text("价格标错"),
    Incident.OTHER: text("其他"),
}


class State(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


def occasion_of(team_drill_id: int) -> str:
    """Return how its duties name it."""
    return f"{DRILL}{team_drill_id}"


def state_of(
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
    *,
    cancelled_at: datetime | None = None,
    closed_at: datetime | None = None,
) -> State:
    """Return how a team drill stands now: from its opening on it runs, at its closing it is over."""
    if cancelled_at is not None:
        return State.CANCELLED
    if closed_at is not None or now >= closes_at:
        return State.OVER
    return State.RUNNING if now >= opens_at else State.PLANNED


class Part(StrEnum):
    """Whether somebody of the chosen teams takes part, and if not, why."""

    TAKES = "takes"
    OFF = "off"  # works on no day of the window
    AWAY = "away"  # would work then, but is entered as absent
    GONE = "gone"  # leaves before
    EXCUSED = "excused"  # by somebody, with a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the chosen teams. works: on one day of the window at least.

    absent: a single day of the roster is what says that he does not. leaves_before: the first day of the window.
    """

    person_id: int
    name: str
    employee_no: str
    team_id: int
    team: str
    works: bool
    absent: bool = False
    leaves_before: bool = False
    excused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Whether one member takes part."""

    member: Member
    part: Part


def part_of(member: Member, *, on_shift: bool) -> Part:
    """Return whether a member takes part. on_shift: only those who work then do."""
    if member.excused:
        return Part.EXCUSED
    if member.leaves_before:
        return Part.GONE
    if on_shift and not member.works:
        return Part.AWAY if member.absent else Part.OFF
    return Part.TAKES


def plan(members: Iterable[Member], *, on_shift: bool) -> tuple[Planned, ...]:
    """Return who takes part and who does not, in the order of the members."""
    return tuple(Planned(member=each, part=part_of(each, on_shift=on_shift)) for each in members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What is still to be done so that a team drill holds who it is planned for. Ids of people, in order."""

    add: tuple[int, ...] = ()
    drop: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.drop)


def steps(planned: Sequence[Planned], present: Iterable[int], kept: Iterable[int], limit: int) -> Steps:
    """Return the next steps, at most `limit` people. present: who is in it now; kept: who stays whatever the plan says.

    Who has begun a run stays, and so does who was excused: it is known why he has none.
    """
    taking = {each.member.person_id for each in planned if each.part is Part.TAKES}
    here = set(present)
    drop = sorted(here - taking - set(kept))[:limit]
    add = sorted(taking - here)[: limit - len(drop)]
    return Steps(add=tuple(add), drop=tuple(drop))


def window_days(opens_at: datetime, closes_at: datetime) -> list[date]:
    """Return the local days that a window touches; one that ends at midnight does not touch the next day."""
    last = (closes_at - timedelta(microseconds=1)).date()
    return [opens_at.date() + timedelta(days=number) for number in range((last - opens_at.date()).days + 1)]


def same_place_next_month(day: date) -> date:
    """Return the same weekday at the same place of the next month: of a third Tuesday the third Tuesday.

    Where the next month has no fifth one it is the last one.
    """
    number = (day.day - 1) // 7
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7 + 7 * number)
    return found if found.month == first.month else found - timedelta(days=7)


def next_window(opens_at: datetime, closes_at: datetime, works: Callable[[date], bool]) -> tuple[datetime, datetime]:
    """Return the window of the next of a monthly series, at the same time of day, never on a day off.

    Local times. works: whether the teams work on a day; where they do on none of the next 31 days, the meant day stays.
    """
    meant = same_place_next_month(opens_at.date())
    days = (meant + timedelta(days=number) for number in range(SEARCHED))
    day = next((each for each in days if works(each)), meant)
    begins = datetime.combine(day, opens_at.time())
    return begins, begins + (closes_at - opens_at)


def mostly_work(working: int, people: int) -> bool:
    """Say whether a day is a working day of teams: at least half of their people work. Nobody = it is one."""
    return 2 * working >= people


def problems_of(title: str, opens_at: datetime, closes_at: datetime, now: datetime, *, fresh: bool) -> dict[str, Text]:
    """Return what is wrong with a team drill, by field. fresh: it has not begun yet, so it begins in the future."""
    found: dict[str, Text] = {}
    if not title.strip():
        found["title"] = text("请写名称。")
    elif len(title.strip()) > LONGEST_TITLE:
        found["title"] = text("名称最多 %(n)s 个字。", n=LONGEST_TITLE)
    if closes_at - opens_at < SHORTEST:
        found["closes_at"] = text("结束至少比开始晚 10 分钟。")
    elif closes_at - opens_at > LONGEST:
        found["closes_at"] = text("一次演练最长开放 14 天。")
    elif closes_at <= now:
        found["closes_at"] = text("结束时间已经过去。")
    if opens_at > now + FARTHEST:
        found["opens_at"] = text("最多提前一年安排。")
    elif fresh and opens_at < now - SHORTEST:
        found["opens_at"] = text("开始时间已经过去。")
    return found


def about_of(team_drill_id: int) -> str:
    """Return how the measures that came of a team drill name it."""
    return f"{_ABOUT}{team_drill_id}"


def team_drill_of(about: str) -> int | None:
    """Return the team drill of which a measure came; None where it came of something else."""
    number = about.removeprefix(_ABOUT)
    return int(number) if about.startswith(_ABOUT) and number.isdecimal() else None
