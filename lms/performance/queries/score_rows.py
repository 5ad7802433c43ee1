"""Reading composites as tables: of those whom somebody may see, for a file, and what each line rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.performance.models import ScoreExport
from lms.performance.queries import figures, scores
from lms.performance.queries.figures import Figure
from lms.performance.queries.score_inputs import Result, results
from lms.performance.queries.scores import Scored
from lms.performance.rules.folding import cover_rows
from lms.performance.rules.periods import Period

HEADS = (
    *("employee_no", "period", "composite", "raw", "formula", "unannounced", "final"),
    *("part", "weight", "value", "adjusted", "normalised", "n", "contribution"),
)
"""Titles of the nightly file; the same words in every language, for machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person in the table of composites."""

    person_id: int
    employee_no: str
    name: str
    team: str
    scored: Scored


def table(actor: Actor, period: str, *, q: str = "", team_id: int | None = None) -> list[Line]:
    """Return the composites of a period of those whom the actor may see, by number. q: of name or number."""
    wanted: ColumnElement[bool] = visible(actor, Permission.PROFILE_READ)
    if q:
        wanted = and_(
            wanted, or_(Person.name.icontains(q, autoescape=True), Person.employee_no.icontains(q, autoescape=True))
        )
    if team_id is not None:
        wanted = and_(wanted, Person.team_id.in_(teams_below([team_id])))
    return list(_lines(period, wanted))


def _lines(period: str, wanted: ColumnElement[bool]) -> Iterator[Line]:
    statement = (
        select(Person.id, Person.employee_no, Person.name, Team.name.label("team"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(wanted, Person.employee_no.is_not(None))
        .order_by(Person.employee_no)
    )
    people = rows(statement).all()
    held = scores.of_period(period, [row.id for row in people])
    for row in people:
        if row.id in held:
            yield Line(
                person_id=row.id,
                employee_no=row.employee_no or "",
                name=row.name or "",
                team=row.team or "",
                scored=held[row.id],
            )


def export_rows(period: str) -> Iterator[list[Any]]:
    """Return the lines of the nightly file, a line a part of each person's composite."""
    for line in _lines(period, true()):
        one = line.scored
        for part in one.parts:
            yield [
                line.employee_no,
                period,
                one.total,
                one.raw_total,
                f"{one.formula} v{one.version}",
                int(one.unannounced),
                int(one.final),
                part.code,
                part.weight,
                part.raw,
                part.adjusted,
                part.normalised,
                part.n,
                part.contribution,
            ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A result that 培训 rests on. source: quiz, drill or marking; ref: the attempt or run by its public id."""

    title: str
    kind: str
    slug: str
    score: float
    day: date
    source: str
    ref: str


def trained(person_id: int, period: Period) -> list[Trained]:
    """Return the results that 培训 of somebody rests on in a period, the latest first."""
    found: list[Result] = results(period, [person_id])
    statement = (
        select(Document.id, Document.title, Document.kind, Slug.slug)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.id.in_([each.document_id for each in found]))
    )
    named = {row.id: row for row in rows(statement)} if found else {}
    return sorted(
        (
            Trained(
                title=named[each.document_id].title,
                kind=named[each.document_id].kind,
                slug=named[each.document_id].slug,
                score=each.score,
                day=each.day,
                source=each.source,
                ref=each.ref,
            )
            for each in found
            if each.document_id in named
        ),
        key=lambda each: (each.day, each.title),
        reverse=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The rows of figures that a figure of a longer period was made of, oldest first.

    besides: how many rows lie in the period too and do not count, because a row of a longer time holds them already.
    """

    counted: list[Figure]
    besides: int


def given(person_id: int, period: Period, codes: list[str]) -> dict[str, Basis]:
    """Return what the figures of a period rest on, by metric; metrics without any row are left out."""
    found: dict[str, list[Figure]] = {}
    for each in figures.figures([person_id], codes, period.start, period.until):
        if each.period.until <= period.until:
            found.setdefault(each.metric, []).append(each)
    return {code: _basis(held, period) for code, held in found.items()}


def _basis(held: list[Figure], period: Period) -> Basis:
    taken = cover_rows([(one.period.grain, one.period.start, one.value, one.count) for one in held], period)
    kept = {(grain, start) for grain, start, _, _ in taken}
    counted = [one for one in held if (one.period.grain, one.period.start) in kept]
    return Basis(counted=counted, besides=len(held) - len(counted))


def export_state() -> tuple[bool, date | None, str]:
    """Return whether the nightly file is switched on, when the last was due, and what went wrong with it."""
    row = rows(select(ScoreExport.active, ScoreExport.last_on, ScoreExport.error).order_by(ScoreExport.id)).first()
    return (False, None, "") if row is None else (row.active, row.last_on, row.error)
