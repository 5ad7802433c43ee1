"""What is open, locked, late or done. Pure: items in, states out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

READ = "read"
"""The occasion of a duty to read and confirm a document, which each new version may open again."""

CHECK = "check:"
"""What the occasion of a round of a recurring check begins with: `check:2026-W48`."""

DRILL = "drill:"
"""What the occasion of a team drill begins with: `drill:12`. It is done by taking part, whatever the result."""

WHOLE, CHANGE = "acknowledge", "change"
"""Purposes of such a duty: somebody reads it for the first time, or what has changed since they did."""


def reason_ref(revision_id: int) -> str:
    """Return how a reason names the revision that is to be confirmed."""
    return f"rev:{revision_id}"


class State(StrEnum):
    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    OVERDUE = "overdue"
    EXEMPT = "exempt"
    LOCKED = "locked"


class Item(NamedTuple):
    """One item of a duty as the rules see it; `day` is the planned rostered day, from 1.

    A named tuple, because a page makes a hundred: a frozen dataclass of so many fields takes nine times as long.
    waits_for_others: what the person alone can't finish (a task that somebody confirms, a sign-off).
    """

    assignment_id: int
    position: int
    document_id: int
    purpose: str
    container_id: int | None
    stage: int | None
    stage_name: str
    after_stage: int | None
    in_order: bool
    required: bool
    minutes: int
    day: int | None
    due_on: date | None
    opened_at: datetime | None
    done_at: datetime | None
    exempt: bool
    waits_for_others: bool

    @property
    def settled(self) -> bool:
        return self.done_at is not None or self.exempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Required items of something, and how many of them are done."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done >= self.total

    @property
    def percent(self) -> int:
        """Whole percent, rounded down, so that 100 means all."""
        return 100 * self.done // self.total if self.total else 100


def progress(items: Iterable[Item]) -> Progress:
    required = [item for item in items if item.required]
    return Progress(done=sum(item.settled for item in required), total=len(required))


def complete_stages(items: Iterable[Item]) -> frozenset[int]:
    """Return the stages whose required items are all done, the sign-off included.

    A stage that others wait for and of which nothing is given has nothing left to do: settled items may be left out.
    """
    stages: set[int | None] = set()
    missing: set[int | None] = {None}
    for item in items:
        stages.add(item.stage)
        stages.add(item.after_stage)
        if item.required and item.stage not in missing and not item.settled:
            missing.add(item.stage)
    return frozenset(stage for stage in stages - missing if stage is not None)


def ready_for_sign_off(items: Sequence[Item]) -> frozenset[int]:
    """Return the stages whose sign-off is all that is missing."""
    asked = {item.stage for item in items if item.purpose == "sign_off" and not item.settled and item.stage is not None}
    if not asked:
        return frozenset()
    missing = {item.stage for item in items if item.purpose != "sign_off" and item.required and not item.settled}
    return frozenset(stage for stage in asked if stage is not None and stage not in missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What decides which items of one assignment are open; made once for all of them.

    complete, ready: stages all done, and those that lack only the sign-off. first: the place of the first item of each
    stage that holds up those after it, where a stage has an order.
    """

    complete: frozenset[int]
    ready: frozenset[int]
    first: Mapping[int | None, int]


def gates(items: Sequence[Item]) -> Gates:
    first: dict[int | None, int] = {}
    left = [item for item in items if not item.settled]
    for item in left:
        if item.required and not item.waits_for_others:
            first[item.stage] = min(item.position, first.get(item.stage, item.position))
    return Gates(complete=complete_stages(items), ready=ready_for_sign_off(left), first=first)


def is_locked(item: Item, at: Gates) -> bool:
    """Return whether an item of an assignment is not open yet; `at` are the gates of the assignment's items.

    It waits for the stage named in 需完成, and in a stage with an order for the required items before it. What waits
    for somebody else's confirmation holds up nobody: a mentor on leave must not stop a new hire's reading.
    """
    if item.settled:
        return False
    if item.after_stage is not None and item.after_stage not in at.complete:
        return True
    if item.purpose == "sign_off":
        return item.stage not in at.ready
    if not item.in_order or item.waits_for_others:
        return False
    return at.first.get(item.stage, item.position) < item.position


def state_of(item: Item, at: Gates, today: date) -> State:
    """Return how one item of an assignment stands; `at` are the gates of all items of the same assignment."""
    if item.done_at is not None:
        return State.DONE
    if item.exempt:
        return State.EXEMPT
    if is_overdue(item.due_on, today) and item.required:
        return State.OVERDUE
    if is_locked(item, at):
        return State.LOCKED
    return State.STARTED if item.opened_at else State.OPEN


