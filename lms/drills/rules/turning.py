"""Where a conversation turned: the decisions of one path that cost most, and what could have been sent there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.drills.rules.judge import Judged
from lms.drills.rules.lanes import Kind
from lms.drills.rules.play import State, offered, together
from lms.drills.rules.replay import Replayed
from lms.drills.spec import NO_EFFECTS, Choice, Criterion, DrillSpec, Effect, Effects, Route, RouteKind, Scene
from lms.questions.spec import CriterionKind, Rich

FEW, MOST = 3, 5
"""A debrief tells of so many turning points; more than FEW only where they cost at least half of the worst one."""
WORTH_A_LOOK = 1
"""Points lost from which a decision can be a turning point by its loss alone."""


class Why(StrEnum):
    """What made a decision a turning point."""

    VIOLATED = "violated"  # something was said that must not be
    LATE = "late"  # the scene's clock ran out
    OVER = "over"  # the clock of the whole run ran out, or it was given up
    ANGER = "anger"  # the mood fell below a limit at which the customer says more
    LOSS = "loss"  # another reply would have earned more


_EXTRA = {Why.VIOLATED: 10, Why.LATE: 5, Why.OVER: 5, Why.ANGER: 5, Why.LOSS: 0}
"""What each counts beside the weighted points, when the worst decisions are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """One decision that cost. seq: of its event; step: of its lane. scene: where it was. lost: by dimension, above 0.

    best: the ready reply that would have done most, None in a free scene. missing: lines of the rubric that were not
    said, by place; said: those that must not be said and were. below: the limit that the mood fell below.
    notes: what the author remarked on what was done.
    """

    seq: int
    lane: int
    step: int
    scene: Scene
    whys: tuple[Why, ...]
    lost: tuple[Effect, ...] = ()
    weight: Fraction = Fraction(0)
    best: Choice | None = None
    missing: tuple[int, ...] = ()
    said: tuple[int, ...] = ()
    below: int | None = None
    notes: tuple[Rich, ...] = ()


def turning_points(drills: Sequence[DrillSpec], gone: Sequence[Replayed]) -> tuple[Turning, ...]:
    """Return the decisions that cost most, at most MOST of all conversations together, in the order of their events."""
    every = [turn for each in gone if (turn := turn_of(drills[each.fact.lane], each)) is not None]
    worst = sorted(every, key=lambda turn: (-_severity(turn), turn.seq))[:MOST]
    kept = [turn for place, turn in enumerate(worst) if place < FEW or 2 * _severity(turn) >= _severity(worst[0])]
    return tuple(sorted(kept, key=lambda turn: turn.seq))


def turn_of(drill: DrillSpec, step: Replayed) -> Turning | None:
    """Return what a decision cost, None where nothing better could have been done, or it is none."""
    scene = drill.scene(step.before.scene)
    if step.fact.kind in (Kind.OVER, Kind.LEFT):
        if step.before.end is not None:
            return None
        return _turning(step, scene, (Why.OVER,))
    if step.move is None:
        return None
    best, could = best_of(drill, step.before, step.judged)
    did = step.move.effects
    weight = max(worth(drill, could) - worth(drill, did), Fraction(0))
    said = violations(scene, step.judged) if step.judged else ()
    below = crossed(drill, step.before.mood, step.after.mood)
    is_violated = step.judged is not None and step.judged.violated(scene)
    whys = [
        why
        for why, holds in (
            (Why.VIOLATED, is_violated),
            (Why.LATE, step.fact.kind is Kind.TIMEOUT),
            (Why.ANGER, below is not None),
            (Why.LOSS, weight > 0 and could.sum - did.sum >= WORTH_A_LOOK),
        )
        if holds
    ]
    if not whys:
        return None
    return _turning(
        step,
        scene,
        tuple(whys),
        lost=lost(could, did) if weight else (),
        weight=weight,
        best=best,
        missing=missing(scene, step.judged),
        said=said,
        below=below,
        notes=tuple(_notes(scene, step)),
    )


def best_of(drill: DrillSpec, before: State, judged: Judged | None = None) -> tuple[Choice | None, Effects]:
    """Return the ready reply that does most in a state, and what it does; of a free reply what all of it would do.

    judged: a reply that was given; what only a person judges counts where a person has.
    """
    scene = drill.scene(before.scene)
    if scene.free:
        return None, _best_free(drill, scene, judged)
    choices = offered(drill, before)
    if not choices:
        return None, NO_EFFECTS
    best = max(choices, key=lambda each: (worth(drill, each.effects), each.effects.mood))
    return best, best.effects


def worth(drill: DrillSpec, effects: Effects) -> Fraction:
    """Return points of all dimensions by their weights: 1 point of a dimension that counts all is worth 1."""
    weights = {each.name: each.weight for each in drill.dimensions}
    whole = sum(weights.values()) or 1
    return sum((Fraction(each.points * weights.get(each.dimension, 0), whole) for each in effects.points), Fraction(0))


