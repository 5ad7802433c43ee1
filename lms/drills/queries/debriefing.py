"""The debrief of a run: the conversation step by step, where it turned, and what would have helped there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from sqlalchemy import Table, and_, bindparam, select

from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.masking import mask
from lms.drills.models import Run, RunEvent, RunLookup, RunText
from lms.drills.queries.ended import ENDED, Event, Gone, Head
from lms.drills.queries.sections import Section, references, sections
from lms.drills.rules import turning
from lms.drills.rules.best import SHOWN, Written, best_written
from lms.drills.rules.curve import Curve, curve
from lms.drills.rules.desk import Desk, desk
from lms.drills.rules.judge import judge
from lms.drills.rules.lanes import Kind
from lms.drills.rules.lookups import Lookup, Search, searched
from lms.drills.rules.marked import Line, Piece, lines, pieces
from lms.drills.rules.play import said_in
from lms.drills.rules.replay import Replayed
from lms.drills.rules.turning import Turning, turning_points, well_done
from lms.drills.spec import Bubble, Criterion, Customer, DrillSpec, Effect

MOST_OTHERS = 400
"""Replies of others that are looked at, the latest first."""
WIDTH, HEIGHT = 640, 120

_event: Table = RunEvent.__table__  # type: ignore[assignment]
_text: Table = RunText.__table__  # type: ignore[assignment]
_LOOKUPS = (
    select(RunLookup, Document.title)
    .outerjoin(Document, Document.id == RunLookup.document_id)
    .where(RunLookup.run_id == bindparam("run_id"))
    .order_by(RunLookup.number)
)
_OTHERS = (
    select(_event.c.scene, _event.c.points, _text.c.text, Run.person_id)
    .join(_text, and_(_text.c.run_id == _event.c.run_id, _text.c.seq == _event.c.seq))
    .join(Run, Run.id == _event.c.run_id)
    .where(
        _event.c.scene.in_(bindparam("scenes", expanding=True)),
        _event.c.kind == Kind.TEXT.value,
        Run.document_id == bindparam("document_id"),
        Run.person_id != bindparam("person_id"),
        Run.state == ENDED,
        ~Run.waiting,
    )
    .order_by(Run.id.desc())
    .limit(MOST_OTHERS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A free reply, marked. waits: a person has still to look at it. gone: what was written is deleted."""

    seq: int
    text: str
    pieces: tuple[Piece, ...] = ()
    lines: tuple[Line, ...] = ()
    listed: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the conversation. kind: me | them | system | late | over. number: of the step, 0 for no step.

    said: of a ready reply; reply: of a free one. seconds: how long the customer had waited. change: of the mood.
    """

    kind: str
    seq: int
    at: datetime
    lane: int
    speaker: str = ""
    html: str = ""
    said: str = ""
    reply: Reply | None = None
    number: int = 0
    scene: str = ""
    seconds: int | None = None
    effects: tuple[Effect, ...] = ()
    mood: int | None = None
    change: int = 0
    card: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTold:
    """One conversation. end: "" where it never ended by a scene."""

    number: int
    title: str
    customer: Customer
    moments: tuple[Moment, ...]
    mood: Curve | None
    turns: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turning point as it is told. number: of its step. said: what was sent, "" where nothing was.

    missing, never: lines of the rubric that were not said, and those that were and must not be. others: what the best
    wrote there. readings: sections to read. search: how the knowledge base was used.
    """

    turning: Turning
    number: int
    customer: str
    said: str
    missing: tuple[Criterion, ...]
    never: tuple[Criterion, ...]
    others: tuple[str, ...]
    readings: tuple[Section, ...]
    search: Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Debrief:
    """desk: figures of several customers, None for one. shown: of pieces of stored HTML, all that the page shows."""

    head: Head
    lanes: tuple[LaneTold, ...]
    turns: tuple[Turn, ...]
    well: tuple[turning.Better, ...]
    desk: Desk | None
    drills: tuple[DrillSpec, ...]
    said: Mapping[int, str] = field(default_factory=dict)
    numbers: Mapping[int, int] = field(default_factory=dict)

    @property
    def pieces(self) -> list[str]:
        """Every piece of stored HTML that the page shows."""
        found = [moment.html for lane in self.lanes for moment in lane.moments if moment.html]
        for turn in self.turns:
            best = turn.turning.best
            found += [note.html for note in turn.turning.notes]
            found += [best.note.html] if best is not None and best.note else []
            found += [section.html for section in turn.readings]
        found += [drill.debrief.body.html for drill in self.drills if drill.debrief]
        return found