def states(items: Sequence[Item], today: date) -> list[State]:
    """Return the state of every item of one assignment, in the given order."""
    at = gates(items)
    return [state_of(item, at, today) for item in items]


def is_overdue(due_on: date | None, today: date) -> bool:
    """Due days are whole days in the installation's zone: the due day itself is in time."""
    return due_on is not None and today > due_on


def carry_over(planned: Sequence[Item], present: Sequence[Item]) -> list[Item]:
    """Return the newly laid out items with what was already done, opened or exempted at the same thing.

    The same thing = the same document for the same purpose, in the same stage first, else in any.
    """
    left = list(present)
    found = []
    for item in planned:
        same = [
            other
            for other in left
            if (other.document_id, other.purpose) == (item.document_id, item.purpose)
            and (item.purpose != "sign_off" or other.stage == item.stage)
        ]
        best = next((other for other in same if other.stage == item.stage), same[0] if same else None)
        if best is not None:
            left.remove(best)
            item = item._replace(opened_at=best.opened_at, done_at=best.done_at, exempt=best.exempt)
        found.append(item)
    return found


def with_done(item: Item, at: datetime | None) -> Item:
    return item._replace(done_at=at)


def without_exemption(item: Item) -> Item:
    return item._replace(exempt=False)


def with_due(item: Item, due_on: date | None) -> Item:
    return item._replace(due_on=due_on)


def next_item(items: Sequence[Item]) -> Item | None:
    """Return what to do now: the first open required item that the person alone can do, by due day, then by order."""
    at = gates(items)
    own = [
        item
        for item in items
        if item.required and not item.settled and not item.waits_for_others and not is_locked(item, at)
    ]
    return min(own, key=lambda item: (item.due_on or date.max, item.position), default=None)


class Duty(NamedTuple):
    """One item with its document's public name, the course that holds it and the goal it belongs to, and its state.

    goal_state: of the whole duty: open | done | exempt | optional (nobody asks for it, but it was begun).
    """

    item: Item
    state: State
    person_id: int
    kind: str
    slug: str
    title: str
    container_title: str
    container_slug: str
    goal_id: int
    goal_kind: str
    goal_title: str
    goal_slug: str
    starts_on: date
    goal_open: bool
    goal_purpose: str = "complete"
    goal_state: str = "open"

    @property
    def is_card(self) -> bool:
        """Whether it is read and confirmed on the page of what has changed."""
        return self.goal_purpose in (WHOLE, CHANGE)

    @property
    def name(self) -> str:
        """The public name, `quiz:onboarding/q1`."""
        return f"{self.kind}:{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a document stands in what a person owes. number, count: within its course, from 1, sign-offs left out.

    next: the next duty after it that is open, in the same course first; None at the end of what can be done.
    """

    duty: Duty
    number: int
    count: int
    previous: Duty | None
    next: Duty | None


def place_of(found: Sequence[Duty], document_id: int) -> Place | None:
    """Return where a document stands among somebody's duties (`duties`), open goals first; None if it is not owed."""
    mine = [duty for duty in found if duty.item.document_id == document_id and duty.item.purpose == "complete"]
    if not mine:
        return None
    duty = min(mine, key=lambda each: (not each.goal_open, each.item.done_at is not None, each.is_card))
    whole = [
        each for each in found if each.item.assignment_id == duty.item.assignment_id and each.item.purpose == "complete"
    ]
    course = [each for each in whole if each.item.container_id == duty.item.container_id]
    number = course.index(duty) + 1
    after = [each for each in whole if each.item.position > duty.item.position]
    free = [each for each in after if each.state in {State.OPEN, State.STARTED, State.OVERDUE} and each.kind != "task"]
    return Place(
        duty=duty,
        number=number,
        count=len(course),
        previous=course[number - 2] if number > 1 else None,
        next=free[0] if free else None,
    )


class MeasureState(StrEnum):
    OPEN = "open"
    LATE = "late"
    DONE = "done"  # and nobody has to look yet, or ever
    CHECK = "check"  # done, and the day has come to see whether it worked
    WORKED = "worked"
    NOT_WORKED = "not_worked"
    DROPPED = "dropped"


def measure_state(
    *, done: bool, dropped: bool, verdict: str, due_on: date, check_on: date | None, today: date
) -> MeasureState:
    """Return how a measure stands on a day; the due day itself is in time, on the day of the check it is to be seen."""
    if dropped:
        return MeasureState.DROPPED
    if verdict:
        return MeasureState(verdict)
    if not done:
        return MeasureState.LATE if is_overdue(due_on, today) else MeasureState.OPEN
    return MeasureState.CHECK if check_on is not None and check_on <= today else MeasureState.DONE
