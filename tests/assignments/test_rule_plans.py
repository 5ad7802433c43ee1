"""Whom a rule means, what it changes, and the law: keeping one person in step gives what looking at everybody gives."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assignments.audience import Audience, Expiry, Facts, matches
from lms.assignments.due_plans import DuePlan, due_day
from lms.assignments.rules.plans import Given, RulePlan, outcomes, plan, state_after, steps_for
from lms.core.errors import Invalid

DAY = date(2026, 11, 23)
MONDAY_TO_FRIDAY = lambda day: day.weekday() < 5  # noqa: E731


def person(**values):
    return Facts(**{"person_id": 1, "today": DAY, "hired_on": DAY - timedelta(days=10), **values})


def rule(id=1, **audience):
    return RulePlan(id=id, document_id=id, audience=Audience(**audience), due=DuePlan())


def held(of, who, occasion="once"):
    return Given(of.id, who.person_id, 7, occasion)


def test_between_the_keys_and_within_a_key_or():
    wanted = Audience(teams=(3, 4), tags=("夜班", "大促"))
    assert matches(wanted, person(teams={4, 1}, tags={"夜班"}))
    assert not matches(wanted, person(teams={4, 1}, tags={"白班"}))
    assert not matches(wanted, person(teams={2}, tags={"夜班"}))


def test_an_empty_audience_is_everybody_who_works_here():
    assert matches(Audience(), person())
    assert not matches(Audience(), person(active=False))


def test_how_long_ago_somebody_was_hired_decides_only_who_begins():
    wanted, long_here = Audience(hired_within=60), person(hired_on=DAY - timedelta(days=61))
    assert matches(wanted, person(hired_on=DAY - timedelta(days=60)))
    assert not matches(wanted, long_here)
    assert matches(wanted, long_here, already=True)


def test_who_is_hired_tomorrow_counts_as_hired_lately():
    assert matches(Audience(hired_within=60), person(hired_on=DAY + timedelta(days=1)))


def test_without_a_hire_day_nobody_is_meant_by_one():
    for wanted in (Audience(hired_within=60), Audience(hired_from=DAY), Audience(hired_until=DAY)):
        assert not matches(wanted, person(hired_on=None))


@pytest.mark.parametrize(
    ("holds", "lacking", "expiring"),
    [
        ({}, True, False),
        ({9: None}, False, False),
        ({9: DAY}, False, True),
        ({9: DAY + timedelta(days=30)}, False, True),
        ({9: DAY + timedelta(days=31)}, False, False),
        ({9: DAY - timedelta(days=1)}, True, True),
    ],
)
def test_who_lacks_a_certificate_and_whose_ends(holds, lacking, expiring):
    who = person(holds=holds)
    assert matches(Audience(lacks=(9,)), who) is lacking
    assert matches(Audience(expires=Expiry(plan=9, within=30)), who) is expiring


def test_each_end_of_a_certificate_is_an_occasion_of_its_own():
    wanted = rule(expires=Expiry(plan=9, within=30))
    first = person(holds={9: DAY + timedelta(days=5)})
    (step,) = steps_for(wanted, first, [])
    renewed = replace(first, holds={9: DAY + timedelta(days=370)}, today=DAY + timedelta(days=1))
    assert [each.gives for each in steps_for(wanted, renewed, [held(wanted, first, step.occasion)])] == [False]
    next_year = replace(renewed, today=DAY + timedelta(days=350))
    (again,) = steps_for(wanted, next_year, [])
    assert again.gives
    assert again.occasion != step.occasion


def test_an_audience_reads_what_it_wrote_and_refuses_a_key_that_is_none():
    wanted = Audience(teams=(1,), hired_from=DAY, expires=Expiry(plan=3, within=30), people=(4, 5))
    assert Audience.from_json(wanted.to_json()) == wanted
    with pytest.raises(Invalid):
        Audience.from_json({"team": [1]})


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (DuePlan(), None),
        (DuePlan(on=date(2026, 12, 15)), date(2026, 12, 15)),
        (DuePlan(days=10), date(2026, 12, 3)),
        (DuePlan(workdays=6), date(2026, 11, 30)),
        (DuePlan(on=date(2026, 11, 24), at_least=7), date(2026, 11, 30)),
        (DuePlan(on=date(2026, 12, 15), at_least=7), date(2026, 12, 15)),
    ],
)
def test_by_when(due, expected):
    assert due_day(due, DAY, DAY, MONDAY_TO_FRIDAY) == expected
    assert DuePlan.from_json(due.to_json()) == due


def test_a_roster_that_is_not_there_makes_nobody_late():
    assert due_day(DuePlan(workdays=3), DAY, DAY, lambda _day: False) is None


@pytest.mark.parametrize(
    ("state", "asked", "active", "begun", "after"),
    [
        ("open", False, True, False, "withdrawn"),
        ("open", False, True, True, "optional"),
        ("open", True, False, True, "withdrawn"),
        ("withdrawn", True, True, True, "open"),
        ("withdrawn", True, False, False, "withdrawn"),
        ("optional", True, True, True, "open"),
        ("optional", False, True, True, "optional"),
        ("done", False, True, True, "done"),
        ("exempt", False, False, False, "exempt"),
    ],
)
def test_what_becomes_of_a_duty(state, asked, active, begun, after):
    assert state_after(state, asked=asked, active=active, begun=begun) == after


def test_outcomes_of_a_rule_that_takes():
    of, states = rule(), {7: ("open", True, False), 8: ("open", False, True), 9: ("done", True, False)}
    steps = [
        step
        for id, who in ((7, 1), (8, 2), (9, 3))
        for step in steps_for(replace(of, active=False), person(person_id=who), [Given(1, who, id, "once")])
    ]
    assert outcomes(steps, states, {}) == {1: "optional", 2: "kept", 3: "done"}


# The law, over random histories.

TEAMS = {1: (1,), 2: (2, 1), 3: (3, 1), 4: (4, 2, 1)}
PEOPLE = range(5)
RULES = range(4)
audiences = st.builds(
    Audience,
    positions=st.sampled_from([(), ("客服",), ("组长",), ("客服", "组长")]),
    teams=st.sampled_from([(), (1,), (2,), (3, 4)]),
    tags=st.sampled_from([(), (), ("夜班",), ("大促",)]),
    hired_within=st.sampled_from([None, None, 5, 60]),
    lacks=st.sampled_from([(), (), (9,)]),
    expires=st.sampled_from([None, None, None, Expiry(plan=9, within=30)]),
)
people = st.sampled_from(PEOPLE)
events = st.one_of(
    st.tuples(st.just("move"), people, st.sampled_from(sorted(TEAMS))),
    st.tuples(st.just("position"), people, st.sampled_from(["客服", "组长"])),
    st.tuples(st.just("tags"), people, st.frozensets(st.sampled_from(["夜班", "大促"]))),
    st.tuples(st.just("leave"), people, st.none()),
    st.tuples(st.just("return"), people, st.none()),
    st.tuples(st.just("hire"), people, st.sampled_from([0, 4, 30])),
    st.tuples(st.just("certificate"), people, st.sampled_from([-3, 10, 90])),
    st.tuples(st.just("begin"), people, st.sampled_from(RULES)),
    st.tuples(st.just("finish"), people, st.sampled_from(RULES)),
    st.tuples(st.just("rule"), st.sampled_from(RULES), audiences),
    st.tuples(st.just("stop"), st.sampled_from(RULES), st.none()),
    st.tuples(st.just("days"), st.sampled_from([1, 3, 40]), st.none()),
)


@dataclass
class Floor:
    """A floor in memory: facts, rules, living reasons and duties. Two rules ask for one document."""

    facts: dict = field(default_factory=lambda: {id: person(person_id=id, teams=TEAMS[1]) for id in PEOPLE})
    rules: dict = field(default_factory=dict)
    live: set = field(default_factory=set)
    states: dict = field(default_factory=dict)
    begun: set = field(default_factory=set)

    def given(self):
        return [Given(rule, who, hash((who, rule % 3, occasion)), occasion) for rule, who, occasion in self.live]

    def steps(self, rules, who):
        return plan([self.rules[id] for id in rules], [self.facts[id] for id in who], self.given())

    def keep(self, rules, who):
        for step in self.steps(rules, who):
            reason = (step.rule_id, step.person_id, step.occasion)
            duty = (step.person_id, step.rule_id % 3, step.occasion)
            if step.gives:
                self.live.add(reason)
                if self.states.get(duty, "withdrawn") == "withdrawn":
                    self.states[duty] = "open"
            else:
                self.live.discard(reason)
        for duty, state in self.states.items():
            if duty[0] in who:
                asked = any((each, duty[0], duty[2]) in self.live for each in RULES if each % 3 == duty[1])
                active = self.facts[duty[0]].active
                self.states[duty] = state_after(state, asked=asked, active=active, begun=duty in self.begun)

    def happens(self, event, *, one_by_one):
        """Let something happen and keep duties in step: of whom it concerns, or of everybody under every rule."""
        kind, what, value = event
        who, which = [what], list(self.rules)
        if kind == "rule":
            self.rules[what] = RulePlan(id=what, document_id=what % 3, audience=value, due=DuePlan())
            who, which = list(PEOPLE), [what]
        elif kind == "stop":
            if what in self.rules:
                self.rules[what] = replace(self.rules[what], active=False)
            who, which = list(PEOPLE), [what] if what in self.rules else []
        elif kind == "days":
            later = next(iter(self.facts.values())).today + timedelta(days=what)
            self.facts = {id: replace(each, today=later) for id, each in self.facts.items()}
            who = list(PEOPLE)
        elif kind in {"begin", "finish"}:
            for duty, state in self.states.items():
                if duty[:2] == (what, value % 3) and state in {"open", "optional"}:
                    self.begun.add(duty)
                    self.states[duty] = "done" if kind == "finish" else state
        else:
            self.facts[what] = changed(self.facts[what], kind, value)
        if one_by_one:
            self.keep(which, who)
        else:
            self.keep(list(self.rules), list(PEOPLE))


def changed(facts, kind, value):
    match kind:
        case "move":
            return replace(facts, teams=TEAMS[value])
        case "position":
            return replace(facts, position=value)
        case "tags":
            return replace(facts, tags=value)
        case "hire":
            return replace(facts, hired_on=facts.today - timedelta(days=value))
        case "certificate":
            return replace(facts, holds={9: facts.today + timedelta(days=value)})
    return replace(facts, active=kind == "return")


@settings(max_examples=100)
@given(st.lists(events, max_size=25))
def test_keeping_one_person_in_step_gives_what_looking_at_everybody_gives(history):
    near, far = Floor(), Floor()
    for event in history:
        near.happens(event, one_by_one=True)
        far.happens(event, one_by_one=False)
        assert (near.live, near.states) == (far.live, far.states)


@settings(max_examples=50)
@given(st.lists(events, max_size=20), audiences, audiences)
def test_a_plan_is_what_each_rule_asks_of_each_person(history, before, after):
    floor = Floor()
    for event in [*(("rule", id, before) for id in RULES), *history]:
        floor.happens(event, one_by_one=True)
    floor.rules = {id: replace(each, audience=after) for id, each in floor.rules.items()}
    floor.rules[1] = replace(floor.rules[1], active=False)
    floor.rules[2] = replace(floor.rules[2], from_on=DAY + timedelta(days=9_999))
    one_by_one = []
    for of in floor.rules.values():
        for who in floor.facts.values():
            reasons = [each for each in floor.given() if (each.rule_id, each.person_id) == (of.id, who.person_id)]
            one_by_one += steps_for(of, who, reasons)
    assert floor.steps(list(floor.rules), list(floor.facts)) == one_by_one


@settings(max_examples=50)
@given(st.lists(events, max_size=20))
def test_a_plan_that_was_applied_leaves_nothing_to_do(history):
    floor = Floor()
    for event in history:
        floor.happens(event, one_by_one=True)
    assert floor.steps(list(floor.rules), list(PEOPLE)) == []


@settings(max_examples=50)
@given(st.lists(events, max_size=20))
def test_completion_is_never_taken_back(history):
    floor = Floor()
    done = set()
    for event in history:
        floor.happens(event, one_by_one=True)
        done |= {duty for duty, state in floor.states.items() if state == "done"}
        assert all(floor.states[duty] == "done" for duty in done)


@settings(max_examples=50)
@given(st.lists(events, max_size=20))
def test_what_is_open_is_asked_for_by_a_rule_of_somebody_who_works_here(history):
    floor = Floor()
    for event in history:
        floor.happens(event, one_by_one=True)
    for duty, state in floor.states.items():
        asked = any((each, duty[0], duty[2]) in floor.live for each in RULES if each % 3 == duty[1])
        assert (state == "open") <= (asked and floor.facts[duty[0]].active)
