"""Facts of duties."""

from dataclasses import dataclass


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
