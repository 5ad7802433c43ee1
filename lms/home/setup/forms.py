"""Forms of the first steps."""

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from lms.core.texts import text
from lms.web.forms import Form


def _tidy(value: str | None) -> str:
    return "".join(character for character in " ".join((value or "").split()) if character.isprintable())


class CompanyForm(Form):
    company = StringField(text("公司名称"), [InputRequired(), Length(max=80)], filters=[_tidy])
    help_line = StringField(text("登录遇到问题找谁（电话或聊天群）"), [Length(max=80)], filters=[_tidy])
    name = StringField(text("您的姓名"), [InputRequired(), Length(max=80)], filters=[_tidy])


class IntakeForm(Form):
    """The first intake; its members and their mentors are read apart because there is a row for each."""

    name = StringField(text("批次名称"), [InputRequired(), Length(max=80)], filters=[_tidy])
    starts_on = DateField(text("开班日"), [InputRequired()])
    curriculum = SelectField(text("培训计划"), [InputRequired()], coerce=str)
    trainer = SelectField(text("讲课的培训师"), coerce=str)
    room = StringField(text("教室"), [Length(max=80)], filters=[_tidy])
    mentor = StringField(text("没有单独写的，带教人都是"), [Length(max=40)], filters=[_tidy])
