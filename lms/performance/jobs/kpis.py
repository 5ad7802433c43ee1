"""Long files of figures, read and imported, and days of long ago that become months."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from lms.accounts.queries import actor_by_id
from lms.core import outbox
from lms.core.access import Actor
from lms.core.db import insert_new, session, transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.plain import to_plain
from lms.core.texts import as_plain
from lms.performance.actions import figures as actions
from lms.performance.actions.kpi_staging import Note
from lms.performance.models import KpiValue
from lms.performance.queries.figures import metrics
from lms.performance.rules.folding import Counted, fold, oldest_day
from lms.performance.rules.kpi_sheet import Options
from lms.performance.rules.periods import Grain, Period, period_of
from lms.web import uploads

TOPIC = "kpi.import"
LEASE = 600
"""Seconds within which one file is read and written."""
AT_ONCE = 500
"""People whose days of one month are folded in one transaction."""


def put_down(actor: Actor, run: str, payload: dict[str, Any]) -> None:
    """Ask the worker to read a file or to import it. run: under which it notes how far it is.

    payload: key, name, options, total (rows, 0 = not known); mark: of the plan that was shown, missing = only read it.
    """
    uploads.note(actor, run, {"state": "waiting", "done": 0, "total": payload["total"], "reads": "mark" not in payload})
    outbox.put(TOPIC, f"{actor.id}-{run}", payload={"person_id": actor.id, "run": run, **payload})


def options_to(options: Options) -> dict[str, Any]:
    """Return options as JSON."""
    return {
        "grain": options.grain.value if options.grain else "",
        "fractions": sorted(options.fractions),
        "percents": sorted(options.percents),
    }


def options_from(stored: dict[str, Any]) -> Options:
    return Options(
        grain=Grain(stored["grain"]) if stored["grain"] else None,
        fractions=frozenset(stored["fractions"]),
        percents=frozenset(stored["percents"]),
    )


def import_waiting() -> int:
    """Read and import the files that were put down, each in one transaction; return how many. Refusals are noted."""
    done = 0
    while True:
        waits = outbox.is_due(TOPIC)
        session().rollback()
        if not waits:
            return done
        with transaction():
            leased = outbox.lease(TOPIC, 1, LEASE)
        for row in leased:
            try:
                _carry_out(row)
            except Exception as error:
                with transaction():
                    outbox.fail([row], f"{type(error).__name__}: {error}")
                raise
            done += 1


def _carry_out(row: outbox.Leased) -> None:
    asked = row.payload
    run, total, reads = asked["run"], asked["total"], "mark" not in asked
    actor = actor_by_id(asked["person_id"])
    if actor is None:
        with transaction():
            outbox.finish([row])
        return

    def note(lines: int) -> None:
        done = min(lines, total) if total else lines
        uploads.note(actor, run, {"state": "working", "done": done, "total": total, "reads": reads})

    try:
        data = uploads.kept(actor, asked["key"])
        with transaction():
            noted = _read(actor, data, asked, note) if reads else _import(actor, data, asked, note)
            outbox.finish([row])
    except DomainError as error:
        uploads.note(actor, run, {"state": "refused", "done": 0, "total": total, "error": as_plain(error.message)})
        with transaction():
            outbox.finish([row])
        return
    uploads.note(actor, run, {"done": total, "total": total, **noted})
    if not reads:
        uploads.drop(actor, asked["key"])


def _read(actor: Actor, data: bytes, asked: Mapping[str, Any], note: Note) -> dict[str, Any]:
    """Return what the page shows before anything is imported."""
    plan = actions.plan_file(actor, data, options_from(asked["options"]), note)
    return {
        "state": "read",
        "key": asked["key"],
        "name": asked["name"],
        "options": asked["options"],
        "plan": to_plain(plan),
    }


def _import(actor: Actor, data: bytes, asked: Mapping[str, Any], note: Note) -> dict[str, Any]:
    plan, public_id = actions.apply_file(
        actor, data, name=asked["name"], options=options_from(asked["options"]), shown=asked["mark"], note=note
    )
    return {"state": "done", "new": plan.new, "changed": plan.changed, "id": public_id}


def fold_days() -> int:
    """Make months of the days that are older than 400 days; return how many rows of days went.

    Only whole months; a month that has a figure of its own keeps it. Corrections stay. No figure of a month, a
    quarter or a year changes, but that without numbers of cases each month of a quarter weighs the same from then on.
    """
    last = oldest_day(today())
    known = metrics(every=True)
    gone = 0
    while True:
        found = (
            session()
            .execute(
                select(KpiValue.metric, KpiValue.start)
                .where(KpiValue.metric.in_(list(known)), KpiValue.grain == Grain.DAY.value, KpiValue.start < last)
                .order_by(KpiValue.start)
                .limit(1)
            )
            .first()
        )
        session().rollback()
        if found is None:
            return gone
        month = period_of(found.start, Grain.MONTH)
        with transaction():
            gone += _fold(found.metric, month, is_mean=known[found.metric].is_mean)


def _fold(metric: str, month: Period, *, is_mean: bool) -> int:
    current = session()
    days = (
        KpiValue.metric == metric,
        KpiValue.grain == Grain.DAY.value,
        KpiValue.start >= month.start,
        KpiValue.start < month.until,
    )
    people = list(
        current.scalars(select(KpiValue.person_id).where(*days).distinct().order_by(KpiValue.person_id).limit(AT_ONCE))
    )
    among = KpiValue.person_id.in_(people)
    held: dict[int, list[Counted]] = {}
    for person_id, value, count in current.execute(
        select(KpiValue.person_id, KpiValue.value, KpiValue.count).where(*days, among).order_by(KpiValue.start)
    ):
        held.setdefault(person_id, []).append((value, count))
    rows = []
    for person_id, values in held.items():
        value, count = fold(values, is_mean=is_mean)
        rows.append(
            {
                "metric": metric,
                "grain": Grain.MONTH.value,
                "start": month.start,
                "person_id": person_id,
                "value": value,
                "count": count,
            }
        )
    if rows:
        insert_new(KpiValue, ("metric", "grain", "start", "person_id"), rows)
    current.execute(delete(KpiValue).where(*days, among).execution_options(synchronize_session=False))
    return sum(map(len, held.values()))
