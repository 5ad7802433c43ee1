"""Whole numbers that a form or an address sends: ids, pages, versions."""

from collections.abc import Iterable

_MOST_DIGITS = 15
"""As many fit into a column of every database."""


def whole(written: str | None) -> int | None:
    """Return a number of 1–15 plain digits; None for anything else: "²" is a digit and no number."""
    if written and written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS:
        return int(written)
    return None


def every_whole(written: Iterable[str]) -> list[int]:
    """Return those that are whole numbers, in their order."""
    return [number for number in map(whole, written) if number is not None]
