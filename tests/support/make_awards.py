"""Builders for awards, deductions and leaderboards."""

from datetime import date, timedelta

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import today
from lms.kb.models import Suggestion
from lms.performance.models import CompositeSnapshot, Formula
from lms.reviews.actions import award_rules, awards, deductions
from lms.reviews.models import AwardProposal, Deduction, DeductionRule
from lms.reviews.rules.awards import Measure, Terms, What

LAST = "2026Q3"
"""The quarter that is over in these tests."""


def scored(person: Person, total: float | None, *, n: int = 100, period: str = LAST) -> None:
    """Let a person have a composite that rests on n cases."""
    with transaction() as s:
        formula = s.query(Formula).first()
        if formula is None:
            formula = Formula(
                version=1, name="综合", spec={}, state="published", from_on=date(2020, 1, 1), made_at=clock.now()
            )
            s.add(formula)
            s.flush()
        part = {
            "source": "kpi:csat",
            "weight": 100.0,
            "asked_weight": 100.0,
            "raw": total,
            "adjusted": total,
            "mean": None,
            "normalised": total,
            "raw_normalised": total,
            "n": n,
            "points": total,
        }
        s.add(
            CompositeSnapshot(
                person_id=person.id,
                period=period,
                formula_id=formula.id,
                total=total,
                raw_total=total,
                parts=[part],
                digest=bytes(32),
                at=clock.now(),
                final=True,
            )
        )


def shared(person: Person, times: int = 1) -> None:
    """Let proposals of a person be taken over, now."""
    with transaction() as s:
        for _ in range(times):
            s.add(
                Suggestion(
                    person_id=person.id,
                    title="怎么退货",
                    text="先核对",
                    state="accepted",
                    at=clock.now(),
                    decided_at=clock.now(),
                )
            )


def terms(**more: object) -> Terms:
    """Return terms of a new award: the composite, 300 yuan for the first."""
    values: dict[str, object] = {
        "name": "月度之星",
        "words": "做得最好的人。",
        "measure": Measure(what=What.COMPOSITE, min_n=1),
        "winners": 1,
        "amount_fen": 30_000,
    }
    return Terms(**(values | more))  # type: ignore[arg-type]


def an_award_rule(hr, *, kind: str = "person", begins: str = LAST, **more):
    """Return the public id of a rule of the company's own, for quarters."""
    with transaction():
        made = award_rules.make_rule(hr, kind=kind, grain="quarter", begins=begins, terms=terms(**more))
        return made.public_id


def proposed(hr, rule: str = "excellent", period: str = LAST) -> AwardProposal:
    with transaction():
        return awards.propose_for(hr, rule, period)


def confirmed(hr, proposal: AwardProposal):
    with transaction():
        return awards.confirm(hr, proposal.public_id, session().get_one(AwardProposal, proposal.id).digest)


def a_deduction_rule(hr, *, points: int = 3, red_line: bool = False) -> DeductionRule:
    """Return a rule that has stood for long."""
    with transaction() as s:
        made = deductions.make_rule(
            hr, item="答复与规定不符", points=points, red_line=red_line, words="答复与知识库不同。", from_on=today()
        )
        made.from_on = date(2026, 1, 1)
        s.flush()
        return made


def a_deduction(lead, person: Person, rule: DeductionRule | None = None, *, ago: int = 1, **more) -> Deduction:
    """Return a deduction that a lead noted just now."""
    rule = rule or a_deduction_rule(lead)
    with transaction():
        return deductions.give(
            lead,
            person.employee_no or "",
            rule_id=rule.public_id,
            why="让顾客自己改地址，规定是我们登记。",
            day=today() - timedelta(days=ago),
            **more,
        )


def let_count(found: Deduction) -> None:
    """Let the time for an appeal pass and the worker look."""
    with clock.shifted(timedelta(days=7)), transaction():
        assert deductions.make_effective([found.public_id]) == 1
