"""How much is done in one transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from lms.core.texts import Text

CHUNK = 20
"""Documents in one transaction."""


def unwatched(items: Sequence[Any], _: Text) -> Iterable[Any]:
    """Return what is to be done as it is: nobody watches."""
    return items
