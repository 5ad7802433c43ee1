"""All formats, by name. A reader or writer joins the list here."""

from collections.abc import Mapping

from lms.quizzes.importers.reading import Format

_ALL: tuple[Format, ...] = ()  # a reader that is sure of its files stands before one that takes any text
FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}


def format_of(name: str, data: bytes) -> Format | None:
    """Return the format of a file by its name and bytes, the first that says so; None for none."""
    return next((each for each in FORMATS.values() if each.reader and each.is_meant(name, data)), None)
