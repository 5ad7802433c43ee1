"""Believable attempts with known parameters: people of normal ability answer by a two-parameter logistic model.

A seed gives the same people, questions and answers always. Some questions can be planted bad, so that it is known
what an analysis has to find. `simulated` is pure; `write` puts the attempts into the store as the actions would leave
them, without the minutes that thousands of real sittings take.
"""

import math
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from lms.accounts.models import Person
from lms.content.models import Document, PartVersion, Slug
from lms.core.db import new_public_id, session, transaction
from lms.core.plain import to_plain
from lms.core.points import ONE_POINT
from lms.questions.rules.grade import grade
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_order
from lms.questions.spec import Question, Single
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries import Frozen
from lms.quizzes.rules.analysis.rows import Cell, Paper, band_of, cuts_of, slice_of, slices_of
from lms.quizzes.spec import QuizRules
from tests.support.make_quizzes import items, rich

BEGAN = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)
MISKEYED, AMBIGUOUS, NEGATIVE, EASY, HARD, LEAKED, SKIPPED = (
    "miskeyed",
    "ambiguous",
    "negative",
    "easy",
    "hard",
    "leaked",
    "skipped",
)
WORDS = ("七天", "四十八小时", "买家承担", "商家承担", "先登记再回复", "转交组长")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """How one question is answered. a: how steeply ability helps; b: ability at which half know it; 0 = the average.

    pulls: weight of each option for those who don't know. planted: what is wrong with it, "" for nothing.
    """

    question: Question
    a: float
    b: float
    pulls: tuple[float, ...]
    pace: float  # seconds that half of the people need
    planted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """One attempt. answers, seconds: by question; None = left out."""

    person: int
    ability: float
    started_at: datetime
    answers: tuple[str | None, ...]
    seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    models: tuple[Model, ...]
    sat: tuple[Sat, ...]
    leaked_from: datetime

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(model.question for model in self.models)


def simulated(
    seed: int = 1,
    *,
    people: int = 200,
    questions: int = 20,
    planted: dict[int, str] | None = None,
    days: int = 30,
    copied: tuple[tuple[int, int], ...] = (),
    hasty: tuple[int, ...] = (),
    shift: float = 0.0,
) -> Cohort:
    """Return people's attempts at four-option questions. planted: number of a question (from 0) and what is wrong.

    copied: pairs, the second of whom takes over nearly all answers of the first. hasty: people who know all answers
    and need a tenth of the time. shift: by how much later people are abler, in deviations, over the whole time.
    """
    chance = random.Random(seed)
    models = tuple(_model(chance, number, (planted or {}).get(number, "")) for number in range(questions))
    leaked_from = BEGAN + timedelta(days=days * 0.6)
    sat: list[Sat] = []
    for person in range(people):
        started = BEGAN + timedelta(seconds=int(chance.random() * days * 86_400))
        ability = chance.gauss(0, 1) + shift * ((started - BEGAN) / timedelta(days=days) - 0.5)
        pace = math.exp(chance.gauss(0, 0.25))
        if person in hasty:
            ability, pace = 6.0, 0.1
        answers, seconds = [], []
        for model in models:
            leaked = model.planted == LEAKED and started >= leaked_from
            answers.append(_answer(chance, model, ability, leaked=leaked))
            taken = model.pace * pace * math.exp(chance.gauss(0, 0.35)) * (0.3 if leaked else 1)
            seconds.append(max(1, round(taken)))
        sat.append(
            Sat(person=person, ability=ability, started_at=started, answers=tuple(answers), seconds=tuple(seconds))
        )
    for one, other in copied:
        kept = tuple(
            own if chance.random() < 0.05 else taken
            for own, taken in zip(sat[other].answers, sat[one].answers, strict=True)
        )
        sat[other] = Sat(
            person=other,
            ability=sat[other].ability,
            started_at=sat[one].started_at + timedelta(minutes=2),
            answers=kept,
            seconds=sat[other].seconds,
        )
    return Cohort(models=models, sat=tuple(sat), leaked_from=leaked_from)


