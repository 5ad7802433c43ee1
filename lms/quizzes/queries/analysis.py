"""Counting what the analysis of a quiz needs: a fixed number of statements, however many attempts there are."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Float, Integer, Text, case, cast, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from lms.accounts.models import Person
from lms.accounts.queries import teams_below
from lms.content import queries as content
from lms.content.models import Part, PartVersion, Revision
from lms.content.queries import Opened
from lms.content.store import spec_of
from lms.core import stats
from lms.core.db import rows
from lms.core.here import settings
from lms.core.plain import from_plain
from lms.questions.spec import Open, Question
from lms.quizzes.models import Attempt, AttemptItem, ItemVerdict
from lms.quizzes.queries.banks import drawing
from lms.quizzes.rules.analysis.items import Asked
from lms.quizzes.rules.analysis.papers import is_drawn
from lms.quizzes.rules.analysis.report import Report, Verdict, Verdicts, report_of
from lms.quizzes.rules.analysis.rows import (
    HIGH,
    HIGHEST,
    LOW,
    LOWEST,
    MIDDLE,
    MILLION,
    Cell,
    Cuts,
    Paper,
    cuts_of,
    slices_of,
)
from lms.quizzes.rules.attempts import CLOSED
from lms.quizzes.rules.guessing import chance_of_passing
from lms.quizzes.spec import QuizSpec, Use

LONGEST = 200  # characters of a stored answer that is counted word by word; beyond it is a written one
_LONG = '{"v": ""}'
OCCASION = r"[0-9A-Za-z:._-]{0,40}"
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2990, 1, 1)


class Take(StrEnum):
    """Which attempt of a person counts."""

    FIRST = "first"
    ALL = "all"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which attempts count. start, end: days of handing in, both included. team_id: that one and those below.

    occasion: "" = every one. The first and last attempt are those at the occasion, whatever the other filters say: a
    second attempt is no first one of a later month.
    """

    take: Take = Take.FIRST
    start: date | None = None
    end: date | None = None
    team_id: int | None = None
    revision: int | None = None
    occasion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the filters offer: every version and occasion with how many attempts it has."""

    revisions: Mapping[int, int] = field(default_factory=dict)
    occasions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """waiting: attempts left out because an answer waits to be marked. slices: when each slice of time but the first
    begins. papers: the attempts that count.
    """

    report: Report
    waiting: int
    papers: tuple[Paper, ...]
    slices: tuple[datetime, ...]


def choices(document_id: int) -> Choice:
    """Return by what the attempts of a quiz can be chosen."""
    found = rows(
        select(Revision.number, Attempt.occasion, func.count().label("n"))
        .join(Revision, Revision.id == Attempt.revision_id)
        .where(*_counts(document_id))
        .group_by(Revision.number, Attempt.occasion)
    )
    revisions: dict[int, int] = defaultdict(int)
    occasions: dict[str, int] = defaultdict(int)
    for row in found:
        revisions[row.number] += row.n
        occasions[row.occasion] += row.n
    return Choice(revisions=dict(sorted(revisions.items(), reverse=True)), occasions=dict(sorted(occasions.items())))


def analysis(opened: Opened, wanted: Wanted) -> Analysis:
    """Return the analysis of a published quiz."""
    quiz: QuizSpec = content.spec(opened)
    return analysis_of(opened.document_id, quiz, chance_of(opened.compiled_sha, opened.revision_id), wanted)


def analysis_of(document_id: int, quiz: QuizSpec, chance: float, wanted: Wanted) -> Analysis:
    counted = _counted(document_id, wanted)
    papers, waiting = _papers(counted)
    cuts, starts = cuts_of([paper.score for paper in papers]), slices_of([paper.submitted_at for paper in papers])
    written = bool(quiz.draws) or any(isinstance(question.shape, Open) for question in quiz.questions)
    cells = _cells(counted, cuts, starts, written=written) if papers else []
    asked = _asked(document_id, {cell.sha: cell.part_id for cell in cells})
    return Analysis(
        report=report_of(
            papers,
            cells,
            asked,
            seconds=_seconds(counted, starts) if papers else {},
            people=_people(counted) if is_drawn(len(papers), cells) else (),
            pass_mark=quiz.rules.pass_mark,
            verdicts=verdicts(document_id),
            chance=chance,
            shuffles=quiz.rules.shuffle_options,
        ),
        waiting=waiting,
        papers=tuple(papers),
        slices=starts,
    )


def papers_of(document_id: int, wanted: Wanted) -> list[Paper]:
    """Return the attempts that count, without those that wait for a marker."""
    return _papers(_counted(document_id, wanted))[0]


def chance_of(compiled_sha: bytes | None, revision_id: int) -> float:
    """Return the chance of passing a revision by guessing, drawn from its banks as they are now.

    Without banks it is kept by the digest, which never changes.
    """
    quiz: QuizSpec = spec_of(compiled_sha) if compiled_sha else content.compiled(revision_id)
    if not quiz.draws:
        return _chance_of(compiled_sha, revision_id)
    return chance_of_passing(quiz, drawing(quiz, ()).banks)


@lru_cache(maxsize=256)
def _chance_of(compiled_sha: bytes | None, revision_id: int) -> float:
    quiz: QuizSpec = content.compiled(revision_id)
    return chance_of_passing(quiz)


def _counts(document_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return what makes an attempt count: handed in or closed, not voided, no practice."""
    return (
        Attempt.document_id == document_id,
        Attempt.state.in_(CLOSED),
        Attempt.mode != Use.PRACTICE.value,
        Attempt.earned.is_not(None),
        Attempt.possible > 0,
        Attempt.submitted_at.is_not(None),
    )


