"""What an import of verdicts is compared with, and the rules by which a company inspects."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import in_office, visible
from lms.accounts.rules.sign_in import login_name
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.sheets import Row
from lms.performance.models import Inspection, InspectionFinding, InspectionItem, InspectionSettings
from lms.performance.rules.inspection_file import Held, Known, KnownItem
from lms.performance.rules.inspection_words import folded_name, shown
from lms.performance.rules.inspections import Verdict

TOGETHER = 1_000


def settings_now() -> InspectionSettings:
    """Return how the company inspects; the usual way, not yet written, where nobody has said."""
    found = session().get(InspectionSettings, 1)
    return found or InspectionSettings(id=1, appeal_days=3, passes=2)


def items(*, active: bool = False) -> list[InspectionItem]:
    """Return every item by name, or only those in use."""
    statement = select(InspectionItem).order_by(InspectionItem.active.desc(), InspectionItem.name, InspectionItem.id)
    return list(session().scalars(statement.where(InspectionItem.active) if active else statement))


def item_named(public_id: str) -> InspectionItem | None:
    return session().scalars(select(InspectionItem).where(InspectionItem.public_id == public_id)).one_or_none()


def known(actor: Actor, file: Sequence[Row]) -> Known:
    """Return what the rows of a file are compared with."""
    return Known(
        people=_people(actor, {login_name(shown(row["employee_no"])) for row in file}),
        inspectors=_inspectors(),
        items=_items(),
        held=_held({shown(row["conversation"]) for row in file}),
        own_id=actor.id if allows(actor, Permission.INSPECTION_EDIT) else 0,
    )


def concerned(actor: Actor, file: Sequence[Row]) -> set[int]:
    """Return everybody whom rows name, as inspected or as inspector."""
    there = known(actor, file)
    named = {folded_name(row["inspector"]) for row in file}
    inspectors = {id for name in named for id in there.inspectors.get(name, frozenset())}
    return {person_id for person_id, _, _ in there.people.values()} | inspectors | ({there.own_id} - {0})


def _some(words: Iterable[str]) -> Iterator[list[str]]:
    every = sorted(words)
    for start in range(0, len(every), TOGETHER):
        yield every[start : start + TOGETHER]


def _people(actor: Actor, logins: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    found: dict[str, tuple[int, str, str]] = {}
    for some in _some(logins):
        for row in rows(
            select(Person.id, Person.login_name, Person.employee_no, Person.name).where(
                Person.login_name.in_(some), visible(actor, Permission.INSPECTION_EDIT), Person.erased_at.is_(None)
            )
        ):
            found[row.login_name] = (row.id, row.employee_no, row.name or "")
    return found


def _inspectors() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for row in in_office():
        for name in (row.employee_no, row.name):
            if name:
                found[folded_name(name)].add(row.id)
    return {name: frozenset(ids) for name, ids in found.items()}


def _items() -> dict[str, KnownItem]:
    found: dict[str, KnownItem] = {}
    for item in items(active=True):
        one = KnownItem(
            id=item.id,
            name=item.name,
            points=item.points,
            pass_percent=item.pass_percent,
            red_line=item.red_line,
        )
        found[folded_name(item.name)] = found[folded_name(item.code)] = one
    return found


def _held(conversations: Iterable[str]) -> dict[tuple[str, int], Held]:
    there: list[Any] = []
    verdicts: dict[int, dict[int, Verdict]] = defaultdict(dict)
    for some in _some(conversations):
        there += rows(
            select(
                Inspection.id,
                Inspection.conversation,
                Inspection.inspector_id,
                Inspection.person_id,
                Inspection.day,
                Inspection.state,
            ).where(Inspection.conversation.in_(some))
        )
        for row in rows(
            select(InspectionFinding)
            .join(Inspection, Inspection.id == InspectionFinding.inspection_id)
            .where(Inspection.conversation.in_(some))
        ):
            verdicts[row.inspection_id][row.item_id] = verdict_of(row)
    return {
        (row.conversation, row.inspector_id): Held(
            person_id=row.person_id, day=row.day, state=row.state, verdicts=verdicts[row.id]
        )
        for row in there
    }


def verdict_of(row: Any) -> Verdict:
    """Return the verdict that a row of findings holds."""
    return Verdict(score=row.score, possible=row.possible, failed=row.failed, red=row.red, overturned=row.overturned)
