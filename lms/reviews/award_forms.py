"""Forms of awards and deductions."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.core.errors import Invalid
from lms.core.i18n import gettext, say
from lms.core.texts import Text, text
from lms.performance.rules.metrics import Direction, Metric
from lms.reviews.rules.awards import (
    GRAINS,
    KINDS,
    LONGEST_NAME,
    LONGEST_WORDS,
    MOST_WINNERS,
    WHATS,
    Measure,
    Terms,
    What,
    fen_of,
    yuan_of,
)
from lms.reviews.rules.deductions import LONGEST_ITEM, LONGEST_WHY, MOST_POINTS
from lms.reviews.rules.deductions import LONGEST_WORDS as LONGEST_RULE
from lms.web.forms import Form

MOST = 100_000


class AwardRuleForm(Form):
    """The terms of an award. fixed: whom it is for and how often was said when it was made."""

    name = StringField(text("奖项名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    kind = SelectField(text("奖给谁"), [InputRequired()])
    grain = SelectField(text("多久评一次"), [InputRequired()])
    words = TextAreaField(text("给大家看的说明"), [InputRequired(), Length(max=LONGEST_WORDS)])
    what = SelectField(text("看什么"), [InputRequired()])
    metric = SelectField(text("哪一项指标"), [Optional()])
    gain = BooleanField(text("比的是比上一周期进步多少"))
    winners = IntegerField(text("取前几名"), [InputRequired(), NumberRange(min=1, max=MOST_WINNERS)])
    min_n = IntegerField(text("每个人的样本至少"), [InputRequired(), NumberRange(min=1, max=MOST)])
    min_team = IntegerField(text("团队里至少几个人有数据"), [Optional(), NumberRange(min=2, max=1_000)])
    no_red_line = BooleanField(text("这个周期有红线的不参评"))
    amount = StringField(text("奖金（元）"), [Optional(), Length(max=20)])
    begins = StringField(text("从哪个周期起"), [InputRequired(), Length(max=20)])

    def __init__(self, metrics: Mapping[str, Metric], *args: Any, fixed: bool = False, **values: Any) -> None:
        super().__init__(*args, **values)
        self.metrics = metrics
        self.kind.choices = _choices(KINDS)
        self.grain.choices = _choices(GRAINS)
        if fixed:
            del self.kind, self.grain
        self.what.choices = _choices(WHATS)
        self.metric.choices = [("", gettext("请选择")), *((code, say(each.name)) for code, each in metrics.items())]

    def terms(self, kept: Terms | None = None) -> Terms:
        """Return what the form says; it has been validated. Raises Invalid for an amount that is none.

        kept: the terms that it was filled with; a text that was left as it was shown, translated, stays that sentence.
        """
        what = self.what.data or ""
        code = (self.metric.data or "") if what == What.METRIC else ""
        known = self.metrics.get(code)
        try:
            amount = fen_of(self.amount.data or "")
        except Invalid as refused:
            raise Invalid(text("请看标出的地方。"), fields=refused.fields) from None
        name, words = " ".join((self.name.data or "").split()), (self.words.data or "").strip()
        return Terms(
            name=kept.name if kept is not None and name == gettext(kept.name) else name,
            words=kept.words if kept is not None and words == gettext(kept.words) else words,
            measure=Measure(
                what=what,
                metric=code,
                gain=bool(self.gain.data),
                lower=known is not None and known.direction is Direction.DOWN,
                min_n=self.min_n.data or 1,
                no_red_line=bool(self.no_red_line.data),
                min_team=self.min_team.data or 3,
            ),
            winners=self.winners.data or 1,
            amount_fen=amount,
        )


def as_typed(terms: Terms) -> dict[str, Any]:
    """Return terms as the fields of the form show them, in the reader's language where they came with the academy."""
    measure = terms.measure
    return {
        "name": gettext(terms.name),
        "words": gettext(terms.words),
        "what": str(measure.what),
        "metric": measure.metric,
        "gain": measure.gain,
        "winners": terms.winners,
        "min_n": measure.min_n,
        "min_team": measure.min_team,
        "no_red_line": measure.no_red_line,
        "amount": "" if terms.amount_fen is None else yuan_of(terms.amount_fen),
    }


def _choices(words: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [(str(key), say(each)) for key, each in words.items()]


class DeductionRuleForm(Form):
    """A rule of deductions."""

    item = StringField(text("扣分项"), [InputRequired(), Length(max=LONGEST_ITEM)])
    points = IntegerField(text("扣几分"), [InputRequired(), NumberRange(min=1, max=MOST_POINTS)])
    red_line = BooleanField(text("这是红线"))
    words = TextAreaField(text("什么情况算"), [InputRequired(), Length(max=LONGEST_RULE)])
    from_on = DateField(text("从哪天起"), [InputRequired()])


class DeductionForm(Form):
    """Points that somebody is to lose."""

    person = StringField(text("工号"), [InputRequired(), Length(max=40)])
    rule = SelectField(text("按哪条规则"), [InputRequired()])
    day = DateField(text("哪天发生的"), [InputRequired()])
    why = TextAreaField(text("发生了什么"), [InputRequired(), Length(max=LONGEST_WHY)])
    inspection = StringField(text("依据的质检记录编号"), [Optional(), Length(max=40)])

    def __init__(self, rules: list[tuple[str, str]], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.rule.choices = [("", gettext("请选择")), *rules]
