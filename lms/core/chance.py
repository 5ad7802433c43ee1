"""The one place that draws a seed: nobody can guess it, and the sample company holds it to be told alike each time."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

BITS = 128

_held: ContextVar[Random | None] = ContextVar("held", default=None)


def seed() -> str:
    """Return 32 hexadecimal digits, from the system's own source of secrets."""
    source = _held.get()
    return secrets.token_hex(BITS // 8) if source is None else f"{source.getrandbits(BITS):0{BITS // 4}x}"


@contextmanager
def held(source: Random) -> Iterator[None]:
    """Draw from a source that can be told beforehand. For a story alone: whoever knows it knows each paper."""
    token = _held.set(source)
    try:
        yield
    finally:
        _held.reset(token)
