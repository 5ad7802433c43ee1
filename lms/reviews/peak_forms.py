"""The forms of a peak's review."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.accounts.queries import TeamRow
from lms.assignments.actions.measures import LONGEST
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.performance.rules.metrics import Metric
from lms.reviews.actions.peaks import Asked, Found, Wanted
from lms.reviews.queries.peaks import Finding, Owner
from lms.reviews.rules.peaks import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE
from lms.reviews.target_forms import number_of
from lms.web.forms import Form
from lms.web.numbers import whole


class PeakForm(Form):
    """What a review is of."""

    name = StringField(text("名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    team = SelectField(text("哪个团队（含下级）"), [InputRequired()])
    starts_on = DateField(text("活动开始"), [InputRequired()])
    ends_on = DateField(text("活动结束"), [InputRequired()])
    look_on = DateField(text("哪天复查效果"), [InputRequired()])
    campaign = SelectField(text("备战时的活动包"), [Optional()])
    version = HiddenField()

    def __init__(
        self, *args: Any, teams: Iterable[TeamRow], campaigns: Sequence[tuple[int, str]], **values: Any
    ) -> None:
        super().__init__(*args, **values)
        self.team.choices = [(str(team.id), "　" * team.depth + team.name) for team in teams]
        self.campaign.choices = [("", say(text("没有"))), *((str(id), name) for id, name in campaigns)]

    def wanted(self) -> Wanted:
        """Return what the form asks for; it has been validated."""
        return Wanted(
            name=self.name.data,
            team_id=int(self.team.data),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            look_on=self.look_on.data,
            campaign_id=whole(self.campaign.data),
            version=whole(self.version.data) or 0,
        )


class FindingForm(Form):
    """What went wrong and when."""

    title = StringField(text("出了什么问题"), [InputRequired(), Length(max=LONGEST_TITLE)])
    story = TextAreaField(text("经过和原因"), [Length(max=LONGEST_TEXT)])
    from_on = DateField(text("从哪天"), [InputRequired()])
    until_on = DateField(text("到哪天"), [InputRequired()])

    def found(self) -> Found:
        """Return what the form says; it has been validated."""
        return Found(
            title=self.title.data,
            text=self.story.data or "",
            from_on=self.from_on.data,
            until_on=self.until_on.data,
        )


class PeakMeasureForm(Form):
    """What is done about it, and by which figure it is looked at."""

    what = TextAreaField(text("要做什么"), [InputRequired(), Length(max=LONGEST)])
    owner = SelectField(text("谁负责"), [InputRequired()])
    due_on = DateField(text("什么时候完成"), [InputRequired()])
    check_on = DateField(text("什么时候复查"), [Optional()])
    finding = SelectField(text("针对哪个问题"), [Optional()])
    metric = SelectField(text("用哪个指标看效果"), [InputRequired()])
    goal = StringField(text("要到多少"), [Length(max=20)])

    def __init__(
        self,
        *args: Any,
        owners: Iterable[Owner],
        findings: Iterable[Finding],
        known: Iterable[Metric],
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.owner.choices = [
            ("", say(text("请选择"))),
            *((str(each.id), f"{each.name}　{each.employee_no} {each.team}") for each in owners),
        ]
        self.finding.choices = [("", say(text("整个活动"))), *((each.public_id, each.title) for each in findings)]
        self.metric.choices = [(each.code, say(each.name)) for each in known]

    def asked(self) -> Asked:
        """Return what the form asks for; it has been validated. Raises Invalid."""
        written = (self.goal.data or "").strip()
        goal = number_of(written) if written else None
        if written and goal is None:
            wrong = text("写一个数字，例如 30 或 92.5；只要变好就行可以不填。")
            raise Invalid(wrong, fields={"goal": wrong})
        return Asked(
            what=self.what.data,
            owner_id=int(self.owner.data),
            due_on=self.due_on.data,
            check_on=self.check_on.data,
            finding=self.finding.data or "",
            metric=self.metric.data,
            goal=goal,
        )
