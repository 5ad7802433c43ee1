"""The base of every form: messages in the reader's language, the token in the page."""

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField

from lms.core.errors import DomainError
from lms.core.here import local, settings
from lms.core.i18n import current_locale, gettext, say

GREATEST = 2**63 - 1
"""The greatest whole number that any field takes; no column holds a greater one."""
MINUTES = "%Y-%m-%dT%H:%M"
"""How a field of date and time is written, in the installation's time."""


def as_local(at: datetime | None) -> datetime | None:
    """Return an instant as a field shows it: no zone, whole minutes."""
    return None if at is None else local(at).replace(tzinfo=None, second=0, microsecond=0)


def as_instant(written: datetime | None) -> datetime | None:
    """Return the instant that a field of the installation's time means."""
    return None if written is None else written.replace(tzinfo=settings().timezone)


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose own messages come in Chinese or English. The token is checked once, in front of every view."""

    class Meta:
        csrf = False  # web/auth.py has checked it; templates write it with csrf_field()

        @property
        def locales(self) -> list[str]:
            return ["zh"] if current_locale() == "zh_CN" else ["en"]

    def validate(self, *args: Any, **more: Any) -> bool:
        """Check every field. A whole number of hundreds of digits is none: the library's bounds fail on it."""
        for field in self:
            if isinstance(field, IntegerField) and field.data is not None and abs(field.data) > GREATEST:
                field.data = None
                field.process_errors = [gettext("这个数太大了。")]
        return bool(super().validate(*args, **more))

    def take(self, error: DomainError) -> None:
        """Put a rule's reasons at the fields they concern; the rest above the form."""
        rest = True
        for name, reason in error.fields.items():
            field: Any = self._fields.get(name)
            if field is not None:
                field.errors = [*field.errors, say(reason)]
                rest = False
        if rest:
            self.form_errors.append(say(error.message))
