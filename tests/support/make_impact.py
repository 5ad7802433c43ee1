"""A company whose people were trained in waves, with figures by week before and after."""

import random
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from lms.accounts.models import Membership, Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.here import settings, today
from lms.performance.models import KpiValue
from lms.performance.rules.periods import Grain, period_of
from lms.records.models import Standing
from tests.support.make import LONG_AGO


def week(back: int) -> date:
    """Return the Monday so many weeks before this one."""
    return period_of(today(), Grain.WEEK).start - timedelta(weeks=back)


def some_people(team_id: int, many: int) -> list[int]:
    """Return the ids of so many new people of a team."""
    with transaction() as current:
        made = [
            Person(employee_no=f"IM{team_id}-{number}", name=f"同事{number}", team_id=team_id, created_at=clock.now())
            for number in range(many)
        ]
        current.add_all(made)
        current.flush()
        current.add_all(Membership(person_id=each.id, team_id=team_id, from_on=LONG_AGO) for each in made)
        return [each.id for each in made]


def trained(document_id: int, done: Mapping[int, date]) -> None:
    """Let people have finished a document for the first time on these days."""
    with transaction() as current:
        for person_id, day in done.items():
            at = datetime.combine(day, time(12), settings().timezone)
            current.add(
                Standing(
                    person_id=person_id,
                    document_id=document_id,
                    state="done",
                    first_done_at=at,
                    last_done_at=at,
                    last_seq=0,
                    last_at=at,
                )
            )


def some_figures(
    people: Iterable[int],
    done: Mapping[int, date],
    *,
    weeks: int = 40,
    effect: float = 6.0,
    metric: str = "csat",
    grain: Grain = Grain.WEEK,
    seed: int = 7,
) -> None:
    """Give everybody figures of the last weeks or months; whoever has finished has `effect` more afterwards."""
    luck = random.Random(seed)
    starts = [week(back) for back in range(1, weeks)]
    if grain is Grain.MONTH:
        starts = sorted({start.replace(day=1) for start in starts} - {today().replace(day=1)})
    if grain is Grain.DAY:
        starts = [start + timedelta(days=day) for start in starts for day in range(0, 7, 3)]
    with transaction() as current:
        for person_id in people:
            level, day = luck.gauss(82, 3), done.get(person_id)
            for start in starts:
                value = level + luck.gauss(0, 2) + (effect if day and start > day else 0.0)
                current.add(
                    KpiValue(metric=metric, grain=grain, start=start, person_id=person_id, value=value, count=20)
                )
