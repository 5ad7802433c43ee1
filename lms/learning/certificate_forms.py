"""Forms of certificates and queues."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.content.queries import Choice
from lms.core.i18n import gettext, say
from lms.core.texts import Text, text
from lms.learning.actions.certificates import Draft
from lms.learning.rules import queues as queue_rules
from lms.learning.rules.certificates import LONGEST_NAME, MOST_DAYS, Terms
from lms.web.forms import Form

KIND_WORDS: dict[str, Text] = {
    "curriculum": text("培训计划"),
    "course": text("课程"),
    "lesson": text("课时"),
    "task": text("任务"),
    "quiz": text("测验"),
    "drill": text("演练"),
    "scorm": text("课件"),
    "article": text("知识"),
}
"""Kinds of documents that somebody can complete, in the order of the lists."""


def grouped(offered: Iterable[Choice]) -> dict[str, list[tuple[int, str]]]:
    """Return documents by the word for their kind, as a select takes them. offered: by kind."""
    return {
        say(KIND_WORDS[kind]): [(each.document_id, each.title) for each in those]
        for kind, those in groupby(offered, key=lambda each: each.kind)
    }


class PlanForm(Form):
    """A rule of certificates. document: only when it is made."""

    document = SelectField(text("学完哪份内容发证"), [Optional()], coerce=int)
    name = StringField(text("证书名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    valid_days = IntegerField(text("有效期（天）"), [Optional(), NumberRange(min=1, max=MOST_DAYS)])
    renew_days = IntegerField(text("到期前多少天可以续期"), [InputRequired(), NumberRange(min=0, max=MOST_DAYS)])
    grace_days = IntegerField(text("到期后宽限几天"), [InputRequired(), NumberRange(min=0, max=365)])
    refresher = SelectField(text("到期学什么"), [Optional()], coerce=int)
    active = BooleanField(text("继续发证"))

    def __init__(self, offered: Iterable[Choice], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        groups = grouped(offered)
        self.document.choices = {"": [(0, gettext("请选择"))], **groups}
        self.refresher.choices = {"": [(0, gettext("同一份内容再学一遍"))], **groups}

    def draft(self, document_id: int) -> Draft:
        """Return what the form says; it has been validated."""
        return Draft(
            document_id=document_id,
            name=self.name.data or "",
            terms=Terms(
                valid_days=self.valid_days.data, renew_days=self.renew_days.data, grace_days=self.grace_days.data
            ),
            refresher_id=self.refresher.data or None,
        )


class QueueForm(Form):
    """A queue. needs: ids of documents."""

    code = StringField(text("队列编码"), [Optional(), Length(max=queue_rules.LONGEST_CODE)])
    name = StringField(text("名称"), [InputRequired(), Length(max=queue_rules.LONGEST_NAME)])
    needs = SelectMultipleField(text("要有哪些认证或学完哪些内容"), [Optional()], coerce=int)
    closed = BooleanField(text("停用：谁都不能接"))

    def __init__(self, offered: Sequence[Choice], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.offered = offered
        self.needs.choices = [(each.document_id, each.title) for each in offered]


class OverrideForm(Form):
    """A supervisor's word on one person and one queue."""

    queue = SelectField(text("队列"), [InputRequired()], coerce=int)
    allowed = SelectField(text("怎么批"), [InputRequired()])
    until_on = DateField(text("到哪天为止"), [InputRequired()])
    reason = TextAreaField(text("原因"), [InputRequired(), Length(max=queue_rules.LONGEST_REASON)])

    def __init__(self, queues: Iterable[tuple[int, str]], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.queue.choices = list(queues)
        self.allowed.choices = [("yes", gettext("准许接待")), ("no", gettext("暂停接待"))]
