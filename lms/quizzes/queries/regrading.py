"""Reading what a correction of a question would touch: the versions that were asked, the answers they were given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import bindparam, case, exists, func, select

from lms.content import queries as content
from lms.content.models import Part, PartVersion
from lms.content.parts import PartKind
from lms.content.queries import Card
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.plain import from_plain
from lms.questions.rules.correction import is_keyed_otherwise, misfit
from lms.questions.spec import Question
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.corrections import Standing, standing
from lms.quizzes.queries.sittings import MISTAKES, asked_question, question_as
from lms.quizzes.rules.attempts import CLOSED, Score, State
from lms.quizzes.rules.regrade import Answered, Outcome

_SPEC = select(PartVersion.spec).where(PartVersion.sha == bindparam("sha"))
COUNTED = Attempt.occasion != MISTAKES
"""A practice of one's own mistakes counts for nothing: it stays as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a question as it was asked. closed, sitting: attempts that had it and are over, or going on.

    people: of the closed ones. number: place in these attempts, where it is the same in all of them. correction: that
    stands, None = marked as it was asked.
    """

    sha: bytes
    question: Question
    closed: int
    sitting: int
    people: int
    correction: Standing | None

    @property
    def name(self) -> str:
        return self.sha.hex()[:16]

    @property
    def marked_by(self) -> Question | None:
        """The question with the key that counts now; None where it is dropped."""
        if self.correction is None:
            return self.question
        if self.correction.dropped:
            return None
        return question_as(self.sha, self.correction.graded_as)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of a quiz. versions: as asked in whatever quiz, the most attempts first. published: as it stands now,
    None where it is no more. quizzes: others in which it was asked.
    """

    quiz: Card
    part_id: int
    key: str
    home: Card
    versions: tuple[Version, ...]
    published: Question | None
    published_sha: bytes | None
    quizzes: tuple[Card, ...]


def asked_in(slug: str, key: str) -> Asked:
    """Return a question by its key, as one who runs the quiz comes to it. Raises NotFound."""
    quiz = content.open_work("quiz", slug).card
    part = (
        session()
        .execute(
            select(Part.id, Part.document_id, Part.text_sha, Part.retired_at).where(
                Part.key == key, Part.kind == PartKind.QUESTION.value
            )
        )
        .one_or_none()
    )
    if part is None:
        raise NotFound()
    shas = set(
        session().scalars(
            select(AttemptItem.part_version_sha).where(AttemptItem.part_id == part.id).distinct(),
        )
    )
    documents = set(
        session().scalars(
            select(Attempt.document_id)
            .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
            .where(AttemptItem.part_version_sha.in_(shas))
            .distinct()
        )
    )
    if quiz.document_id not in documents | {part.document_id}:
        raise NotFound()
    cards = content.cards(documents | {part.document_id})
    published = None if part.retired_at else session().scalar(_SPEC, {"sha": part.text_sha})
    return Asked(
        quiz=quiz,
        part_id=part.id,
        key=key,
        home=cards[part.document_id],
        versions=versions(shas),
        published=None if published is None else from_plain(Question, published),
        published_sha=None if published is None else part.text_sha,
        quizzes=tuple(cards[each] for each in sorted(documents - {quiz.document_id})),
    )


def versions(shas: Collection[bytes]) -> tuple[Version, ...]:
    """Return these versions with the attempts that had them; voided ones don't count."""
    if not shas:
        return ()
    is_closed = Attempt.state.in_(CLOSED)
    counted = {
        row.part_version_sha: row
        for row in session().execute(
            select(
                AttemptItem.part_version_sha,
                func.count(case((is_closed, 1))).label("closed"),
                func.count(case((Attempt.state == State.OPEN.value, 1))).label("sitting"),
                func.count(case((is_closed, Attempt.person_id)).distinct()).label("people"),
            )
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(AttemptItem.part_version_sha.in_(shas), COUNTED)
            .group_by(AttemptItem.part_version_sha)
        )
    }
    corrections = standing(shas)
    found = [
        Version(
            sha=sha,
            question=asked_question(sha),
            closed=row.closed,
            sitting=row.sitting,
            people=row.people,
            correction=_if_other(sha, corrections.get(sha)),
        )
        for sha, row in counted.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.closed - each.sitting, each.sha)))


def _if_other(sha: bytes, correction: Standing | None) -> Standing | None:
    return None if correction is None or correction.graded_as == sha else correction


_OTHERS = (
    select(
        AttemptItem.attempt_id,
        func.sum(AttemptItem.earned).label("earned"),
        func.sum(AttemptItem.points).label("possible"),
        func.sum(case((AttemptItem.waiting, AttemptItem.points - AttemptItem.earned), else_=0)).label("waiting"),
    )
    .where(~AttemptItem.dropped)
    .group_by(AttemptItem.attempt_id)
)


