"""What the first screen of a learner says. Pure: duties in, a page's values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lms.assignments import rules
from lms.assignments.rules import Duty, Progress, State
from lms.learning.rules import plan

LIVE = frozenset({State.OPEN, State.STARTED, State.OVERDUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage over its days. state: done | now | open; needs_sign_off: all is done but the signature."""

    name: str
    first_day: int
    span: int
    progress: Progress
    state: str
    signed: bool
    needs_sign_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where somebody is in a curriculum. number: 0 before it starts; days past the last stay at the last."""

    title: str
    slug: str
    number: int
    days: Sequence[plan.Day]
    stages: Sequence[Stage]
    progress: Progress

    @property
    def count(self) -> int:
        return len(self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The lists of the first screen.

    cards: articles to confirm, what has changed before what is new; whoever is in training has the new ones by day.
    todo: other online things of today, late ones first, those done today last; on_floor: tasks and sign-offs of today;
    tomorrow: the next day's online things; later: what is due after that, without a curriculum's days.
    minutes_left: of what is still open today, online.
    """

    next: Duty | None
    todo: Sequence[Duty]
    on_floor: Sequence[Duty]
    tomorrow: Sequence[Duty]
    tomorrow_on: date | None
    done_count: int
    minutes_left: int
    overdue_count: int
    cards: Sequence[Duty] = ()

    @property
    def changes(self) -> int:
        """How many of the cards show what has changed."""
        return sum(duty.goal_purpose == rules.CHANGE for duty in self.cards)


def journey(duties: Sequence[Duty], today: date) -> Journey | None:
    """Return the open curriculum of a person, the one that ends first; None where there is none."""
    goals = [duty for duty in duties if duty.goal_kind == "curriculum"]
    open_goals = [duty for duty in goals if duty.goal_open]
    if not open_goals:
        return None
    chosen = open_goals[0].item.assignment_id
    mine = [duty for duty in goals if duty.item.assignment_id == chosen]
    items = [duty.item for duty in mine]
    days = plan.strip(items, today)
    if not days:
        return None
    number = plan.day_number(days, today)
    return Journey(
        title=mine[0].goal_title,
        slug=mine[0].goal_slug,
        number=number,
        days=days,
        stages=_stages(mine, number),
        progress=rules.progress(items),
    )


def _stages(duties: Sequence[Duty], number: int) -> list[Stage]:
    items = [duty.item for duty in duties]
    complete = rules.complete_stages(items)
    ready = rules.ready_for_sign_off(items)
    found: list[Stage] = []
    begun = 0
    for stage in sorted({item.stage for item in items if item.stage is not None}):
        mine = [item for item in items if item.stage == stage]
        last = max((item.day for item in mine if item.day), default=begun)
        first = begun + 1
        signs = [item for item in mine if item.purpose == "sign_off"]
        state = "done" if stage in complete else "now" if first <= number else "open"
        found.append(
            Stage(
                name=mine[0].stage_name,
                first_day=first,
                span=max(last - begun, 1),
                progress=rules.progress(item for item in mine if item.purpose == "complete"),
                state=state,
                signed=bool(signs) and all(item.settled for item in signs),
                needs_sign_off=stage in ready,
            )
        )
        begun = max(last, begun)
    return found


def today_of(duties: Sequence[Duty], today: date, done_today: Sequence[tuple[int, int]]) -> Today:
    """Return what the first screen lists. done_today: (assignment, position) of what was finished on this day."""
    finished = set(done_today)
    cards = cards_of(duties)
    seen: set[int] = {duty.item.document_id for duty in cards}
    online: list[Duty] = []
    floor: list[Duty] = []
    for duty in duties:
        item = duty.item
        if item.purpose == "complete" and item.document_id in seen:
            continue
        fresh = (item.assignment_id, item.position) in finished
        due_now = item.due_on is not None and item.due_on <= today
        if not (fresh or (due_now and (duty.state in LIVE or (duty.state == State.LOCKED)))):
            continue
        if item.purpose == "complete":
            seen.add(item.document_id)
        if not item.required and not fresh:
            continue
        (floor if item.waits_for_others else online).append(duty)
    online.sort(key=lambda duty: (duty.state != State.OVERDUE, duty.item.assignment_id, duty.item.position))
    ahead = [
        duty
        for duty in duties
        if duty.item.due_on is not None
        and duty.item.due_on > today
        and duty.item.required
        and not duty.item.waits_for_others
        and not duty.item.settled
        and duty not in cards
    ]
    tomorrow_on = min((duty.item.due_on for duty in ahead if duty.item.due_on), default=None)
    left = [duty for duty in online if not duty.item.settled]
    return Today(
        next=_next(duties),
        todo=online,
        on_floor=floor,
        tomorrow=[duty for duty in ahead if duty.item.due_on == tomorrow_on],
        tomorrow_on=tomorrow_on,
        done_count=len(online) - len(left),
        minutes_left=sum(duty.item.minutes for duty in left),
        overdue_count=sum(duty.state == State.OVERDUE for duty in left),
        cards=cards,
    )


def cards_of(duties: Sequence[Duty]) -> list[Duty]:
    """Return the articles to confirm that stand before all else, late ones first, then what has changed.

    What a new hire reads for the first time waits for its day among the rest of the training.
    """
    in_training = any(duty.goal_kind == "curriculum" and duty.goal_open for duty in duties)
    found = [
        duty
        for duty in duties
        if duty.is_card
        and duty.goal_open
        and duty.item.required
        and not duty.item.settled
        and (duty.goal_purpose == rules.CHANGE or not in_training)
    ]
    return sorted(
        found,
        key=lambda duty: (
            duty.state != State.OVERDUE,
            duty.goal_purpose != rules.CHANGE,
            duty.item.due_on or date.max,
            duty.item.assignment_id,
        ),
    )


def _next(duties: Sequence[Duty]) -> Duty | None:
    """Return the duty to go on with: one that was begun, else the first by due day over all assignments."""
    by_assignment: dict[int, list[Duty]] = {}
    for duty in duties:
        if duty.goal_open:
            by_assignment.setdefault(duty.item.assignment_id, []).append(duty)
    found = []
    for group in by_assignment.values():
        chosen = rules.next_item([duty.item for duty in group])
        found += [duty for duty in group if chosen is not None and duty.item == chosen]
    return min(found, key=lambda duty: (duty.item.due_on or date.max, duty.item.opened_at is None), default=None)


def finished_on(duties: Sequence[Duty], start: datetime, end: datetime) -> list[tuple[int, int]]:
    """Return the (assignment, position) of what was finished in the instants from start up to end."""
    return [
        (duty.item.assignment_id, duty.item.position)
        for duty in duties
        if duty.item.done_at is not None and start <= duty.item.done_at < end
    ]
