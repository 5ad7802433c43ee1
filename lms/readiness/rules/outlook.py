"""The days of a peak: who is needed, who is certified, who is on duty, who is missing. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lms.readiness.rules.gap import Coming, Fill, by_hours, fill, staffed
from lms.readiness.rules.need import Formula, Need, Volume, need_of, shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Somebody who would be certified with what is missing. document_ids: by the place of the skill."""

    person_id: int
    document_ids: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Who there is. people: how many count at all.

    able: by day and person the places of the skills that they may do on it; who may do none is left out. shifts: by day
    and person from when until when they work, in minutes; only who works. again: who lacks one thing on the fullest
    day. coming: intakes that are being trained.
    """

    people: int
    able: Mapping[date, Mapping[int, Collection[int]]]
    shifts: Mapping[date, Mapping[int, tuple[int, int]]] = field(default_factory=dict)
    again: Sequence[Again] = ()
    coming: Sequence[Coming] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a plan says, or what a what-if changes of it. shares: percent by skill; () = one kind of work."""

    formula: Formula
    present: int
    base: int
    volumes: Mapping[date, Volume]
    shares: tuple[float, ...] = ()

    def changed(self, *, percent: float) -> "Wanted":
        """Return the same with so many percent more (or fewer) of everything that comes."""

        def more(count: int | None) -> int | None:
            return None if count is None else max(0, round(count * (1 + percent / 100)))

        return replace(
            self,
            volumes={
                day: Volume(
                    orders=more(each.orders) or 0, contacts=more(each.contacts), complaints=more(each.complaints)
                )
                for day, each in self.volumes.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLook:
    """One day. needs, certified_by, on_duty_by: by skill; somebody with two skills counts in both, once in the sums.

    gap: places of the need that nobody certified can fill, whoever does what.
    """

    day: date
    volume: Volume
    need: Need
    needs: tuple[int, ...]
    certified: int
    certified_by: tuple[int, ...]
    on_duty: int
    on_duty_by: tuple[int, ...]
    gap: int

    @property
    def gaps(self) -> tuple[int, ...]:
        """How many are missing of each skill, looked at alone."""
        return tuple(max(0, need - have) for need, have in zip(self.needs, self.certified_by, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """All days. peak: the first of those on which most are needed; None while no day is forecast."""

    days: tuple[DayLook, ...]
    peak: DayLook | None
    fill: Fill | None
    again: tuple[Again, ...] = ()

    @property
    def worse(self) -> DayLook | None:
        """The day on which more are missing than at the peak, where a certificate ends meanwhile."""
        found = max(self.days, key=lambda each: each.gap, default=None)
        return found if found is not None and self.peak is not None and found.gap > self.peak.gap else None


def fullest(wanted: Wanted) -> date | None:
    """Return the first day on which most people are needed."""
    needs = {day: _need(wanted, day).people for day in wanted.volumes}
    return min(needs, key=lambda day: (-needs[day], day)) if needs else None


def _need(wanted: Wanted, day: date) -> Need:
    return need_of(wanted.formula, wanted.volumes[day], present=wanted.present, base=wanted.base)


def outlook(wanted: Wanted, supply: Supply) -> Outlook:
    """Look at every day of which both a forecast and the people are known."""
    days = tuple(_look(wanted, supply, day) for day in sorted(wanted.volumes) if day in supply.able)
    peak = min(days, key=lambda each: (-each.need.people, each.day), default=None)
    if peak is None:
        return Outlook(days=days, peak=None, fill=None)
    count, again = _helpful(peak, supply)
    return Outlook(days=days, peak=peak, fill=fill(peak.gap, count, supply.coming, by=peak.day), again=again)


def _look(wanted: Wanted, supply: Supply, day: date) -> DayLook:
    need = _need(wanted, day)
    shares = wanted.shares or (100.0,)
    needs, able = shared(need.people, shares), supply.able[day]
    working = supply.shifts.get(day, {})
    return DayLook(
        day=day,
        volume=wanted.volumes[day],
        need=need,
        needs=needs,
        certified=len(able),
        certified_by=_counts(able.values(), len(shares)),
        on_duty=sum(person_id in working for person_id in able),
        on_duty_by=_counts((skills for person_id, skills in able.items() if person_id in working), len(shares)),
        gap=need.people - staffed(needs, able.values()),
    )


def _counts(able: Iterable[Collection[int]], skills: int) -> tuple[int, ...]:
    found = [0] * skills
    for places in able:
        for place in places:
            found[place] += 1
    return tuple(found)


def _helpful(peak: DayLook, supply: Supply) -> tuple[int, tuple[Again, ...]]:
    """Return how many places training again would fill, and who can be trained for a skill that is short."""
    short = {place for place, gap in enumerate(peak.gaps) if gap}
    if not peak.gap:
        return 0, ()
    able = {person_id: set(skills) for person_id, skills in supply.able[peak.day].items()}
    before = staffed(peak.needs, able.values())
    chosen = []
    for each in supply.again:
        places = {place: documents for place, documents in each.document_ids.items() if place in short}
        if places:
            chosen.append(replace(each, document_ids=places))
            able.setdefault(each.person_id, set()).update(places)
    return staffed(peak.needs, able.values()) - before, tuple(chosen)


def hours_on(supply: Supply, day: date) -> tuple[int, ...]:
    """Return how many certified people are on duty in each hour of a day."""
    working = supply.shifts.get(day, {})
    return by_hours(working[person_id] for person_id in supply.able.get(day, {}) if person_id in working)
