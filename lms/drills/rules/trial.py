"""A drill tried out: what its author did so far, played again from the first step each time. Nothing is kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.drills.rules.judge import NO_WORDS, Judged, Words, judge
from lms.drills.rules.play import Move, NotOffered, State, begin_at, choose, reply, run_out
from lms.drills.spec import Choice, DrillSpec, Effects, Route, Scene
from lms.questions.spec import Rich

MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Step:
    """What was done. kind: choice (its id) | text (what was written) | late."""

    kind: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One step with what it did. chosen: of a choice; judged: of a free reply; route: the way it took by itself."""

    number: int
    step: Step
    scene: Scene
    before: State
    after: State
    effects: Effects
    chosen: Choice | None = None
    judged: Judged | None = None
    route: Route | None = None
    note: Rich | None = None

    @property
    def said(self) -> str:
        """What the customer got to read, "" where the clock ran out."""
        return self.chosen.text if self.chosen else self.step.said

    @property
    def changed(self) -> int:
        """By how much the mood rose."""
        return (self.after.mood or 0) - (self.before.mood or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """first: the state at the start. dropped: steps at the end that the drill as it is now has no place for."""

    first: State
    steps: tuple[Tried, ...]
    dropped: int = 0

    @property
    def now(self) -> State:
        return self.steps[-1].after if self.steps else self.first

    @property
    def taken(self) -> tuple[Step, ...]:
        return tuple(each.step for each in self.steps)


def trial(
    drill: DrillSpec,
    steps: Sequence[Step],
    *,
    scene: str = "",
    mood: int | None = None,
    flags: Sequence[str] = (),
    words: Words = NO_WORDS,
) -> Trial:
    """Play the steps. scene: title of the one to begin in, the first one where there is none of that name.

    mood, flags: at the start. The first step that cannot be taken ends it: the drill was changed meanwhile.
    """
    titles = [each.title for each in drill.scenes]
    first = begin_at(drill, scene if scene in titles else titles[0], mood=mood if drill.mood is not None else None,
                     flags=flags)  # fmt: skip
    state, done = first, []
    for number, step in enumerate(steps[:MOST_STEPS], start=1):
        try:
            tried = _taken(drill, state, step, number, words)
        except NotOffered:
            break
        done.append(tried)
        state = tried.after
    return Trial(first=first, steps=tuple(done), dropped=len(steps) - len(done))


def _taken(drill: DrillSpec, state: State, step: Step, number: int, words: Words) -> Tried:
    scene = drill.scene(state.scene)
    judged: Judged | None = None
    chosen: Choice | None = None
    match step.kind:
        case "choice":
            move: Move = choose(drill, state, step.said)
            chosen = next(each for each in scene.choices if each.id == step.said)
        case "text":
            judged = judge(scene, step.said, words)
            move = reply(drill, state, judged)
        case _:
            move = run_out(drill, state)
    return Tried(
        number=number,
        step=step,
        scene=scene,
        before=state,
        after=move.after,
        effects=move.effects,
        chosen=chosen,
        judged=judged,
        route=move.route,
        note=chosen.note if chosen else move.route.note if move.route else None,
    )
