"""Builders of formulas and composites, with the numbers of A1017."""

from datetime import date
from typing import Any

from lms.accounts.models import Person
from lms.core.access import Actor
from lms.core.db import transaction
from lms.performance.actions import formulas, scoring
from lms.performance.rules.formulas import Mode, PartSpec, Spec
from lms.performance.rules.periods import Period, period
from tests.support.make_kpis import figure

A_SPEC = Spec(
    parts=(
        PartSpec(source="kpi:csat", weight=30),
        PartSpec(source="kpi:fcr", weight=25, shrinks=False),
        PartSpec(source="kpi:first_response", weight=20, mode=Mode.LINE, floor=90, target=30, shrinks=False),
        PartSpec(source="kpi:qa_pass", weight=10, shrinks=False),
        PartSpec(source="kpi:reply_3min", weight=15, shrinks=False),
    )
)
"""The weights of the demo; quality and training stand in as figures."""


def a_formula(
    actor: Actor, quarter: str, spec: Spec = A_SPEC, *, name: str = "客服综合评分", publish: bool = True
) -> str:
    """Return the public id of a formula from a quarter on."""
    with transaction():
        public_id = formulas.draft(actor, name=name, spec=spec, quarter=period(quarter)).public_id
        if publish:
            formulas.publish(actor, public_id, "三项服务指标为主，培训和质检各占一份。")
    return public_id


def figures_of(actor: Actor, person: Person, written: str, **values: Any) -> None:
    """Write figures of a person. values: by metric, (value, count) or a value."""
    for metric, value in values.items():
        number, count = value if isinstance(value, tuple) else (value, None)
        figure(actor, person.id, metric, written, number, count)


def chen_yu(actor: Actor, person: Person, mate: Person, written: str) -> None:
    """The figures of A1017, and of a mate by whom the group's mean of satisfaction is 92.0 in all."""
    figures_of(actor, person, written, csat=(77.8, 9), fcr=82.0, first_response=45.0, qa_pass=80.0, reply_3min=68.0)
    figures_of(actor, mate, written, csat=(92.6454545454, 198), fcr=88.0, first_response=40.0)


def computed(of: str | Period, *, final: bool = False) -> scoring.Done:
    """Compute a quarter."""
    with transaction():
        return scoring.score(None, of if isinstance(of, Period) else period(of), final=final)


A_DAY = date(2026, 11, 16)