def _counted(document_id: int, wanted: Wanted) -> Any:
    """Return the statement of the attempts that are meant, those with waiting answers included."""
    statement = select(
        Attempt.id,
        Attempt.person_id,
        Attempt.revision_id,
        Attempt.earned,
        Attempt.possible,
        Attempt.passed,
        Attempt.started_at,
        Attempt.submitted_at,
        select(literal(1)).where(AttemptItem.attempt_id == Attempt.id, AttemptItem.waiting).exists().label("waiting"),
    ).where(*_counts(document_id))
    if wanted.occasion:
        statement = statement.where(Attempt.occasion == wanted.occasion)
    if wanted.take is not Take.ALL:
        first = wanted.take is Take.FIRST
        order = (Attempt.started_at, Attempt.id) if first else (Attempt.started_at.desc(), Attempt.id.desc())
        statement = statement.add_columns(
            func.row_number().over(partition_by=Attempt.person_id, order_by=order).label("place")
        )
    every = statement.subquery("every")
    chosen = select(every)
    if wanted.take is not Take.ALL:
        chosen = chosen.where(every.c.place == 1)
    if wanted.start:
        chosen = chosen.where(every.c.submitted_at >= _midnight(wanted.start))
    if wanted.end:
        chosen = chosen.where(every.c.submitted_at < _midnight(min(wanted.end, LAST_DAY) + timedelta(days=1)))
    if wanted.revision is not None:
        chosen = chosen.where(
            every.c.revision_id.in_(
                select(Revision.id).where(Revision.document_id == document_id, Revision.number == wanted.revision)
            )
        )
    if wanted.team_id is not None:
        chosen = chosen.join(Person, Person.id == every.c.person_id).where(
            Person.team_id.in_(teams_below([wanted.team_id]))
        )
    return chosen


def _midnight(day: date) -> datetime:
    """Return when a day begins; what lies outside of all calendars is brought to their ends."""
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(), tzinfo=settings().timezone)


def _papers(counted: Any) -> tuple[list[Paper], int]:
    found, waiting = [], 0
    for row in rows(counted):
        if row.waiting:
            waiting += 1
            continue
        found.append(
            Paper(
                attempt_id=row.id,
                person_id=row.person_id,
                earned=row.earned,
                possible=row.possible,
                passed=row.passed,
                seconds=max(0, int((row.submitted_at - row.started_at).total_seconds())),
                submitted_at=row.submitted_at,
            )
        )
    return found, waiting


def _final(counted: Any, *more: Any) -> Any:
    """Return the counted attempts without those that wait, with further columns made from their own."""
    every = counted.subquery("meant")
    return (
        select(every.c.id, every.c.earned, every.c.possible, *(make(every) for make in more))
        .where(~every.c.waiting)
        .subquery("final")
    )


_VERSION = func.coalesce(AttemptItem.graded_as, AttemptItem.part_version_sha)


