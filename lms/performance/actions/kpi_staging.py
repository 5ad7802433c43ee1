"""Figures on their way in: a temporary table of the connection, compared with what is there and written from it.

What came is put down some thousand rows at a time, so that memory holds no more of it; then a few statements compare
and write all of it, in the one transaction of the import.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.schema import CreateTable, DropTable

from lms.accounts.models import Person
from lms.core.db import session
from lms.core.texts import text
from lms.performance.models import KpiCorrection, KpiValue
from lms.performance.rules import kpi_sheet as sheet
from lms.performance.rules.kpi_plan import SHOWN, Change, Plan
from lms.performance.rules.kpi_sheet import Entry, Refused, Seen
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, Period

CHUNK = 5_000
"""Rows that are put down at a time."""

Note = Callable[[int], None]
"""Told after each chunk how many rows have been read."""

_STAGED = Table(
    "kpi_staged",
    MetaData(),
    Column("line", Integer),
    Column("metric", String(40)),
    Column("grain", String(8)),
    Column("start", Date),
    Column("person_id", BigInteger),
    Column("value", Float(53)),
    Column("count", BigInteger),
    prefixes=["TEMPORARY"],
)
_KEYS = ("metric", "grain", "start", "person_id")
_S, _V = _STAGED.c, KpiValue.__table__.c
_SAME_KEY = and_(*(_V[name] == _S[name] for name in _KEYS))
_SAME = and_(_V.value == _S.value, or_(_S["count"].is_(None), func.coalesce(_V["count"], -1) == _S["count"]))
"""A row that does not tell a number of cases leaves the one that is known, as long as the value is the same."""
_IS_NEW = _V.person_id.is_(None)
_IS_CHANGED = and_(_V.person_id.is_not(None), not_(_SAME))
_BESIDE = _STAGED.outerjoin(KpiValue.__table__, _SAME_KEY)


@contextmanager
def staging() -> Iterator[None]:
    """Have the empty temporary table for as long as it is needed; an error takes it back with everything else."""
    current = session()
    current.execute(CreateTable(_STAGED, if_not_exists=True))
    current.execute(delete(_STAGED))
    yield
    current.execute(DropTable(_STAGED))


def planned(
    given: Iterable[Entry | Refused],
    seen: Seen,
    measured: Mapping[str, Metric],
    *,
    columns: tuple[tuple[str, str], ...] = (),
    unknown: tuple[str, ...] = (),
    note: Note | None = None,
) -> Plan:
    current, waiting, refused, count, lines = session(), list[dict[str, Any]](), list[Refused](), 0, 0
    for each in given:
        if isinstance(each, Refused):
            count += 1
            if len(refused) < SHOWN:
                refused.append(each)
            continue
        lines += 1
        waiting.append(
            {
                "line": each.line,
                "metric": each.metric,
                "grain": each.period.grain.value,
                "start": each.period.start,
                "person_id": each.person_id,
                "value": each.value,
                "count": each.count,
            }
        )
        if len(waiting) == CHUNK:
            current.execute(insert(_STAGED), waiting)
            waiting = []
            if note is not None:
                note(seen.rows)
    if waiting:
        current.execute(insert(_STAGED), waiting)
    doubts = sheet.doubts(seen, measured)
    twice, twice_total = _twice(measured)
    refused = [*doubts, *refused, *twice]
    numbers = current.execute(
        select(
            func.count().filter(_IS_NEW).label("new"),
            func.count().filter(_IS_CHANGED).label("changed"),
            func.count().label("every"),
            func.coalesce(func.sum(_V.value).filter(_IS_CHANGED), 0.0).label("before"),
        ).select_from(_BESIDE)
    ).one()
    grains = current.execute(select(_S.grain, func.count().label("n")).group_by(_S.grain).order_by(_S.grain))
    return Plan(
        rows=seen.rows or lines,
        new=numbers.new,
        changed=numbers.changed,
        unchanged=numbers.every - numbers.new - numbers.changed,
        empty=seen.empty,
        refused=tuple(sorted(refused, key=lambda each: each.line)[:SHOWN]),
        refused_total=len(doubts) + count + twice_total,
        changes=tuple(_changes()),
        columns=columns,
        unknown=unknown,
        doubtful=tuple(code for code in measured if code in seen.doubtful - seen.clear),
        grains=tuple((Grain(row.grain), row.n) for row in grains),
        before=float(numbers.before),
    )


def _twice(measured: Mapping[str, Metric]) -> tuple[list[Refused], int]:
    """Return the rows of a figure that an earlier row has given, and how many there are."""
    keys = [_S[name] for name in _KEYS]
    first = select(*keys, func.min(_S.line).label("first")).group_by(*keys).having(func.count() > 1).subquery("first")
    again = _STAGED.join(first, and_(*(first.c[name] == _S[name] for name in _KEYS), _S.line > first.c.first))
    current = session()
    total = current.scalar(select(func.count()).select_from(again)) or 0
    if not total:
        return [], 0
    found = current.execute(
        select(_S.line, _S.metric, first.c.first, Person.employee_no)
        .select_from(again.join(Person.__table__, Person.__table__.c.id == _S.person_id))
        .order_by(_S.line)
        .limit(SHOWN)
    )
    return [
        Refused(
            line=row.line,
            employee_no=row.employee_no or "",
            what=measured[row.metric].name,
            reason=text("和第 %(line)s 行重复：同一个人、同一时间、同一个指标。", line=row.first),
        )
        for row in found
    ], total


def _changes() -> Iterator[Change]:
    people = Person.__table__
    found = session().execute(
        select(
            _S.line,
            _S.metric,
            _S.grain,
            _S.start,
            _S.value,
            _S["count"].label("n"),
            _V.value.label("old"),
            _V["count"].label("old_count"),
            people.c.employee_no,
            people.c.name,
        )
        .select_from(_BESIDE.join(people, people.c.id == _S.person_id))
        .where(_IS_CHANGED)
        .order_by(_S.line, _S.metric)
        .limit(SHOWN)
    )
    for row in found:
        yield Change(
            line=row.line,
            employee_no=row.employee_no or "",
            name=row.name or "",
            metric=row.metric,
            period=Period(Grain(row.grain), row.start),
            old=row.old,
            old_count=row.old_count,
            value=row.value,
            count=row.n,
        )


def touched() -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return of whom figures would be new or others, and of which periods."""
    current, either = session(), or_(_IS_NEW, _IS_CHANGED)
    people = select(_S.person_id).select_from(_BESIDE).where(either).distinct().order_by(_S.person_id)
    periods = select(_S.grain, _S.start).select_from(_BESIDE).where(either).distinct().order_by(_S.grain, _S.start)
    return (
        tuple(current.scalars(people)),
        tuple(str(Period(Grain(row.grain), row.start)) for row in current.execute(periods)),
    )


def write(import_id: int, at: datetime) -> None:
    """Keep what is replaced, then write what is put down."""
    current = session()
    corrections = cast(Table, KpiCorrection.__table__)
    keys = [_S[name] for name in _KEYS]
    current.execute(
        insert(corrections).from_select(
            [*_KEYS, "value", "count", "new_value", "new_count", "at", "import_id"],
            select(
                *keys,
                _V.value,
                _V["count"],
                _S.value,
                _S["count"],
                literal(at, corrections.c.at.type),
                literal(import_id, BigInteger),
            )
            .select_from(_BESIDE)
            .where(_IS_CHANGED),
        )
    )
    writing = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = writing(cast(Table, KpiValue.__table__)).from_select(
        [*_KEYS, "value", "count", "import_id"],
        select(*keys, _S.value, _S["count"], literal(import_id, BigInteger))
        .select_from(_BESIDE)
        .where(or_(_IS_NEW, _IS_CHANGED)),
    )
    current.execute(
        statement.on_conflict_do_update(
            index_elements=list(_KEYS),
            set_={name: statement.excluded[name] for name in ("value", "count", "import_id")},
        )
    )
