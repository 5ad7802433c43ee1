"""Reading competencies: which there are, and what level people have shown, a handful of statements for any number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import one_of, rows
from lms.core.here import day_of, today
from lms.core.plain import from_plain
from lms.drills.models import Run
from lms.drills.rules.score import Result
from lms.performance.models import Competency, CompetencyRating
from lms.performance.rules.competencies import Evidence, Shown, Terms, about, by_word, folded, judged
from lms.quizzes.models import Attempt, AttemptItem, BankQuestion
from lms.quizzes.rules.attempts import CLOSED
from lms.records.models import Standing

READ_KINDS = ("lesson", "course", "task", "scorm")
"""Kinds of document of which a completion shows that something was learned."""
_PRACTICE = "practice"

_COMPETENCIES = select(*Competency.__table__.c).order_by(Competency.name, Competency.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """The statements that read what some people have shown."""

    bank: Any
    answered: Any
    played: Any
    read: Any
    rated: Any


@cache
def _sources(*, one: bool) -> _Sources:
    """Return the statements for many people, whose keys are `ids`, or for one, whose key is `id`.

    A profile asks for one; a list of one would be written out anew in each statement each time.
    """

    def theirs(column: Any) -> Any:
        return column == bindparam("id") if one else column.in_(bindparam("ids", expanding=True))

    closed = one_of(Attempt.state, CLOSED)
    latest_paper = (
        select(func.max(Attempt.id))
        .where(theirs(Attempt.person_id), closed, Attempt.mode != _PRACTICE, Attempt.earned.is_not(None))
        .group_by(Attempt.person_id, Attempt.document_id)
    )
    latest_run = (
        select(func.max(Run.id))
        .where(
            theirs(Run.person_id),
            Run.state == "ended",
            Run.from_scene == "",
            Run.result.is_not(None),
            Run.self_rated_at.is_not(None),  # nobody sees a score before the own rating, so it tells nothing yet
        )
        .group_by(Run.person_id, Run.document_id)
    )
    in_force = and_(Slug.document_id == Document.id, Slug.is_current)
    return _Sources(
        bank=select(BankQuestion.part_id, BankQuestion.tags, BankQuestion.competencies).where(
            BankQuestion.part_id.in_(
                select(AttemptItem.part_id)
                .join(Attempt, Attempt.id == AttemptItem.attempt_id)
                .where(theirs(Attempt.person_id), closed)
            )
        ),
        answered=select(
            Attempt.id,
            Attempt.public_id,
            Attempt.person_id,
            Attempt.submitted_at,
            Attempt.document_id,
            Document.title,
            Document.tags,
            Slug.slug,
            AttemptItem.part_id,
            AttemptItem.earned,
            AttemptItem.points,
        )
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Document, Document.id == Attempt.document_id)
        .join(Slug, in_force)
        .where(Attempt.id.in_(latest_paper), ~AttemptItem.dropped, ~AttemptItem.waiting)
        .order_by(Attempt.id),
        played=select(Run.public_id, Run.person_id, Run.ended_at, Run.result, Document.title, Document.tags, Slug.slug)
        .join(Document, Document.id == Run.document_id)
        .join(Slug, in_force)
        .where(Run.id.in_(latest_run)),
        read=select(Standing.person_id, Standing.last_done_at, Document.kind, Document.title, Document.tags, Slug.slug)
        .join(Document, Document.id == Standing.document_id)
        .join(Slug, in_force)
        .where(
            theirs(Standing.person_id),
            Standing.state == "done",
            Standing.last_done_at.is_not(None),
            one_of(Document.kind, READ_KINDS),
        ),
        rated=select(
            CompetencyRating.person_id,
            CompetencyRating.competency_id,
            CompetencyRating.level,
            CompetencyRating.reason,
            CompetencyRating.at,
            Person.name,
        )
        .join(Person, Person.id == CompetencyRating.by_id)
        .where(theirs(CompetencyRating.person_id))
        .order_by(CompetencyRating.id.desc()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A competency as its pages show it."""

    id: int
    public_id: str
    code: str
    name: str
    about: str
    words: tuple[str, ...]
    dimensions: tuple[str, ...]
    levels: tuple[int, ...]
    fresh_days: int
    active: bool

    @property
    def terms(self) -> Terms:
        return Terms(
            words=folded(self.words),
            dimensions=folded(self.dimensions),
            levels=self.levels,
            fresh_days=self.fresh_days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How far somebody is with one competency. level: 1 to 5, 0 = no evidence yet. score: 0 to 100, None = unscored.

    evidence: the newest first. as_of: the day of the newest that counts. fresh: it is as new as the company asks.
    """

    code: str
    name: str
    level: int
    score: float | None
    evidence: tuple[Evidence, ...]
    as_of: date | None
    fresh: bool


def competencies(*, every: bool = False) -> list[Kept]:
    """Return what people can be able to do, by name. every: also what is out of use."""
    return [
        Kept(
            id=row.id,
            public_id=row.public_id,
            code=row.code,
            name=row.name,
            about=row.about,
            words=tuple(row.words),
            dimensions=tuple(row.dimensions),
            levels=tuple(row.levels),
            fresh_days=row.fresh_days,
            active=row.active,
        )
        for row in rows(_COMPETENCIES)
        if row.active or every
    ]


def levels(person_ids: Collection[int]) -> dict[int, list[Level]]:
    """Return by person the level in each competency in use, by name; one without evidence has level 0."""
    ids = list(person_ids)
    kept = competencies()
    if not ids or not kept:
        return {id: [] for id in ids}
    day = today()
    terms = {each.id: each.terms for each in kept}
    found: dict[tuple[int, int], list[Evidence]] = defaultdict(list)
    one = len(ids) == 1
    asked, keys = _sources(one=one), {"id": ids[0]} if one else {"ids": ids}
    for source in (_from_quizzes, _from_drills, _from_lessons, _from_ratings):
        for person_id, competency_id, evidence in source(asked, keys, terms):
            found[person_id, competency_id].append(evidence)
    return {id: [_level(each, terms[each.id], found[id, each.id], day) for each in kept] for id in ids}


def _level(kept: Kept, terms: Terms, evidence: Iterable[Evidence], day: date) -> Level:
    newest = tuple(sorted(evidence, key=lambda each: each.on, reverse=True))
    came = judged(newest, terms, day)
    return Level(
        code=kept.code,
        name=kept.name,
        level=came.level,
        score=came.score,
        evidence=newest,
        as_of=came.as_of,
        fresh=came.fresh,
    )


_Keys = Mapping[str, Any]
Found = Iterator[tuple[int, int, Evidence]]


def _from_quizzes(sources: _Sources, keys: _Keys, terms: Mapping[int, Terms]) -> Found:
    """Yield how the questions about each competency went, in the latest paper of each quiz."""
    asked = {row.part_id: folded([*row.tags, *row.competencies]) for row in rows(sources.bank, keys)}
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    papers: dict[int, Any] = {}
    index = by_word(terms)
    for row in rows(sources.answered, keys):
        papers[row.id] = row
        for competency_id in about(asked.get(row.part_id, frozenset()) | folded(row.tags), index):
            sum_ = sums[row.id, competency_id]
            sum_[0] += row.earned or 0
            sum_[1] += row.points
            sum_[2] += 1
    for (attempt_id, competency_id), (earned, possible, questions) in sums.items():
        if possible:
            paper = papers[attempt_id]
            yield (
                paper.person_id,
                competency_id,
                Evidence(
                    shown=Shown.QUIZ,
                    on=day_of(paper.submitted_at),
                    title=paper.title,
                    score=100 * earned / possible,
                    weight=questions,
                    kind="quiz",
                    slug=paper.slug,
                    ref=paper.public_id,
                ),
            )


def _from_drills(sources: _Sources, keys: _Keys, terms: Mapping[int, Terms]) -> Found:
    """Yield the dimensions about each competency of the latest run of each drill; of a drill about it, the whole."""
    for row in rows(sources.played, keys):
        whole: Result = from_plain(Result, row.result["together"])
        words = folded(row.tags)
        for competency_id, each in terms.items():
            scores = [
                float(one.score)
                for one in whole.dimensions
                if one.score is not None and one.name.strip().casefold() in each.dimensions
            ]
            if not scores and words & each.words:
                scores = [float(whole.total)]
            if scores:
                yield (
                    row.person_id,
                    competency_id,
                    Evidence(
                        shown=Shown.DRILL,
                        on=day_of(row.ended_at),
                        title=row.title,
                        score=sum(scores) / len(scores),
                        weight=10,
                        kind="drill",
                        slug=row.slug,
                        ref=row.public_id,
                    ),
                )


def _from_lessons(sources: _Sources, keys: _Keys, terms: Mapping[int, Terms]) -> Found:
    index = by_word(terms)
    for row in rows(sources.read, keys):
        told = about(folded(row.tags), index)
        if told:
            evidence = Evidence(
                shown=Shown.LESSON, on=day_of(row.last_done_at), title=row.title, kind=row.kind, slug=row.slug
            )
            for competency_id in told:
                yield row.person_id, competency_id, evidence


def _from_ratings(sources: _Sources, keys: _Keys, terms: Mapping[int, Terms]) -> Found:
    for row in rows(sources.rated, keys):
        if row.competency_id in terms:
            evidence = Evidence(
                shown=Shown.RATING, on=day_of(row.at), title=row.reason, score=row.level, by=row.name or ""
            )
            yield row.person_id, row.competency_id, evidence


# the levels of many people


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table of a team: who, and the level in each competency in use, in their order."""

    employee_no: str
    name: str
    team: str
    levels: tuple[Level, ...]


def team_rows(
    actor: Actor, *, team_id: int | None, sort: str, descending: bool, offset: int = 0, limit: int | None = None
) -> tuple[list[Row], int]:
    """Return everybody active whose profile the actor may see, and how many they are in all.

    sort: name, no, or the code of a competency; only for the last are the levels of everybody worked out.
    """
    statement = (
        select(Person.id, Person.employee_no, Person.name, Team.name.label("team"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.active, Person.employee_no.is_not(None), visible(actor, Permission.PROFILE_READ))
    )
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    people = rows(statement).all()
    if sort in ("no", "name"):
        order = (lambda row: row.employee_no) if sort == "no" else (lambda row: (row.name or "", row.employee_no))
        return _with_levels(_cut(sorted(people, key=order, reverse=descending), offset, limit)), len(people)
    found = sorted(_with_levels(people), key=lambda row: (_level_in(row, sort), row.employee_no), reverse=descending)
    return _cut(found, offset, limit), len(people)


def _with_levels(people: Sequence[Any]) -> list[Row]:
    shown = levels([row.id for row in people])
    return [
        Row(employee_no=row.employee_no, name=row.name or "", team=row.team or "", levels=tuple(shown[row.id]))
        for row in people
    ]


def _cut(every: list[Any], offset: int, limit: int | None) -> list[Any]:
    return every[offset:] if limit is None else every[offset : offset + limit]


def _level_in(row: Row, code: str) -> int:
    return next((each.level for each in row.levels if each.code == code), 0)
