"""Forms of live sessions. Times are the installation's, to the minute."""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from lms.accounts.queries import TeamRow, active_by_no
from lms.content.queries import Choice
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.learning.actions.attendance import Mark
from lms.learning.rules import sessions as rules
from lms.learning.rules.sessions import KINDS, SeatState, Wanted
from lms.web.forms import MINUTES, Form, as_instant

EVERYBODY = "0"
NOTHING = "0"


class SessionForm(Form):
    """What a live session is to be. trainer: the number of somebody of the house; trainer_name: of somebody else."""

    title = StringField(text("名称"), [InputRequired(), Length(max=rules.LONGEST_TITLE)])
    kind = SelectField(text("形式"), [InputRequired()])
    starts_at = DateTimeLocalField(text("开始"), [InputRequired()], format=[MINUTES])
    ends_at = DateTimeLocalField(text("结束"), [InputRequired()], format=[MINUTES])
    place = StringField(text("地点"), [Length(max=rules.LONGEST_PLACE)])
    link = StringField(text("链接"), [Length(max=rules.LONGEST_LINK)])
    trainer = StringField(text("讲师工号"), [Length(max=40)])
    trainer_name = StringField(text("外部讲师姓名"), [Length(max=rules.LONGEST_NAME)])
    places = IntegerField(text("名额"), [Optional()])
    team = SelectField(text("面向谁"), [InputRequired()])
    by_choice = BooleanField(text("可以自己报名"), default=True)
    document = SelectField(text("到场就算完成"), [Optional()], default=NOTHING, validate_choice=False)
    words = TextAreaField(text("说明"), [Length(max=rules.LONGEST_WORDS)])

    def __init__(
        self,
        *args: Any,
        team_rows: Iterable[TeamRow],
        documents: Iterable[Choice],
        for_all: bool,
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(value, say(words)) for value, words in KINDS.items()]
        everybody = [(EVERYBODY, say(text("所有人")))] if for_all else []
        self.team.choices = [*everybody, *((str(team.id), "　" * team.depth + team.name) for team in team_rows)]
        kinds = {"task": say(text("任务")), "lesson": say(text("课时"))}
        self.document.choices = [
            (NOTHING, say(text("不计入任何任务"))),
            *((str(each.document_id), f"{kinds[each.kind]}：{each.title}") for each in documents),
        ]

    def wanted(self) -> Wanted:
        """Return what the form asks for; it has been validated. Raises Invalid for a number that nobody here has."""
        starts_at, ends_at = as_instant(self.starts_at.data), as_instant(self.ends_at.data)
        assert starts_at is not None
        assert ends_at is not None
        number = (self.trainer.data or "").strip()
        trainer = active_by_no(number) if number else None
        if number and trainer is None:
            raise Invalid(
                text("请看标出的地方。"),
                fields={"trainer": text("没有工号是“%(no)s”的人。外部讲师请写在旁边。", no=number)},
            )
        document = self.document.data if self.document.data in dict(self.document.choices) else NOTHING
        return Wanted(
            title=(self.title.data or "").strip(),
            kind=self.kind.data,
            starts_at=starts_at,
            ends_at=ends_at,
            place=(self.place.data or "").strip(),
            link=(self.link.data or "").strip(),
            trainer_id=trainer.id if trainer else None,
            trainer_name="" if trainer else (self.trainer_name.data or "").strip(),
            places=self.places.data,
            team_id=int(self.team.data) if self.team.data != EVERYBODY else None,
            by_choice=bool(self.by_choice.data),
            document_id=int(document) if document != NOTHING else None,
            words=(self.words.data or "").strip(),
        )


def marks_of(form: MultiDict[str, str], person_ids: Iterable[int]) -> Mapping[int, Mark]:
    """Return what the attendance list says of these people; who is not in it is left out. Raises Invalid."""
    found: dict[int, Mark] = {}
    for person_id in person_ids:
        state = form.get(f"state-{person_id}", "")
        if not state:
            continue
        minutes = form.get(f"minutes-{person_id}", "").strip()
        if minutes and not (minutes.isascii() and minutes.isdecimal() and len(minutes) < 5):
            raise Invalid(text("计入的分钟数要写成数字。"))
        found[person_id] = Mark(
            state=state,
            minutes=int(minutes) if minutes and state == SeatState.ATTENDED else None,
            note=form.get(f"note-{person_id}", ""),
        )
    return found
