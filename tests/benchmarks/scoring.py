"""Composites of 5,000 people by eight metrics of a quarter are computed and written, as the worker does it."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import insert, update

from lms.accounts.queries import console
from lms.core.db import db, session, transaction
from lms.core.here import today
from lms.performance.actions import formulas, scoring
from lms.performance.models import KpiValue
from lms.performance.rules.formulas import GroupBy, Mode, PartSpec, Spec
from lms.performance.rules.periods import Grain, Period, period_of
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample
from tests.benchmarks.ruling import floor

NAMES = ("composite-5000",)
PERCENTS = ("csat", "fcr", "reply_3min", "answer_30s", "survey_rate", "qa_pass")
SECONDS = ("first_response", "avg_response")
SPEC = Spec(
    parts=(
        *(PartSpec(source=f"kpi:{code}", weight=12.5) for code in PERCENTS),
        *(PartSpec(source=f"kpi:{code}", weight=12.5, mode=Mode.LINE, floor=120, target=10) for code in SECONDS),
    ),
    group=(GroupBy.TEAM,),
)


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Compute and write everybody anew in each round: each figure changes before it. hello: CPU of one, in ms."""
    figures, count = Figures(), 0
    app = data.open_app(folder)
    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        people = floor()[1]
        quarter = period_of(today(), Grain.QUARTER)
        with transaction():
            made = formulas.draft(console(), name="综合评分", spec=SPEC, quarter=quarter).public_id
            formulas.publish(console(), made, "测量")
            fill(people, quarter)
        for number in range(rounds):
            with transaction():
                session().execute(update(KpiValue).values(value=(KpiValue.value + number + 1) % 97))
            one = hello()
            seen.clear()
            began, started = time.process_time(), time.perf_counter()
            with transaction():
                done = scoring.score(None, quarter)
            took = (time.perf_counter() - started) * 1000
            assert done.changed == len(people)
            figures.hello.append(one)
            figures.samples.append(Sample((time.process_time() - began) * 1000, [took]))
            count = len(seen)
        db.session.remove()
    return {NAMES[0]: (figures, count)}


def fill(people: list[int], quarter: Period) -> None:
    """Write three months of eight metrics of everybody."""
    months: list[date] = []
    month = period_of(quarter.start, Grain.MONTH)
    while month.start < quarter.until:
        months.append(month.start)
        month = period_of(month.until, Grain.MONTH)
    session().execute(
        insert(KpiValue),
        [
            {
                "metric": code,
                "grain": Grain.MONTH.value,
                "start": start,
                "person_id": person,
                "value": float((person * 7 + place * 13 + start.month) % 97),
                "count": person % 300 + 1,
            }
            for person in people
            for place, code in enumerate((*PERCENTS, *SECONDS))
            for start in months
        ],
    )
