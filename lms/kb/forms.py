"""Forms of the knowledge base: an urgent notice, and until when it stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.models import Shop
from lms.accounts.queries import TeamRow
from lms.core import clock
from lms.core.access import Role
from lms.core.db import new_public_id
from lms.core.errors import Invalid
from lms.core.here import local, settings
from lms.core.i18n import gettext
from lms.core.texts import Text, text
from lms.kb.actions.urgent import Draft
from lms.kb.rules.urgent import BODY, LONGEST_DUE, TITLE, Audience, check
from lms.web.forms import Form

ROLE_NAMES: Mapping[Role, Text] = {
    Role.AGENT: text("客服"),
    Role.LEAD: text("组长、主管"),
    Role.TRAINER: text("培训师"),
    Role.QUALITY: text("质检"),
    Role.DIRECTOR: text("总监"),
    Role.HR: text("人事"),
    Role.ADMIN: text("管理员"),
}
USUAL_DUE, USUAL = 30, timedelta(hours=24)
"""Minutes in which a notice is to be confirmed, and how long it stands, where nothing else is written."""

ADDRESS = "%Y-%m-%dT%H:%M"


def _tidy(value: str | None) -> str:
    return " ".join((value or "").split())


def _stripped(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").strip()


def _slug(value: str | None) -> str:
    """Return the slug of an article out of what was pasted: a slug, a path or a whole address."""
    path = urlsplit((value or "").strip()).path.strip("/")
    return path.rpartition("kb/")[2] if "kb/" in f"{path}/" else path


def as_local(at: datetime) -> datetime:
    """Return an instant as a field of the installation's time shows it: no zone, whole minutes."""
    return local(at).replace(tzinfo=None, second=0, microsecond=0)


def as_instant(written: datetime) -> datetime:
    """Return the instant that a field of the installation's time means."""
    return written.replace(tzinfo=settings().timezone)


class NewUrgent(Form):
    """One urgent notice. step: preview | send | edit. people: how many the preview showed."""

    public_id = HiddenField()
    people = IntegerField("", [Optional()])
    step = HiddenField()
    title = StringField(text("标题"), [InputRequired(), Length(max=TITLE)], filters=[_tidy])
    body = TextAreaField(text("正文"), [Length(max=BODY)], filters=[_stripped])
    article = StringField(text("相关知识"), [Length(max=300)], filters=[_slug])
    due = IntegerField(
        text("几分钟内确认"), [InputRequired(), NumberRange(min=1, max=int(LONGEST_DUE.total_seconds() // 60))]
    )
    until = DateTimeLocalField(text("挂到什么时候"), [InputRequired()], format=[ADDRESS])
    who = RadioField(text("发给谁"), [InputRequired()])
    teams = SelectMultipleField(text("团队"), coerce=int)
    shops = SelectMultipleField(text("服务这些店铺的人"), coerce=int)
    roles = SelectMultipleField(text("角色"))

    def __init__(
        self, *args: Any, teams: Iterable[TeamRow], shops: Iterable[Shop], with_roles: bool, **values: Any
    ) -> None:
        super().__init__(*args, **values)
        self.tree = list(teams)
        self.teams.choices = [(row.id, row.name) for row in self.tree]
        self.shops.choices = [(shop.id, shop.name) for shop in shops]
        self.roles.choices = [(role.value, ROLE_NAMES[role]) for role in Role] if with_roles else []
        self.who.choices = [
            ("all", gettext("所有人") if with_roles else gettext("我带的所有团队")),
            ("some", gettext("选一部分人")),
        ]
        if not self.is_submitted():
            self.public_id.data = new_public_id()
            self.due.data = USUAL_DUE
            self.until.data = as_local(clock.now() + USUAL)
            self.who.data = "all"
        if not _is_public_id(self.public_id.data):
            self.public_id.data = new_public_id()

    def validate_teams(self, field: Any) -> None:
        if self.who.data == "some" and not (self.teams.data or self.shops.data or self.roles.data):
            field.errors.append(gettext("请至少选一个团队、店铺或角色。"))

    def validate(self, extra_validators: Any = None) -> bool:
        right: bool = super().validate(extra_validators)
        return right and not any(field.errors for field in self)

    def draft(self, now: datetime, document_id: int | None) -> Draft:
        """Return the notice as written. now: from when its minutes count."""
        some = self.who.data == "some"
        audience = Audience(
            teams=frozenset(self.teams.data or ()),
            shops=frozenset(self.shops.data or ()),
            roles=frozenset(Role(each) for each in self.roles.data or ()),
        )
        return Draft(
            public_id=self.public_id.data,
            title=self.title.data,
            body=self.body.data,
            audience=audience if some else Audience(),
            due_at=now + timedelta(minutes=self.due.data),
            until_at=as_instant(self.until.data),
            document_id=document_id,
        )


class Extend(Form):
    until = DateTimeLocalField(text("挂到什么时候"), [InputRequired()], format=[ADDRESS])


def check_times(draft: Draft, now: datetime) -> None:
    """Raise Invalid, as sending it would."""
    check(draft.title, draft.body, now, draft.due_at, draft.until_at)


def no_such_article() -> Invalid:
    reason = text("没有找到这篇知识，请粘贴它的网址。")
    return Invalid(reason, fields={"article": reason})


def _is_public_id(written: str | None) -> bool:
    return written is not None and len(written) == 32 and all(each in "0123456789abcdef" for each in written)
