"""Reading what a comparison before and after needs: a handful of statements, however many people there are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, func, literal, select, union_all

from lms.accounts.models import Person
from lms.content.models import Document, PartVersion, Slug
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import day_of, settings
from lms.core.plain import from_plain
from lms.performance.models import KpiValue
from lms.performance.rules.impact import Impact, Series, Study, Verdict, impact
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, Period, period_of
from lms.performance.rules.validity import ItemLink, links
from lms.questions.spec import Question
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.attempts import CLOSED
from lms.quizzes.spec import Use
from lms.records.models import Standing

KINDS = ("course", "quiz", "drill")
"""What is looked at: what somebody goes through as a whole."""
LISTED = 60
WEEKS_A_MONTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A document that people went through. done: how many people, ever."""

    id: int
    kind: str
    slug: str
    title: str
    done: int

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An impact with the periods of its steps. grain: week, or month where a figure is known by month alone.

    width: steps before and after. first, last: periods in which the people were trained.
    """

    impact: Impact
    grain: Grain
    width: int
    first: Period
    last: Period
    starts: tuple[date, ...]

    def period(self, step: int) -> Period:
        """Return the week or month of a step."""
        return Period(self.grain, self.starts[step])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one version of a question tells. number: its place among those shown; text: its words, plain."""

    link: ItemLink
    question: Question


_DONE = (
    select(Document.id, Document.kind, Slug.slug, Document.title, func.count().label("done"))
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .join(Standing, Standing.document_id == Document.id)
    .where(Document.kind.in_(KINDS), Standing.first_done_at.is_not(None))
    .group_by(Document.id, Document.kind, Slug.slug, Document.title)
)


def subjects() -> list[Subject]:
    """Return the courses, quizzes and drills that most people have been through, the most first."""
    found = rows(_DONE.order_by(func.count().desc(), Document.id).limit(LISTED))
    return [Subject(**row) for row in found.mappings()]


def subject(name: str) -> Subject:
    """Return a document by its public name, "quiz:refund/basics". Raises NotFound."""
    kind, _, slug = name.partition(":")
    if kind not in KINDS or "\0" in slug:
        raise NotFound()
    statement = (
        select(Document.id, Document.kind, Slug.slug, Document.title)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Slug.kind == kind, Slug.slug == slug)
    )
    found = rows(statement).one_or_none()
    if found is None:
        raise NotFound()
    done = rows(
        select(func.count()).where(Standing.document_id == found.id, Standing.first_done_at.is_not(None))
    ).scalar_one()
    return Subject(id=found.id, kind=found.kind, slug=found.slug, title=found.title, done=done)


