"""Laying out a document as the items that somebody owes: a curriculum and its courses flattened to their leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from lms.assignments.rules import Item
from lms.content import queries as content
from lms.content.kinds import kind_of
from lms.content.queries import Card
from lms.content.steps import Step
from lms.core.calendar import nth_working_day
from lms.core.errors import Invalid

CONTAINERS = frozenset({"course", "curriculum"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One item to be, without a person: `day` is the rostered day by which it is due, counted from 1."""

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


def lay_out(document_id: int) -> list[Planned]:
    """Return the items of a published document, in order; a leaf is its own single item.

    A step whose document is missing or not published is left out: nobody can owe what can't be read.
    """
    card = content.cards([document_id])[document_id]
    if card.kind not in CONTAINERS or card.published_id is None:
        return [_leaf(card)]
    steps = _steps(card)
    targets = content.by_path([step.target for step in steps if step.target])
    courses = {
        target.document_id: _steps(target)
        for target in targets.values()
        if target.kind == "course" and target.published_id is not None
    }
    inner = content.by_path([step.target for inside in courses.values() for step in inside])
    planned: list[Planned] = []
    for step in steps:
        if step.sign_off:
            planned.append(_planned(step, card, purpose="sign_off"))
            continue
        target = targets.get(step.target)
        if target is None or target.published_id is None:
            continue
        if target.document_id not in courses:
            planned.append(_planned(step, target, container=card if card.kind == "course" else None))
            continue
        for inside in courses[target.document_id]:
            leaf = inner.get(inside.target)
            if leaf is not None and leaf.published_id is not None and leaf.kind not in CONTAINERS:
                planned.append(_planned(step, leaf, container=target, inside=inside))
    return planned


def _steps(card: Card) -> Sequence[Step]:
    assert card.published_id is not None
    return kind_of(card.kind).expand(content.compiled(card.published_id))


def _leaf(card: Card) -> Planned:
    return Planned(
        document_id=card.document_id,
        purpose="complete",
        container_id=None,
        stage=None,
        stage_name="",
        after_stage=None,
        in_order=False,
        required=True,
        minutes=card.minutes,
        day=None,
    )


def _planned(
    step: Step, card: Card, *, purpose: str = "complete", container: Card | None = None, inside: Step | None = None
) -> Planned:
    own_day = inside.day if inside and inside.day is not None else step.day
    minutes = (inside.minutes if inside else step.minutes) if purpose == "complete" else 0
    return Planned(
        document_id=card.document_id,
        purpose=purpose,
        container_id=container.document_id if container else None,
        stage=step.stage,
        stage_name=step.stage_name,
        after_stage=step.after,
        in_order=step.in_order,
        required=step.required and (inside is None or inside.required),
        minutes=card.minutes if minutes is None and purpose == "complete" else minutes or 0,
        day=own_day if own_day is not None else step.last_day,
    )


def due_days(planned: Sequence[Planned], starts_on: date, works: Callable[[date], bool]) -> list[date | None]:
    """Return the due day of each item: the nth rostered day from the start, None where no day is planned.

    A roster that ends too early leaves the item without a due day rather than stopping the person's training.
    """
    known: dict[int, date | None] = {}
    for item in planned:
        if item.day is not None and item.day not in known:
            try:
                known[item.day] = nth_working_day(starts_on, item.day, works)
            except Invalid:
                known[item.day] = None
    return [known[item.day] if item.day is not None else None for item in planned]


def as_items(planned: Sequence[Planned], days: Sequence[date | None], assignment_id: int) -> list[Item]:
    """Return the planned items as items of one assignment, in order, nothing done yet."""
    return [
        Item(
            assignment_id=assignment_id,
            position=position,
            document_id=item.document_id,
            purpose=item.purpose,
            container_id=item.container_id,
            stage=item.stage,
            stage_name=item.stage_name,
            after_stage=item.after_stage,
            in_order=item.in_order,
            required=item.required,
            minutes=item.minutes,
            day=item.day,
            due_on=due_on,
            opened_at=None,
            done_at=None,
            exempt=False,
            waits_for_others=item.purpose == "sign_off",
        )
        for position, (item, due_on) in enumerate(zip(planned, days, strict=True))
    ]


def planned_again(item: Item) -> Planned:
    """Return an item as it was planned, for computing its due day anew."""
    return Planned(
        document_id=item.document_id,
        purpose=item.purpose,
        container_id=item.container_id,
        stage=item.stage,
        stage_name=item.stage_name,
        after_stage=item.after_stage,
        in_order=item.in_order,
        required=item.required,
        minutes=item.minutes,
        day=item.day,
    )
