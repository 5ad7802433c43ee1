"""Forms of inspections: an item, and the rules by which a company inspects."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.content.queries import Choice
from lms.core.i18n import gettext, say
from lms.core.texts import Text, text
from lms.performance.actions.inspections import ItemDraft
from lms.performance.models import InspectionItem
from lms.performance.rules.inspections import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST_APPEAL_DAYS,
    MOST_PASSES,
    MOST_POINTS,
    MOST_RECHECK_DAYS,
)
from lms.web.forms import Form

LESSONS = ("lesson", "course", "article", "quiz", "drill", "task", "scorm")
RECHECKS = ("quiz", "drill")
_KINDS: dict[str, Text] = {
    "lesson": text("课时"),
    "course": text("课程"),
    "article": text("知识"),
    "quiz": text("测验"),
    "drill": text("演练"),
    "task": text("任务"),
    "scorm": text("课件"),
}


def _grouped(offered: Iterable[Choice], kinds: Sequence[str], nothing: str) -> dict[str, list[tuple[int, str]]]:
    """Return documents by the word for their kind, as a select takes them."""
    groups = groupby((each for each in offered if each.kind in kinds), key=lambda each: each.kind)
    return {
        "": [(0, nothing)],
        **{say(_KINDS[kind]): [(each.document_id, each.title) for each in those] for kind, those in groups},
    }


class ItemForm(Form):
    """An item of inspections. offered: documents, by kind."""

    name = StringField(text("检查项"), [InputRequired(), Length(max=LONGEST_NAME)])
    code = StringField(text("代码"), [Optional(), Length(max=LONGEST_CODE)])
    points = IntegerField(text("满分"), [InputRequired(), NumberRange(min=1, max=MOST_POINTS)])
    pass_percent = IntegerField(text("低于满分的百分之几算不合格"), [InputRequired(), NumberRange(min=1, max=100)])
    red_line = BooleanField(text("红线：不合格就一票否决，整个会话记 0 分"))
    document = SelectField(text("不合格以后学什么"), [Optional()], coerce=int)
    recheck = SelectField(text("学完以后考什么"), [Optional()], coerce=int)
    recheck_days = IntegerField(text("生效后几天复检"), [InputRequired(), NumberRange(min=1, max=MOST_RECHECK_DAYS)])
    active = BooleanField(text("继续使用"))

    def __init__(self, offered: Sequence[Choice], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.document.choices = _grouped(offered, LESSONS, gettext("不派，只由质检员复检"))
        self.recheck.choices = _grouped(offered, RECHECKS, gettext("不考，只由质检员复检"))

    def draft(self, *, active: bool) -> ItemDraft:
        """Return what the form says; it has been validated."""
        return ItemDraft(
            name=self.name.data or "",
            code=self.code.data or "",
            points=self.points.data or 0,
            pass_percent=self.pass_percent.data or 0,
            red_line=bool(self.red_line.data),
            document_id=self.document.data or None,
            recheck_id=self.recheck.data or None,
            recheck_days=self.recheck_days.data or 0,
            active=active,
        )

    @staticmethod
    def values_of(item: InspectionItem) -> dict[str, Any]:
        """Return how the form is filled for an item that is there."""
        return {
            "name": item.name,
            "code": item.code,
            "points": item.points,
            "pass_percent": item.pass_percent,
            "red_line": item.red_line,
            "document": item.document_id or 0,
            "recheck": item.recheck_id or 0,
            "recheck_days": item.recheck_days,
            "active": item.active,
        }


class RulesForm(Form):
    appeal_days = IntegerField(text("申诉期（天）"), [InputRequired(), NumberRange(min=0, max=MOST_APPEAL_DAYS)])
    passes = IntegerField(text("连续几次合格算闭环"), [InputRequired(), NumberRange(min=1, max=MOST_PASSES)])
