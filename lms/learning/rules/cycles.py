"""Quarterly cycles: dates of a draft, who counts at the closing, how many should be left by when. Pure.

Who counts (stated in docs/training-year.md and on the closing report):
1. Counted are those who work here on the closing day, are asked for it, are not exempt, and whose own due day is past
   or who have finished. A due day is past on the day after it.
2. Who came or moved in later has an own due day; while it lies ahead they stand apart as late joiners.
3. Who is on leave on the closing day, and whose due day therefore lies ahead, stands apart as on leave.
4. Who was granted more time beyond the closing day, or was moved by a silent time, stands apart as granted.
5. Who is exempt stands apart, whether or not they had begun.
6. Who has left counts nowhere; how many had finished is said.
7. Everybody counts in the team in which they are on the closing day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from lms.core.errors import Invalid
from lms.core.quarters import last_day, quarter_days
from lms.core.texts import Text, text

DRAFT, RUNNING, CLOSED, DROPPED = "draft", "running", "closed", "dropped"
"""States of a cycle; a draft that nobody wants is dropped, so that the worker does not draft it again."""

LONGEST_NAME = 80
OPENS_AFTER, ENDS_BEFORE = 7, 14
"""Days from the start of a quarter to that of its cycle, and from the cycle's end to that of the quarter, in a first
draft that has none to go by."""
MOST_DAYS = 180
DRAFT_WEEKS = 4
"""Weeks before the end of a quarter at which the next cycle is drafted."""

NUMERALS = ("一", "二", "三", "四")


def usual_name(quarter: str) -> str:
    """Return the name of a quarter's cycle: "2026 四季度全员培训". Raises Invalid for what is no quarter."""
    first, _ = quarter_days(quarter)
    return f"{first.year} {NUMERALS[(first.month - 1) // 3]}季度全员培训"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A team and all below it, its first and its due day (both included)."""

    team_id: int
    starts_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a trainer plans. positions, employment: none = all. joiner_days: who comes later has so many days."""

    name: str
    quarter: str
    document_id: int | None
    starts_on: date
    due_on: date
    waves: Sequence[Wave]
    target_percent: int = 95
    joiner_days: int = 30
    positions: Sequence[str] = ()
    employment: Sequence[str] = ()


def first_draft(quarter: str, team_ids: Sequence[int]) -> Draft:
    """Return a draft where there is no earlier cycle to go by: all teams together, weekdays at both ends."""
    starts_on = _weekday(quarter_days(quarter)[0] + timedelta(days=OPENS_AFTER), 1)
    due_on = _weekday(last_day(quarter) - timedelta(days=ENDS_BEFORE), -1)
    return Draft(
        name=usual_name(quarter),
        quarter=quarter,
        document_id=None,
        starts_on=starts_on,
        due_on=due_on,
        waves=[Wave(team_id=id, starts_on=starts_on, due_on=due_on) for id in team_ids],
    )


def _weekday(day: date, step: int) -> date:
    """Return the day, or the next Monday or the last Friday where it falls on a weekend."""
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def carried_over(last: Draft, quarter: str, team_ids: Iterable[int]) -> Draft:
    """Return the draft of another quarter by the last cycle: the same days of the quarter, the same waves and target.

    The course is another each quarter and stays open. team_ids: teams that still exist.
    """
    known = set(team_ids)

    def moved(day: date) -> date:
        first, after = quarter_days(quarter)
        offset = day - quarter_days(last.quarter)[0]
        return min(max(first + offset, first), after - timedelta(days=1))

    return Draft(
        name=usual_name(quarter),
        quarter=quarter,
        document_id=None,
        starts_on=moved(last.starts_on),
        due_on=moved(last.due_on),
        waves=[
            Wave(team_id=wave.team_id, starts_on=moved(wave.starts_on), due_on=moved(wave.due_on))
            for wave in last.waves
            if wave.team_id in known
        ],
        target_percent=last.target_percent,
        joiner_days=last.joiner_days,
        positions=last.positions,
        employment=last.employment,
    )


def is_time_to_draft(quarter: str, today: date) -> bool:
    """Return whether the cycle after this quarter is to be drafted."""
    return today > last_day(quarter) - timedelta(weeks=DRAFT_WEEKS)


def check(draft: Draft, above: Mapping[int, Sequence[int]], names: Mapping[int, str]) -> None:
    """Raise Invalid for what can't be kept. above: each team with all above it, own team first."""
    fields: dict[str, Text] = {}
    if not draft.name.strip():
        fields["name"] = text("给这期培训起个名字。")
    elif len(draft.name.strip()) > LONGEST_NAME:
        fields["name"] = text("最多 %(n)s 个字。", n=LONGEST_NAME)
    try:
        quarter_days(draft.quarter)
    except Invalid as error:
        fields |= error.fields
    if not 1 <= draft.target_percent <= 100:
        fields["target_percent"] = text("目标是 1 到 100 之间的整数。")
    if not 1 <= draft.joiner_days <= MOST_DAYS:
        fields["joiner_days"] = text("1 到 %(n)s 天之间。", n=MOST_DAYS)
    if draft.due_on < draft.starts_on:
        fields["due_on"] = text("截止日早于开始日。")
    elif (draft.due_on - draft.starts_on).days > MOST_DAYS:
        fields["due_on"] = text("一期最长 %(n)s 天。", n=MOST_DAYS)
    if wrong := _wrong_wave(draft.waves, above, names):
        fields["waves"] = wrong
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def _wrong_wave(waves: Sequence[Wave], above: Mapping[int, Sequence[int]], names: Mapping[int, str]) -> Text | None:
    chosen = {wave.team_id for wave in waves}
    for wave in waves:
        name = names.get(wave.team_id, "")
        if wave.due_on < wave.starts_on:
            return text("“%(team)s”的截止日早于开始日。", team=name)
        if (wave.due_on - wave.starts_on).days > MOST_DAYS:
            return text("“%(team)s”的波次超过 %(n)s 天。", team=name, n=MOST_DAYS)
        if outer := next((team for team in above.get(wave.team_id, ())[1:] if team in chosen), None):
            return text("“%(team)s”已经包含在“%(outer)s”的波次里，只能选一个。", team=name, outer=names.get(outer, ""))
    return None


