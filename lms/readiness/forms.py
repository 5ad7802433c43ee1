"""Forms of staff before a peak: the plan, a what-if, a forecast out of history."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FloatField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.queries import TeamRow
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.readiness.actions.staffing import LONGEST_NAME, Draft
from lms.readiness.queries.supply import Proof
from lms.readiness.rules.gap import MOST_SKILLS
from lms.readiness.rules.need import BOUNDS, MOST_ORDERS, MOST_PEOPLE, Formula, Way, read_profile
from lms.web.forms import Form
from lms.web.numbers import whole

WAYS = {
    Way.STEP: text("每多 1,000 单加一人（按增量）"),
    Way.ERLANG: text("按咨询量和服务水平（Erlang C）"),
}
LONGEST_PROFILE = 400


def _between(name: str) -> list[Any]:
    low, high = BOUNDS[name]
    return [InputRequired(), NumberRange(min=low, max=high)]


class FormulaForm(Form):
    """The numbers of rules.need.Formula, and those beside it that make a need."""

    base_orders = IntegerField(text("平时每天多少单"), [InputRequired(), NumberRange(min=0, max=MOST_ORDERS)])
    present = IntegerField(text("平时在岗多少人"), [InputRequired(), NumberRange(min=0, max=MOST_PEOPLE)])
    way = SelectField(text("怎么算需要多少人"), [InputRequired()], default=Way.STEP.value)
    per = IntegerField(text("每多多少单加一人"), _between("per"), default=1_000)
    may_shrink = BooleanField(text("单量低于平时，需要的人也减少"))
    contacts_per_order = FloatField(text("每单几次咨询"), _between("contacts_per_order"), default=0.35)
    handling = FloatField(text("处理一次多少秒"), _between("handling"), default=240)
    concurrency = FloatField(text("并发接待数"), _between("concurrency"), default=3)
    shrinkage = FloatField(text("不在线比例（%%）"), _between("shrinkage"), default=25)
    target = FloatField(text("多少比例要及时接起（%%）"), _between("target"), default=80)
    within = FloatField(text("多少秒内算及时"), _between("within"), default=20)
    days_per_week = FloatField(text("每人每周上几天班"), _between("days_per_week"), default=5)
    shift_hours = FloatField(text("每班几小时"), _between("shift_hours"), default=8)
    profile = TextAreaField(text("一天里每小时的咨询占比（24 个数）"), [InputRequired(), Length(max=LONGEST_PROFILE)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.way.choices = [(way.value, say(words)) for way, words in WAYS.items()]

    def formula(self) -> Formula:
        """Return what the form says; it has been validated. Raises Invalid for a profile that is none."""
        return Formula(
            way=self.way.data,
            per=self.per.data,
            may_shrink=self.may_shrink.data,
            contacts_per_order=self.contacts_per_order.data,
            handling=self.handling.data,
            concurrency=self.concurrency.data,
            shrinkage=self.shrinkage.data,
            target=self.target.data,
            within=self.within.data,
            days_per_week=self.days_per_week.data,
            shift_hours=self.shift_hours.data,
            profile=read_profile(self.profile.data),
        )


def formula_values(formula: Formula) -> dict[str, Any]:
    """Return a formula as its fields show it."""
    values = formula.written()
    values["profile"] = " ".join(f"{weight:g}" for weight in formula.profile)
    return values


class PlanForm(FormulaForm):
    """A plan. skill0 … skill5: what proves a kind of work, share0 … share5: its share."""

    name = StringField(text("名称"), [InputRequired(), Length(max=LONGEST_NAME)])
    team = SelectField(text("团队（含下级）"), [InputRequired()])
    more_teams = SelectMultipleField(text("再加几个团队（含下级）"), [Optional()])
    from_on = DateField(text("从哪天"), [InputRequired()])
    until_on = DateField(text("到哪天"), [InputRequired()])
    campaign = SelectField(text("要学的活动包"), [Optional()])

    def __init__(
        self,
        *args: Any,
        teams: Iterable[TeamRow],
        proofs: Sequence[tuple[str, str]],
        campaigns: Sequence[tuple[int, str]],
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.team.choices = [
            ("", say(text("请选择"))),
            *((str(team.id), "　" * team.depth + team.name) for team in teams),
        ]
        self.more_teams.choices = self.team.choices[1:]
        self.campaign.choices = [("", say(text("不连"))), *((str(id_), name) for id_, name in campaigns)]
        for skill, _share in self.skill_fields:
            skill.choices = [("", say(text("不选"))), *proofs]

    @property
    def skill_fields(self) -> list[tuple[Any, Any]]:
        """Return the fields of each kind of work: what proves it, and its share."""
        return [(self[f"skill{number}"], self[f"share{number}"]) for number in range(MOST_SKILLS)]

    def draft(self) -> Draft:
        """Return what the form asks for; it has been validated. Raises Invalid for a profile that is none."""
        return Draft(
            name=self.name.data,
            team_id=int(self.team.data),
            more_teams=[int(id) for id in self.more_teams.data or () if id != self.team.data],
            from_on=self.from_on.data,
            until_on=self.until_on.data,
            base_orders=self.base_orders.data,
            present=self.present.data,
            formula=self.formula(),
            skills=[(_proof(skill.data), share.data or 0) for skill, share in self.skill_fields if skill.data],
            campaign_id=int(self.campaign.data) if self.campaign.data else None,
        )

    def take(self, error: Any) -> None:
        """What is wrong with the kinds of work stands at the first of them."""
        if "skills" in error.fields:
            first = self["skill0"]
            first.errors = [*first.errors, say(error.fields["skills"])]
        super().take(error)


def _proof(key: str) -> Proof:
    kind, _colon, number = key.partition(":")
    found = whole(number)
    return Proof(
        certificate_plan_id=found if kind == "certificate" else None, queue_id=found if kind == "queue" else None
    )


for _number in range(MOST_SKILLS):
    setattr(PlanForm, f"skill{_number}", SelectField(text("证书或队列"), [Optional()]))
    setattr(PlanForm, f"share{_number}", IntegerField(text("占比（%%）"), [Optional(), NumberRange(min=1, max=100)]))


class WhatIfForm(FormulaForm):
    """What would be otherwise. percent: so many percent more of everything that comes."""

    percent = FloatField(text("单量变化（%%）"), [InputRequired(), NumberRange(min=-90, max=900)], default=0)
    shares = StringField(text("各项占比（%%）"), [Optional(), Length(max=100)])

    def wanted_shares(self, usual: tuple[float, ...]) -> tuple[float, ...]:
        """Return the shares by skill, as the plan has them where none are written. Raises Invalid."""
        words = (self.shares.data or "").replace(",", " ").replace("，", " ").split()
        if not words:
            return usual
        found = tuple(whole(word) or 0 for word in words)
        if len(found) != len(usual) or sum(found) != 100 or not all(found):
            reason = text("填 %(n)s 个整数，加起来等于 100。", n=len(usual))
            raise Invalid(reason, fields={"shares": reason})
        return tuple(float(each) for each in found)


class HistoryForm(Form):
    """A forecast out of history. last_year: the first day of last year's peak; empty = 52 weeks before."""

    growth = FloatField(text("比现在增长（%%）"), [InputRequired(), NumberRange(min=-90, max=900)], default=0)
    last_year = DateField(text("去年大促的第一天"), [Optional()])
