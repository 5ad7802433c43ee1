"""Figures come in: from a file, a call or a hand; all of them or none, and what was there is kept.

How they are compared and written: actions/kpi_staging.py.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.core import clock, sheets
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session, upsert
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.models import WorkerBeat
from lms.core.texts import text
from lms.performance.actions import kpi_staging as staged
from lms.performance.actions.kpi_staging import Note
from lms.performance.events import FiguresChanged
from lms.performance.models import KpiCorrection, KpiImport, KpiMapping, KpiValue
from lms.performance.queries.figures import metrics
from lms.performance.rules import kpi_sheet as sheet
from lms.performance.rules.kpi_plan import Plan
from lms.performance.rules.kpi_sheet import Entry, Known, Options, Refused, Seen
from lms.performance.rules.periods import Period

MOST_ROWS = 200_000
LOCK = "performance.import_figures"
LONGEST_NAME = 200
LONGEST_REASON = 200


def known(actor: Actor) -> Known:
    """Return what a sheet is compared with: metrics, the people whose figures the actor may write, titles."""
    current = session()
    people = select(Person.login_name, Person.id).where(
        visible(actor, Permission.KPI_IMPORT), Person.login_name.is_not(None)
    )
    mapping = select(KpiMapping.title, KpiMapping.metric)
    return Known(
        metrics=metrics(),
        people={row.login_name or "": row.id for row in current.execute(people)},
        today=today(),
        mapping={row.title: row.metric for row in current.execute(mapping)},
    )


def plan_file(actor: Actor, data: bytes, options: Options | None = None, note: Note | None = None) -> Plan:
    """Return what a file of figures would do. Raises Unreadable, TooLarge for one that can't be read at all."""
    with staged.staging():
        return _plan_file(actor, data, options or Options(), note)


def _plan_file(actor: Actor, data: bytes, options: Options, note: Note | None) -> Plan:
    table = sheets.table(data, sheet.COLUMNS, most_rows=MOST_ROWS)
    beside = known(actor)
    layout = sheet.layout(table.head, beside)
    seen = Seen()
    return staged.planned(
        sheet.read(table.rows, layout, beside, options, seen),
        seen,
        beside.metrics,
        columns=tuple((each.title, each.metric) for each in layout.columns),
        unknown=layout.unknown,
        note=note,
    )


def mark_of(plan: Plan) -> str:
    """Return the mark by which a plan that was shown is known again."""
    return fingerprint(plan.mark)


def apply_file(
    actor: Actor,
    data: bytes,
    *,
    name: str,
    options: Options | None = None,
    shown: str = "",
    note: Note | None = None,
) -> tuple[Plan, str]:
    """Write the figures of a file, all of them or none; return what was done and the import's public id.

    name: of the file. shown: the mark of the plan that the person has seen. Raises Invalid where a row is refused or
    nothing is left to do, Conflict where the plan is another one by now.
    """
    _one_at_a_time()
    with staged.staging():
        plan = _plan_file(actor, data, options or Options(), note)
        if plan.refused_total:
            raise Invalid(text("有 %(n)s 处不能导入，什么也没有改。请改好文件再传。", n=plan.refused_total))
        if not plan.can_apply:
            raise Invalid(text("文件里没有要改的，什么也没有改。"))
        if shown and shown != mark_of(plan):
            raise Conflict(text("预览之后有人改过这些数，什么也没有改。请重新预览。"))
        return plan, _write(actor, plan, source="file", name=name, about=sha256(data).hexdigest()[:16])


def apply_entries(actor: Actor, given: Iterable[Entry | Refused], *, source: str, name: str) -> Plan:
    """Write these figures unless one is refused; then nothing is written and the plan says why.

    source: api or hand. name: what it was for. Rows that are there already are no reason to refuse.
    """
    _one_at_a_time()
    with staged.staging():
        plan = staged.planned(given, Seen(), metrics())
        if plan.can_apply:
            _write(actor, plan, source=source, name=name, about=source)
        return plan


def _write(actor: Actor, plan: Plan, *, source: str, name: str, about: str) -> str:
    made = _begun(actor, source, name, rows=plan.rows)
    made.added, made.changed, made.unchanged = plan.new, plan.changed, plan.unchanged
    people, periods = staged.touched()
    staged.write(made.id, made.at)
    emit(FiguresChanged(person_ids=people, periods=periods))
    audit(
        actor.id,
        "kpi.imported",
        "kpi_import",
        made.public_id,
        after={"source": source, "of": about, "new": plan.new, "changed": plan.changed},
    )
    return made.public_id


def _begun(actor: Actor, source: str, name: str, *, rows: int) -> KpiImport:
    made = KpiImport(
        source=source, name=name.strip()[:LONGEST_NAME], made_by=actor.id or None, at=clock.now(), rows=rows
    )
    session().add(made)
    session().flush()
    return made


def _one_at_a_time() -> None:
    """Wait until nobody else writes figures: of two who change the same one, the second keeps what the first wrote."""
    upsert(WorkerBeat, {"job": LOCK}, {"at": clock.now()}, {"at": clock.now()})


def take_away(actor: Actor, person_id: int, metric: str, period: Period, reason: str) -> None:
    """Remove a figure that should not be there; what it was stays among the corrections. Raises Invalid, NotFound."""
    if not reason.strip():
        raise Invalid(fields={"reason": text("请写明原因。")})
    _one_at_a_time()
    current = session()
    found = current.get(KpiValue, (metric, period.grain.value, period.start, person_id), with_for_update=True)
    if found is None:
        raise NotFound()
    made = _begun(actor, "hand", reason, rows=1)
    made.changed = 1
    current.add(
        KpiCorrection(
            metric=metric,
            grain=found.grain,
            start=found.start,
            person_id=person_id,
            value=found.value,
            count=found.count,
            new_value=None,
            new_count=None,
            at=made.at,
            import_id=made.id,
        )
    )
    current.delete(found)
    current.flush()
    emit(FiguresChanged(person_ids=(person_id,), periods=(str(period),)))
    audit(actor.id, "kpi.removed", "kpi_import", made.public_id, person_id=person_id, after={"metric": metric})


def remember(actor: Actor, said: Mapping[str, str]) -> int:
    """Remember what titles mean: the code of a metric, or "" = no figure. said: by title. Returns how many.

    Raises Invalid for a metric that there is not.
    """
    there = metrics()
    for title, code in said.items():
        if code and code not in there:
            raise Invalid(fields={"metric": text("没有这个指标。")})
        key = sheet.title_key(title)
        if key:
            values = {"metric": code, "made_by": actor.id or None}
            upsert(KpiMapping, {"title": key}, values, values)
            audit(actor.id, "kpi.title_remembered", "kpi_mapping", key, after={"metric": code})
    return len(said)


def forget(actor: Actor, title: str) -> None:
    """Forget what a title means; the next file that has it asks again. Raises NotFound."""
    found = session().scalars(select(KpiMapping).where(KpiMapping.title == sheet.title_key(title))).one_or_none()
    if found is None:
        raise NotFound()
    session().execute(delete(KpiMapping).where(KpiMapping.id == found.id))
    audit(actor.id, "kpi.title_forgotten", "kpi_mapping", found.title, before={"metric": found.metric})
