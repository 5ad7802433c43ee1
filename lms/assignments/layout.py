"""Laying out a document as the items that somebody owes: a curriculum and its courses flattened to their leaves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from lms.assignments.due import Freeze, settled_day
from lms.assignments.rules import Item
from lms.content import queries as content
from lms.content.kinds import kind_of
from lms.content.queries import Card
from lms.content.steps import Step
from lms.core.calendar import Works, nth_working_day
from lms.core.errors import Invalid

CONTAINERS = frozenset({"course", "curriculum"})


def lay_out(document_id: int) -> list[Item]:
    """Return the items of a published document, in order and without a person or a day; a leaf is its own single item.

    A step whose document is missing or not published is left out: nobody can owe what can't be read.
    """
    return lay_out_all([document_id])[document_id]


def lay_out_all(document_ids: Collection[int]) -> dict[int, list[Item]]:
    """Return the items of several published documents by id; all leaves together are one statement."""
    return {id: _laid_out(card) for id, card in sorted(content.cards(document_ids).items())}


def _laid_out(card: Card) -> list[Item]:
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
    planned: list[Item] = []
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


def _leaf(card: Card) -> Item:
    return Item(
        assignment_id=0,
        position=0,
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
        due_on=None,
        opened_at=None,
        done_at=None,
        exempt=False,
        waits_for_others=card.kind == "task",
    )


def _planned(
    step: Step, card: Card, *, purpose: str = "complete", container: Card | None = None, inside: Step | None = None
) -> Item:
    own_day = inside.day if inside and inside.day is not None else step.day
    minutes = (inside.minutes if inside else step.minutes) if purpose == "complete" else 0
    return Item(
        assignment_id=0,
        position=0,
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
        due_on=None,
        opened_at=None,
        done_at=None,
        exempt=False,
        waits_for_others=purpose == "sign_off" or card.kind == "task",
    )


def days_of(
    numbers: Iterable[int], starts_on: date, works: Works, freezes: Sequence[Freeze] = ()
) -> dict[int, date | None]:
    """Return on which day each of these numbers of rostered days from the start falls due, leave and freezes seen.

    A roster that ends too early leaves a number without a day rather than stopping the person's training.
    """
    found: dict[int, date | None] = {}
    for number in numbers:
        try:
            found[number] = settled_day(nth_working_day(starts_on, number, works), works, freezes)
        except Invalid:
            found[number] = None
    return found


def due_days(
    planned: Sequence[Item], starts_on: date, works: Works, freezes: Sequence[Freeze] = ()
) -> list[date | None]:
    """Return the due day of each item: the nth rostered day from the start, None where no day is planned."""
    known = days_of({item.day for item in planned if item.day is not None}, starts_on, works, freezes)
    return [known[item.day] if item.day is not None else None for item in planned]


def dated(planned: Sequence[Item], days: Sequence[date | None], assignment_id: int) -> list[Item]:
    """Return the planned items as items of one assignment, in order, nothing done yet."""
    return [
        item._replace(assignment_id=assignment_id, position=position, due_on=due_on)
        for position, (item, due_on) in enumerate(zip(planned, days, strict=True))
    ]
