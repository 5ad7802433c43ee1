"""What one person finds in the room of the drills: what there is, what is owed, how it went before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.assignments.queries import Duty, duties, locked_reason, own_duties
from lms.content import queries as content
from lms.content.models import Document, Revision, Slug
from lms.content.rules.paths import path_of
from lms.content.store import spec_of
from lms.core.access import Actor, Permission, Scope, widest
from lms.core.db import rows, session
from lms.core.here import today
from lms.core.points import Points
from lms.core.texts import Text
from lms.drills.models import Run
from lms.drills.spec import DrillSpec

FOLDER = "courses"
"""Where the files of drills lie."""

MOST_RUNS = 100
"""Past runs that are looked at for a person's best; older ones only stand in the reports."""

_RUNS = (
    select(
        Run.public_id,
        Run.document_id,
        Run.number,
        Run.state,
        Run.from_scene,
        Run.started_at,
        Run.ended_at,
        Run.paused_at,
        Run.earned,
        Run.possible,
        Run.passed,
        Run.self_rated_at,
        Document.title,
        Slug.slug,
    )
    .join(Document, Document.id == Run.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(Run.person_id == bindparam("person_id"))
    .order_by(Run.started_at.desc(), Run.id.desc())
    .limit(MOST_RUNS)
)
_RUNS_OF = _RUNS.where(Run.document_id == bindparam("document_id"))
_PERCENT = select(Person.time_factor_percent).where(Person.id == bindparam("person_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One own run. earned, possible: 1/27,720 point, None while open. practice: it began at a scene, and counts not."""

    run_id: str
    document_id: int
    slug: str
    title: str
    number: int
    state: str
    practice: bool
    paused: bool
    started_at: datetime
    ended_at: datetime | None
    earned: Points | None
    possible: Points | None
    passed: bool | None
    rated: bool = True

    @property
    def sealed(self) -> bool:
        """Whether nothing of its score is shown yet: the person has first to rate himself, or to put it off."""
        return self.state == "ended" and not self.rated

    @property
    def counts(self) -> bool:
        return self.state == "ended" and not self.practice and self.earned is not None and self.rated


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A drill that the person may play. best: their best run that counts; going: the one that is open.

    sealed: a run waits for the own rating before its score is shown.
    """

    document_id: int
    slug: str
    drill: DrillSpec
    minutes: int
    duty: Duty | None
    best: PastRun | None
    going: PastRun | None
    sealed: bool

    @property
    def customers(self) -> int:
        return 1 + len(self.drill.concurrent)

    @property
    def owed(self) -> bool:
        return self.duty is not None and not self.duty.item.settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a drill went among those whose results somebody sees: people who ended it, and of those who passed it."""

    people: int
    passed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """to_do: owed and not done, the earliest due first. others: the rest by title. past: own runs, latest first.

    What nobody has played alone and is another drill's second or third customer stands in neither.

    played: by document, None for who sees only own results.
    """

    to_do: tuple[Listed, ...]
    others: tuple[Listed, ...]
    past: tuple[PastRun, ...]
    played: dict[int, Played] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intro:
    """What stands before the start. percent: the person's time, 100 = as written. refusal: why it can't begin now."""

    slug: str
    title: str
    document_id: int
    drill: DrillSpec
    minutes: int
    percent: int
    duty: Duty | None
    refusal: Text | None
    going: PastRun | None
    past: tuple[PastRun, ...]

    @property
    def customers(self) -> int:
        return 1 + len(self.drill.concurrent)

    @property
    def whole_seconds(self) -> int | None:
        """The length of the whole run for this person, None without a limit."""
        return None if self.drill.seconds is None else self.drill.seconds * self.percent // 100

    @property
    def best(self) -> PastRun | None:
        return best_of(self.past)


def room(actor: Actor) -> Room:
    """Return every drill that the person may play, with what they owe and their runs. Four statements at most."""
    past = _past(rows(_RUNS, {"person_id": actor.id}))
    owed = {each.item.document_id: each for each in reversed(duties(actor.id, today())) if each.kind == "drill"}
    found = session().execute(
        select(Document.id, Document.minutes, Slug.slug, Revision.compiled_sha)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .join(Revision, Revision.id == Document.published_id)
        .where(Document.kind == "drill", content.readable(actor))
        .order_by(Document.title, Document.id)
    )
    listed = [_listed(row, owed.get(row.id), [run for run in past if run.document_id == row.id]) for row in found]
    to_do = sorted((each for each in listed if each.owed), key=_due)
    played = _played(actor) if sees_others(actor) else None
    beside = {path for each in listed for path in each.drill.concurrent}
    known = {run.document_id for run in past} | set(played or ())
    return Room(
        to_do=tuple(to_do),
        others=tuple(
            each
            for each in listed
            if not each.owed and (each.document_id in known or path_of(FOLDER, each.slug) not in beside)
        ),
        past=past,
        played=played,
    )


def sees_others(actor: Actor) -> bool:
    """Return whether the actor sees results of somebody else."""
    return widest(actor, Permission.DRILL_RESULTS) not in (None, Scope.OWN)


def intro(actor: Actor, slug: str) -> Intro:
    """Return what the first page of a drill shows. Raises NotFound."""
    opened = content.open_published(actor, "drill", slug)
    past = _past(rows(_RUNS_OF, {"person_id": actor.id, "document_id": opened.document_id}))
    going = next((each for each in past if each.state == "open"), None)
    own = own_duties(actor.id, opened.document_id, today())
    return Intro(
        slug=opened.slug,
        title=opened.title,
        document_id=opened.document_id,
        drill=content.spec(opened),
        minutes=opened.minutes,
        percent=rows(_PERCENT, {"person_id": actor.id}).scalar() or 100,
        duty=next((each for each in own if not each.item.settled), None),
        refusal=None if going else locked_reason(actor.id, opened.document_id, today()),
        going=going,
        past=tuple(each for each in past if each is not going),
    )


def best_of(past: Sequence[PastRun]) -> PastRun | None:
    """Return the best run that counts; of several the latest."""
    return max((each for each in past if each.counts), key=lambda each: each.earned or 0, default=None)


def _played(actor: Actor) -> dict[int, Played]:
    """Count people by drill over the runs that count: one statement."""
    passed = func.count(func.distinct(Run.person_id)).filter(Run.passed.is_(True))
    found = session().execute(
        select(Run.document_id, func.count(func.distinct(Run.person_id)).label("people"), passed.label("passed"))
        .join(Person, Person.id == Run.person_id)
        .where(Run.state == "ended", Run.from_scene == "", visible(actor, Permission.DRILL_RESULTS))
        .group_by(Run.document_id)
    )
    return {row.document_id: Played(people=row.people, passed=row.passed) for row in found}


def _listed(row: Any, duty: Duty | None, past: Sequence[PastRun]) -> Listed:
    return Listed(
        document_id=row.id,
        slug=row.slug,
        drill=spec_of(row.compiled_sha),
        minutes=row.minutes,
        duty=duty,
        best=best_of(past),
        going=next((each for each in past if each.state == "open"), None),
        sealed=any(each.sealed for each in past),
    )


def _due(listed: Listed) -> tuple[bool, str]:
    due_on = listed.duty.item.due_on if listed.duty else None
    return due_on is None, due_on.isoformat() if due_on else ""


def _past(found: Any) -> tuple[PastRun, ...]:
    return tuple(
        PastRun(
            run_id=row.public_id,
            document_id=row.document_id,
            slug=row.slug,
            title=row.title,
            number=row.number,
            state=row.state,
            practice=bool(row.from_scene),
            paused=row.paused_at is not None,
            started_at=row.started_at,
            ended_at=row.ended_at,
            earned=row.earned,
            possible=row.possible,
            passed=row.passed,
            rated=row.self_rated_at is not None,
        )
        for row in found
    )
