"""The base of every form: messages in the reader's language, the token in the page."""

from typing import Any

from flask_wtf import FlaskForm

from lms.core.errors import DomainError
from lms.core.i18n import current_locale, say


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose own messages come in Chinese or English. The token is checked once, in front of every view."""

    class Meta:
        csrf = False  # web/auth.py has checked it; templates write it with csrf_field()

        @property
        def locales(self) -> list[str]:
            return ["zh"] if current_locale() == "zh_CN" else ["en"]

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