def check_start(draft: Draft) -> None:
    """Raise Invalid for what a cycle can't be started without."""
    fields: dict[str, Text] = {}
    if draft.document_id is None:
        fields["document"] = text("先选这一季学的课程。")
    if not draft.waves:
        fields["waves"] = text("至少要有一个团队的波次。")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def at_least(wave: Wave, joiner_days: int, today: date) -> int:
    """Return how many days whoever gets it later has: joiner_days, but never so many that those of the first day get
    more than their wave."""
    return max(0, min(joiner_days, (wave.due_on - max(wave.starts_on, today)).days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A wave and how many people of it owe the course."""

    starts_on: date
    due_on: date
    people: int


def together(shares: Iterable[Share]) -> list[Share]:
    """Return the waves of the same days as one: it comes to the same, and mostly all teams begin together."""
    people: Counter[tuple[date, date]] = Counter()
    for share in shares:
        people[share.starts_on, share.due_on] += share.people
    return [Share(starts_on=first, due_on=last, people=count) for (first, last), count in people.items()]


def planned_left(shares: Iterable[Share], target_percent: int, day: date) -> float:
    """Return how many may still be unfinished at the end of a day, if every wave went evenly to its target."""
    left = 0.0
    for share in shares:
        span = (share.due_on - share.starts_on).days + 1
        gone = min(max((day - share.starts_on).days + 1, 0), span)
        left += share.people * (1 - target_percent / 100 * gone / span)
    return left


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """One person's duty of the cycle as it stands on the closing day. due_on: the day that counts, None = none."""

    person_id: int
    team_id: int | None
    state: str
    active: bool
    due_on: date | None
    joined_later: bool
    on_leave: bool
    begun: bool


def counted_as(one: Owing, today: date) -> str:
    """Return done | undone | exempt | joiner | leave | granted | left | none by the rules at the top of this file."""
    if not one.active:
        return "left"
    if one.state in {"withdrawn", "optional"}:
        return "none"
    if one.state in {"done", "exempt"}:
        return one.state
    if one.due_on is None or one.due_on < today:
        return "undone"
    if one.on_leave:
        return "leave"
    return "joiner" if one.joined_later else "granted"


APART = ("exempt", "joiner", "leave", "granted")
"""Who is asked for it and is not counted, each apart."""


@dataclass(slots=True, kw_only=True)
class TeamCount:
    done: int = 0
    undone: int = 0
    apart: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is counted at the closing. people: ids by how they are counted. left_done: of who left, had finished."""

    done: int
    undone: int
    people: Mapping[str, Sequence[int]]
    left: int
    left_done: int
    teams: Mapping[int, TeamCount] = field(default_factory=dict)

    @property
    def counted(self) -> int:
        return self.done + self.undone

    @property
    def percent(self) -> int:
        return share(self.done, self.counted)


def share(done: int, counted: int) -> int:
    """Return the whole percentage, rounded down, so that 100 means all."""
    return 100 * done // counted if counted else 0


def closing(owing: Iterable[Owing], today: date) -> Closing:
    """Count a cycle as it stands."""
    people: dict[str, list[int]] = {key: [] for key in ("undone", *APART)}
    teams: dict[int, TeamCount] = {}
    done = left = left_done = 0
    for one in owing:
        how = counted_as(one, today)
        if how == "none":
            continue
        if how == "left":
            left += 1
            left_done += one.state == "done"
            continue
        team = teams.setdefault(one.team_id or 0, TeamCount())
        if how == "done":
            done += 1
            team.done += 1
            continue
        people[how].append(one.person_id)
        if how == "undone":
            team.undone += 1
        else:
            team.apart += 1
    return Closing(done=done, undone=len(people["undone"]), people=people, left=left, left_done=left_done, teams=teams)


def report_of(
    found: Closing,
    *,
    closed_on: date,
    target_percent: int,
    items: Sequence[Mapping[str, Any]],
    days: Sequence[tuple[date, int]],
    teams_of: Mapping[int, int],
) -> dict[str, Any]:
    """Return what is kept for good: numbers and ids. days: how many had finished by the end of each.

    teams_of: the team of each person who is named in it, so that a later lead sees what was theirs then.
    """
    return {
        "closed_on": closed_on.isoformat(),
        "target": target_percent,
        "counted": found.counted,
        "done": found.done,
        "left": found.left,
        "left_done": found.left_done,
        "teams": [
            {"id": id, "done": one.done, "undone": one.undone, "apart": one.apart}
            for id, one in sorted(found.teams.items())
        ],
        "items": [dict(item) for item in items],
        "days": [[day.isoformat(), done] for day, done in days],
        "people": {key: [[id, teams_of.get(id, 0)] for id in sorted(ids)] for key, ids in found.people.items() if ids},
    }
