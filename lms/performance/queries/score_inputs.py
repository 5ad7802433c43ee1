"""Reading what composites are computed of: figures, results, inspections, competencies; and who is whose peer.

A few statements for everybody, however many people there are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Membership, Person, PersonShop, RosterDay
from lms.core.db import rows
from lms.performance.queries import competencies, figures, inspections
from lms.performance.rules.composite import Input
from lms.performance.rules.formulas import COMPETENCY, KPI, QUALITY, TRAINING, GroupBy, Spec
from lms.performance.rules.metrics import Direction, Metric
from lms.performance.rules.periods import Period
from lms.records.events import Verb
from lms.records.models import Record

TENURES = (90, 365)
"""Days after which somebody is no longer new, and after which no longer junior."""

_later, _void = aliased(Record), aliased(Record)
LEVELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The best result of a person in a quiz or drill within a period. score: 0 to 100, after every correction."""

    person_id: int
    document_id: int
    score: float
    day: date
    source: str
    ref: str


def results(period: Period, person_ids: Collection[int] | None = None) -> list[Result]:
    """Return the best result of each person and document in a period; what was voided is left out.

    A result that was marked again counts as it stands today, whenever that was done.
    """
    corrected = (
        select(func.max(_later.seq))
        .where(_later.verb == Verb.REGRADED, _later.corrects == Record.seq)
        .correlate(Record)
        .scalar_subquery()
    )
    voided = select(_void.seq).where(_void.verb == Verb.VOIDED, _void.corrects == Record.seq).exists()
    statement = (
        select(
            Record.person_id,
            Record.document_id,
            Record.day,
            Record.source,
            Record.ref,
            func.coalesce(_later.earned, Record.earned).label("earned"),
            func.coalesce(_later.possible, Record.possible).label("possible"),
        )
        .outerjoin(_later, _later.seq == corrected)
        .where(
            Record.verb == Verb.GRADED,
            Record.source.in_(("quiz", "drill", "marking")),
            Record.day >= period.start,
            Record.day < period.until,
            Record.possible > 0,
            ~voided,
        )
        .order_by(Record.seq)
    )
    if person_ids is not None and len(person_ids) <= figures.MOST_NAMED:
        statement = statement.where(Record.person_id.in_(list(person_ids)))
    best: dict[tuple[int, int], Result] = {}
    for row in rows(statement):
        score = 100.0 * row.earned / row.possible
        key = (row.person_id, row.document_id)
        if key not in best or score > best[key].score:
            best[key] = Result(
                person_id=row.person_id,
                document_id=row.document_id,
                score=score,
                day=row.day,
                source=row.source,
                ref=row.ref,
            )
    return list(best.values())


def gather(
    spec: Spec, period: Period, measured: Mapping[str, Metric], person_ids: Collection[int] | None = None
) -> dict[int, dict[str, Input]]:
    """Return what is known, by person and source. None = of everybody. Who has nothing is missing."""
    wanted = {part.source for part in spec.parts}
    found: dict[int, dict[str, Input]] = defaultdict(dict)
    codes = [part.metric for part in spec.parts if part.metric]
    if codes:
        for (person, code), one in figures.of_period(codes, period, person_ids).items():
            is_mean = code not in measured or measured[code].is_mean
            found[person][f"{KPI}{code}"] = Input(one.value, one.count if is_mean else None)
    if TRAINING in wanted:
        scores: dict[int, list[float]] = defaultdict(list)
        for result in results(period, person_ids):
            scores[result.person_id].append(result.score)
        for person, each in scores.items():
            found[person][TRAINING] = Input(round(sum(each) / len(each), 6), len(each))
    if QUALITY in wanted:
        for person, (mean, n) in inspections.quality_of_period(period, person_ids).items():
            found[person][QUALITY] = Input(mean, n)
    if COMPETENCY in wanted:
        among = list(found) if person_ids is None else list(person_ids)
        for person, levels in competencies.levels(among).items():
            known = [each.level for each in levels if each.level]
            if known:
                found[person][COMPETENCY] = Input(100.0 * (sum(known) / len(known)) / LEVELS, len(known))
    asked = None if person_ids is None else set(person_ids)
    return {person: dict(each) for person, each in found.items() if asked is None or person in asked}


def groups(spec: Spec, period: Period, person_ids: Collection[int], today: date) -> dict[int, Hashable]:
    """Return to which peers each person belongs, as they were on the last day of the period, or are today."""
    if not spec.group:
        return {}
    day = min(period.last, today)
    keys: dict[int, list[Hashable]] = {person: [] for person in person_ids}
    for by in spec.group:
        words = _words(by, period, day)
        for person, key in keys.items():
            key.append(words.get(person, ""))
    return {person: tuple(key) for person, key in keys.items()}


def _words(by: GroupBy, period: Period, day: date) -> Mapping[int, Hashable]:
    match by:
        case GroupBy.TEAM:
            then = and_(Membership.from_on <= day, or_(Membership.until_on.is_(None), Membership.until_on > day))
            return {
                row.person_id: row.team_id
                for row in rows(
                    select(Membership).with_only_columns(Membership.person_id, Membership.team_id).where(then)
                )
            }
        case GroupBy.CHANNEL:
            return {row.id: row.channel for row in rows(select(Person.id, Person.channel))}
        case GroupBy.POSITION:
            return {row.id: row.position for row in rows(select(Person.id, Person.position))}
        case GroupBy.TENURE:
            return {row.id: _tenure(row.hired_on, day) for row in rows(select(Person.id, Person.hired_on))}
        case GroupBy.SHOP:
            shops: dict[int, list[int]] = defaultdict(list)
            for row in rows(select(PersonShop.person_id, PersonShop.shop_id).order_by(PersonShop.shop_id)):
                shops[row.person_id].append(row.shop_id)
            return {person: tuple(each) for person, each in shops.items()}
        case GroupBy.SHIFT:
            worked: dict[int, Counter[str]] = defaultdict(Counter)
            statement = (
                select(RosterDay.person_id, RosterDay.shift, func.count().label("n"))
                .where(RosterDay.day >= period.start, RosterDay.day < period.until, RosterDay.working)
                .group_by(RosterDay.person_id, RosterDay.shift)
            )
            for row in rows(statement):
                worked[row.person_id][row.shift or ""] += row.n
            return {person: max(sorted(each), key=each.__getitem__) for person, each in worked.items()}


def _tenure(hired_on: date | None, day: date) -> int:
    days = (day - hired_on).days if hired_on else TENURES[-1]
    return sum(days >= bound for bound in TENURES)


def less_is_better(measured: Mapping[str, Metric]) -> frozenset[str]:
    """Return the sources of which less is better."""
    return frozenset(f"{KPI}{code}" for code, metric in measured.items() if metric.direction is Direction.DOWN)
