"""Forms of those who run a quiz: a window, a makeup. Times are the installation's, to the minute."""

from collections.abc import Iterable
from typing import Any

from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.queries import TeamRow
from lms.core.i18n import say
from lms.core.texts import text
from lms.quizzes.actions.makeups import LONGEST_REASON, MOST_ATTEMPTS, Terms
from lms.quizzes.actions.windows import LONGEST_SECONDS
from lms.quizzes.actions.windows import MOST_ATTEMPTS as MOST_IN_WINDOW
from lms.quizzes.rules.windows import Window
from lms.web.forms import MINUTES, Form, as_instant
from lms.web.numbers import whole

ALL, ONE = "all", "person"


class WindowForm(Form):
    """Whose window, and what it says; a field left empty says nothing."""

    whose = SelectField(text("对谁"), [InputRequired()])
    employee_no = StringField(text("工号"), [Length(max=40)])
    opens_at = DateTimeLocalField(text("从什么时候起可以开始"), [Optional()], format=[MINUTES])
    closes_at = DateTimeLocalField(text("到什么时候为止"), [Optional()], format=[MINUTES])
    minutes = IntegerField(text("限时（分钟）"), [Optional(), NumberRange(min=1, max=LONGEST_SECONDS // 60)])
    attempts = IntegerField(text("可考次数"), [Optional(), NumberRange(min=1, max=MOST_IN_WINDOW)])
    confirmed = IntegerField("", [Optional()])

    def __init__(self, *args: Any, teams: Iterable[TeamRow], for_all: bool, **values: Any) -> None:
        super().__init__(*args, **values)
        common = [(ALL, say(text("所有人")))] if for_all else []
        self.whose.choices = [
            *common,
            *((f"team:{team.id}", "　" * team.depth + team.name) for team in teams),
            (ONE, say(text("一个人（填工号）"))),
        ]

    def window(self) -> Window:
        return Window(
            opens_at=as_instant(self.opens_at.data),
            closes_at=as_instant(self.closes_at.data),
            seconds=self.minutes.data * 60 if self.minutes.data else None,
            attempts=self.attempts.data or None,
        )

    @property
    def team_id(self) -> int | None:
        kind, _, number = (self.whose.data or "").partition(":")
        return whole(number) if kind == "team" else None


class MakeupForm(Form):
    attempts = IntegerField(text("可考次数"), [InputRequired(), NumberRange(min=1, max=MOST_ATTEMPTS)], default=1)
    opens_at = DateTimeLocalField(text("从什么时候起"), [Optional()], format=[MINUTES])
    closes_at = DateTimeLocalField(text("到什么时候为止"), [Optional()], format=[MINUTES])
    reason = StringField(text("原因"), [InputRequired(), Length(max=LONGEST_REASON)])

    def terms(self) -> Terms:
        return Terms(
            attempts=self.attempts.data,
            opens_at=as_instant(self.opens_at.data),
            closes_at=as_instant(self.closes_at.data),
            reason=self.reason.data,
        )
