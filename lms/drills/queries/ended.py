"""A run that is over, for whoever may see it: its head, how it went, and how it counts now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.content.models import Document, Slug
from lms.content.queries import compiled
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.plain import from_plain
from lms.drills.models import Run, RunOverrule
from lms.drills.queries.frozen import Frozen, specs_of
from lms.drills.queries.replaying import EVENTS, first_states
from lms.drills.queries.words import words_of
from lms.drills.rules.judge import Words
from lms.drills.rules.lanes import Happened, Kind
from lms.drills.rules.rejudge import Changed, Erased, Rejudged, rejudged
from lms.drills.rules.replay import Fact, Replayed, replay
from lms.drills.rules.score import Result
from lms.drills.spec import DrillSpec

ENDED = "ended"
_RUN: Any = (
    select(Run, Document.title, Slug.slug, Person.name, Person.employee_no, Team.name.label("team"))
    .options(undefer(Run.frozen), undefer(Run.result), undefer(Run.self_rating))
    .join(Document, Document.id == Run.document_id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .join(Person, Person.id == Run.person_id)
    .outerjoin(Team, Team.id == Person.team_id)
)
_DECIDED = (
    select(RunOverrule.seq, RunOverrule.line, RunOverrule.held)
    .where(RunOverrule.run_id == bindparam("run_id"))
    .order_by(RunOverrule.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A run as its pages name it. own: it is the actor's. rated: the own rating was given or put off.

    rating: what the person said of himself, {} without; lanes, whole: results as they count now; whole is None while
    the run has none. revisions: of each drill, by which they are counted.
    """

    id: int
    public_id: str
    person_id: int
    person_name: str
    employee_no: str
    team: str
    own: bool
    document_id: int
    title: str
    slug: str
    number: int
    state: str
    from_scene: str
    started_at: datetime
    ended_at: datetime | None
    waiting: bool
    team_drill_id: int | None
    rated: bool
    rating: Mapping[str, Any]
    frozen: Frozen
    lanes: tuple[Result, ...]
    whole: Result | None
    revisions: tuple[int, ...]

    @property
    def practice(self) -> bool:
        return bool(self.from_scene)

    @property
    def sealed(self) -> bool:
        """Whether nothing that tells a score may be shown: the person has not rated himself yet."""
        return self.own and not self.rated


def head(actor: Actor, public_id: str, permission: Permission = Permission.DRILL_RESULTS) -> Head:
    """Return a run of one's own, or of somebody over whom one holds the permission. Raises NotFound."""
    statement = _RUN.where(Run.public_id == public_id, or_(Run.person_id == actor.id, visible(actor, permission)))
    row = session().execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return head_of(row, actor.id)


def others_head(actor: Actor, public_id: str) -> Head:
    """Return the run of somebody else whom the actor may review. Nobody reviews himself. Raises NotFound."""
    statement = _RUN.where(
        Run.public_id == public_id, Run.person_id != actor.id, visible(actor, Permission.DRILL_REVIEW)
    )
    row = session().execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return head_of(row, actor.id)


def head_of(row: Any, actor_id: int) -> Head:
    run: Run = row.Run
    frozen: Frozen = from_plain(Frozen, run.frozen)
    return Head(
        id=run.id,
        public_id=run.public_id,
        person_id=run.person_id,
        person_name=row.name or "",
        employee_no=row.employee_no or "",
        team=row.team or "",
        own=run.person_id == actor_id,
        document_id=run.document_id,
        title=row.title,
        slug=row.slug,
        number=run.number,
        state=run.state,
        from_scene=run.from_scene,
        started_at=run.started_at,
        ended_at=run.ended_at,
        waiting=run.waiting,
        team_drill_id=run.team_drill_id,
        rated=run.self_rated_at is not None,
        rating=run.self_rating or {},
        frozen=frozen,
        lanes=results_in(run.result),
        whole=from_plain(Result, run.result["together"]) if run.result else None,
        revisions=revisions_of(frozen, run.result),
    )


def asked(head: Head) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the person rates himself by: the dimensions, and the drill's own questions."""
    names = tuple(each.name for each in head.whole.dimensions) if head.whole else ()
    drills = specs_of(head.frozen)
    return names, tuple(dict.fromkeys(ask for drill in drills if drill.debrief for ask in drill.debrief.asks))


def revisions_of(frozen: Frozen, result: Mapping[str, Any] | None) -> tuple[int, ...]:
    """Return the versions by which a run is counted: those of its start until it was scored anew by others."""
    return tuple((result or {}).get("revisions") or [lane.revision_id for lane in frozen.lanes])


def results_in(result: Mapping[str, Any] | None) -> tuple[Result, ...]:
    """Return the result of each conversation as it is stored."""
    return tuple(from_plain(Result, each) for each in (result or {}).get("lanes", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as it is stored."""

    seq: int
    at: datetime
    mood: int | None
    happened: Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """How a run went and how it counts. then: drills by which it was played; now: by which it is counted.

    counted: None where what was written is deleted, so nothing can be judged.
    """

    then: tuple[DrillSpec, ...]
    now: tuple[DrillSpec, ...]
    words: Words
    events: tuple[Event, ...]
    gone: tuple[Replayed, ...]
    decided: Mapping[int, Mapping[int, bool]]
    counted: Rejudged | None


def gone_of(run_id: int, frozen: Frozen, revisions: Sequence[int]) -> Gone:
    """Return how a run went. Five statements beside those that load a drill."""
    then = specs_of(frozen)
    now = then
    if list(revisions) != [lane.revision_id for lane in frozen.lanes]:
        now = tuple(compiled(each) for each in revisions)
    events = tuple(_event(row) for row in rows(EVENTS, {"run_id": run_id}))
    words, decided = words_of(frozen), decided_of(run_id)
    gone = replay(then, first_states(frozen, then), [_fact(each) for each in events], words)
    try:
        counted = rejudged(then, now, gone, words, decided)
    except (Changed, Erased):
        counted = None
    return Gone(then=then, now=now, words=words, events=events, gone=gone, decided=decided, counted=counted)


def decided_of(run_id: int) -> dict[int, dict[int, bool]]:
    """Return by event and line what people found; the last finding counts."""
    found: dict[int, dict[int, bool]] = {}
    for row in rows(_DECIDED, {"run_id": run_id}):
        found.setdefault(row.seq, {})[row.line] = row.held
    return found


def _event(row: Any) -> Event:
    return Event(
        seq=row.seq,
        at=row.at,
        mood=row.mood,
        happened=Happened(
            lane=row.lane,
            kind=Kind(row.kind),
            at=row.at,
            step=row.step,
            scene=row.scene,
            led_to=row.led_to,
            choice=row.choice,
            text=row.text or "",
            milliseconds=row.milliseconds,
            mood=row.mood,
        ),
    )


def _fact(event: Event) -> Fact:
    fact = event.happened
    return Fact(seq=event.seq, lane=fact.lane, kind=fact.kind, choice=fact.choice, text=fact.text, led_to=fact.led_to)
