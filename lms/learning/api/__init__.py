"""What studying offers over the API; each module names its own at the shared blueprint."""

from lms.learning.api import certificates, cycles, planning, queues, running, sessions, studying
from lms.learning.api.room import bp

__all__ = ["bp", "certificates", "cycles", "planning", "queues", "running", "sessions", "studying"]
