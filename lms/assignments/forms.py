"""What is asked of somebody who gives a duty by hand."""

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Optional

from lms.core.texts import text
from lms.web.forms import Form


class GiveForm(Form):
    """What, to whom, by when. The choices are filled in by the view."""

    document = SelectField(text("学什么"), validators=[InputRequired()])
    team = SelectField(text("团队"), validators=[Optional()])
    cohort = SelectField(text("批次"), validators=[Optional()])
    due_on = DateField(text("截止日"), validators=[Optional()])