def debrief(actor: Actor, head: Head, gone: Gone) -> Debrief:
    """Return the debrief of a run that is over. Three statements."""
    steps = gone.counted.steps if gone.counted else gone.gone
    drills = gone.now if gone.counted else gone.then
    said = {each.fact.seq: _said(drills[each.fact.lane], each) for each in steps}
    numbers = _numbers(steps)
    found = turning_points(drills, steps) if gone.counted else ()
    by_seq = {each.fact.seq: each for each in steps}
    return Debrief(
        head=head,
        lanes=tuple(_lane(number, drill, gone, by_seq, found) for number, drill in enumerate(gone.then)),
        turns=_turns(actor, head, drills, found, by_seq, said, numbers),
        well=well_done(drills, steps) if gone.counted else (),
        desk=_desk(gone) if len(gone.then) > 1 else None,
        drills=drills,
        said=said,
        numbers=numbers,
    )


def replies_as_played(gone: Gone) -> tuple[tuple[Replayed, Reply], ...]:
    """Return the free replies of a run by the rubric of its start, with what people found of their lines, in order."""
    found = []
    for each in gone.gone:
        if each.fact.kind is not Kind.TEXT:
            continue
        drill, decided = gone.then[each.fact.lane], gone.decided.get(each.fact.seq, {})
        judged = judge(drill.scene(each.before.scene), each.fact.text, gone.words, decided)
        found.append((each, reply_of(drill, replace(each, judged=judged))))
    return tuple(found)


def reply_of(drill: DrillSpec, step: Replayed) -> Reply:
    """Return a free reply with the words that bear on its rubric."""
    said, judged = step.fact.text, step.judged
    if not said or judged is None:
        return Reply(seq=step.fact.seq, text="")
    scene = drill.scene(step.before.scene)
    return Reply(
        seq=step.fact.seq,
        text=said,
        pieces=pieces(said, scene, judged),
        lines=lines(scene, judged, said),
        listed=tuple(dict.fromkeys(said[hit.start : hit.end] for hit in judged.hits if not hit.taken_back)),
        doubtful=tuple(dict.fromkeys(said[hit.start : hit.end] for hit in judged.hits if hit.taken_back)),
        waits=judged.doubt,
    )


def _lane(
    number: int, drill: DrillSpec, gone: Gone, steps: Mapping[int, Replayed], turns: Sequence[Turning]
) -> LaneTold:
    own = [event for event in gone.events if event.happened.lane == number]
    moments = tuple(moment for event in own for moment in _moments(drill, gone, event, steps.get(event.seq)))
    moods = [(0, drill.mood)] if drill.mood is not None else []
    moods += [(each.seq, each.mood) for each in own if each.mood is not None and each.happened.step]
    limits = [bubble.below for scene in drill.scenes for bubble in scene.bubbles if bubble.below is not None]
    return LaneTold(
        number=number,
        title=drill.title,
        customer=drill.customer,
        moments=moments,
        mood=curve([(seq, mood) for seq, mood in moods], limits, width=WIDTH, height=HEIGHT),
        turns=frozenset(turn.seq for turn in turns if turn.lane == number),
    )


def _moments(drill: DrillSpec, gone: Gone, event: Event, step: Replayed | None) -> Iterator[Moment]:
    fact = event.happened
    if fact.kind in (Kind.CHOICE, Kind.TEXT, Kind.TIMEOUT) and step is not None and step.move is not None:
        counting = gone.now[fact.lane] if gone.counted else drill
        before, after = step.before.mood, step.after.mood
        yield Moment(
            kind="late" if fact.kind is Kind.TIMEOUT else "me",
            seq=event.seq,
            at=event.at,
            lane=fact.lane,
            said=_said(drill, step) if fact.kind is Kind.CHOICE else "",
            reply=reply_of(counting, step) if fact.kind is Kind.TEXT else None,
            number=fact.step,
            scene=step.before.scene,
            seconds=None if fact.milliseconds is None else fact.milliseconds // 1_000,
            effects=tuple(each for each in step.move.effects.points if each.points),
            mood=after,
            change=0 if before is None or after is None else after - before,
        )
    elif fact.kind in (Kind.OVER, Kind.LEFT):
        yield Moment(kind="over", seq=event.seq, at=event.at, lane=fact.lane)
    if fact.kind in (Kind.CAME, Kind.CHOICE, Kind.TEXT, Kind.TIMEOUT):
        for bubble in said_in(drill.named(fact.led_to), fact.mood):
            yield _bubble(bubble, event)


