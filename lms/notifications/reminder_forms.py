"""Forms of the plan of reminders."""

import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import BooleanField, IntegerField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from lms.core.i18n import say
from lms.core.texts import text
from lms.notifications.rules import Hours, Plan
from lms.web.forms import Form

_SEPARATORS = re.compile(r"[\s,，、;；/]+")
_NUMBER = re.compile(r"\d{1,3}")


def read_days(written: str) -> tuple[int, ...]:
    """Return the numbers of a list such as "7、3、1". Raises ValueError for anything else in it."""
    words = [word for word in _SEPARATORS.split(written) if word]
    if any(not _NUMBER.fullmatch(word) for word in words):
        raise ValueError(written)
    return tuple(int(word) for word in words)


def write_days(days: Sequence[int]) -> str:
    return ", ".join(str(day) for day in days)


def _are_days(_form: Form, field: Any) -> None:
    try:
        read_days(field.data or "")
    except ValueError:
        raise ValidationError(say(text("请只写天数，用逗号分开，如 7, 3, 1。"))) from None


class PlanForm(Form):
    before = StringField(text("到期前几天"), [Optional(), Length(max=80), _are_days])
    on_day = BooleanField(text("到期当天也提醒"))
    after = StringField(text("逾期后第几天"), [Optional(), Length(max=80), _are_days])
    escalates = BooleanField(text("逾期久了抄送组长"))
    escalate_after = IntegerField(text("逾期满几天"), [Optional(), NumberRange(min=1, max=60)])
    send_at = TimeField(text("每天几点提醒"), [InputRequired()])
    quiet_from = TimeField(text("免打扰从"), [InputRequired()])
    quiet_until = TimeField(text("到"), [InputRequired()])
    digest_at = TimeField(text("每日汇总几点发"), [InputRequired()])

    @classmethod
    def showing(cls, plan: Plan) -> "PlanForm":
        """Return the form filled with a plan."""
        return cls(
            formdata=None,
            before=write_days(plan.before),
            on_day=plan.on_day,
            after=write_days(plan.after),
            escalates=plan.escalate_after is not None,
            escalate_after=plan.escalate_after or 3,
            send_at=_time(plan.send_at),
            quiet_from=_time(plan.hours.quiet_from),
            quiet_until=_time(plan.hours.quiet_until),
            digest_at=_time(plan.hours.digest_at),
        )

    def plan(self) -> Plan:
        """Return the plan that the form asks for; it has been validated."""
        return Plan(
            before=read_days(self.before.data or ""),
            on_day=self.on_day.data,
            after=read_days(self.after.data or ""),
            escalate_after=(self.escalate_after.data or 3) if self.escalates.data else None,
            send_at=_minute(self.send_at.data),
            hours=Hours(
                quiet_from=_minute(self.quiet_from.data),
                quiet_until=_minute(self.quiet_until.data),
                digest_at=_minute(self.digest_at.data),
            ),
        )


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
