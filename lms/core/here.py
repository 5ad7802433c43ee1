"""The installation that is running: its settings, its day, its local time."""

from datetime import date, datetime

from flask import current_app

from lms.core import clock
from lms.core.settings import Settings


def settings() -> Settings:
    found: Settings = current_app.extensions["lms_settings"]
    return found


def today() -> date:
    """Return the present day in the installation's zone."""
    return clock.today(settings().timezone)


def local(at: datetime) -> datetime:
    """Return the instant in the installation's zone, for showing."""
    return at.astimezone(settings().timezone)


def day_of(at: datetime) -> date:
    """Return the day on which the instant falls in the installation's zone."""
    return clock.day_of(at, settings().timezone)