def _model(chance: random.Random, number: int, planted: str) -> Model:
    a = math.exp(chance.gauss(0.2, 0.25))
    b = max(-2.0, min(1.0, chance.gauss(-0.6, 0.7)))
    pulls = [0.3 + chance.random() for _ in range(4)]
    pace = 12 + 30 * chance.random()
    right = chance.randrange(4)
    if planted == EASY:
        b, a = -4.5, 1.2
    if planted == HARD:
        b, a = 3.0, 0.8
    if planted in (MISKEYED, AMBIGUOUS, NEGATIVE):
        b = -0.5
    options = chance.sample(WORDS, 4)
    question = Question(
        stem=rich(f"第 {number + 1} 题：顾客这样问，应当怎样处理？"),
        shape=Single(options=items("o", *options), right=f"o{right + 1}"),
    )
    return Model(question=question, a=a, b=b, pulls=tuple(pulls), pace=pace, planted=planted)


def _answer(chance: random.Random, model: Model, ability: float, *, leaked: bool) -> str | None:
    right = int(model.question.shape.right[1:]) - 1  # type: ignore[union-attr]
    known = chance.random() < 1 / (1 + math.exp(-model.a * (ability - model.b)))
    if model.planted == SKIPPED and not known and chance.random() < 0.6:
        return None
    if leaked and chance.random() < 0.97:
        return f"o{right + 1}"
    other = (right + 1) % 4
    if model.planted == NEGATIVE:
        known = not known
    if model.planted == MISKEYED:
        return f"o{other + 1}" if known else f"o{_guess(chance, model, but=other) + 1}"
    if model.planted == AMBIGUOUS and known and chance.random() < 0.5:
        return f"o{other + 1}"
    return f"o{right + 1}" if known else f"o{_guess(chance, model, but=right) + 1}"


def _guess(chance: random.Random, model: Model, *, but: int) -> int:
    """Return a wrong option by the pull of each."""
    return chance.choices(range(4), [0 if at == but else pull for at, pull in enumerate(model.pulls)])[0]


def earned_of(cohort: Cohort, sat: Sat) -> list[int]:
    return [
        int(ONE_POINT * grade(model.question, answer).share)
        for model, answer in zip(cohort.models, sat.answers, strict=True)
    ]


@dataclass(slots=True)
class Rows:
    """What the queries would have read of a cohort."""

    papers: list[Paper] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)


def rows_of(cohort: Cohort, pass_mark: float = 0.6) -> Rows:
    """Return the rows of the analysis, counted here instead of by the database."""
    found = Rows()
    possible = ONE_POINT * len(cohort.models)
    earned = [earned_of(cohort, sat) for sat in cohort.sat]
    for number, (sat, points) in enumerate(zip(cohort.sat, earned, strict=True), start=1):
        found.papers.append(
            Paper(
                attempt_id=number,
                person_id=sat.person + 1,
                earned=sum(points),
                possible=possible,
                passed=sum(points) >= pass_mark * possible,
                seconds=sum(sat.seconds),
                submitted_at=sat.started_at + timedelta(seconds=sum(sat.seconds)),
            )
        )
    cuts = cuts_of([paper.score for paper in found.papers])
    starts = slices_of([paper.submitted_at for paper in found.papers])
    counted: Counter[tuple[object, ...]] = Counter()
    totals: Counter[tuple[object, ...]] = Counter()
    squares: Counter[tuple[object, ...]] = Counter()
    for paper, sat, points in zip(found.papers, cohort.sat, earned, strict=True):
        place = band_of(paper.score, cuts), slice_of(paper.submitted_at, starts)
        for model, answer, got in zip(cohort.models, sat.answers, points, strict=True):
            key = (asked_sha(model.question), answer, got, *place)
            counted[key] += 1
            totals[key] += paper.earned
            squares[key] += paper.earned**2
    parts = {asked_sha(model.question): number for number, model in enumerate(cohort.models, start=1)}
    for key, count in counted.items():
        sha, answer, got, band, at = key
        found.cells.append(
            Cell(
                sha=sha,
                part_id=parts[sha],
                answer=answer,
                points=ONE_POINT,
                earned=got,
                possible=possible,
                band=band,
                slice=at,
                count=count,
                total=totals[key],
                squares=squares[key],
            )
        )
    return found


