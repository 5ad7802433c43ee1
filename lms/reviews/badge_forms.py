"""The form of a badge."""

from typing import Any

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.core.i18n import say
from lms.core.texts import text
from lms.reviews.rules.badges import LONGEST_HOW, LONGEST_NAME, MOST_THRESHOLD, RULE_WORDS, BadgeDraft
from lms.web.forms import Form


class BadgeForm(Form):
    """Name and description in both languages, its sign, and how many of what give it."""

    name = StringField(text("徽章名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    name_en = StringField(text("英文名称"), [Optional(), Length(max=LONGEST_NAME)])
    how = TextAreaField(text("怎样得到"), [InputRequired(), Length(max=LONGEST_HOW)])
    how_en = TextAreaField(text("英文说明"), [Optional(), Length(max=LONGEST_HOW)])
    mark = StringField(text("徽章上的字"), [InputRequired(), Length(max=1)])
    rule = SelectField(text("数什么"), [InputRequired()])
    threshold = IntegerField(text("数到多少"), [InputRequired(), NumberRange(min=1, max=MOST_THRESHOLD)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.rule.choices = [(rule.value, say(words)) for rule, words in RULE_WORDS.items()]

    def draft(self) -> BadgeDraft:
        """Return what the form says; it has been validated."""
        return BadgeDraft(
            name=self.name.data or "",
            name_en=self.name_en.data or "",
            how=self.how.data or "",
            how_en=self.how_en.data or "",
            mark=self.mark.data or "",
            rule=self.rule.data or "",
            threshold=self.threshold.data or 0,
        )
