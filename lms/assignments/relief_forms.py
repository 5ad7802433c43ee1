"""What is asked of somebody who exempts, recognises or extends."""

from typing import Any

from wtforms import DateField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.assignments.actions.relief import LONGEST
from lms.assignments.queries.why import CATEGORIES
from lms.core.i18n import say
from lms.core.texts import text
from lms.web.forms import Form


def _reason(label: Any, id: str) -> TextAreaField:
    """Return a reason; each form of the page has one, so each has an id of its own."""
    return TextAreaField(label, [InputRequired(), Length(max=LONGEST)], id=id)


class ExemptForm(Form):
    category = RadioField(text("类别"), [InputRequired()])
    reason = _reason(text("豁免原因"), "exempt-reason")
    until_on = DateField(text("豁免到哪天"), [Optional()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.category.choices = [(kind, say(words)) for kind, words in CATEGORIES.items()]


class CreditForm(Form):
    reason = _reason(text("认定依据"), "credit-reason")


class ExtendForm(Form):
    to = DateField(text("延到哪天"), [InputRequired()])
    reason = _reason(text("延期原因"), "extend-reason")


class UncreditForm(Form):
    reason = _reason(text("作废原因"), "uncredit-reason")
