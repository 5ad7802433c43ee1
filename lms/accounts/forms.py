"""Forms about people. Fields are few and named; nothing that a form does not name can be set by it.

Labels are Texts: macros/fields.html says them in the reader's language.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TelField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from lms.accounts.queries import TeamRow
from lms.accounts.queries.batches import Chosen
from lms.accounts.rules.batches import LEAST, MOST, USUAL, Split
from lms.accounts.rules.leave import KINDS
from lms.accounts.rules.people import EMPLOYMENTS, ROLES, tidy
from lms.accounts.rules.staff import EMAIL, NUMBER, PHONE
from lms.accounts.rules.tokens import MOST_DAYS, SCOPES, USUAL_DAYS
from lms.core.access import Role
from lms.core.i18n import _, gettext, say
from lms.core.texts import text
from lms.web.forms import Form

Choices = Sequence[tuple[int | str, str]]


class Facts(Form):
    """What is written about a person."""

    name = StringField(text("姓名"), [InputRequired(), Length(max=80)], filters=[tidy])
    position = StringField(text("岗位"), [Length(max=40)], filters=[tidy])
    employment = SelectField(text("用工类型"), [InputRequired()])
    hired_on = DateField(text("入职日期"), [InputRequired()])
    leaving_on = DateField(text("预计离职日"), [Optional()])
    email = EmailField(text("邮箱"), [Length(max=200)], filters=[tidy])
    phone = TelField(text("手机"), [Length(max=40)], filters=[tidy])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.employment.choices = [(kind.value, say(name)) for kind, name in EMPLOYMENTS.items()]

    def validate_email(self, field: Any) -> None:
        if field.data and not EMAIL.fullmatch(field.data):
            raise ValidationError(gettext("写法不对，例如 name@example.com。"))

    def validate_phone(self, field: Any) -> None:
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError(gettext("写法不对，只要数字。"))


class NewPerson(Facts):
    """Facts of somebody who is new. cohorts: which intakes are offered; none, and it isn't asked."""

    employee_no = StringField(text("工号"), [InputRequired(), Length(max=40)], filters=[tidy])
    team = SelectField(text("团队"), [InputRequired()], coerce=int)
    cohort = SelectField(text("批次"), [Optional()])

    def __init__(self, teams: Choices, cohorts: Iterable[tuple[int, str]], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.team.choices = teams
        self.cohort.choices = [("", _("不进批次")), *((str(cohort_id), name) for cohort_id, name in cohorts)]

    def validate_employee_no(self, field: Any) -> None:
        if not NUMBER.fullmatch(field.data):
            raise ValidationError(gettext("工号里不能有空格和符号。"))


class Move(Form):
    team = SelectField(text("去哪个团队"), [InputRequired()], coerce=int)
    from_on = DateField(text("从哪天起"), [InputRequired()])

    def __init__(self, teams: Choices, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.team.choices = teams


class Grant(Form):
    role = SelectField(text("角色"), [InputRequired()])
    team = SelectField(text("管到哪个团队"), [InputRequired()], coerce=int)

    def __init__(self, teams: Choices, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.team.choices = teams
        self.role.choices = [(role.value, say(name)) for role, name in ROLES.items() if role is not Role.AGENT]


class MentorOf(Form):
    mentor = StringField(text("带教人工号"), [Length(max=40)], filters=[tidy])
    from_on = DateField(text("从哪天起"), [InputRequired()])


class CohortForm(Form):
    name = StringField(text("批次名称"), [InputRequired(), Length(max=80)], filters=[tidy])
    starts_on = DateField(text("开班日"), [InputRequired()])
    trainer = StringField(text("培训师工号"), [Length(max=40)], filters=[tidy])
    room = StringField(text("教室"), [Length(max=80)], filters=[tidy])


class PatternForm(Form):
    """A pattern of days; the seven boxes of a week are read apart because together they are one number."""

    from_on = DateField(text("从哪天起"), [InputRequired()])
    until_on = DateField(text("到哪天为止（不含）"), [Optional()])
    cycle = StringField(text("轮班"), [Length(max=200)], filters=[tidy])
    follows = BooleanField(text("按法定节假日和调休（办公室岗位）"))


class LeaveForm(Form):
    number = StringField(text("工号"), [InputRequired(), Length(max=40)], filters=[tidy])
    from_on = DateField(text("第一天"), [InputRequired()])
    until_on = DateField(text("最后一天"), [InputRequired()])
    kind = SelectField(text("类别"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(kind, say(name)) for kind, name in KINDS.items()]
        self.kind.data = self.kind.data or "other"


class FreezeForm(Form):
    name = StringField(text("叫什么"), [InputRequired(), Length(max=80)], filters=[tidy])
    team = SelectField(text("哪个团队（连同下级）"), [InputRequired()], coerce=int)
    from_on = DateField(text("第一天"), [InputRequired()])
    until_on = DateField(text("最后一天"), [InputRequired()])

    def __init__(self, teams: Choices, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.team.choices = teams


class CompanyDayForm(Form):
    day = DateField(text("日期"), [InputRequired()])
    working = SelectField(text("这一天"))
    name = StringField(text("名称"), [Length(max=40)], filters=[tidy], id="day-name")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.working.choices = [("no", _("放假")), ("yes", _("上班")), ("", _("按国家日历"))]


class ShiftForm(Form):
    code = StringField(text("代码"), [InputRequired(), Length(max=20)], filters=[tidy])
    name = StringField(text("名称"), [Length(max=40)], filters=[tidy], id="shift-name")
    hours = StringField(text("时间"), [InputRequired(), Length(max=30)], filters=[tidy])


class TeamForm(Form):
    code = StringField(text("代码"), [InputRequired(), Length(max=40)], filters=[tidy])
    name = StringField(text("名称"), [InputRequired(), Length(max=80)], filters=[tidy])
    parent = SelectField(text("上级团队"), [InputRequired()], coerce=int)

    def __init__(self, teams: Choices, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.parent.choices = teams


class ShopForm(Form):
    code = StringField(text("代码"), [InputRequired(), Length(max=40)], filters=[tidy])
    name = StringField(text("店铺名称"), [InputRequired(), Length(max=80)], filters=[tidy])
    platform = StringField(text("平台"), [InputRequired(), Length(max=40)], filters=[tidy])


class PasswordForm(Form):
    old = PasswordField(text("现在的密码"), [InputRequired()])
    password = PasswordField(text("新密码"), [InputRequired()])
    again = PasswordField(text("新密码再输一遍"), [InputRequired()])


class TokenForm(Form):
    label = StringField(text("用在哪里"), [InputRequired(), Length(max=80)], filters=[tidy])
    scope = SelectField(text("范围"))
    days = IntegerField(text("有效天数"), [InputRequired(), NumberRange(min=1, max=MOST_DAYS)], default=USUAL_DAYS)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.scope.choices = [(word, say(name)) for word, name in sorted(SCOPES.items(), key=lambda each: not each[0])]


class SplitForm(Form):
    """Whom to put into intakes, and how many into one."""

    hired_from = DateField(text("入职日从"), [InputRequired()])
    hired_until = DateField(text("入职日到"), [InputRequired()])
    employment = SelectField(text("用工类型"), [Optional()])
    team = SelectField(text("团队（含下级）"), [Optional()])
    most = IntegerField(text("每批最多几人"), [InputRequired(), NumberRange(min=LEAST, max=MOST)], default=USUAL)
    by_team = BooleanField(text("不同团队不放在一批"))

    def __init__(self, *args: Any, teams: Iterable[TeamRow], **values: Any) -> None:
        super().__init__(*args, **values)
        any_ = ("", say(text("不限")))
        self.employment.choices = [any_, *((kind.value, say(name)) for kind, name in EMPLOYMENTS.items())]
        self.team.choices = [any_, *((str(team.id), "\u3000" * team.depth + team.name) for team in teams)]

    def chosen(self) -> Chosen:
        return Chosen(
            hired_from=self.hired_from.data,
            hired_until=self.hired_until.data,
            employment=self.employment.data or "",
            team_id=int(self.team.data) if self.team.data else None,
        )

    def how(self) -> Split:
        return Split(most=self.most.data, by_team=bool(self.by_team.data))
