"""The form of a campaign."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.queries import TeamRow
from lms.content.queries import Choice
from lms.core.i18n import say
from lms.core.texts import text
from lms.learning.actions.campaigns import Wanted
from lms.learning.rules.campaigns import LONGEST_NAME
from lms.web.forms import Form

MOST_NEEDED = 100_000


class CampaignForm(Form):
    """What a campaign is to be. parts: ids of documents, in the order in which the page lists them."""

    name = StringField(text("名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    team = SelectField(text("谁参加（团队，含下级）"), [InputRequired()])
    starts_on = DateField(text("活动开始"), [InputRequired()])
    ends_on = DateField(text("活动结束"), [InputRequired()])
    ready_on = DateField(text("最迟哪天准备好"), [InputRequired()])
    needed = IntegerField(text("需要多少人上岗"), [Optional(), NumberRange(min=1, max=MOST_NEEDED)])
    parts = SelectMultipleField(text("要学会的知识和要过的测验"), [Optional()], coerce=int)
    queues = SelectMultipleField(text("没学完不能接的队列"), [Optional()], coerce=int)

    def __init__(
        self,
        *args: Any,
        teams: Iterable[TeamRow],
        documents: Sequence[Choice],
        open_queues: Sequence[tuple[int, str]],
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.team.choices = [
            ("", say(text("请选择"))),
            *((str(team.id), "　" * team.depth + team.name) for team in teams),
        ]
        self.documents = documents
        self.parts.choices = [(each.document_id, each.title) for each in documents]
        self.queues.choices = list(open_queues)

    def wanted(self) -> Wanted:
        """Return what the form asks for; it has been validated."""
        chosen = set(self.parts.data or ())
        return Wanted(
            name=self.name.data,
            team_id=int(self.team.data),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            ready_on=self.ready_on.data,
            needed=self.needed.data,
            document_ids=[each.document_id for each in self.documents if each.document_id in chosen],
            queue_ids=sorted(set(self.queues.data or ())),
        )
