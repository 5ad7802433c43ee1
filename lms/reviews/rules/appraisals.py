"""绩效考核: the steps of one appraisal, who may take which, and until when. Pure.

draft → self → supervisor → calibration → to_sign → signed; an appeal makes it `appealed`, and is either rejected
(signed again, nothing moved) or upheld: version 2, to be signed by both again. No step leads to `signed` but the
second of two signatures, or a rejected appeal against what both had signed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from lms.core.errors import Conflict, Forbidden
from lms.core.texts import Text, text


class State(StrEnum):
    DRAFT = "draft"
    SELF = "self"
    SUPERVISOR = "supervisor"
    CALIBRATION = "calibration"
    TO_SIGN = "to_sign"
    SIGNED = "signed"
    APPEALED = "appealed"


class Act(StrEnum):
    BEGIN = "begin"
    SAVE_SELF = "save_self"  # a draft; moves nothing
    HAND_IN = "hand_in"
    SKIP_SELF = "skip_self"  # go on without the self-assessment, once its last day is over
    SAVE_SUPERVISOR = "save_supervisor"
    ASSESS = "assess"
    RETURN = "return"  # calibration sends it back to the supervisor
    ADJUST = "adjust"  # calibration puts another mark
    RELEASE = "release"  # freeze it, to be signed
    SIGN = "sign"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    REJECT = "reject"


class Hat(StrEnum):
    """As whom somebody acts on an appraisal. Nobody wears another hat on their own."""

    PERSON = "person"
    SUPERVISOR = "supervisor"
    OFFICE = "office"  # HR or director


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The last days of the steps. appeal_days: how many days after the second signature an appeal may be made."""

    self_until: date
    supervisor_until: date
    calibrate_until: date
    sign_until: date
    appeal_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How an appraisal stands. version: of what is or will be signed, from 1. signed: who has signed this version.

    signed_on: the day of the second signature; appealed: the versions against which an appeal was made.
    """

    state: State = State.DRAFT
    version: int = 1
    signed: frozenset[Hat] = frozenset()
    signed_on: date | None = None
    appealed: frozenset[int] = frozenset()


BOTH = frozenset({Hat.PERSON, Hat.SUPERVISOR})
FOLLOWS = frozenset({State.SELF, State.SUPERVISOR, State.CALIBRATION, State.TO_SIGN})
"""While it stands here, an appraisal goes with its person to whoever leads them next."""

STEPS: Mapping[Act, tuple[frozenset[State], frozenset[Hat], State | None]] = {
    Act.BEGIN: (frozenset({State.DRAFT}), frozenset({Hat.OFFICE}), State.SELF),
    Act.SAVE_SELF: (frozenset({State.SELF}), frozenset({Hat.PERSON}), None),
    Act.HAND_IN: (frozenset({State.SELF}), frozenset({Hat.PERSON}), State.SUPERVISOR),
    Act.SKIP_SELF: (frozenset({State.SELF}), frozenset({Hat.SUPERVISOR, Hat.OFFICE}), State.SUPERVISOR),
    Act.SAVE_SUPERVISOR: (frozenset({State.SELF, State.SUPERVISOR}), frozenset({Hat.SUPERVISOR}), None),
    Act.ASSESS: (frozenset({State.SUPERVISOR}), frozenset({Hat.SUPERVISOR}), State.CALIBRATION),
    Act.RETURN: (frozenset({State.CALIBRATION}), frozenset({Hat.OFFICE}), State.SUPERVISOR),
    Act.ADJUST: (frozenset({State.CALIBRATION}), frozenset({Hat.OFFICE}), None),
    Act.RELEASE: (frozenset({State.CALIBRATION}), frozenset({Hat.OFFICE}), State.TO_SIGN),
    Act.SIGN: (frozenset({State.TO_SIGN}), BOTH, State.SIGNED),
    Act.APPEAL: (frozenset({State.SIGNED}), frozenset({Hat.PERSON}), State.APPEALED),
    Act.UPHOLD: (frozenset({State.APPEALED}), frozenset({Hat.OFFICE}), State.TO_SIGN),
    Act.REJECT: (frozenset({State.APPEALED}), frozenset({Hat.OFFICE}), State.SIGNED),
}
"""For each act: in which states, by whom, and what state comes of it (None: it stays)."""

STATE_WORDS: Mapping[State, Text] = {
    State.DRAFT: text("未开始"),
    State.SELF: text("自评"),
    State.SUPERVISOR: text("主管评价"),
    State.CALIBRATION: text("校准"),
    State.TO_SIGN: text("待签字"),
    State.SIGNED: text("已签字"),
    State.APPEALED: text("申诉中"),
}


def last_appeal_day(stand: Stand, days: Days) -> date | None:
    """Return the last day on which an appeal may be made; None while not both have signed."""
    return None if stand.signed_on is None else stand.signed_on + timedelta(days=days.appeal_days)


def reason_against(stand: Stand, act: Act, hats: Collection[Hat], today: date, days: Days) -> Text | None:
    """Return why somebody with these hats can't do it now, or None where they can."""
    states, allowed, _following = STEPS[act]
    worn = allowed & set(hats)
    if not worn:
        return text("这一步由别人来做。")
    if stand.state not in states:
        return text("考核现在到了“%(state)s”这一步，不能再这样做。请刷新页面看看。", state=STATE_WORDS[stand.state])
    if act is Act.SKIP_SELF and today <= days.self_until:
        return text("自评到 %(day)s 为止，过了这天才能跳过。", day=days.self_until)
    if act is Act.SIGN and worn <= stand.signed:
        return text("您已经签过这一版。")
    if act is Act.APPEAL:
        if stand.version in stand.appealed:
            return text("这一版已经申诉过。")
        last = last_appeal_day(stand, days)
        if last is not None and today > last:
            return text("申诉期到 %(day)s 为止，已经过了。有疑问请直接找人事。", day=last)
    return None


