"""Facts and questions of people's work, declared below all who listen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.access import Actor
from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresChanged:
    """Figures of these people in these periods ("2026Q4", "2026-10", …) are new or others."""

    person_ids: tuple[int, ...]
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeChanged:
    """The composite score of a person in a period is new or another. A public fact.

    period: "2026Q4". total: 0 to 100, two decimals; None where nothing is known. formula: its number and version.
    """

    person_id: int
    period: str
    total: float | None
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositesChanged:
    """All composites that changed at once, for who would pay for each: other systems are told of them together."""

    facts: tuple[CompositeChanged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileAsked:
    """Question: what else stands on the profile of a person, as this actor may see it? Answered by lists of panels.

    team_id: the team of the person today, which who answers need not look up again.
    """

    actor: Actor
    person_id: int
    team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePanel:
    """A part of a profile that a higher room draws. position: panels stand in its order; template: gets `values`."""

    key: str
    title: Text
    template: str
    values: Mapping[str, Any]
    position: int
