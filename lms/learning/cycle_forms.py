"""The form of a cycle's draft: its facts, whom it means, a line for each team that has a wave."""

from collections.abc import Mapping, Sequence
from datetime import date

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.rules.people import EMPLOYMENTS
from lms.core.texts import text
from lms.learning.rules.cycles import LONGEST_NAME, MOST_DAYS, Draft, Wave
from lms.web.forms import Form


class CycleForm(Form):
    """The facts of a cycle. The choices of documents are filled in by the view."""

    name = StringField(text("名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    quarter = StringField(text("季度"), [InputRequired(), Length(max=6)])
    document = SelectField(text("学什么"), [Optional()])
    starts_on = DateField(text("开始"), [InputRequired()])
    due_on = DateField(text("截止"), [InputRequired()])
    target_percent = IntegerField(text("目标完成率（%%）"), [InputRequired(), NumberRange(min=1, max=100)])
    joiner_days = IntegerField(text("后来的人有几天"), [InputRequired(), NumberRange(min=1, max=MOST_DAYS)])


def draft_from(form: CycleForm, sent: Mapping[str, str], chosen: Mapping[str, Sequence[str]]) -> Draft:
    """Return what was sent. chosen: values of the ticked boxes `wave`, `position` and `employment`.

    A wave without days of its own has those of the whole.
    """
    starts_on: date = form.starts_on.data
    due_on: date = form.due_on.data
    return Draft(
        name=form.name.data,
        quarter=form.quarter.data.strip().upper(),
        document_id=int(form.document.data) if form.document.data else None,
        starts_on=starts_on,
        due_on=due_on,
        waves=[
            Wave(
                team_id=int(team),
                starts_on=_day(sent.get(f"from-{team}", "")) or starts_on,
                due_on=_day(sent.get(f"due-{team}", "")) or due_on,
            )
            for team in dict.fromkeys(chosen["wave"])
            if team.isdecimal() and len(team) < 12
        ],
        target_percent=form.target_percent.data,
        joiner_days=form.joiner_days.data,
        positions=list(dict.fromkeys(each for each in chosen["position"] if each))[:50],
        employment=[each for each in dict.fromkeys(chosen["employment"]) if each in EMPLOYMENTS],
    )


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
