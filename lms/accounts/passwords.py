"""Passwords: argon2id, and what counts as one."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.core import optional
from lms.core.errors import Invalid
from lms.core.texts import text

SHORTEST = 8
LONGEST = 200
DEMO_PASSWORD = "kefu-demo"  # noqa: S105 - printed on the first page of the documentation
"""Known to everybody, so it opens an account only where the settings say that this is a demo."""


@cache
def common() -> frozenset[str]:
    """Return the passwords that many people have and that are long enough to be chosen here: more than 10,000."""
    every: list[str] = optional.frequent_words().FREQUENCY_LISTS["passwords"]
    return frozenset(each for each in every if len(each) >= SHORTEST)


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises Invalid for one that is too short or too long."""
    if len(password) < SHORTEST:
        reason = text("密码至少 %(n)s 位。", n=SHORTEST)
    elif len(password) > LONGEST:
        reason = text("密码最多 %(n)s 位。", n=LONGEST)
    else:
        return hasher().hash(password)
    raise Invalid(reason, fields={"password": reason})


def matches(hashed: str | None, password: str) -> bool:
    """Return whether the password is the one; takes as long for an unknown person as for a known one."""
    try:
        return hasher().verify(hashed or _decoy(), password[: LONGEST + 1]) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    return hasher().hash("no such person")
