"""Facts of duties."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Somebody owes a document from now on."""

    person_id: int
    document_id: int
    assignment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirming:
    """Question: how many questions does this person answer before they confirm this version of a document?"""

    person_id: int
    document_id: int
    revision_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Question: which certificates of these plans do these people hold? Answered with a list of `Held`."""

    person_ids: tuple[int, ...]
    plan_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The latest certificate of a plan that a person holds, or held until the day (included); None = for good.

    One that was revoked is not told of.
    """

    person_id: int
    plan_id: int
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingChanged:
    """These people's certificates are others: new, renewed, lapsed or revoked."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNames:
    """Question: what are the certificate plans called, by which rules may go? Answered with a list of `PlanName`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanName:
    plan_id: int
    name: str
