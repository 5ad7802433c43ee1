"""What studying does by the clock."""

from lms.learning.jobs.files import (
    delete_unused_files,
)

__all__ = [
    "delete_unused_files",
]
