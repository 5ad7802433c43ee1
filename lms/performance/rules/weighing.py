"""谁会变动: two formulas over the same data, and what each part of a formula does. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.core.stats import bins, correlation, sums_of
from lms.performance.rules.composite import Composite


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What another formula would do to somebody. by: points. place, new_place: from 1; equal totals share a place."""

    person_id: int
    before: float | None
    after: float | None
    place: int | None
    new_place: int | None

    @property
    def by(self) -> float | None:
        return None if self.before is None or self.after is None else round(self.after - self.before, 2)


def moves(before: Mapping[int, Composite], after: Mapping[int, Composite]) -> list[Move]:
    """Return what becomes of everybody, the largest changes first."""
    one = {person: each.total for person, each in before.items() if each.total is not None}
    two = {person: each.total for person, each in after.items() if each.total is not None}
    place, new_place = _places(one), _places(two)
    found = [
        Move(
            person_id=person,
            before=one.get(person),
            after=two.get(person),
            place=place.get(person),
            new_place=new_place.get(person),
        )
        for person in sorted({*one, *two})
    ]
    return sorted(found, key=lambda move: (-abs(move.by or 0.0), move.person_id))


def _places(totals: Mapping[int, float]) -> dict[int, int]:
    order = sorted(totals.values(), reverse=True)
    first: dict[float, int] = {}
    for number, total in enumerate(order, start=1):
        first.setdefault(total, number)
    return {person: first[total] for person, total in totals.items()}


def spread_of(composites: Mapping[int, Composite]) -> list[int]:
    """Return how many totals lie in each ten points: ten numbers, 100 belongs to the last."""
    return bins([each.total for each in composites.values() if each.total is not None], 10, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a part does in a period. people: who has it. mean, deviation: of its scores. share: of the variance of the

    totals that comes from it (0 to 1, all together 1); None where nothing varies. with_total: its correlation.
    """

    source: str
    weight: float
    people: int
    mean: float
    deviation: float
    share: float | None
    with_total: float | None


def weights(composites: Sequence[Composite]) -> list[Weight]:
    """Return what each part does, in the order of the formula. share = covariance with the total / its variance."""
    whole = [each for each in composites if each.total is not None]
    if not whole:
        return []
    middle = math.fsum(each.total or 0.0 for each in whole) / len(whole)
    variance = math.fsum(((each.total or 0.0) - middle) ** 2 for each in whole)
    found = []
    for at, part in enumerate(whole[0].parts):
        rows = [
            (each.parts[at].normalised or 0.0, each.parts[at].points or 0.0, each.total or 0.0)
            for each in whole
            if each.parts[at].normalised is not None
        ]
        if not rows:
            continue
        mean = math.fsum(score for score, _, _ in rows) / len(rows)
        own = math.fsum(points for _, points, _ in rows) / len(rows)
        shared = math.fsum((points - own) * (total - middle) for _, points, total in rows)
        whole_numbers = [(round(10 * score), round(100 * total)) for score, _, total in rows]
        found.append(
            Weight(
                source=part.source,
                weight=part.asked_weight,
                people=len(rows),
                mean=mean,
                deviation=math.sqrt(math.fsum((score - mean) ** 2 for score, _, _ in rows) / len(rows)),
                share=shared / variance if variance > 1e-9 else None,
                with_total=correlation(sums_of(whole_numbers)),
            )
        )
    return found