def write(
    cohort: Cohort, slug: str, *, team_id: int, people: list[int] | None = None, occasion: str = "once"
) -> list[int]:
    """Put the attempts of a cohort at a published quiz with its questions into the store; return the people's ids."""
    document_id = (
        session()
        .execute(select(Slug.document_id).where(Slug.kind == "quiz", Slug.slug == slug, Slug.is_current))
        .scalar_one()
    )
    revision_id = session().get_one(Document, document_id).published_id
    shas = [asked_sha(question) for question in cohort.questions]
    parts = dict(session().execute(select(PartVersion.sha, PartVersion.part_id).where(PartVersion.sha.in_(shas))).all())
    possible = ONE_POINT * len(cohort.models)
    rules = QuizRules()
    limits = to_plain(Frozen(rules=rules, minutes=10, time_percent=100, seed="seed"))
    orders = [
        {"ids": list(shown_order(model.question, "seed", sha.hex(), shuffle_options=False))}
        for model, sha in zip(cohort.models, shas, strict=True)
    ]
    with transaction() as s:
        if people is None:
            people = _people(len(cohort.sat), team_id)
        first = (s.scalar(select(Attempt.id).order_by(Attempt.id.desc()).limit(1)) or 0) + 1
        attempts, answers = [], []
        for number, sat in enumerate(cohort.sat, start=first):
            earned = earned_of(cohort, sat)
            ended = sat.started_at + timedelta(seconds=sum(sat.seconds))
            attempts.append(
                {
                    "public_id": new_public_id(),
                    "person_id": people[sat.person],
                    "document_id": document_id,
                    "revision_id": revision_id,
                    "occasion": occasion,
                    "number": 1,
                    "mode": "check",
                    "state": "submitted",
                    "started_at": sat.started_at,
                    "submitted_at": ended,
                    "ended_by": "person",
                    "total": len(shas),
                    "limits": limits,
                    "earned": sum(earned),
                    "possible": possible,
                    "passed": sum(earned) >= rules.pass_mark * possible,
                }
            )
            answers += [
                {
                    "attempt_id": number,
                    "position": place,
                    "key": f"q{place}",
                    "part_id": parts[sha],
                    "part_version_sha": sha,
                    "option_order": order,
                    "points": ONE_POINT,
                    "value": None if answer is None else {"v": answer},
                    "answered": answer is not None,
                    "seq": 1,
                    "saved_at": ended,
                    "seconds": seconds,
                    "earned": got,
                }
                for place, (sha, order, answer, seconds, got) in enumerate(
                    zip(shas, orders, sat.answers, sat.seconds, earned, strict=True), start=1
                )
            ]
        given = s.execute(insert(Attempt).returning(Attempt.id, sort_by_parameter_order=True), attempts).scalars().all()
        moved = given[0] - first
        for answer in answers:
            answer["attempt_id"] += moved
        s.execute(insert(AttemptItem.__table__), answers)
    return people


def _people(count: int, team_id: int) -> list[int]:
    last = session().scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0
    rows = [
        {
            "employee_no": f"M{last + number:06}",
            "login_name": f"m{last + number:06}",
            "name": f"{'赵钱孙李周吴郑王冯陈'[number % 10]}{'小晓明文一子若思安嘉'[number // 10 % 10]}{number}",
            "team_id": team_id,
            "created_at": BEGAN,
        }
        for number in range(1, count + 1)
    ]
    made = session().execute(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows)
    return list(made.scalars().all())
