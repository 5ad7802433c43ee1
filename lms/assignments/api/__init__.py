"""What duties offer over the API; each module names its own at the shared blueprint."""

from lms.assignments.api import deciding, duties, ruling
from lms.assignments.api.room import bp

__all__ = ["bp", "deciding", "duties", "ruling"]
