"""Forms of those who share what they know: a change proposed, a new article, a question below an article."""

from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from lms.content.rules.paths import MAX_SLUG
from lms.core.texts import text
from lms.kb.rules import suggesting, talking
from lms.web.forms import Form


def _stripped(value: str | None) -> str:
    return (value or "").strip()


def _tidy(value: str | None) -> str:
    return " ".join((value or "").split())


class SuggestEdit(Form):
    """revision: number of the version that was read. section: a key of `rules.suggesting`."""

    revision = IntegerField("", [InputRequired(), NumberRange(min=1, max=2**31 - 1)], widget=HiddenInput())
    section = HiddenField("", [InputRequired(), Length(max=400)])
    heading = StringField(text("新的一节叫什么"), [Length(max=suggesting.TITLE)], filters=[_tidy])
    body = TextAreaField(text("改成这样"), [InputRequired()])
    reason = TextAreaField(text("为什么要改"), [InputRequired(), Length(max=suggesting.REASON)], filters=[_stripped])


class Share(Form):
    """shape: a template of articles; "qa" asks for question and answer."""

    shape = HiddenField()
    title = StringField(text("标题"), [InputRequired(), Length(max=suggesting.TITLE)], filters=[_tidy])
    folder = SelectField(text("放在哪一类"), [Optional()], validate_choice=False)
    body = TextAreaField(text("写下来"), [InputRequired()])
    script = TextAreaField(text("可以直接发给顾客的话"), [Optional()])
    reason = TextAreaField(text("怎么想到的"), [Length(max=suggesting.REASON)], filters=[_stripped])

    def __init__(self, *args: Any, folders: list[tuple[str, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        self.folder.choices = folders


class Accept(Form):
    slug = StringField(text("地址"), [Length(max=MAX_SLUG)], filters=[_stripped])
    answer = StringField(text("回一句话"), [Length(max=suggesting.REASON)], filters=[_stripped])


class Decline(Form):
    answer = TextAreaField(text("为什么不采纳"), [InputRequired(), Length(max=suggesting.REASON)], filters=[_stripped])


class Say(Form):
    """anchor: of a section, "" = the whole article. answers: the public id of what is answered."""

    words = TextAreaField(text("写下问题或补充"), [InputRequired(), Length(max=talking.LONGEST)], filters=[_stripped])
    anchor = SelectField(text("关于哪一节"), [Optional()], validate_choice=False)
    answers = HiddenField()
