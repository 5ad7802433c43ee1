"""Reading formulas: which there are, which is in force when, who has confirmed one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from lms.accounts.models import Person, Team
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.performance.models import Formula, FormulaReading, FormulaReview
from lms.performance.rules.formulas import Spec, from_json
from lms.performance.rules.periods import Grain, Period, period_of

DRAFT, PUBLISHED, DROPPED = "draft", "published", "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A formula as it is kept. from_on: the first day of the first quarter that it is for. asked, read: people."""

    id: int
    public_id: str
    version: int
    name: str
    spec: Spec
    state: str
    from_on: date
    reason: str
    published_at: datetime | None
    asked: int = 0
    read: int = 0

    @property
    def label(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def quarter(self) -> Period:
        return period_of(self.from_on, Grain.QUARTER)

    @property
    def is_announced(self) -> bool:
        """Whether everybody whom it binds has confirmed it."""
        return self.asked > 0 and self.read == self.asked


def versions() -> list[Version]:
    """Return every formula, the newest first, with how many were asked and have confirmed."""
    counts = {
        row.formula_id: (row.asked, row.read)
        for row in rows(
            select(
                FormulaReading.formula_id,
                func.count().label("asked"),
                func.count(FormulaReading.read_at).label("read"),
            ).group_by(FormulaReading.formula_id)
        )
    }
    found = rows(select(*Formula.__table__.c).where(Formula.state != DROPPED).order_by(Formula.version.desc()))
    return [_version(row, *counts.get(row.id, (0, 0))) for row in found]


def version(public_id: str) -> Version:
    """Return one formula. Raises NotFound."""
    for each in versions():
        if each.public_id == public_id:
            return each
    raise NotFound()


def in_force(of: Period) -> Version | None:
    """Return the formula of a period: of those published for it or an earlier one the latest; None for none."""
    statement = (
        select(*Formula.__table__.c)
        .where(Formula.state == PUBLISHED, Formula.from_on <= of.start)
        .order_by(Formula.from_on.desc(), Formula.version.desc())
        .limit(1)
    )
    row = rows(statement).one_or_none()
    return None if row is None else _version(row, 0, 0)


def _version(row: Row[Any], asked: int, read: int) -> Version:
    return Version(
        id=row.id,
        public_id=row.public_id,
        version=row.version,
        name=row.name,
        spec=from_json(row.spec),
        state=row.state,
        from_on=row.from_on,
        reason=row.reason,
        published_at=row.published_at,
        asked=asked,
        read=read,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    employee_no: str
    name: str
    team: str
    read_at: datetime | None


def readers(formula_id: int) -> list[Reader]:
    """Return whom a formula was shown to, who has not confirmed it first."""
    statement = (
        select(Person.employee_no, Person.name, Team.name.label("team"), FormulaReading.read_at)
        .join(Person, Person.id == FormulaReading.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(FormulaReading.formula_id == formula_id, Person.erased_at.is_(None))
        .order_by(FormulaReading.read_at.is_not(None), Person.employee_no)
    )
    return [
        Reader(employee_no=row.employee_no or "", name=row.name or "", team=row.team or "", read_at=row.read_at)
        for row in rows(statement)
    ]


def reading_of(formula_id: int, person_id: int) -> tuple[bool, datetime | None]:
    """Return whether somebody is bound by a formula, and when they confirmed it."""
    statement = select(FormulaReading.read_at).where(
        FormulaReading.formula_id == formula_id, FormulaReading.person_id == person_id
    )
    found = rows(statement).one_or_none()
    return found is not None, found.read_at if found else None


_TO_READ = (
    select(Formula.public_id, Formula.name)
    .join(FormulaReading, FormulaReading.formula_id == Formula.id)
    .where(
        FormulaReading.person_id == bindparam("person_id"),
        FormulaReading.read_at.is_(None),
        Formula.state == PUBLISHED,
    )
    .order_by(Formula.version.desc())
)


def to_read(person_id: int) -> list[tuple[str, str]]:
    """Return the formulas that somebody has still to confirm: address and name."""
    return [(row.public_id, row.name) for row in rows(_TO_READ, {"person_id": person_id})]


def reviews(formula_id: int) -> Sequence[Row[Any]]:
    """Return the quarterly reviews of a formula, the latest first: quarter, kept, reason, by (a name), at."""
    statement = (
        select(FormulaReview.quarter, FormulaReview.kept, FormulaReview.reason, FormulaReview.at, Person.name)
        .outerjoin(Person, Person.id == FormulaReview.by_id)
        .where(FormulaReview.formula_id == formula_id)
        .order_by(FormulaReview.id.desc())
    )
    return rows(statement).all()
