"""Who reads which kind of file. A kind without a reader is not taken; pictures have theirs in actions.py."""

from lms.content.attachments import pages
from lms.content.attachments.reading import Reader

READERS: dict[str, Reader] = {**pages.READERS}
"""By kind: pdf | slides | video | audio."""
