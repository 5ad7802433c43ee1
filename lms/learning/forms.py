"""What a learner's form says, in the shapes that the rules take."""

from werkzeug.datastructures import MultiDict

from lms.core.errors import Invalid
from lms.core.texts import text
from lms.web.numbers import whole


def ticks(form: MultiDict[str, str]) -> list[int]:
    """Return the ticked lines of a checklist."""
    return [int(value) for value in form.getlist("tick") if value.isdecimal() and len(value) < 4]


def number(form: MultiDict[str, str], name: str) -> int:
    """Return a whole number of a hidden field. Raises Invalid where it is none."""
    value = whole(form.get(name))
    if value is None:
        raise Invalid(text("页面停留太久或被改动，请刷新页面再试。"), fields={name: text("这里应该是一个数。")})
    return value
