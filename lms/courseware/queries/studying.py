"""How a person stands with packages: the room, the first page of one, its player, what its pages may reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.queries import duties, duties_about, locked_reason
from lms.assignments.rules import Duty, Place, place_of
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import settings, today
from lms.core.points import Points
from lms.core.texts import Text
from lms.courseware.models import CoursewareAttempt, CoursewareState
from lms.courseware.queries.packages import manifest_of, package_named
from lms.courseware.rules import cmi
from lms.courseware.rules.keys import OPEN_FOR, Opening, opening_of
from lms.courseware.rules.manifest import Manifest, Sco
from lms.courseware.spec import ScormSpec
from lms.learning.rules import plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One own attempt. earned, possible: 1/27,720 point, None without a score. status: rules/verdict.py."""

    public_id: str
    document_id: int
    number: int
    state: str
    status: str
    met: bool
    earned: Points | None
    possible: Points | None
    started_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A package that the person may take. duty: what is owed, None for nothing; last: the latest own attempt."""

    document_id: int
    slug: str
    title: str
    minutes: int
    duty: Duty | None
    last: Tried | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line of the menu. place: of the part, None for a heading. done: None = not opened yet."""

    title: str
    depth: int
    place: int | None
    done: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intro:
    """What stands before the start. refusal: why it can't be begun; left: further attempts, None = no limit.

    is_due: it is owed and not done, also where it was done on an earlier occasion. place: where it stands in what is
    owed, following: what to go on with afterwards. next_place: of the part to open now. missing: the package was never
    uploaded here.
    """

    document_id: int
    slug: str
    title: str
    spec: ScormSpec
    minutes: int
    duty: Duty | None
    is_due: bool
    place: Place | None
    following: Duty | None
    refusal: Text | None
    missing: bool
    parts: tuple[Part, ...]
    past: tuple[Tried, ...]
    left: int | None
    next_place: int

    @property
    def going(self) -> Tried | None:
        return next((each for each in self.past if each.state == "open"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One part in the player. origin: "" for the academy's own; key: for its pages. following: the next part."""

    attempt: Tried
    title: str
    slug: str
    key: str
    origin: str
    sco: Sco
    parts: tuple[Part, ...]
    number: int
    following: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a key opens now: whose, which package, which part, and what it has said so far."""

    key: str
    package_id: int
    edition: str
    sco: Sco
    state: dict[str, str]
    hundredths: int
    seq: int
    review: bool
    person_public_id: str
    person_name: str


def room(actor: Actor) -> list[Listed]:
    """Return every package that the person may take, what is owed first. Three statements."""
    found = content.choices(actor, ("scorm",))
    owed = {each.item.document_id: each for each in reversed(duties(actor.id, today())) if each.kind == "scorm"}
    last = {each.document_id: each for each in reversed(_tries(actor.id))}
    listed = [
        Listed(
            document_id=each.document_id,
            slug=each.slug,
            title=each.title,
            minutes=each.minutes,
            duty=owed.get(each.document_id),
            last=last.get(each.document_id),
        )
        for each in found
    ]
    return sorted(listed, key=lambda each: each.duty is None or each.duty.item.settled)


def intro(actor: Actor, slug: str) -> Intro:
    """Return what the first page of a package shows. Raises NotFound."""
    opened = content.open_published(actor, "scorm", slug)
    spec: ScormSpec = content.spec(opened)
    past = tuple(_tries(actor.id, opened.document_id))
    going = next((each for each in past if each.state == "open"), None)
    every = duties_about(actor.id, opened.document_id, today())
    place = place_of(every, opened.document_id)
    duty = place.duty if place else None
    since = asked_since(actor.id, opened.document_id)
    begun = sum(since is None or each.started_at >= since for each in past)
    manifest: Manifest | None = None
    states: dict[int, CoursewareState] = {}
    if going is not None:
        manifest, states = _standing(going.public_id)
    elif (package := package_named(spec.package)) is not None:
        manifest = manifest_of(package.id)
    parts = _parts(manifest, states) if manifest else ()
    return Intro(
        document_id=opened.document_id,
        slug=opened.slug,
        title=opened.title,
        spec=spec,
        minutes=(duty.item.minutes if duty else 0) or opened.minutes,
        duty=duty,
        is_due=duty is not None and duty.goal_open and not duty.item.settled,
        place=place,
        following=plan.following(every, place, clock.now()) if place else None,
        refusal=None if going else locked_reason(actor.id, opened.document_id, today(), every=every),
        missing=manifest is None,
        parts=parts,
        past=past,
        left=None if spec.attempts is None else max(spec.attempts - begun, 0),
        next_place=next((each.place for each in parts if each.place is not None and not each.done), 0),
    )


def asked_since(person_id: int, document_id: int) -> datetime | None:
    """Return since when somebody is asked for a package as if it were new: attempts before it are not counted.

    That is the latest occasion of all on which it is owed, by itself or in a course. None: there is none.
    """
    return session().scalar(
        select(func.max(Assignment.counts_from))
        .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
        .where(
            Assignment.person_id == person_id,
            Assignment.state != "withdrawn",
            AssignmentItem.document_id == document_id,
        )
    )


def played(actor: Actor, attempt_id: str, place: int) -> Played:
    """Return one part of one's own attempt as it was last opened. Raises NotFound, also for one that never was."""
    row = (
        session()
        .execute(
            select(CoursewareAttempt, CoursewareState.launch)
            .join(CoursewareState, CoursewareState.attempt_id == CoursewareAttempt.id)
            .where(
                CoursewareAttempt.public_id == attempt_id,
                CoursewareAttempt.person_id == actor.id,
                CoursewareState.place == place,
            )
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    attempt: CoursewareAttempt = row.CoursewareAttempt
    manifest, states = _standing(attempt_id)
    card = content.cards([attempt.document_id])[attempt.document_id]
    opening = Opening(attempt_id=attempt_id, place=place, launch=row.launch)
    order = [entry.sco for entry in manifest.menu if entry.sco is not None] or list(range(len(manifest.scos)))
    after = order[order.index(place) + 1 :] if place in order else []
    return Played(
        attempt=_tried(attempt),
        title=card.title,
        slug=card.slug,
        key=opening.key(settings().secret_key),
        origin=settings().courseware_origin,
        sco=manifest.scos[place],
        parts=_parts(manifest, states),
        number=place,
        following=after[0] if after else None,
    )


def running(key: str) -> Running:
    """Return what a key opens. Raises NotFound for one that opens nothing any more."""
    opening = opening_of(settings().secret_key, key)
    if opening is None:
        raise NotFound()
    row: Any = rows(
        select(
            CoursewareAttempt.package_id,
            CoursewareAttempt.state,
            CoursewareState.cmi,
            CoursewareState.hundredths,
            CoursewareState.seq,
            CoursewareState.launch,
            CoursewareState.launched_at,
            Person.public_id,
            Person.name,
        )
        .join(CoursewareState, CoursewareState.attempt_id == CoursewareAttempt.id)
        .join(Person, Person.id == CoursewareAttempt.person_id)
        .where(CoursewareAttempt.public_id == opening.attempt_id, CoursewareState.place == opening.place, Person.active)
    ).one_or_none()
    if row is None or row.launch != opening.launch or clock.now() - row.launched_at > OPEN_FOR:
        raise NotFound()
    manifest = manifest_of(row.package_id)
    return Running(
        key=key,
        package_id=row.package_id,
        edition=manifest.edition,
        sco=manifest.scos[opening.place],
        state=row.cmi,
        hundredths=row.hundredths,
        seq=row.seq,
        review=row.state != "open",
        person_public_id=row.public_id,
        person_name=row.name or "",
    )


def _standing(attempt_id: str) -> tuple[Manifest, dict[int, CoursewareState]]:
    attempt = session().scalars(select(CoursewareAttempt).where(CoursewareAttempt.public_id == attempt_id)).one()
    states = session().scalars(select(CoursewareState).where(CoursewareState.attempt_id == attempt.id))
    return manifest_of(attempt.package_id), {each.place: each for each in states}


def _parts(manifest: Manifest, states: dict[int, CoursewareState]) -> tuple[Part, ...]:
    found = []
    for entry in manifest.menu:
        done: bool | None = None
        if entry.sco is not None and (state := states.get(entry.sco)) is not None:
            said = cmi.said(manifest.edition, manifest.scos[entry.sco], state.cmi, ended=state.left)
            done = bool(said.completed or said.success)
        found.append(Part(title=entry.title, depth=entry.depth, place=entry.sco, done=done))
    return tuple(found)


def _tries(person_id: int, document_id: int | None = None) -> Sequence[Tried]:
    """Return own attempts, the latest first."""
    statement = select(CoursewareAttempt).where(CoursewareAttempt.person_id == person_id)
    if document_id is not None:
        statement = statement.where(CoursewareAttempt.document_id == document_id)
    found = session().scalars(statement.order_by(CoursewareAttempt.document_id, CoursewareAttempt.number.desc()))
    return [_tried(each) for each in found]


def _tried(row: CoursewareAttempt) -> Tried:
    return Tried(
        public_id=row.public_id,
        document_id=row.document_id,
        number=row.number,
        state=row.state,
        status=row.status,
        met=row.met,
        earned=row.earned,
        possible=row.possible,
        started_at=row.started_at,
        last_at=row.last_at,
    )
