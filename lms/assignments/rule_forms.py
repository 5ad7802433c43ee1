"""The form of a rule: what, to whom, by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wtforms import DateField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.queries import TeamRow
from lms.accounts.rules.people import EMPLOYMENTS, ROLES
from lms.assignments.actions.ruling import LONGEST
from lms.assignments.audience import Audience, Expiry
from lms.assignments.due_plans import DuePlan
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.web.forms import Form

MOST_DAYS = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What can be chosen: documents by id; teams in the order of the tree; shops and plans by id."""

    documents: Iterable[tuple[int, str]]
    teams: Iterable[TeamRow]
    positions: Iterable[str]
    shops: Iterable[tuple[int, str]]
    tags: Iterable[str]
    plans: Iterable[tuple[int, str]]


def _days(label: Any) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(min=1, max=MOST_DAYS)])


def _several(label: Any, coerce: Any = str) -> SelectMultipleField:
    return SelectMultipleField(label, [Optional()], coerce=coerce)


class RuleForm(Form):
    """One rule kept by hand."""

    name = StringField(text("名称"), [Optional(), Length(max=LONGEST)])
    document = SelectField(text("学什么"), [InputRequired()], coerce=str)
    teams = _several(text("团队（含下级）"), int)
    positions = _several(text("岗位"))
    roles = _several(text("角色"))
    shops = _several(text("服务的店铺"), int)
    tags = _several(text("标签"))
    employment = _several(text("用工类型"))
    hired_from = DateField(text("入职日期从"), [Optional()])
    hired_until = DateField(text("入职日期到"), [Optional()])
    hired_within = _days(text("入职不超过多少天"))
    lacks = _several(text("没有有效的证书"), int)
    expires_plan = SelectField(text("证书快到期"), [Optional()], coerce=str)
    expires_within = _days(text("到期前多少天开始"))
    due = RadioField(text("什么时候前学完"), [InputRequired()])
    due_on = DateField(text("截止日"), [Optional()])
    due_days = _days(text("多少天"))
    at_least = _days(text("后来的人至少有多少天"))
    from_on = DateField(text("从哪天起派"), [Optional()])
    until_on = DateField(text("派到哪天"), [Optional()])

    def __init__(self, *args: Any, offered: Offered, **values: Any) -> None:
        super().__init__(*args, **values)
        self.document.choices = [("", say(text("请选择"))), *((str(id), title) for id, title in offered.documents)]
        self.teams.choices = [(team.id, "　" * team.depth + team.name) for team in offered.teams]
        self.positions.choices = _and_chosen(offered.positions, self.positions.data)
        self.roles.choices = [(role.value, say(words)) for role, words in ROLES.items()]
        self.shops.choices = list(offered.shops)
        self.tags.choices = _and_chosen(offered.tags, self.tags.data)
        self.employment.choices = [(kind.value, say(words)) for kind, words in EMPLOYMENTS.items()]
        plans = list(offered.plans)
        self.lacks.choices = plans
        self.expires_plan.choices = [("", say(text("不看这个"))), *((str(id), name) for id, name in plans)]
        self.due.choices = [
            ("", say(text("按内容自己的安排"))),
            ("on", say(text("到某一天"))),
            ("days", say(text("派到后若干天"))),
            ("workdays", say(text("派到后若干个排班日"))),
        ]
        self.due.validators = []

    def audience(self) -> Audience:
        """Return whom the form means. Raises Invalid."""
        expires = None
        if self.expires_plan.data:
            if not self.expires_within.data:
                raise Invalid(_CHECK, fields={"expires_within": text("写到期前多少天。")})
            expires = Expiry(plan=int(self.expires_plan.data), within=self.expires_within.data)
        if self.hired_from.data and self.hired_until.data and self.hired_until.data < self.hired_from.data:
            raise Invalid(_CHECK, fields={"hired_until": text("结束日早于开始日。")})
        return Audience(
            positions=tuple(sorted(self.positions.data or ())),
            roles=tuple(sorted(self.roles.data or ())),
            teams=tuple(sorted(self.teams.data or ())),
            shops=tuple(sorted(self.shops.data or ())),
            tags=tuple(sorted(self.tags.data or ())),
            employment=tuple(sorted(self.employment.data or ())),
            hired_from=self.hired_from.data,
            hired_until=self.hired_until.data,
            hired_within=self.hired_within.data,
            lacks=tuple(sorted(self.lacks.data or ())),
            expires=expires,
        )

    def due_plan(self) -> DuePlan:
        """Return by when the form asks. Raises Invalid."""
        kind = self.due.data or ""
        if kind == "on" and self.due_on.data is None:
            raise Invalid(_CHECK, fields={"due_on": text("请选截止日。")})
        if kind in {"days", "workdays"} and not self.due_days.data:
            raise Invalid(_CHECK, fields={"due_days": text("写多少天。")})
        return DuePlan(
            on=self.due_on.data if kind == "on" else None,
            days=self.due_days.data if kind == "days" else None,
            workdays=self.due_days.data if kind == "workdays" else None,
            at_least=self.at_least.data if kind else None,
        )


_CHECK = text("还差一点，改好再继续。")


def _and_chosen(offered: Iterable[str], chosen: Iterable[str] | None) -> list[tuple[str, str]]:
    """Return the choices with what a rule asks for already, though nobody has it any more."""
    return [(each, each) for each in sorted({*offered, *(chosen or ())})]


def values_of(name: str, document_id: int, audience: Audience, due: DuePlan, **days: Any) -> dict[str, Any]:
    """Return what the form shows of a rule."""
    kind = "on" if due.on else "days" if due.days is not None else "workdays" if due.workdays is not None else ""
    return {
        "name": name,
        "document": str(document_id),
        "teams": list(audience.teams),
        "positions": list(audience.positions),
        "roles": list(audience.roles),
        "shops": list(audience.shops),
        "tags": list(audience.tags),
        "employment": list(audience.employment),
        "hired_from": audience.hired_from,
        "hired_until": audience.hired_until,
        "hired_within": audience.hired_within,
        "lacks": list(audience.lacks),
        "expires_plan": str(audience.expires.plan) if audience.expires else "",
        "expires_within": audience.expires.within if audience.expires else None,
        "due": kind,
        "due_on": due.on,
        "due_days": due.days if due.days is not None else due.workdays,
        "at_least": due.at_least,
        **days,
    }
