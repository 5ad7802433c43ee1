"""The form of a target of a year."""

import re
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.performance.rules.periods import Grain, Period, period
from lms.reviews.actions.targets import LONGEST_WHY, Wanted
from lms.reviews.rules.targets import Way
from lms.web.forms import Form
from lms.web.numbers import whole

_NUMBER = re.compile(r"[+\-−－＋]?[0-9]{1,7}(?:\.[0-9]{1,4})?")
WAYS: dict[Way, Text] = {
    Way.RELATIVE: text("按百分比（基准的 %%）"),
    Way.POINTS: text("按点数（直接加减）"),
    Way.VALUE: text("直接写要达到的数值"),
}


def number_of(written: str) -> float | None:
    """Return a number as people write it, "-30", "＋5.5"; None for anything else."""
    found = _NUMBER.fullmatch(written.strip().removesuffix("%").removesuffix("％").strip())
    return float(found[0].translate(str.maketrans("−－＋", "--+"))) if found else None


class TargetForm(Form):
    """What a figure is to reach. base_from, base_until: months, both included."""

    way = RadioField(text("怎么定"), [InputRequired()])
    amount = StringField(text("目标"), [InputRequired(), Length(max=20)])
    base_from = StringField(text("基准期从"), [InputRequired(), Length(max=20)])
    base_until = StringField(text("基准期到"), [InputRequired(), Length(max=20)])
    why = StringField(text("为什么"), [Length(max=LONGEST_WHY)])
    off = BooleanField(text("今年不定这个目标"))
    version = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.way.choices = [(way.value, say(label)) for way, label in WAYS.items()]

    def wanted(self) -> Wanted:
        """Return what the form asks for; it has been validated. Raises Invalid with every reason."""
        problems: dict[str, Text] = {}
        amount = number_of(self.amount.data or "")
        if amount is None:
            problems["amount"] = text("写一个数字，例如 20、-30 或 85.5。")
        months: dict[str, date] = {}
        for name in ("base_from", "base_until"):
            try:
                months[name] = month_of(self[name].data or "")
            except Invalid:
                problems[name] = text("写成 2026-01 这样的年月。")
        if problems or amount is None:
            raise Invalid(text("请看标出的地方。"), fields=problems)
        return Wanted(
            way=Way(self.way.data),
            amount=amount,
            base_from=months["base_from"],
            base_until=Period(Grain.MONTH, months["base_until"]).until,
            active=not self.off.data,
            why=self.why.data or "",
            version=whole(self.version.data) or 0,
        )


def month_of(written: str) -> date:
    """Return the first day of a month, "2026-01". Raises Invalid."""
    found = period(written)
    if found.grain is not Grain.MONTH:
        raise Invalid(text("写成 2026-01 这样的年月。"))
    return found.start
