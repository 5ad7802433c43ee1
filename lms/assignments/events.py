"""Facts of duties."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Somebody owes a document from now on."""

    person_id: int
    document_id: int
    assignment_id: int
