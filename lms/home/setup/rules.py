"""How far the first steps are. Pure: what is there in, five steps with their state out.

Nothing remembers a step: whoever enters people by the command line or another page has done that step, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.texts import Text, text


class Step(StrEnum):
    COMPANY = "company"
    STAFF = "staff"
    CONTENT = "content"
    COHORT = "cohort"
    SLIPS = "slips"


class State(StrEnum):
    """skipped: something after it is done already; it may be done at any time."""

    DONE = "done"
    NOW = "now"
    SKIPPED = "skipped"
    LATER = "later"


MINUTES = {Step.COMPANY: 3, Step.STAFF: 4, Step.CONTENT: 2, Step.COHORT: 3, Step.SLIPS: 1}
"""About how long each takes with the staff list at hand, on the careful side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is there. people: without the administrators; all of them in use. learning: members of intakes who owe a
    curriculum. unprinted: of those, who have neither a password nor a slip that is or was good.

    strays: published curricula without an owner. cohort_id: the latest intake, None before there is one.
    """

    named: bool = False
    teams: int = 0
    shops: int = 0
    people: int = 0
    trainers: int = 0
    curricula: int = 0
    strays: int = 0
    cohorts: int = 0
    cohort_id: int | None = None
    learning: int = 0
    unprinted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One step as the page shows it. has: what is there. lacks: what is still missing, in the order of doing it."""

    step: Step
    number: int
    state: State
    minutes: int
    has: Sequence[Text]
    lacks: Sequence[Text]


def lacking(step: Step, facts: Facts) -> list[Text]:
    """Return what a step still lacks; nothing = it is done."""
    match step:
        case Step.COMPANY:
            wanted = [
                (facts.named, text("公司还没有名称")),
                (facts.teams > 0, text("还没有团队")),
                (facts.shops > 0, text("还没有店铺")),
            ]
        case Step.STAFF:
            wanted = [
                (facts.people > 0, text("还没有人员")),
                (facts.trainers > 0, text("还没有培训师，没有人能讲课和确认任务")),
            ]
        case Step.CONTENT:
            wanted = [
                (facts.curricula > 0, text("还没有培训计划")),
                (not facts.strays, text("培训计划还没有负责人")),
            ]
        case Step.COHORT:
            wanted = [
                (facts.cohorts > 0, text("还没有批次")),
                (facts.learning > 0, text("批次里还没有人拿到培训计划")),
            ]
        case Step.SLIPS:
            wanted = [
                (facts.learning > 0, text("先建好批次")),
                (not facts.unprinted, text("还有 %(n)s 人没有登录条", n=facts.unprinted)),
            ]
    return [sentence for there, sentence in wanted if not there]


def _having(step: Step, facts: Facts) -> list[Text]:
    match step:
        case Step.COMPANY:
            found = [
                (facts.teams, text("%(n)s 个团队", n=facts.teams)),
                (facts.shops, text("%(n)s 家店铺", n=facts.shops)),
            ]
        case Step.STAFF:
            found = [
                (facts.people, text("%(n)s 人", n=facts.people)),
                (facts.trainers, text("其中培训师 %(n)s 人", n=facts.trainers)),
            ]
        case Step.CONTENT:
            found = [(facts.curricula, text("%(n)s 份培训计划", n=facts.curricula))]
        case Step.COHORT:
            found = [
                (facts.cohorts, text("%(n)s 个批次", n=facts.cohorts)),
                (facts.learning, text("%(n)s 人已拿到培训计划", n=facts.learning)),
            ]
        case Step.SLIPS:
            given = facts.learning - facts.unprinted
            found = [(given, text("%(n)s 人有登录条或已登录", n=given))]
    return [sentence for count, sentence in found if count]


def standings(facts: Facts) -> list[Standing]:
    """Return the five steps. The first that lacks something after the last that is done is the one to do now."""
    lacks = {step: lacking(step, facts) for step in Step}
    order = list(Step)
    last_done = max((number for number, step in enumerate(order) if not lacks[step]), default=-1)
    now = next((step for step in order[last_done + 1 :] if lacks[step]), None)
    found = []
    for number, step in enumerate(order):
        if not lacks[step]:
            state = State.DONE
        elif step is now:
            state = State.NOW
        else:
            state = State.SKIPPED if number < last_done else State.LATER
        found.append(
            Standing(
                step=step,
                number=number + 1,
                state=state,
                minutes=MINUTES[step],
                has=_having(step, facts),
                lacks=lacks[step],
            )
        )
    return found


def in_training(facts: Facts) -> bool:
    """Return whether the first intake can learn: somebody owes a curriculum, and everybody of them can get in."""
    return not lacking(Step.SLIPS, facts)


def minutes_left(steps: Sequence[Standing]) -> int:
    return sum(each.minutes for each in steps if each.state in (State.NOW, State.LATER))
