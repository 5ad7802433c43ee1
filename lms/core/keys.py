"""The academy's own signature: RSA keys that it makes itself, of which everybody may have the public half.

Keys lie in the database, so that every process on every machine signs alike; the private half only encrypted under
LMS_SECRET_KEY, so that a copy of the database alone signs nothing. A key is renewed by making another one: the old one
is still published, so that what it signed stays valid. Needs the package joserfc (extra `sso`).
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update

from lms.core import clock, optional
from lms.core.audit import audit
from lms.core.db import rows, session
from lms.core.here import settings
from lms.core.models import SigningKey

ALGORITHM = "RS256"
BITS = 2048


def available() -> bool:
    """Return whether anything can be signed in this installation."""
    return optional.joserfc() is not None


def ensure() -> str:
    """Return the kid of the key by which is signed, made now where there is none. Inside a transaction."""
    found = _current()
    return found[0] if found is not None else renew()


def renew() -> str:
    """Make another key, by which is signed from now on; return its kid. Inside a transaction."""
    jose = _jose()
    key = jose.jwk.RSAKey.generate_key(BITS, private=True, auto_kid=True)
    kid: str = key.thumbprint()
    session().execute(update(SigningKey).where(SigningKey.retired_at.is_(None)).values(retired_at=clock.now()))
    private = json.dumps(key.as_dict(private=True)).encode()
    session().add(
        SigningKey(
            kid=kid,
            public={**key.as_dict(private=False), "kid": kid, "alg": ALGORITHM, "use": "sig"},
            sealed=jose.jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, private, _lock()),
            made_at=clock.now(),
        )
    )
    audit(None, "key.renewed", "signing_key", kid)
    session().flush()
    return kid


def public_keys() -> list[dict[str, Any]]:
    """Return the public half of every key, the newest first, as JWK."""
    return [row.public for row in rows(select(SigningKey.public).order_by(SigningKey.id.desc()))]


def every_key() -> list[Any]:
    """Return kid, made_at and retired_at of every key, the newest first."""
    columns = (SigningKey.kid, SigningKey.made_at, SigningKey.retired_at)
    return list(rows(select(*columns).order_by(SigningKey.id.desc())))


def sign(claims: Mapping[str, Any], *, kid: str = "", **header: Any) -> str | None:
    """Return the claims as a signed JWT; None where there is no key yet, or none that LMS_SECRET_KEY opens.

    kid: what stands in the header instead of the key's own.
    """
    found = _current()
    if found is None:
        return None
    name, key = found
    jose = _jose()
    signed: str = jose.jwt.encode({"alg": ALGORITHM, "kid": kid or name, **header}, dict(claims), key)
    return signed


def verified(token: str, *, kid: str) -> dict[str, Any] | None:
    """Return the claims of what one of our own keys has signed; None for anything else. kid: the key's own."""
    jose = _jose()
    public = next((each for each in public_keys() if each["kid"] == kid), None)
    if public is None:
        return None
    try:
        claims: dict[str, Any] = jose.jwt.decode(token, jose.jwk.RSAKey.import_key(public), [ALGORITHM]).claims
    except (jose.errors.JoseError, ValueError):
        return None
    return claims


def _current() -> tuple[str, Any] | None:
    row = rows(
        select(SigningKey.kid, SigningKey.sealed)
        .where(SigningKey.retired_at.is_(None))
        .order_by(SigningKey.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    jose = _jose()
    try:
        private = jose.jwe.decrypt_compact(row.sealed, _lock()).plaintext
    except (jose.errors.JoseError, ValueError):  # another LMS_SECRET_KEY than that under which it was made
        return None
    return row.kid, jose.jwk.RSAKey.import_key(json.loads(private))


def _lock() -> Any:
    secret = sha256(b"signing keys\0" + settings().secret_key.encode()).digest()
    return _jose().jwk.OctKey.import_key(secret)


def _jose() -> Any:
    found = optional.joserfc()
    if found is None:
        raise RuntimeError("joserfc is not installed")
    return found