def lost(could: Effects, did: Effects) -> tuple[Effect, ...]:
    """Return by dimension how much less was earned than could have been, only where it was less, the most first."""
    mine = {each.dimension: each.points for each in did.points}
    better = {each.dimension: each.points for each in could.points}
    less = [Effect(name, better.get(name, 0) - mine.get(name, 0)) for name in {**better, **mine}]
    return tuple(sorted((each for each in less if each.points > 0), key=lambda each: -each.points))


def crossed(drill: DrillSpec, before: int | None, after: int | None) -> int | None:
    """Return the lowest limit of the customer's lines that the mood fell below, None where it fell below none."""
    if before is None or after is None:
        return None
    limits = {bubble.below for scene in drill.scenes for bubble in scene.bubbles if bubble.below is not None}
    return min((limit for limit in limits if after < limit <= before), default=None)


def missing(scene: Scene, judged: Judged | None) -> tuple[int, ...]:
    """Return the places of the lines that earn something and were not said; those left to a person are not told."""
    if not scene.free:
        return ()
    return tuple(
        place
        for place, criterion in enumerate(scene.rubric)
        if criterion.kind in (CriterionKind.MUST, CriterionKind.SHOULD)
        and not (judged and (judged.lines[place].held or judged.lines[place].doubt))
    )


def violations(scene: Scene, judged: Judged) -> tuple[int, ...]:
    """Return the places of the lines that must not be said and were."""
    return tuple(
        place
        for place, (line, criterion) in enumerate(zip(judged.lines, scene.rubric, strict=True))
        if line.held and criterion.kind is CriterionKind.NEVER
    )


def chosen_of(scene: Scene, choice_id: str) -> Choice | None:
    """Return the ready reply of that id, whether or not it was offered."""
    return next((each for each in scene.choices if each.id == choice_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """A decision that could not have been better. gained: what it earned, weighted."""

    seq: int
    lane: int
    step: int
    scene: Scene
    gained: Fraction


def well_done(drills: Sequence[DrillSpec], gone: Sequence[Replayed], most: int = 2) -> tuple[Better, ...]:
    """Return the decisions that earned most of those that nothing else would have beaten, the best first."""
    found = []
    for each in gone:
        if each.move is None or each.fact.kind is Kind.TIMEOUT:
            continue
        drill = drills[each.fact.lane]
        _, could = best_of(drill, each.before, each.judged)
        gained = worth(drill, each.move.effects)
        if gained > 0 and gained >= worth(drill, could):
            found.append(
                Better(
                    seq=each.fact.seq,
                    lane=each.fact.lane,
                    step=each.after.steps,
                    scene=drill.scene(each.before.scene),
                    gained=gained,
                )
            )
    return tuple(sorted(found, key=lambda each: (-each.gained, each.seq))[:most])


def _turning(
    step: Replayed,
    scene: Scene,
    whys: tuple[Why, ...],
    *,
    lost: tuple[Effect, ...] = (),
    weight: Fraction = Fraction(0),
    best: Choice | None = None,
    missing: tuple[int, ...] = (),
    said: tuple[int, ...] = (),
    below: int | None = None,
    notes: tuple[Rich, ...] = (),
) -> Turning:
    return Turning(
        seq=step.fact.seq,
        lane=step.fact.lane,
        step=step.after.steps,
        scene=scene,
        whys=whys,
        lost=lost,
        weight=weight,
        best=None if best is not None and best.id == step.fact.choice else best,
        missing=missing,
        said=said,
        below=below,
        notes=notes,
    )


def _best_free(drill: DrillSpec, scene: Scene, judged: Judged | None) -> Effects:
    earning = [
        line.effects
        for place, line in enumerate(scene.rubric)
        if line.kind is not CriterionKind.NEVER and _counts(line, place, judged) and line.effects.sum > 0
    ]
    ways = [route.effects for route in scene.routes if route.kind in (RouteKind.SCORE, RouteKind.ELSE)]
    best = max(ways, key=lambda each: worth(drill, each), default=NO_EFFECTS)
    return together(*earning, best)


def _counts(line: Criterion, place: int, judged: Judged | None) -> bool:
    return line.kind is not CriterionKind.JUDGED or bool(judged and judged.lines[place].decided)


def _notes(scene: Scene, step: Replayed) -> Iterable[Rich]:
    chosen = chosen_of(scene, step.fact.choice) if step.fact.kind is Kind.CHOICE else None
    if chosen is not None and chosen.note:
        yield chosen.note
    if step.judged:
        for line, criterion in zip(step.judged.lines, scene.rubric, strict=True):
            is_to_tell = line.held if criterion.kind is CriterionKind.NEVER else not line.held
            if criterion.note and is_to_tell:
                yield criterion.note
    route: Route | None = step.move.route if step.move else None
    if route is not None and route.note:
        yield route.note


def _severity(turn: Turning) -> Fraction:
    return turn.weight + sum(_EXTRA[why] for why in turn.whys)
