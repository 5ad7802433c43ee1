"""The forms of a round of appraisals and of a goal."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.queries import TeamRow, ids_by_no
from lms.content.queries import Choice
from lms.core.access import Actor, Permission
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.reviews.actions.appraisal_cycles import LONGEST_APPEAL, Wanted
from lms.reviews.actions.goals import Wanted as WantedGoal
from lms.reviews.queries.appraisal_forms import FormRow, said
from lms.reviews.rules.appraisal_forms import LONGEST_NAME
from lms.web.forms import Form
from lms.web.numbers import whole

_BETWEEN = re.compile(r"[\s,，;；、]+")
_MARK = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


class CycleForm(Form):
    """What a round is to be. people: employee numbers; without teams and people it is everybody."""

    name = StringField(text("名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    period = StringField(text("考核期"), [InputRequired(), Length(max=20)])
    form = SelectField(text("评估表"), [InputRequired()])
    teams = SelectMultipleField(text("团队（含下级）"), [Optional()], coerce=int)
    people = TextAreaField(text("再加这些人（工号）"), [Optional(), Length(max=20_000)])
    self_until = DateField(text("自评到哪天"), [InputRequired()])
    supervisor_until = DateField(text("主管评价到哪天"), [InputRequired()])
    calibrate_until = DateField(text("校准到哪天"), [InputRequired()])
    sign_until = DateField(text("签字到哪天"), [InputRequired()])
    appeal_days = IntegerField(text("签字后几天内可以申诉"), [InputRequired(), NumberRange(min=1, max=LONGEST_APPEAL)])

    def __init__(self, *args: Any, offered: Iterable[FormRow], open_teams: Iterable[TeamRow], **values: Any) -> None:
        super().__init__(*args, **values)
        self.form.choices = [(each.public_id, f"{said(each.name)} v{each.version}") for each in offered]
        self.teams.choices = [(each.id, each.name) for each in open_teams]

    def wanted(self, actor: Actor) -> Wanted:
        """Return what the form asks for; it has been validated. Raises Invalid for numbers that nobody has."""
        numbers = list(dict.fromkeys(number for number in _BETWEEN.split(self.people.data or "") if number))
        found = ids_by_no(actor, numbers, Permission.APPRAISAL_EDIT) if numbers else []
        if len(found) < len(numbers):
            unknown = [each for each in numbers if not ids_by_no(actor, [each], Permission.APPRAISAL_EDIT)][:10]
            wrong = text("没有这些工号：%(numbers)s。", numbers="、".join(each[:40] for each in unknown))
            raise Invalid(wrong, fields={"people": wrong})
        return Wanted(
            name=self.name.data,
            period=self.period.data,
            form=self.form.data,
            team_ids=self.teams.data or (),
            person_ids=found,
            self_until=self.self_until.data,
            supervisor_until=self.supervisor_until.data,
            calibrate_until=self.calibrate_until.data,
            sign_until=self.sign_until.data,
            appeal_days=self.appeal_days.data,
        )


class GoalForm(Form):
    """What a goal is to be. person: an employee number, "" = oneself."""

    person = SelectField(text("谁的目标"), [Optional()])
    period = StringField(text("哪个时期"), [InputRequired(), Length(max=20)])
    measure = TextAreaField(text("怎样算达到"), [InputRequired(), Length(max=400)])
    due_on = DateField(text("哪天前达到"), [InputRequired()])
    document = SelectField(text("接着学什么"), [Optional()])
    text = TextAreaField(text("要达到什么"), [InputRequired(), Length(max=400)])

    def __init__(
        self, *args: Any, people: Sequence[tuple[str, str]], trainings: Sequence[Choice], **values: Any
    ) -> None:
        super().__init__(*args, **values)
        self.person.choices = [("", say(text("我自己"))), *((number, f"{name} {number}") for number, name in people)]
        self.document.choices = [
            ("", say(text("不安排"))),
            *((str(each.document_id), each.title) for each in trainings),
        ]

    def wanted(self) -> WantedGoal:
        """Return what the form asks for; it has been validated."""
        return WantedGoal(
            employee_no=self.person.data or "",
            period=self.period.data,
            text=self.text.data,
            measure=self.measure.data,
            due_on=self.due_on.data,
            document_id=whole(self.document.data),
        )


def mark_of(written: str) -> float | None:
    """Return a mark that was typed, None where nothing was. Raises Invalid for what is no number of 0 to 100."""
    written = written.strip()
    if not written:
        return None
    if not _MARK.fullmatch(written) or float(written) > 100:
        wrong = text("请填 0 到 100 的数，最多两位小数。")
        raise Invalid(wrong, fields={"mark": wrong})
    return float(written)
