"""A run as its person sees it: the transcript so far, what may be sent now, the clocks. Reading it changes nothing.

Clocks that ran out since the last step are taken into account here and written down by the next step or the worker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from lms.content.models import Document, Edge, Slug
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.plain import from_plain
from lms.drills.models import Run
from lms.drills.queries.frozen import Frozen, specs_of
from lms.drills.queries.replaying import EVENTS_AFTER
from lms.drills.rules.lanes import Happened, Kind, Lane, caught_up, scaled, typing_ms
from lms.drills.rules.play import bubbles, offered, said_in
from lms.drills.rules.seen import LaneSeen, Line, Reply, RunSeen, Who
from lms.drills.spec import Bubble, DrillSpec, Scene

_RUN = (
    select(
        Run.id,
        Run.public_id,
        Run.state,
        Run.started_at,
        Run.deadline_at,
        Run.paused_at,
        Run.from_scene,
        Run.lanes,
        Run.events,
        Run.frozen,
        Run.document_id,
        Slug.slug,
    )
    .join(Slug, and_(Slug.document_id == Run.document_id, Slug.is_current))
    .where(Run.public_id == bindparam("public_id"), Run.person_id == bindparam("person_id"))
)
_ARTICLES = (
    select(Edge.from_document_id, Slug.slug, Document.title)
    .join(Document, Document.id == Edge.to_document_id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .where(
        Edge.from_document_id.in_(bindparam("ids", expanding=True)),
        Document.kind == "article",
        Document.state == "published",
    )
    .order_by(Edge.id)
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """Something that happened, with its number within the run: stored, or about to be written."""

    seq: int
    fact: Happened


def look(actor: Actor, run_id: str, *, after: int = 0, articles: bool = True) -> RunSeen:
    """Return an own run as it stands now. Three statements. Raises NotFound.

    after: the last event whose lines are known already; only later lines and cards are in the answer. articles: with
    those that the drill links to.
    """
    run = rows(_RUN, {"public_id": run_id, "person_id": actor.id}).one_or_none()
    if run is None:
        raise NotFound()
    frozen: Frozen = from_plain(Frozen, run.frozen)
    drills = specs_of(frozen)
    lanes: tuple[Lane, ...] = tuple(from_plain(Lane, each) for each in run.lanes)
    stored = [Numbered(row.seq, _happened(row)) for row in rows(EVENTS_AFTER, {"run_id": run.id, "after": after})]
    now = clock.now()
    over = run.state != "open"
    if not over and run.paused_at is None:
        course = caught_up(drills, lanes, now, over_at=run.deadline_at, percent=frozen.time_percent)
        lanes, over = course.lanes, course.over
        first = run.events + 1
        stored += [Numbered(first + offset, fact) for offset, fact in enumerate(course.happened)]
    seen = seen_of(run, frozen, drills, lanes, stored, now)
    return replace(
        seen,
        slug=run.slug,
        state="ended" if over and run.state == "open" else run.state,
        articles=_articles([each.document_id for each in frozen.lanes]) if articles else (),
    )


def seen_of(
    run: Any,
    frozen: Frozen,
    drills: Sequence[DrillSpec],
    lanes: Sequence[Lane],
    happened: Sequence[Numbered],
    now: datetime,
) -> RunSeen:
    """Return a run, as a row or as it was just written, with the lines of these events alone. Asks nothing."""
    return RunSeen(
        run_id=run.public_id,
        slug=frozen.lanes[0].slug,
        title=drills[0].title,
        state=run.state,
        now=now,
        started_at=run.started_at,
        deadline_at=run.deadline_at,
        paused=run.paused_at is not None,
        interruptible=drills[0].interruptible,
        from_scene=run.from_scene,
        lanes=tuple(_lane(number, drills[number], lane, happened, frozen) for number, lane in enumerate(lanes)),
        events=happened[-1].seq if happened else run.events,
        first_new=happened[0].seq if happened else run.events + 1,
    )


def _articles(document_ids: Sequence[int]) -> tuple[tuple[str, str], ...]:
    found = rows(_ARTICLES, {"ids": list(document_ids)})
    return tuple(dict.fromkeys((row.slug, row.title) for row in found))


def _lane(number: int, drill: DrillSpec, lane: Lane, happened: Sequence[Numbered], frozen: Frozen) -> LaneSeen:
    scene = drill.scene(lane.state.scene)
    own = [each for each in happened if each.fact.lane == number]
    going = lane.came and lane.state.end is None
    last = own[-1].seq if own else 0
    lines = tuple(line for each in own for line in _lines(drill, each, fresh=each.seq == last))
    return LaneSeen(
        number=number,
        slug=frozen.lanes[number].slug,
        title=drill.title,
        customer=drill.customer,
        channel=drill.channel,
        step=lane.state.steps + 1,
        scene=scene.name,
        comes_at=None if lane.came else lane.comes_at,
        lines=lines,
        choices=tuple(Reply(id=each.id, text=each.text) for each in offered(drill, lane.state)) if going else (),
        free=going and scene.free,
        shortest=scene.shortest,
        longest=scene.longest,
        mood=lane.state.mood if lane.came else drill.mood,
        mood_first=drill.mood,
        deadline_at=lane.deadline_at if going else None,
        seconds=_length(scene, frozen.time_percent),
        typing_ms=typing_ms(drill.channel, bubbles(drill, lane.state)) if going else 0,
        cards=_cards(drill, own),
        end=lane.state.end.value if lane.state.end else "",
    )


def _length(scene: Scene, percent: int) -> int | None:
    return None if scene.seconds is None else int(scaled(scene.seconds, percent).total_seconds())


def _cards(drill: DrillSpec, own: Sequence[Numbered]) -> tuple[tuple[tuple[str, str], ...], ...]:
    cards = [bubble.card for each in own for bubble in _said(drill, each.fact) if bubble.card]
    return tuple(dict.fromkeys(cards))


def _lines(drill: DrillSpec, numbered: Numbered, *, fresh: bool) -> Iterator[Line]:
    """Yield what one event adds to the transcript: what was sent, then what the customer says to it."""
    fact, seq = numbered.fact, numbered.seq
    seconds = None if fact.milliseconds is None else fact.milliseconds // 1_000
    match fact.kind:
        case Kind.CHOICE:
            sent = next((each.text for each in drill.named(fact.scene).choices if each.id == fact.choice), "")
            yield Line(who=Who.ME, at=fact.at, seq=seq, text=sent, seconds=seconds, fresh=fresh)
        case Kind.TEXT:
            yield Line(who=Who.ME, at=fact.at, seq=seq, text=fact.text, seconds=seconds, fresh=fresh)
        case Kind.TIMEOUT:
            yield Line(who=Who.LATE, at=fact.at, seq=seq, seconds=seconds, fresh=fresh)
        case Kind.OVER | Kind.LEFT:
            yield Line(who=Who.OVER, at=fact.at, seq=seq, fresh=fresh)
    for bubble in _said(drill, fact):
        if not bubble.card:
            yield Line(
                who=Who.THEM if bubble.speaker else Who.SYSTEM,
                at=fact.at,
                seq=seq,
                speaker=bubble.speaker,
                html=bubble.body.html,
                text=bubble.body.text,
                fresh=fresh,
            )


def _said(drill: DrillSpec, fact: Happened) -> tuple[Bubble, ...]:
    """Return what the customer and the system say at the beginning of the scene that an event led to."""
    if fact.kind not in (Kind.CAME, Kind.CHOICE, Kind.TEXT, Kind.TIMEOUT):
        return ()
    return said_in(drill.named(fact.led_to), fact.mood)


def _happened(row: Any) -> Happened:
    return Happened(
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
    )
