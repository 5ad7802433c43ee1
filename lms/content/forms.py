"""Forms of the studio: a new document, a copy, publishing, another address.

Labels are Texts: macros/fields.html says them in the reader's language.
"""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from lms.content.actions.drafts import NOTE
from lms.content.grammar.keywords import Language
from lms.content.kinds import kinds
from lms.content.queries import Card
from lms.content.queries.several import with_tag
from lms.content.rules.paths import MAX_SLUG
from lms.content.samples import TEMPLATES
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
    "scorm": text("课件"),
}
"""In the order in which they are offered."""
NOT_WRITTEN = frozenset({"scorm"})
"""Kinds that begin with a file, elsewhere."""
TEMPLATE_TAGS = ("模板", "template")
"""A document with one of these tags is offered as the beginning of a new one."""


def _tidy(value: str | None) -> str:
    return " ".join((value or "").split())


def _stripped(value: str | None) -> str:
    return (value or "").strip()


def _address(value: str | None) -> str:
    return (value or "").strip().strip("/").removesuffix(".md")


def _folder_or_address(value: str | None) -> str:
    return (value or "").strip().lstrip("/").removesuffix(".md")


def start_choices(own: Iterable[Card]) -> dict[str, list[tuple[str, str]]]:
    """Return what a new document may begin with, by kind. own: documents of this installation tagged as templates."""
    found: dict[str, list[tuple[str, str]]] = {}
    copies = list(own)
    for name, label in kind_choices():
        starts = [(name, gettext("%(kind)s：小样例") % {"kind": label})]
        starts += [
            (f"{name}:{key}", f"{label}{gettext('：')}{say(each)}") for key, each in TEMPLATES.get(name, {}).items()
        ]
        starts += [
            (f"={card.document_id}", f"{label}{gettext('：')}{card.title}") for card in copies if card.kind == name
        ]
        found[label] = starts
    return found


def kind_choices() -> list[tuple[str, str]]:
    return [(name, say(KIND_NAMES[name])) for name in KIND_NAMES if name in kinds() and name not in NOT_WRITTEN]


class NewDocument(Form):
    """kind: a kind, `kind:template`, or `=12` for a copy of that document.

    slug: folders and name; where the name is left out, it is the title's. language: of the keywords in the file.
    """

    kind = SelectField(text("从什么开始"), [InputRequired()])
    title = StringField(text("标题"), [InputRequired(), Length(max=120)], filters=[_tidy])
    slug = StringField(text("地址"), [Length(max=MAX_SLUG)], filters=[_folder_or_address])
    language = SelectField(text("文件里的关键字"), [InputRequired()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = start_choices(with_tag(TEMPLATE_TAGS))
        self.language.choices = [
            (Language.ZH.value, gettext("中文（类型、及格）")),
            (Language.EN.value, "English (type, pass)"),
        ]
        if not self.is_submitted() and not self.language.data:
            self.language.data = Language.ZH.value if current_locale() == "zh_CN" else Language.EN.value


class Duplicate(Form):
    title = StringField(text("新标题"), [InputRequired(), Length(max=120)], filters=[_tidy])
    slug = StringField(text("新地址"), [InputRequired(), Length(max=MAX_SLUG)], filters=[_address])


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


class HandIn(Form):
    """A draft that its author hands in for review."""

    base_revision = IntegerField("", [InputRequired(), NumberRange(min=1)], widget=HiddenInput())
    note = TextAreaField(text("写给审的人"), [Length(max=NOTE)], filters=[_stripped])


class SendBack(Form):
    answer = TextAreaField(text("为什么退回，要改哪里"), [InputRequired(), Length(max=NOTE)], filters=[_stripped])


class Rename(Form):
    """follow: links of other documents are written for the new address too."""

    slug = StringField(text("新地址"), [InputRequired(), Length(max=MAX_SLUG)], filters=[_address])
    follow = BooleanField(text("同时把别的内容里的链接改成新地址"))
