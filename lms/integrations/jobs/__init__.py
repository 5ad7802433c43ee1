"""What the worker does for other systems."""

from lms.integrations.jobs.webhooks import forget_calls, send_facts
from lms.integrations.jobs.xapi import forget_statements, send_statements

__all__ = ["forget_calls", "forget_statements", "send_facts", "send_statements"]
