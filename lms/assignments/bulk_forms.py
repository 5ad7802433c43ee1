"""The form of an act for many: who, what, and what it says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from lms.accounts.queries import TeamRow
from lms.assignments.queries.bulk import Wanted
from lms.assignments.queries.why import CATEGORIES
from lms.assignments.rules.bulk import ACTS, MESSAGE
from lms.core.i18n import say
from lms.core.texts import text
from lms.web.forms import Form

LONGEST_MESSAGE = 400
LONGEST_REASON = 200
LONGEST_WITHOUT = 4_000
_APART = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """An act for many: what, to whom, and what it says."""

    act: str
    wanted: Wanted
    message: str = ""
    to: date | None = None
    category: str = ""
    until_on: date | None = None
    reason: str = ""


class BulkForm(Form):
    """act: one of ACTS. occasion: hidden, set by the page that leads here. confirmed: the digest of what was shown.

    without: employee numbers of those who are left out. new: only who has never signed in.
    """

    act = StringField(text("做什么"), [InputRequired(), AnyOf(ACTS)], default=MESSAGE)
    team = SelectField(text("团队（含下级）"), [Optional()])
    cohort = SelectField(text("批次"), [Optional()])
    document = SelectField(text("学习任务"), [Optional()])
    occasion = StringField("", [Optional(), Length(max=40)])
    unfinished = BooleanField(text("只要还没完成的人"), default=True)
    new = BooleanField(text("只要还没登录过的人"))
    without = StringField(text("不算上（工号）"), [Optional(), Length(max=LONGEST_WITHOUT)])
    message = TextAreaField(text("消息"), [Optional(), Length(max=LONGEST_MESSAGE)])
    to = DateField(text("延到哪天"), [Optional()])
    category = SelectField(text("类别"), [Optional()])
    until_on = DateField(text("豁免到哪天"), [Optional()])
    reason = StringField(text("原因"), [Optional(), Length(max=LONGEST_REASON)])
    confirmed = StringField("", [Optional(), Length(max=64)])

    def __init__(
        self,
        *args: Any,
        teams: Iterable[TeamRow],
        cohorts: Iterable[tuple[int, str]],
        documents: Iterable[tuple[str, str]],
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        any_ = ("", say(text("不限")))
        self.team.choices = [any_, *((str(team.id), "　" * team.depth + team.name) for team in teams)]
        self.cohort.choices = [any_, *((str(id_), name) for id_, name in cohorts)]
        self.document.choices = [any_, *documents]
        self.category.choices = [("", say(text("请选"))), *((kind, say(words)) for kind, words in CATEGORIES.items())]

    def wanted(self) -> Wanted:
        return Wanted(
            team_id=int(self.team.data) if self.team.data else None,
            cohort_id=int(self.cohort.data) if self.cohort.data else None,
            document=self.document.data or "",
            occasion=self.occasion.data or "",
            unfinished=bool(self.unfinished.data),
            new=bool(self.new.data),
            without=frozenset(word for word in _APART.split(self.without.data or "") if word),
        )

    def what(self) -> What:
        return What(
            act=self.act.data,
            wanted=self.wanted(),
            message=self.message.data or "",
            to=self.to.data,
            category=self.category.data or "",
            until_on=self.until_on.data,
            reason=self.reason.data or "",
        )
