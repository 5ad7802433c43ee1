"""The installation that is running: its settings, its day, its local time."""

from datetime import date, datetime

from flask import Flask, current_app

from lms.core import clock
from lms.core.settings import Settings


def settings() -> Settings:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # asked a hundred times a page: no proxy
    found: Settings = app.extensions["lms_settings"]
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