def _bubble(bubble: Bubble, event: Event) -> Moment:
    return Moment(
        kind="them" if bubble.speaker else "system",
        seq=event.seq,
        at=event.at,
        lane=event.happened.lane,
        speaker=bubble.speaker,
        html="" if bubble.card else bubble.body.html,
        card=bubble.card,
    )


def _turns(
    actor: Actor,
    head: Head,
    drills: Sequence[DrillSpec],
    found: Sequence[Turning],
    steps: Mapping[int, Replayed],
    said: Mapping[int, str],
    numbers: Mapping[int, int],
) -> tuple[Turn, ...]:
    if not found:
        return ()
    leads = {turn.seq: _leads(drills[turn.lane], turn, steps[turn.seq]) for turn in found}
    readable = sections(actor, [each for several in leads.values() for each in several])
    lookups = _lookups(head.id)
    others = _others(head, [turn.scene.name for turn in found if turn.scene.free])
    told = []
    for turn in found:
        readings = tuple(dict.fromkeys(readable[each] for each in leads[turn.seq] if each in readable))
        move = steps[turn.seq].move
        told.append(
            Turn(
                turning=turn,
                number=numbers.get(turn.seq, 0),
                customer=drills[turn.lane].customer.name if len(drills) > 1 else "",
                said=said.get(turn.seq, ""),
                missing=tuple(turn.scene.rubric[place] for place in turn.missing),
                never=tuple(turn.scene.rubric[place] for place in turn.said),
                others=_masked(best_written(others.get(turn.scene.name, ()), move.effects.sum if move else 0)),
                readings=readings,
                search=searched(turn.lane, turn.step, lookups, {each.document_id for each in readings}),
            )
        )
    return tuple(told)


def _leads(drill: DrillSpec, turn: Turning, step: Replayed) -> tuple[str, ...]:
    """Return what the author points to here: in the remarks, in what is said, else before the start."""
    notes = [*turn.notes, *([turn.best.note] if turn.best and turn.best.note else [])]
    route = step.move.route if step.move else None
    notes += [route.note] if route and route.note else []
    scene = turn.scene
    every = [each.note for each in scene.choices] + [each.note for each in scene.rubric]
    every += [each.note for each in scene.routes]
    found = references(note.html for note in notes) or references(note.html for note in every if note)
    found = found or references(bubble.body.html for bubble in turn.scene.bubbles)
    return found or references([drill.intro.html] if drill.intro else [])


def _lookups(run_id: int) -> tuple[Lookup, ...]:
    return tuple(
        Lookup(
            lane=row.RunLookup.lane,
            step=row.RunLookup.step + 1,  # it is kept with the steps that were done then: it helps the next one
            words=row.RunLookup.words if row.RunLookup.kind == "query" else "",
            found=row.RunLookup.found,
            document_id=row.RunLookup.document_id,
            title=row.title or "",
            anchor=row.RunLookup.anchor,
            seconds=row.RunLookup.seconds,
        )
        for row in session().execute(_LOOKUPS, {"run_id": run_id})
    )


def _others(head: Head, scenes: Sequence[str]) -> dict[str, list[Written]]:
    """Return by scene what other people wrote there."""
    if not scenes:
        return {}
    found: dict[str, list[Written]] = {}
    values = {"scenes": sorted(set(scenes)), "document_id": head.document_id, "person_id": head.person_id}
    for row in rows(_OTHERS, values):
        points = sum(row.points.values())
        found.setdefault(row.scene, []).append(Written(person_id=row.person_id, text=row.text, points=points))
    return found


def _masked(best: Sequence[str]) -> tuple[str, ...]:
    """Return the best of these texts, masked; one in which the masking can't decide something is not shown."""
    found = (mask(each) for each in best)
    return tuple(islice((each.text for each in found if not each.doubts), SHOWN))


def _said(drill: DrillSpec, step: Replayed) -> str:
    """Return what was sent: the words of a ready reply or the free one, "" where nothing was."""
    if step.fact.kind is Kind.TEXT:
        return step.fact.text
    chosen = turning.chosen_of(drill.scene(step.before.scene), step.fact.choice)
    return chosen.text if chosen else ""


def _numbers(steps: Sequence[Replayed]) -> dict[int, int]:
    """Return the number of each step within its conversation; of an end without a step, the last one."""
    return {each.fact.seq: each.after.steps for each in steps}


def _desk(gone: Gone) -> Desk:
    last = {each.fact.lane: each.after.end for each in gone.gone}
    return desk(
        gone.then,
        [(event.seq, event.happened) for event in gone.events],
        [last.get(number) for number in range(len(gone.then))],
    )
