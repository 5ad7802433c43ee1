"""A row of the tables of ownership: who asks for a thing of one person, and what is answered."""

from dataclasses import dataclass, field

WHO = ["own", "mate", "mentor", "lead", "other_lead", "trainer", "quality", "hr", "admin", "director"]
"""Whose browser: the person's own, one of the same team, the mentor, the team's lead, another team's lead, roles."""


@dataclass(frozen=True)
class Asked:
    """One row: the statuses in the order of WHO; what is sent along. json None: a form. at: which attempt."""

    statuses: str
    form: dict = field(default_factory=dict)
    json: dict | None = None
    at: str = "open"

    def status(self, who):
        return int(self.statuses.split()[WHO.index(who)])


def only_own(status):
    return f"{status} " + "404 " * 9
