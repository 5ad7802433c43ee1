"""Forms of team drills and of what was learnt from them. Times are the installation's, to the minute."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from lms.accounts.queries import TeamRow
from lms.assignments.actions.measures import LONGEST as LONGEST_MEASURE
from lms.core.i18n import say
from lms.core.texts import text
from lms.drills.actions.after import LONGEST as LONGEST_REVIEW
from lms.drills.actions.team import Wanted
from lms.drills.queries.team import Earlier
from lms.drills.queries.team_choices import Choosable, Owner
from lms.drills.rules.team import INCIDENTS, LONGEST_TITLE
from lms.web.forms import MINUTES, Form, as_instant, as_local

NONE = "0"


class TeamDrillForm(Form):
    """What a team drill is to be. confirmed: how many people the preview has shown."""

    document = SelectField(text("演练"), [InputRequired()])
    title = StringField(text("名称"), [InputRequired(), Length(max=LONGEST_TITLE)])
    incident = SelectField(text("突发情况"), [InputRequired()])
    teams = SelectMultipleField(text("团队（含下级）"), [InputRequired(message=text("请至少选一个团队。"))])
    on_shift = BooleanField(text("只要当天在班的人"), default=True)
    opens_at = DateTimeLocalField(text("开始"), [InputRequired()], format=[MINUTES])
    closes_at = DateTimeLocalField(text("结束"), [InputRequired()], format=[MINUTES])
    monthly = BooleanField(text("每月重复"))
    previous = SelectField(text("和哪一次比较"), [Optional()], default=NONE, validate_choice=False)
    confirmed = IntegerField("", [Optional()])

    def __init__(
        self,
        *args: Any,
        drills: Iterable[Choosable],
        team_rows: Iterable[TeamRow],
        before: Sequence[Earlier] = (),
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.document.choices = [(str(each.document_id), each.title) for each in drills]
        self.incident.choices = [(value, say(words)) for value, words in INCIDENTS.items()]
        self.teams.choices = [(str(team.id), team.name) for team in team_rows]
        self.previous.choices = [
            (NONE, say(text("不比较"))),
            *((str(each.id), f"{as_local(each.opens_at):%Y-%m-%d} {each.title}") for each in before),
        ]

    def wanted(self) -> Wanted:
        """Return what the form asks for; it has been validated."""
        opens_at, closes_at = as_instant(self.opens_at.data), as_instant(self.closes_at.data)
        assert opens_at is not None
        assert closes_at is not None
        previous = self.previous.data or NONE
        return Wanted(
            document_id=int(self.document.data),
            title=self.title.data,
            incident=self.incident.data,
            team_ids=tuple(int(each) for each in self.teams.data),
            opens_at=opens_at,
            closes_at=closes_at,
            monthly=bool(self.monthly.data),
            on_shift=bool(self.on_shift.data),
            previous_id=int(previous) if previous != NONE and previous in dict(self.previous.choices) else None,
        )


class ReviewForm(Form):
    """复盘. version: of the text on which it rests, 0 for none."""

    went_well = TextAreaField(text("做得好的"), [Length(max=LONGEST_REVIEW)])
    went_badly = TextAreaField(text("做得不好的"), [Length(max=LONGEST_REVIEW)])
    causes = TextAreaField(text("原因"), [Length(max=LONGEST_REVIEW)])
    version = IntegerField("", [InputRequired()])


class MeasureForm(Form):
    what = TextAreaField(text("要做什么"), [InputRequired(), Length(max=LONGEST_MEASURE)])
    owner = SelectField(text("谁负责"), [InputRequired()])
    due_on = DateField(text("什么时候完成"), [InputRequired()])
    check_on = DateField(text("什么时候复查"), [Optional()])

    def __init__(self, *args: Any, owners: Iterable[Owner], **values: Any) -> None:
        super().__init__(*args, **values)
        self.owner.choices = [
            ("", say(text("请选择"))),
            *((str(each.id), f"{each.name}　{each.employee_no} {each.team}") for each in owners),
        ]
