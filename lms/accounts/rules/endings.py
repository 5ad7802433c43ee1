"""Accounts that close by themselves: whose planned last day may be put off. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from lms.accounts.rules.people import check_may_change
from lms.core.access import Role
from lms.core.errors import Forbidden
from lms.core.fingerprint import fingerprint
from lms.core.texts import Text, text

SOON = 7
"""Days before the last one within which an account is said to end."""
TOLD = 3
"""Days before the last one on which the person and the lead are told."""


def told_key(day: date) -> str:
    """Return under which key somebody is told that their account ends after this day."""
    return f"account-ends:{day.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Somebody whose account ends by itself after a day. roles: those that stand."""

    person_id: int
    employee_no: str
    name: str
    team: str
    employment: str
    leaving_on: date
    roles: frozenset[Role] = frozenset()
    cohort: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Whose last day would become another, and to whom that can't be done. Refused: nothing is done to anybody."""

    to: date
    moved: Sequence[Ending]
    refused: Sequence[tuple[Ending, Text]]

    @property
    def digest(self) -> str:
        return fingerprint(self.to, [(each.person_id, each.leaving_on) for each in self.moved])


def plan(people: Sequence[Ending], to: date, actor_roles: Collection[Role]) -> Extension:
    """Return what putting their last day off to a day would do."""
    moved, refused = [], []
    for each in people:
        try:
            check_may_change(actor_roles, each.roles)
        except Forbidden as error:
            refused.append((each, error.message))
            continue
        if to <= each.leaving_on:
            refused.append((each, text("现在就到 %(day)s，不比新的日子早。", day=each.leaving_on)))
        else:
            moved.append(each)
    return Extension(to=to, moved=moved, refused=refused)