def may(stand: Stand, act: Act, hats: Collection[Hat], today: date, days: Days) -> bool:
    return reason_against(stand, act, hats, today, days) is None


def step(stand: Stand, act: Act, hats: Collection[Hat], today: date, days: Days) -> Stand:
    """Return how it stands after the act. Raises Forbidden for a step that is another's, Conflict for any other no."""
    if (reason := reason_against(stand, act, hats, today, days)) is not None:
        raise Conflict(reason) if STEPS[act][1] & set(hats) else Forbidden(reason)
    if act is Act.SIGN:
        signed = stand.signed | (BOTH & set(hats))
        if signed < BOTH:
            return replace(stand, signed=signed)
        return replace(stand, signed=signed, state=State.SIGNED, signed_on=today)
    following = STEPS[act][2] or stand.state
    if act is Act.APPEAL:
        return replace(stand, state=following, appealed=stand.appealed | {stand.version})
    if act is Act.UPHOLD:
        return replace(stand, state=following, version=stand.version + 1, signed=frozenset(), signed_on=None)
    return replace(stand, state=following)


def sees_supervisor(state: State, hats: Collection[Hat]) -> bool:
    """Return whether somebody sees the supervisor's part and the mark: the person only once it is to be signed."""
    open_to_person = state in {State.TO_SIGN, State.SIGNED, State.APPEALED}
    return open_to_person or bool({Hat.SUPERVISOR, Hat.OFFICE} & set(hats))


def sees_self(state: State, hats: Collection[Hat]) -> bool:
    """Return whether somebody sees the self-assessment: others than the person only once it is handed in."""
    return Hat.PERSON in hats or state not in {State.DRAFT, State.SELF}


def due_day(state: State, days: Days) -> date | None:
    """Return the last day of the step that an appraisal is in; None where nothing is owed by a day."""
    return {
        State.SELF: days.self_until,
        State.SUPERVISOR: days.supervisor_until,
        State.CALIBRATION: days.calibrate_until,
        State.TO_SIGN: days.sign_until,
    }.get(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be in a cycle. since: the first day of work here, None = not known."""

    person_id: int
    since: date | None
    supervisor_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Who is in, who of them has no supervisor, and who is left out because they are too new."""

    included: tuple[int, ...]
    leaderless: tuple[int, ...]
    too_new: tuple[int, ...]


FEWEST_DAYS = 30
"""Who has worked fewer days by the end of the period is left out: there is too little to judge."""


def population(candidates: Collection[Candidate], last_day: date, *, every: bool = False) -> Population:
    """Split the candidates of a cycle whose period ends with `last_day`.

    every: new ones too, as on a form for the end of a probation. Who has no supervisor stays out.
    """
    new = {
        each.person_id
        for each in candidates
        if not every and each.since is not None and (last_day - each.since).days + 1 < FEWEST_DAYS
    }
    staying = [each for each in candidates if each.person_id not in new]
    return Population(
        included=tuple(each.person_id for each in staying if each.supervisor_id is not None),
        leaderless=tuple(each.person_id for each in staying if each.supervisor_id is None),
        too_new=tuple(sorted(new)),
    )