def answers_to(sha: bytes, attempt_ids: Sequence[int] | None = None) -> list[Answered]:
    """Return every closed attempt that asked this version (or of these attempts those that did), by its number."""
    with_it = select(AttemptItem.attempt_id).where(AttemptItem.part_version_sha == sha)
    chosen = AttemptItem.part_version_sha == sha
    if attempt_ids is not None:
        with_it = with_it.where(AttemptItem.attempt_id.in_(attempt_ids))
        chosen = chosen & AttemptItem.attempt_id.in_(attempt_ids)
    rest = {
        row.attempt_id: Score(earned=int(row.earned or 0), possible=int(row.possible), waiting=int(row.waiting or 0))
        for row in session().execute(
            _OTHERS.where(AttemptItem.part_version_sha != sha, AttemptItem.attempt_id.in_(with_it))
        )
    }
    rows = session().execute(
        select(
            Attempt.id,
            Attempt.person_id,
            Attempt.earned.label("attempt_earned"),
            Attempt.possible,
            Attempt.passed,
            Attempt.limits[("rules", "pass_mark")].as_string().label("pass_mark"),
            AttemptItem.position,
            AttemptItem.points,
            AttemptItem.value,
            AttemptItem.earned,
            AttemptItem.waiting,
            AttemptItem.dropped,
            AttemptItem.marked_by,
        )
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(chosen, Attempt.state.in_(CLOSED), COUNTED)
        .order_by(Attempt.id)
    )
    nothing = Score(earned=0, possible=0)
    return [
        Answered(
            attempt_id=row.id,
            person_id=row.person_id,
            position=row.position,
            points=row.points,
            answer=row.value["v"] if row.value else None,
            earned=row.earned or 0,
            waiting=row.waiting,
            dropped=row.dropped,
            by_person=row.marked_by is not None,
            others=rest.get(row.id, nothing),
            pass_mark=_fraction(row.pass_mark),
            result=Outcome(earned=row.attempt_earned or 0, possible=row.possible, passed=row.passed),
        )
        for row in rows
    ]


@lru_cache(maxsize=256)
def _fraction(written: str) -> Fraction:
    return Fraction(written)


def alone_on_paper(sha: bytes) -> int:
    """Return how many papers, open ones too, have no other question that counts."""
    mine = AttemptItem.__table__.alias("mine")
    other = AttemptItem.__table__.alias("other")
    return (
        session().scalar(
            select(func.count())
            .select_from(mine)
            .join(Attempt, Attempt.id == mine.c.attempt_id)
            .where(
                mine.c.part_version_sha == sha,
                Attempt.state != State.VOIDED.value,
                COUNTED,
                ~exists().where(
                    other.c.attempt_id == mine.c.attempt_id, other.c.position != mine.c.position, ~other.c.dropped
                ),
            )
        )
        or 0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeyed:
    """A question whose key another version changes. closed, sitting, people: of the versions marked by the old key."""

    key: str
    title: str
    closed: int
    sitting: int
    people: int


def rekeyed_by(document_id: int, now: Mapping[str, Question]) -> list[Rekeyed]:
    """Return the questions of a document that were asked with another key than `now` gives them, in their order.

    now: by key of the part. A version that asks something else is left out: its answers can't be marked by the new key.
    """
    found = session().execute(
        select(Part.id, Part.key, Part.title)
        .where(Part.document_id == document_id, Part.key.in_(now), Part.kind == PartKind.QUESTION.value)
        .order_by(Part.position)
    )
    parts = found.all()
    asked: dict[int, set[bytes]] = {}
    for row in session().execute(
        select(AttemptItem.part_id, AttemptItem.part_version_sha)
        .where(AttemptItem.part_id.in_([part.id for part in parts]))
        .distinct()
    ):
        asked.setdefault(row.part_id, set()).add(row.part_version_sha)
    changed = []
    for part in parts:
        before = [each for each in versions(asked.get(part.id, set())) if _is_marked_otherwise(each, now[part.key])]
        if before:
            changed.append(
                Rekeyed(
                    key=part.key,
                    title=part.title,
                    closed=sum(each.closed for each in before),
                    sitting=sum(each.sitting for each in before),
                    people=sum(each.people for each in before),
                )
            )
    return changed


def _is_marked_otherwise(version: Version, now: Question) -> bool:
    """Whether its answers could be marked by the key of `now` and are marked by another; a dropped one is settled."""
    marked_by = version.marked_by
    if marked_by is None or misfit(version.question, now) is not None:
        return False
    return is_keyed_otherwise(marked_by, now)