def compared(document_id: int, metric: Metric, *, weeks: int, over: int, today: date) -> Compared:
    """Compare who went through a document with who had not yet.

    weeks: before and after, 1 to 26. over: in how many weeks the people went through it, the last being the latest
    that has all its weeks after it. Where weeks say too little, months of four weeks are asked: many companies know a
    figure by month alone.
    """
    by_week = _compared(document_id, metric, Grain.WEEK, width=weeks, span=over, today=today)
    if by_week.impact.verdict is not Verdict.TOO_FEW:
        return by_week
    width, span = max(1, weeks // WEEKS_A_MONTH), max(1, over // WEEKS_A_MONTH)
    by_month = _compared(document_id, metric, Grain.MONTH, width=width, span=span, today=today)
    return by_week if by_month.impact.verdict is Verdict.TOO_FEW else by_month


def _compared(document_id: int, metric: Metric, grain: Grain, *, width: int, span: int, today: date) -> Compared:
    starts = _starts(grain, 2 * width + span + width, today)
    steps = {start: number for number, start in enumerate(starts[:-1])}
    figures = _monthly(metric, starts, steps) if grain is Grain.MONTH else _weekly(metric, starts, steps)
    trained, gone = _trained(document_id, grain, starts)
    study = Study(first=2 * width, last=2 * width + span - 1, width=width, direction=metric.direction)
    series = {person: Series(values, len(steps)) for person, values in figures.items()}
    return Compared(
        impact=impact(series, trained, study, gone),
        grain=grain,
        width=width,
        first=Period(grain, starts[study.first]),
        last=Period(grain, starts[study.last]),
        starts=tuple(starts[:-1]),
    )


def _starts(grain: Grain, steps: int, today: date) -> list[date]:
    """Return the first days of so many whole periods, the last being over, and the day after them at the end."""
    ends = period_of(today, grain)
    found = [ends.start]
    for _ in range(steps):
        ends = ends.before
        found.append(ends.start)
    return found[::-1]


Held = dict[int, dict[int, tuple[float, float]]]


def _weekly(metric: Metric, starts: Sequence[date], steps: dict[date, int]) -> Held:
    """Return by person and step what their weeks say; where a week has no figure of its own, what its days say."""
    found: Held = defaultdict(dict)
    weight = func.coalesce(KpiValue.count, 1)
    total = func.sum(KpiValue.value * weight) if metric.is_mean else func.sum(KpiValue.value)
    by_day = union_all(  # a group each week is a seventh of the price of one group over all: nothing has to be sorted
        *(
            select(KpiValue.person_id, literal(number), total, func.sum(weight))
            .where(
                KpiValue.metric == metric.code,
                KpiValue.grain == Grain.DAY,
                KpiValue.start >= start,
                KpiValue.start < starts[number + 1],
            )
            .group_by(KpiValue.person_id)
            for start, number in steps.items()
        )
    )
    for person, step, value, cases in rows(by_day):
        found[person][step] = (float(value), float(cases)) if metric.is_mean else (float(value), 1.0)
    _take(found, metric, Grain.WEEK, starts, steps)
    return found


def _monthly(metric: Metric, starts: Sequence[date], steps: dict[date, int]) -> Held:
    found: Held = defaultdict(dict)
    _take(found, metric, Grain.MONTH, starts, steps)
    return found


def _take(found: Held, metric: Metric, grain: Grain, starts: Sequence[date], steps: dict[date, int]) -> None:
    statement = select(KpiValue.person_id, KpiValue.start, KpiValue.value, KpiValue.count)
    is_mean = metric.is_mean
    for person, start, value, cases in rows(statement.where(*_within(metric, grain, starts))):
        step = steps.get(start)
        if step is not None:
            weight = float(1 if cases is None else cases) if is_mean else 1.0
            found[person][step] = (value * weight, weight)


def _within(metric: Metric, grain: Grain, starts: Sequence[date]) -> list[Any]:
    return [
        KpiValue.metric == metric.code,
        KpiValue.grain == grain,
        KpiValue.start >= starts[0],
        KpiValue.start < starts[-1],
    ]


def _trained(document_id: int, grain: Grain, starts: Sequence[date]) -> tuple[dict[int, int], frozenset[int]]:
    """Return in which step each person went through it first, -1 for before all of them; and who has left."""
    numbers = {start: number for number, start in enumerate(starts)}
    statement = (
        select(Standing.person_id, Standing.first_done_at, Person.active)
        .join(Person, Person.id == Standing.person_id)
        .where(Standing.document_id == document_id, Standing.first_done_at.is_not(None))
    )
    trained: dict[int, int] = {}
    gone: set[int] = set()
    for person, done_at, active in rows(statement):
        start = period_of(day_of(done_at), grain).start
        trained[person] = -1 if start < starts[0] else numbers.get(start, len(starts))
        if not active:
            gone.add(person)
    return trained, frozenset(gone)


def answered(quiz_id: int, metric: Metric, *, weeks: int, over: int, today: date) -> list[Answered]:
    """Return what each question of a quiz tells of the weeks after the answer; the person's first paper counts.

    Papers handed in in the `over` weeks that have all their `weeks` after them. Only right or not: a part is not right.
    """
    starts = _starts(Grain.WEEK, over + weeks, today)
    steps = {start: number for number, start in enumerate(starts[:-1])}
    figures = {person: Series(values, len(steps)) for person, values in _weekly(metric, starts, steps).items()}
    first = (
        select(
            Attempt.id,
            Attempt.person_id,
            Attempt.submitted_at,
            func.row_number()
            .over(partition_by=Attempt.person_id, order_by=(Attempt.started_at, Attempt.id))
            .label("place"),
        )
        .where(
            Attempt.document_id == quiz_id,
            Attempt.state.in_(CLOSED),
            Attempt.mode != Use.PRACTICE.value,
            Attempt.submitted_at.is_not(None),
        )
        .subquery()
    )
    begin = datetime.combine(starts[0], time(), settings().timezone)
    end = datetime.combine(starts[over], time(), settings().timezone)
    papers = rows(
        select(first.c.id, first.c.person_id, first.c.submitted_at).where(
            first.c.place == 1, first.c.submitted_at >= begin, first.c.submitted_at < end
        )
    )
    later: dict[int, float] = {}
    for paper, person, at in papers:
        step = steps.get(period_of(day_of(at), Grain.WEEK).start)
        series = figures.get(person)
        value = series.mean(step + 1, step + 1 + weeks) if series is not None and step is not None else None
        if value is not None:
            later[paper] = value
    answers: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
    statement = (
        select(AttemptItem.attempt_id, AttemptItem.part_version_sha, AttemptItem.earned >= AttemptItem.points)
        .join(first, first.c.id == AttemptItem.attempt_id)
        .where(
            first.c.place == 1,
            first.c.submitted_at >= begin,
            first.c.submitted_at < end,
            AttemptItem.earned.is_not(None),
            AttemptItem.dropped.is_(False),
        )
        .order_by(AttemptItem.attempt_id, AttemptItem.position)
    )
    for paper, sha, is_right in rows(statement):
        if paper in later:
            answers[bytes(sha).hex()].append((bool(is_right), later[paper]))
    told = links(answers, metric.direction)
    specs: dict[str, Question] = {
        bytes(sha).hex(): from_plain(Question, spec)
        for sha, spec in rows(
            select(PartVersion.sha, PartVersion.spec).where(
                PartVersion.sha.in_([bytes.fromhex(each.key) for each in told])
            )
        )
    }
    return [Answered(link=each, question=specs[each.key]) for each in told if each.key in specs]