def _cells(counted: Any, cuts: Cuts | None, starts: Sequence[datetime], *, written: bool) -> list[Cell]:
    """Return the answers by group. written: there are written answers, whose words are not counted."""
    paper = _final(
        counted,
        lambda every: _band(every.c.earned * MILLION // every.c.possible, cuts).label("band"),
        lambda every: _slice(every.c.submitted_at, starts).label("slice"),
    )
    value: Any = cast(AttemptItem.value, Text)
    if written:
        value = case((AttemptItem.value.is_(None), None), (func.length(value) <= LONGEST, value), else_=_LONG)
    keys = (
        _VERSION.label("sha"),
        AttemptItem.part_id,
        value.label("value"),
        AttemptItem.points,
        func.coalesce(AttemptItem.earned, 0).label("got"),
    )
    each = (
        select(*keys, paper.c.earned, paper.c.possible, paper.c.band, paper.c.slice)
        .select_from(paper)
        .join(AttemptItem, AttemptItem.attempt_id == paper.c.id)
        .where(~AttemptItem.dropped)
        .subquery("each")
    )
    group = (
        each.c.sha,
        each.c.part_id,
        each.c.value,
        each.c.points,
        each.c.got,
        each.c.possible,
        each.c.band,
        each.c.slice,
    )
    statement = select(
        *group,
        func.count().label("n"),
        func.sum(each.c.earned).label("total"),
        func.sum(each.c.earned * each.c.earned).label("squares"),
    ).group_by(*group)
    kept: dict[str, Any] = {}  # the same few answers stand in thousands of rows
    found = []
    for row in rows(statement):
        if row.value is not None and row.value not in kept:
            kept[row.value] = json.loads(row.value)["v"]
        found.append(
            Cell(
                sha=bytes(row.sha),
                part_id=row.part_id,
                answer=None if row.value is None else kept[row.value],
                points=row.points,
                earned=row.got,
                possible=row.possible,
                band=row.band,
                slice=row.slice,
                count=row.n,
                total=int(row.total),
                squares=int(row.squares),
            )
        )
    return found


def _band(score: Any, cuts: Cuts | None) -> Any:
    if cuts is None:
        return literal(MIDDLE, Integer)
    return case(
        (score <= cuts.lowest, LOWEST),
        (score <= cuts.low, LOW),
        (score >= cuts.highest, HIGHEST),
        (score >= cuts.high, HIGH),
        else_=MIDDLE,
    )


def _slice(at: Any, starts: Sequence[datetime]) -> Any:
    if not starts:
        return literal(0, Integer)
    return case(*((at < start, number) for number, start in enumerate(starts)), else_=len(starts))


def _seconds(counted: Any, starts: Sequence[datetime]) -> dict[bytes, dict[int, dict[int, int]]]:
    """Return for each version and slice of time how many needed so many seconds."""
    paper = _final(counted, lambda every: _slice(every.c.submitted_at, starts).label("slice"))
    version = _VERSION.label("sha")
    found: dict[bytes, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows(
        select(version, paper.c.slice, AttemptItem.seconds, func.count().label("n"))
        .select_from(paper)
        .join(AttemptItem, AttemptItem.attempt_id == paper.c.id)
        .where(AttemptItem.seconds.is_not(None), ~AttemptItem.dropped)
        .group_by(version, paper.c.slice, AttemptItem.seconds)
    ):
        found[bytes(row.sha)][row.slice][row.seconds] = row.n
    return found


def _people(counted: Any) -> list[stats.Person]:
    """Return the items of each paper as shares."""
    paper = _final(counted)
    share = cast(func.coalesce(AttemptItem.earned, 0), Float) / AttemptItem.points
    return [
        stats.Person(items=row.n, total=float(row.total), squares=float(row.squares))
        for row in rows(
            select(
                paper.c.id,
                func.count().label("n"),
                func.sum(share).label("total"),
                func.sum(share * share).label("squares"),
            )
            .select_from(paper)
            .join(AttemptItem, AttemptItem.attempt_id == paper.c.id)
            .where(~AttemptItem.dropped, AttemptItem.points > 0)
            .group_by(paper.c.id)
        )
    ]


def _asked(document_id: int, part_of: Mapping[bytes, int]) -> dict[bytes, Asked]:
    """Return the versions. part_of: the part under which each was asked: two quizzes may ask the same words.

    Numbers go on from the quiz's own questions to those that it draws from banks.
    """
    if not part_of:
        return {}
    specs = rows(select(PartVersion.sha, PartVersion.spec).where(PartVersion.sha.in_(part_of))).all()
    parts = {
        row.id: row
        for row in rows(
            select(Part.id, Part.key, Part.document_id, Part.position, Part.text_sha, Part.retired_at).where(
                Part.id.in_(set(part_of.values()))
            )
        )
    }
    own = [part.position + 1 for part in parts.values() if part.document_id == document_id]
    drawn = sorted((part.document_id, part.position, part.id) for part in parts.values())
    numbers = {part.id: part.position + 1 for part in parts.values()}
    strangers = [part_id for place, _, part_id in drawn if place != document_id]
    numbers |= {part_id: number for number, part_id in enumerate(strangers, start=max(own, default=0) + 1)}
    return {row.sha: _asked_of(row.sha, parts[part_of[row.sha]], row.spec, numbers[part_of[row.sha]]) for row in specs}


def _asked_of(sha: bytes, part: Any, spec: Any, number: int) -> Asked:
    return Asked(
        sha=sha,
        part_id=part.id,
        document_id=part.document_id,
        key=part.key,
        number=number,
        question=from_plain(Question, spec),
        current=part.retired_at is None and part.text_sha == sha,
    )


def verdicts(document_id: int) -> Verdicts:
    """Return what was said of hints about questions of a quiz."""
    found = rows(
        select(
            ItemVerdict.part_version_sha,
            ItemVerdict.kind,
            ItemVerdict.answers,
            ItemVerdict.note,
            ItemVerdict.made_at,
            Person.name,
        )
        .outerjoin(Person, Person.id == ItemVerdict.made_by)
        .where(ItemVerdict.document_id == document_id)
    )
    return {
        (row.part_version_sha, row.kind): Verdict(answers=row.answers, note=row.note, by=row.name or "", at=row.made_at)
        for row in found
    }
