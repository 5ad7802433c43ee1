"""Verbs over one's own account: language, shade, password, tokens."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import update

from lms.accounts.models import ApiToken, Person
from lms.accounts.rules.tokens import USUAL_DAYS, refuse_days, words_of
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today


def set_preferences(actor: Actor, *, locale: str | None = None, theme: str | None = None) -> None:
    person = session().get_one(Person, actor.id)
    if locale is not None:
        person.locale = locale
    if theme is not None:
        person.theme = theme


def change_password(actor: Actor, hashed: str) -> int:
    """Set the new password; every other sign-in ends. Return the new version of the person's sessions.

    hashed: of the password chosen; the old one was judged before, because both take long on purpose.
    """
    person = session().get_one(Person, actor.id, with_for_update=True)
    person.password_hash = hashed
    person.session_version += 1
    audit(actor.id, "password.changed", "person", actor.id, person_id=actor.id)
    return person.session_version


def make_token(
    actor: Actor, *, label: str, scope: Iterable[str] = (), days: int = USUAL_DAYS, on_console: bool = False
) -> str:
    """Return a new token of 256 bits, this once; the database keeps its digest.

    scope: words of TOKEN_SCOPES; none = everything the person may do. days: how long it holds, 1 to 366. on_console:
    not the person but whoever sits at the server makes it. Raises Invalid for another word or number.
    """
    words = words_of(scope)
    refuse_days(days)
    token = secrets.token_urlsafe(32)
    current = session()
    row = ApiToken(
        person_id=actor.id,
        digest=sha256(token.encode()).digest(),
        label=label.strip(),
        scope=words,
        made_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )
    current.add(row)
    current.flush()
    by = None if on_console else actor.id
    audit(by, "token.made", "token", row.id, person_id=actor.id, after={"scope": row.scope, "days": days})
    return token


def revoke_token(actor: Actor, token_id: int) -> None:
    """Void one of one's own tokens. Raises NotFound for anybody else's."""
    row = session().get(ApiToken, token_id)
    if row is None or row.person_id != actor.id or row.revoked_at is not None:
        raise NotFound()
    row.revoked_at = clock.now()
    audit(actor.id, "token.revoked", "token", row.id, person_id=actor.id)


def token_used(token_id: int) -> None:
    """Note the day on which a token was last used."""
    session().execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_on=today()))
