"""What the acts of the story share: its day, its people, its agenda."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from lms.accounts.queries import works_of
from lms.core.access import Actor
from lms.core.here import local, settings
from lms.demo import company, learner
from lms.demo.agenda import Agenda
from lms.demo.company import PersonPlan

FULL_PACE = 150
"""Minutes of this morning that the story needs; where today is younger, it happens that much faster."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """now: the moment around which the story is told. ids, teams: by employee number and by code."""

    now: datetime
    admin: Actor
    ids: dict[str, int]
    teams: dict[str, int]
    agenda: Agenda = field(default_factory=Agenda)

    @property
    def today(self) -> date:
        return local(self.now).date()

    @property
    def pace(self) -> float:
        """Return by how much this morning is shortened, 1 = not at all: nothing of today happened yesterday."""
        here = local(self.now)
        return min(1.0, (60 * here.hour + here.minute) / FULL_PACE)

    def at(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """Return a moment of the story in local time."""
        day = self.today - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), tzinfo=settings().timezone)

    def today_at(self, minutes_ago: float) -> datetime:
        """Return a moment of this morning."""
        return self.now - timedelta(minutes=minutes_ago * self.pace)

    def who(self, no: str) -> Actor:
        return learner.who(no)

    def rng(self, *names: object) -> random.Random:
        """Return the chance of one part of the story: what happens elsewhere does not change it."""
        return random.Random(":".join(map(str, names)))  # noqa: S311 - a story, not a secret

    def agents(self) -> list[PersonPlan]:
        """Return the plans of every agent of the five teams, those of the last intake included."""
        return [plan for plan in company.people() if plan.position == "客服专员" and plan.team != "camp"]

    def number(self, name: str) -> str:
        return next(plan.no for plan in company.people() if plan.name == name)

    def worked(self, numbers: Sequence[str], ago: dict[str, int]) -> dict[str, int]:
        """Return for each person the nearest day, at least so many days ago, on which he worked."""
        works = works_of([self.ids[no] for no in numbers])
        found = {}
        for no in numbers:
            days = ago[no]
            while not works[self.ids[no]](self.today - timedelta(days=days)):
                days += 1
            found[no] = days
        return found

    def search(self, at: datetime, query: str, *, opened: bool = False) -> None:
        """Note that one of the agents searches at that moment. opened: and opens the first article, if there is one."""
        plan = self.rng("search", at, query).choice(self.agents())
        self.agenda.once(at, lambda: learner.search(learner.who(plan.no), query, opened=opened))
