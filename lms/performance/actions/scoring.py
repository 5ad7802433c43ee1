"""Computing composites: for everybody in a period at once; a row only where something changed."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select

from lms.accounts.models import Person
from lms.core import clock, outbox
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import rows, session
from lms.core.errors import Conflict
from lms.core.here import day_of, today
from lms.core.texts import text
from lms.performance.events import CompositeChanged, CompositesChanged
from lms.performance.models import CompositeSnapshot, FormulaReading
from lms.performance.queries import formulas as reading
from lms.performance.queries.figures import metrics
from lms.performance.queries.score_inputs import gather, groups, less_is_better
from lms.performance.rules.composite import Composite, Part, compute
from lms.performance.rules.formulas import Spec
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Period

TOPIC = "performance.scores"
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_FIELDS = tuple(each.name for each in fields(Part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many people have a composite in the period, and of how many it changed; kept: final ones, left alone."""

    people: int
    changed: int
    kept: int


def reckon(
    spec: Spec, of: Period, measured: Mapping[str, Metric], person_ids: Collection[int] | None = None
) -> dict[int, Composite]:
    """Return the composites as they are by today's data. Writes nothing. Peers are everybody, whoever is asked for."""
    inputs = gather(spec, of, measured)
    return compute(spec, inputs, groups(spec, of, list(inputs), today()), less_is_better(measured), targets=person_ids)


def score(actor: Actor | None, of: Period, *, final: bool = False) -> Done:
    """Compute the composites of a period and keep those that changed; final ones are never touched.

    final: keep them for good, whatever changes later. Raises Conflict where no formula is in force.
    """
    formula = reading.in_force(of)
    if formula is None:
        raise Conflict(text("%(period)s 还没有发布的公式。", period=str(of)), code="no_formula")
    measured = metrics(every=True)
    found = reckon(formula.spec, of, measured)
    held = _held(str(of))
    read = _read_before(formula.id, of)
    now, changed, kept = clock.now(), [], 0
    for person, composite in found.items():
        before = held.get(person)
        if before is not None and before.final:
            kept += 1
            continue
        parts = [{name: getattr(part, name) for name in _FIELDS} for part in composite.parts]
        digest = _digest(formula.id, parts, composite, person not in read)
        if before is not None and before.digest == digest and not final:
            continue
        changed.append(
            {
                "person_id": person,
                "period": str(of),
                "formula_id": formula.id,
                "total": composite.total,
                "raw_total": composite.raw_total,
                "parts": parts,
                "digest": digest,
                "unannounced": person not in read,
                "at": now,
                "final": final,
            }
        )
    if changed:
        session().execute(insert(CompositeSnapshot), changed)
    _tell(changed, held, formula.label)
    if actor is not None:
        audit(actor.id, "scores.final" if final else "scores.computed", "period", str(of), after={"n": len(changed)})
    return Done(people=len(found), changed=len(changed), kept=kept)


def _tell(changed: list[dict[str, Any]], held: Mapping[int, Any], formula: str) -> None:
    """Tell whoever listens of each total that is another one."""
    facts = []
    for row in changed:
        before = held.get(row["person_id"])
        if before is None or before.total != row["total"]:
            facts.append(
                CompositeChanged(person_id=row["person_id"], period=row["period"], total=row["total"], formula=formula)
            )
    for fact in facts:
        emit(fact)
    if facts:
        emit(CompositesChanged(facts=tuple(facts)))


def _held(written: str) -> dict[int, Any]:
    newest = select(func.max(CompositeSnapshot.id)).where(CompositeSnapshot.period == written)
    found = select(
        CompositeSnapshot.person_id, CompositeSnapshot.digest, CompositeSnapshot.total, CompositeSnapshot.final
    ).where(CompositeSnapshot.id.in_(newest.group_by(CompositeSnapshot.person_id)))
    return {row.person_id: row for row in rows(found)}


def _read_before(formula_id: int, of: Period) -> set[int]:
    """Return who had confirmed the formula before the period began, or at all where they were hired within it."""
    found = (
        select(FormulaReading.person_id, FormulaReading.read_at, Person.hired_on)
        .join(Person, Person.id == FormulaReading.person_id)
        .where(FormulaReading.formula_id == formula_id, FormulaReading.read_at.is_not(None))
    )
    return {
        row.person_id
        for row in rows(found)
        if day_of(row.read_at) < of.start or (row.hired_on is not None and row.hired_on >= of.start)
    }


def _digest(formula_id: int, parts: list[dict[str, Any]], composite: Composite, unannounced: bool) -> bytes:
    whole = [formula_id, parts, composite.total, composite.peers, composite.fell_back, unannounced]
    return sha256(_JSON.encode(whole).encode()).digest()


def soon(quarter: str) -> None:
    """Have the composites of a quarter computed by the worker: a row a quarter, however many people."""
    outbox.put(TOPIC, quarter)
