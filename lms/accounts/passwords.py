"""Passwords: argon2id, and what counts as one."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.core.errors import Invalid
from lms.core.texts import text

SHORTEST = 8
LONGEST = 200


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises Invalid for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            text("密码至少 %(n)s 位。", n=SHORTEST),
            fields={"password": text("密码至少 %(n)s 位。", n=SHORTEST)},
        )
    return hasher().hash(password)


def matches(hashed: str | None, password: str) -> bool:
    """Return whether the password is the one; takes as long for an unknown person as for a known one."""
    try:
        return hasher().verify(hashed or _decoy(), password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    return hasher().hash("no such person")
