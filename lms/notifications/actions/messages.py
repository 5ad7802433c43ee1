"""What one person is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one person is to be told; see `Told` for the fields."""

    person_id: int
    topic: str
    sentence: Text
    link: tuple[str, Mapping[str, object]] | None
    key: str
    urgent: bool = False
    inbox_only: bool = False
