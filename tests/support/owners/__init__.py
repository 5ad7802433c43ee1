"""What the rooms of scores and reviews add to the house of the trust tests, a module a part.

Each has TABLE, its rows for tests/trust/test_ownership.py, and furnish(house), which makes things of `own` and returns
the values of the parameters of its routes, by name. A name of a parameter belongs to one part only.
"""

from typing import Any

from tests.support.asked import Asked
from tests.support.owners import (
    account_calls,
    appraisals,
    awards,
    courseware,
    duty_calls,
    impact,
    inspections,
    kpis,
    learning_calls,
    people_api,
    privacy,
    profiles,
    review_calls,
    scores,
    signon,
    staffing,
    standards,
    targets,
    writing_api,
)

PARTS = (
    duty_calls,
    learning_calls,
    account_calls,
    kpis,
    scores,
    profiles,
    inspections,
    appraisals,
    awards,
    targets,
    impact,
    staffing,
    privacy,
    standards,
    people_api,
    signon,
    courseware,
    writing_api,
    review_calls,
)


def table() -> dict[tuple[str, str], Asked]:
    return {key: asked for part in PARTS for key, asked in part.TABLE.items()}


def values(house: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in PARTS:
        found |= part.furnish(house)
    return found
