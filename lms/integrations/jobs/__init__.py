"""What the worker does for other systems."""

from lms.integrations.jobs.webhooks import forget_calls, send_facts

__all__ = ["forget_calls", "send_facts"]
