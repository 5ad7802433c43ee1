"""Forms of the studio: a new document, publishing, another address.

Labels are Texts: macros/fields.html says them in the reader's language.
"""

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from lms.content.actions.drafts import NOTE
from lms.content.grammar.keywords import Language
from lms.content.kinds import kinds
from lms.content.rules.paths import MAX_SLUG
from lms.core.i18n import current_locale, gettext, say
from lms.core.texts import Text, text
from lms.web.forms import Form

KIND_NAMES: dict[str, Text] = {
    "article": text("知识"),
    "lesson": text("课时"),
    "task": text("任务"),
    "quiz": text("测验"),
    "course": text("课程"),
    "curriculum": text("培训计划"),
    "drill": text("演练"),
    "words": text("词表"),
}
"""In the order in which they are offered."""


def _tidy(value: str | None) -> str:
    return " ".join((value or "").split())


def _stripped(value: str | None) -> str:
    return (value or "").strip()


def _address(value: str | None) -> str:
    return (value or "").strip().strip("/").removesuffix(".md")


def kind_choices() -> list[tuple[str, str]]:
    return [(name, say(KIND_NAMES[name])) for name in KIND_NAMES if name in kinds()]


class NewDocument(Form):
    """slug: folders and name, `after-sales/return-7d`. language: of the keywords in the file."""

    kind = SelectField(text("类型"), [InputRequired()])
    title = StringField(text("标题"), [InputRequired(), Length(max=120)], filters=[_tidy])
    slug = StringField(text("地址"), [InputRequired(), Length(max=MAX_SLUG)], filters=[_address])
    language = SelectField(text("文件里的关键字"), [InputRequired()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = kind_choices()
        self.language.choices = [
            (Language.ZH.value, gettext("中文（类型、及格）")),
            (Language.EN.value, "English (type, pass)"),
        ]
        if not self.is_submitted() and not self.language.data:
            self.language.data = Language.ZH.value if current_locale() == "zh_CN" else Language.EN.value


class Publish(Form):
    """minor: a typo, nobody has to read it again."""

    base_revision = IntegerField("", [InputRequired(), NumberRange(min=1)], widget=HiddenInput())
    note = TextAreaField(
        text("改了什么"), [InputRequired(), Length(max=NOTE)], filters=[lambda value: (value or "").strip()]
    )
    minor = BooleanField(text("只是小改动（错字、排版），不需要大家再看一遍"))

    def validate_note(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(gettext("请写一句改了什么，看历史的人靠它找到这一版。"))


class Rename(Form):
    slug = StringField(text("新地址"), [InputRequired(), Length(max=MAX_SLUG)], filters=[_address])
