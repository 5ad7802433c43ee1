"""Who reads which kind of file. A kind without a reader is not taken; pictures have theirs in actions.py."""

from lms.content.attachments.reading import Reader

READERS: dict[str, Reader] = {}
"""By kind: pdf | slides | video | audio."""
