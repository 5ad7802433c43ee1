"""Verbs over one's own account: language, shade, password, tokens."""

import secrets
from collections.abc import Iterable
from hashlib import sha256

from lms.accounts.models import ApiToken, Person
from lms.core import clock
from lms.core.access import TOKEN_SCOPES, Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text


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


def make_token(actor: Actor, *, label: str, scope: Iterable[str] = ()) -> str:
    """Return a new token of 256 bits, this once; the database keeps its digest.

    scope: words of read, write; none = everything the person may do. Raises Invalid for another word.
    """
    words = sorted(set(scope))
    if unknown := [word for word in words if word not in TOKEN_SCOPES]:
        raise Invalid(text("令牌范围只有 read 和 write，没有 %(words)s。", words="、".join(unknown)))
    token = secrets.token_urlsafe(32)
    current = session()
    row = ApiToken(
        person_id=actor.id,
        digest=sha256(token.encode()).digest(),
        label=label.strip(),
        scope=" ".join(words),
        made_at=clock.now(),
    )
    current.add(row)
    current.flush()
    audit(actor.id, "token.made", "token", row.id, person_id=actor.id, after={"scope": row.scope})
    return token


def revoke_token(actor: Actor, token_id: int) -> None:
    """Void one of one's own tokens. Raises NotFound for anybody else's."""
    row = session().get(ApiToken, token_id)
    if row is None or row.person_id != actor.id or row.revoked_at is not None:
        raise NotFound()
    row.revoked_at = clock.now()
    audit(actor.id, "token.revoked", "token", row.id, person_id=actor.id)
