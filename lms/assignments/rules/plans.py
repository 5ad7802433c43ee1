"""What rules change: who is given something and who is asked for it no more. Pure.

A plan is made from what is known of people and from the reasons that stand; applied, it leaves
nothing to change. The plan that is shown before a rule is saved is the plan that is applied.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lms.assignments.audience import Audience, Condition, Facts, conditions, meets
from lms.assignments.due_plans import DuePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """A rule as the plan sees it. active: it was not stopped. from_on, until_on: days on which it gives; None = always.

    source: document | manual | cycle | campaign; the last two name the kind of the reasons that it makes.
    """

    id: int
    document_id: int
    audience: Audience
    due: DuePlan
    occasion: str = "once"
    source: str = "manual"
    from_on: date | None = None
    until_on: date | None = None
    active: bool = True

    @property
    def kind(self) -> str:
        return self.source if self.source in {"cycle", "campaign"} else "rule"

    @property
    def ref(self) -> str:
        return f"rule:{self.id}"

    def gives_on(self, day: date) -> bool:
        return (
            self.active
            and (self.from_on is None or self.from_on <= day)
            and (self.until_on is None or day <= self.until_on)
        )


class Given(NamedTuple):
    """A reason that a rule has made and that still holds, with the occasion of its duty."""

    rule_id: int
    person_id: int
    assignment_id: int
    occasion: str


class Step(NamedTuple):
    """One change: `gives` it for an occasion, or else asks for that duty no more. assignment_id: 0 where it gives."""

    rule_id: int
    person_id: int
    gives: bool
    occasion: str
    assignment_id: int


def occasion_of(rule: RulePlan, facts: Facts) -> str:
    """Return the occasion for which a rule asks somebody: each end of a certificate that ends is a new one."""
    if rule.audience.expires is None:
        return rule.occasion
    until = facts.holds.get(rule.audience.expires.plan)
    return f"ends:{rule.audience.expires.plan}:{until.isoformat()}" if until is not None else rule.occasion


def steps_for(rule: RulePlan, facts: Facts, given: Sequence[Given]) -> list[Step]:
    """Return what one rule changes for one person; given: what holds of this rule for them.

    Who has left keeps the reasons of the day they left: their duties rest, and are open again if they come back.
    """
    return _steps(rule, conditions(rule.audience), facts, given)


def _steps(rule: RulePlan, audience: Sequence[Condition], facts: Facts, given: Sequence[Given]) -> list[Step]:
    occasion = occasion_of(rule, facts)
    has_it = any(each.occasion == occasion for each in given)
    if has_it:
        asks = rule.active and meets(audience, facts, already=True)
    else:
        asks = rule.gives_on(facts.today) and meets(audience, facts)
    found = [
        Step(rule.id, facts.person_id, False, each.occasion, each.assignment_id)
        for each in given
        if not asks or each.occasion != occasion
    ]
    if asks and not has_it:
        found.append(Step(rule.id, facts.person_id, True, occasion, 0))
    return found


def plan(rules: Iterable[RulePlan], people: Iterable[Facts], given: Iterable[Given]) -> list[Step]:
    """Return every change that these rules ask for among these people, by rule and person."""
    held: dict[int, dict[int, list[Given]]] = {}
    for each in given:
        held.setdefault(each.rule_id, {}).setdefault(each.person_id, []).append(each)
    among = list(people)
    found: list[Step] = []
    for rule in rules:
        of_rule, audience = held.get(rule.id, {}), conditions(rule.audience)
        for facts in among:
            # Most rules mean nothing to most people: these pairs, hundreds of thousands, are passed over first.
            if facts.person_id in of_rule or meets(audience, facts):
                found += _steps(rule, audience, facts, of_rule.get(facts.person_id, ()))
    return found


def state_after(state: str, *, asked: bool, active: bool, begun: bool) -> str:
    """Return the state of a duty after its reasons or its person have changed.

    asked: a reason still lives. What is done or exempt stays so. What nobody asks for any more is withdrawn, or kept as
    optional once work on it had begun. The duties of who has left rest as withdrawn with their reasons.
    """
    match state:
        case "open" if not active:
            return "withdrawn"
        case "open" if not asked:
            return "optional" if begun else "withdrawn"
        case "withdrawn" | "optional" if asked and active:
            return "open"
    return state


def outcomes(
    steps: Iterable[Step], states: Mapping[int, tuple[str, bool, bool]], known: Mapping[int, str]
) -> dict[int, str]:
    """Return what the steps of one rule mean for each person: new | more | done | withdrawn | optional | kept | credit.

    states: of each duty that loses a reason, its state, whether work has begun and whether other reasons live. known:
    of each person who is given it, `done` if they have done it, `owes` if they owe it for another reason. more: owes it
    already. kept: another reason asks for it all the same. done: has done it, whatever the rule says.
    """
    found: dict[int, str] = {}
    for step in steps:
        if step.gives:
            found[step.person_id] = {"done": "done", "owes": "more"}.get(known.get(step.person_id, ""), "new")
            continue
        if step.person_id in found:
            continue
        state, begun, others = states[step.assignment_id]
        if state in {"done", "exempt"}:
            found[step.person_id] = "done"
        elif others:
            found[step.person_id] = "kept"
        else:
            found[step.person_id] = "optional" if begun or state == "optional" else "withdrawn"
    return found
