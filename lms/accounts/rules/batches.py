"""分批: people who begin together are put into intakes of about the same size. Pure: preview and writing run the same.

A batch is whoever begins on the same day with the same kind of employment (and in the same team, where teams are kept
apart). It has as few intakes as N allows, whose sizes differ by at most one; whoever comes later joins the smallest.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from lms.accounts.rules.people import EMPLOYMENTS, Employment

USUAL = 50
LEAST, MOST = 2, 500
"""People in an intake: usually, and the bounds of what may be asked for."""
LONGEST_TEAM = 40
"""Characters of a team's name within the name of an intake."""

_NUMBERED = re.compile(r"第 ?([0-9]{1,4}) ?批$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How people are put into intakes: at most so many in one; by_team: no two teams in one."""

    most: int = USUAL
    by_team: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """Somebody who is to be put into an intake. key: the login name. team_place: where the team stands in the tree.

    team_id: of the team; two teams may have one name.
    """

    key: str
    begins_on: date
    employment: str
    team: str
    team_id: int = 0
    team_place: int = 0
    mentor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An intake that stands already. series: of the batch, "" for one made by hand. members: how many are in it."""

    id: int
    name: str
    series: str
    members: int


class Share(NamedTuple):
    """How many of a team's people join an intake."""

    team_id: int
    team: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One intake and who joins it. cohort_id: None for a new one. held: how many are in it already.

    teams: those of whoever joins, of which the most come first. mentors: (name, how many) likewise; "" = none yet.
    """

    name: str
    series: str
    starts_on: date
    cohort_id: int | None
    held: int
    keys: tuple[str, ...]
    teams: tuple[Share, ...]
    mentors: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        return self.held + len(self.keys)


def poured(held: Sequence[int], people: int, most: int) -> list[int]:
    """Return how many of the people each intake gets: those that stand, in order, then as many new ones as it takes.

    Each goes to the smallest, the first of several; none is filled over `most`.
    """
    free = sum(max(0, most - size) for size in held)
    new = -(-max(0, people - free) // most)
    sizes = [*held, *[0] * new]
    got = [0] * len(sizes)
    smallest = [(size, place) for place, size in enumerate(sizes) if size < most]
    heapify(smallest)
    for _ in range(people):
        size, place = heappop(smallest)
        got[place] += 1
        if size + 1 < most:
            heappush(smallest, (size + 1, place))
    return got


def split(
    comers: Sequence[Comer], standing: Sequence[Standing], how: Split, taken: Collection[str] = ()
) -> tuple[Batch, ...]:
    """Return who joins which intake, in the order of days and names; intakes that nobody joins are left out.

    Within a batch people stay in the order in which they came, team by team. taken: names of intakes there are.
    """
    groups: dict[tuple[date, int, int, str], list[Comer]] = defaultdict(list)
    for comer in comers:
        team = (comer.team_place, comer.team) if how.by_team else (0, "")
        groups[(comer.begins_on, _place(comer.employment), *team)].append(comer)
    names = {*taken, *(each.name for each in standing)}
    numbers = _numbers(standing)
    found: list[Batch] = []
    for (begins_on, _, _, team_name), members in sorted(groups.items(), key=lambda item: item[0]):
        series = series_of(begins_on, members[0].employment, team_name)
        there = [each for each in standing if each.series == series]
        got = poured([each.members for each in there], len(members), how.most)
        ordered = sorted(members, key=lambda comer: comer.team_place)
        start = 0
        for place, count in enumerate(got):
            joining = ordered[start : start + count]
            start += count
            own = there[place] if place < len(there) else None
            name = (
                own.name if own else _name(series, called(begins_on, members[0].employment, team_name), numbers, names)
            )
            if joining:
                found.append(_batch(name, series, begins_on, own, joining))
    return tuple(found)


def series_of(begins_on: date, employment: str, team: str = "") -> str:
    """Return by what the intakes of a batch are known, whatever they are called and whenever they start."""
    return f"{begins_on.isoformat()} {employment} {team[:LONGEST_TEAM]}".strip()


def called(begins_on: date, employment: str, team: str = "") -> str:
    """Return what the intakes of a batch are named after: "2026-11 临时", with the team where teams are kept apart."""
    return f"{begins_on:%Y-%m} {EMPLOYMENTS[Employment(employment)]} {team[:LONGEST_TEAM]}".strip()


def _place(employment: str) -> int:
    return list(Employment).index(Employment(employment))


def _month(series: str) -> str:
    """Return what the batches of a month have in common: their intakes are numbered through."""
    return series[:7] + series[10:]


def _numbers(standing: Sequence[Standing]) -> Counter[str]:
    """Return the highest number of each month's batches; an intake that was renamed counts for one."""
    found: Counter[str] = Counter(_month(each.series) for each in standing if each.series)
    for each in standing:
        if each.series and (numbered := _NUMBERED.search(each.name)):
            month = _month(each.series)
            found[month] = max(found[month], int(numbered[1]))
    return found


def _name(series: str, begins: str, numbers: Counter[str], names: set[str]) -> str:
    while True:
        numbers[_month(series)] += 1
        name = f"{begins} 第 {numbers[_month(series)]} 批"
        if name not in names:
            names.add(name)
            return name


def _batch(name: str, series: str, begins_on: date, own: Standing | None, joining: Sequence[Comer]) -> Batch:
    return Batch(
        name=name,
        series=series,
        starts_on=begins_on,
        cohort_id=own.id if own else None,
        held=own.members if own else 0,
        keys=tuple(comer.key for comer in joining),
        teams=tuple(
            Share(team_id, team, people)
            for (team_id, team), people in Counter((comer.team_id, comer.team) for comer in joining).most_common()
        ),
        mentors=tuple(Counter(comer.mentor for comer in joining).most_common()),
    )
