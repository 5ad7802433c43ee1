"""What the first screen says of judging: what waits for a word, how the year stands, who is missing at the peak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.core.access import Actor, Permission, Role, Scope, allows, widest
from lms.core.texts import Text, text
from lms.performance.queries import formulas
from lms.performance.queries.inspection_desk import Desk, desk
from lms.readiness.queries import staffing
from lms.reviews.queries import appraisals, targets
from lms.reviews.rules.targets import State, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One thing that waits for a word of the person. link: endpoint and values. n: how many of it."""

    sentence: Text
    link: tuple[str, Mapping[str, object]]
    due_on: date | None
    n: int


def waiting(actor: Actor) -> list[Waits] | None:
    """Return appraisals and formulas that wait for the actor, None where nothing does."""
    found = [
        Waits(sentence=each.sentence, link=each.link, due_on=each.due_on, n=each.n)
        for each in appraisals.waiting(actor)
    ]
    if Role.AGENT in actor.roles:
        found += [
            Waits(
                sentence=text("看完评分公式“%(name)s”并确认", name=name),
                link=("performance.formula", {"formula_id": public_id}),
                due_on=None,
                n=1,
            )
            for public_id, name in formulas.to_read(actor.id)
        ]
    return found or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One target of the year in words: what was reached last, what is aimed at, where it leads; None = not known."""

    name: Text
    now: Text
    goal: Text | None
    expected: Text | None
    behind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How the year's targets stand, and what is missing for the next peak."""

    aims: Sequence[Aim]
    gap: staffing.Gap | None


def outlook(actor: Actor) -> Outlook | None:
    """Return the outlook of who sees the whole company; None for others, and where nothing was planned or measured."""
    if widest(actor, Permission.TARGET_READ) is not Scope.ALL or not actor.roles & {
        Role.DIRECTOR,
        Role.HR,
        Role.LEAD,
    }:
        return None
    gap = staffing.next_gap(actor) if allows(actor, Permission.STAFFING_READ) else None
    aims = [
        Aim(
            name=each.metric.name,
            now=shown(each.latest.reached.value, each.metric),
            goal=shown(each.goal.value, each.metric) if each.goal else None,
            expected=shown(each.expected.value, each.metric) if each.expected else None,
            behind=each.state is State.BEHIND,
        )
        for each in targets.now(actor)
        if each.latest is not None
    ]
    return Outlook(aims=aims, gap=gap) if aims or gap is not None else None


def inspections(actor: Actor) -> Desk | None:
    """Return an inspector's first list, None for others."""
    return desk(actor) if Role.QUALITY in actor.roles and allows(actor, Permission.INSPECTION_EDIT) else None
