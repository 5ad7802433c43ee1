"""Whom a rule means. Pure: an audience and what is known of one person in, yes or no out.

Between the keys AND, within a key OR; an empty audience means everybody who works here. How long ago somebody was hired
(`hired_within`) decides only who begins: nobody loses what they were given because time went by.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from lms.core.errors import Invalid
from lms.core.texts import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """Whose certificate of a plan (its id) ends within so many days, or has ended and was not renewed."""

    plan: int
    within: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Conditions on a person. teams: ids, with all teams below; shops, lacks (certificate plans), people: ids.

    hired_from, hired_until: first and last hire day (both included). hired_within: days since the hire, at most; a hire
    that lies ahead counts.
    """

    positions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    teams: tuple[int, ...] = ()
    shops: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    employment: tuple[str, ...] = ()
    hired_from: date | None = None
    hired_until: date | None = None
    hired_within: int | None = None
    lacks: tuple[int, ...] = ()
    expires: Expiry | None = None
    people: tuple[int, ...] = ()

    @property
    def is_everybody(self) -> bool:
        return self == Audience()

    @property
    def plans(self) -> frozenset[int]:
        """The certificate plans that have to be known of a person."""
        return frozenset(self.lacks) | ({self.expires.plan} if self.expires else frozenset())

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, without the keys that say nothing."""
        found: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None or value == ():
                continue
            if isinstance(value, Expiry):
                value = {"plan": value.plan, "within": value.within}
            elif isinstance(value, date):
                value = value.isoformat()
            found[each.name] = list(value) if isinstance(value, tuple) else value
        return found

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Audience":
        """Read what `to_json` wrote. Raises Invalid for a key that is none: a condition is never silently dropped."""
        if unknown := stored.keys() - _NAMES:
            raise Invalid(text("规则里有不认识的条件：%(names)s。", names="、".join(sorted(unknown))))
        values: dict[str, Any] = {}
        for name, value in stored.items():
            if name == "expires":
                values[name] = Expiry(plan=int(value["plan"]), within=int(value["within"])) if value else None
            elif name in {"hired_from", "hired_until"}:
                values[name] = date.fromisoformat(value) if value else None
            elif name == "hired_within":
                values[name] = value
            else:
                values[name] = _sorted(value)
        return Audience(**values)


HIRED_LATELY = 60
"""Days after the hire during which a position's curriculum is given by itself; older staff get it by hand."""


def of_positions(positions: Iterable[str]) -> Audience:
    """Return whom the 岗位 of a curriculum mean."""
    return Audience(positions=tuple(positions), hired_within=HIRED_LATELY)


_NAMES = frozenset(each.name for each in fields(Audience))


def _sorted(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(set(values)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one person on a day. active: works here. teams: own team and all above it.

    holds: until when (included) each certificate plan's latest certificate is or was valid; None = for good.
    """

    person_id: int
    today: date
    active: bool = True
    position: str = ""
    roles: Collection[str] = ()
    teams: Collection[int] = ()
    shops: Collection[int] = ()
    tags: Collection[str] = ()
    employment: str = "regular"
    hired_on: date | None = None
    holds: Mapping[int, date | None] = field(default_factory=dict)


Condition = Callable[[Facts, bool], bool]
"""Whether what is known of somebody meets it; True = they were given it already."""


def conditions(audience: Audience) -> list[Condition]:
    """Return what has to hold of a person who works here: one condition for each key that the audience names.

    Hundreds of thousands of pairs of a rule and a person are looked at each day; most audiences name one key or two.
    """
    found: list[Condition] = [_is(fact, wanted) for key, fact in _ONE if (wanted := getattr(audience, key))]
    found += [_shares(key, wanted) for key in _SEVERAL if (wanted := getattr(audience, key))]
    if (audience.hired_from, audience.hired_until, audience.hired_within) != (None, None, None):
        found.append(lambda facts, already: _hired(audience, facts, already=already))
    if audience.lacks or audience.expires is not None:
        found.append(lambda facts, already: _certified(audience, facts))
    return found


_ONE = (("positions", "position"), ("employment", "employment"), ("people", "person_id"))
_SEVERAL = ("roles", "teams", "shops", "tags")


def _is(fact: str, wanted: Iterable[Any]) -> Condition:
    value, among = attrgetter(fact), frozenset(wanted)
    return lambda facts, already: value(facts) in among


def _shares(fact: str, wanted: Iterable[Any]) -> Condition:
    values, among = attrgetter(fact), frozenset(wanted)
    return lambda facts, already: not among.isdisjoint(values(facts))


def matches(audience: Audience, facts: Facts, *, already: bool = False) -> bool:
    """Return whether the audience means this person; already: they were given it, so how long ago is not asked."""
    return meets(conditions(audience), facts, already=already)


def meets(asked: Sequence[Condition], facts: Facts, *, already: bool = False) -> bool:
    """Return what `matches` returns of the audience whose conditions these are, for asking about many people."""
    if not facts.active and not already:
        return False
    for condition in asked:  # noqa: SIM110 - all() over a generator costs twice as much
        if not condition(facts, already):
            return False
    return True


def _hired(audience: Audience, facts: Facts, *, already: bool) -> bool:
    if facts.hired_on is None:
        return already and audience.hired_from is None and audience.hired_until is None
    if audience.hired_from is not None and facts.hired_on < audience.hired_from:
        return False
    if audience.hired_until is not None and facts.hired_on > audience.hired_until:
        return False
    return already or audience.hired_within is None or (facts.today - facts.hired_on).days <= audience.hired_within


def _certified(audience: Audience, facts: Facts) -> bool:
    if audience.lacks and all(is_valid(facts, plan) for plan in audience.lacks):
        return False
    if audience.expires is None:
        return True
    until = facts.holds.get(audience.expires.plan)
    return until is not None and until <= facts.today + timedelta(days=audience.expires.within)


def is_valid(facts: Facts, plan: int) -> bool:
    """Return whether the person holds a certificate of the plan on the day."""
    if plan not in facts.holds:
        return False
    until = facts.holds[plan]
    return until is None or until >= facts.today
