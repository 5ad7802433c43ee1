"""The mark of what a preview showed: it is sent back with the decision, so that what is applied is what was seen."""

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from hashlib import sha256


def fingerprint(*parts: object) -> str:
    """Return 64 hex digits that are others as soon as one of the parts is, and the same in every process.

    parts: plain values, dataclasses and collections of them; sets and mappings count whatever their order.
    """
    return sha256(repr(_written(parts)).encode()).hexdigest()


def _written(part: object) -> object:
    if is_dataclass(part):
        return (type(part).__name__, *(_written(getattr(part, each.name)) for each in fields(part)))
    if isinstance(part, Mapping):
        return "mapping", sorted(repr((_written(key), _written(value))) for key, value in part.items())
    if isinstance(part, Set):
        return "set", sorted(repr(_written(each)) for each in part)
    if isinstance(part, list | tuple):
        return [_written(each) for each in part]
    return part
