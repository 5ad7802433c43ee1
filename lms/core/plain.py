"""Frozen dataclasses to plain JSON values and back: how a parsed document is stored with its revision.

Fractions are "1/3", days and times ISO 8601, enums their values, tuples and sets lists, sentences as core/texts.py
writes them. Every field is written, also those at their default: a default that changes next year must not change what
was stored this year. Unknown keys are ignored on reading, missing ones take the default of their field.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar, get_type_hints

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn
from cattrs.strategies import configure_tagged_union

from lms.core import texts
from lms.core.texts import Text

T = TypeVar("T")
TAG = "is"


class UnreadableError(ValueError):
    """Stored data that does not fit the class it should become."""


def _read_fraction(value: object, _: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"not a fraction: {value!r}")
    return Fraction(value)


def _read_words(value: Any, _: object) -> Text | str:
    return value if isinstance(value, str) else texts.from_plain(value)


def _resolved(cls: type) -> type:
    """Give each field the class its type names: cattrs does not look inside `tuple["Node", ...]`."""
    hints = get_type_hints(cls)
    for field in fields(cls):
        field.type = hints[field.name]
    return cls


def _reading(cls: type, converter: Converter) -> Callable[..., Any]:
    return make_dict_structure_fn(_resolved(cls), converter, _cattrs_detailed_validation=False)


def _writing(cls: type, converter: Converter) -> Callable[..., Any]:
    return make_dict_unstructure_fn(_resolved(cls), converter)


def _converter() -> Converter:
    converter = Converter(
        unstruct_collection_overrides={tuple: list, frozenset: sorted, set: sorted},
        detailed_validation=False,
    )
    converter.register_structure_hook_factory(is_dataclass, _reading)
    converter.register_unstructure_hook_factory(is_dataclass, _writing)
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, _read_fraction)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_unstructure_hook(Text, texts.as_plain)
    converter.register_structure_hook(Text, lambda value, _: texts.from_plain(value))
    converter.register_structure_hook(Text | str, _read_words)
    return converter


_converter_of_all = _converter()


def register_union(union: Any, tags: Mapping[type, str]) -> None:
    """Teach the classes of a union, e.g. `register_union(Choice | Gap, {Choice: "choice", Gap: "gap"})`.

    Each is written with its tag under "is"; a tag is stored for good and never changed. Call it where the
    union is declared, before the first to_plain or from_plain of a class that has a field of it.
    """
    names = dict(tags)
    configure_tagged_union(union, _converter_of_all, tag_generator=names.__getitem__, tag_name=TAG)


def to_plain(value: object, as_type: Any = None) -> Any:
    """Return dicts, lists, strings, numbers, booleans and None for a dataclass (or list, dict … of them).

    as_type: the declared type, needed where `value` itself is one of a registered union.
    """
    return _converter_of_all.unstructure(value, unstructure_as=as_type)


def from_plain(cls: type[T] | Any, data: object) -> T:
    """Return the object that `to_plain` wrote. Raises UnreadableError if the data does not fit."""
    try:
        result: T = _converter_of_all.structure(data, cls)
    except Exception as error:  # cattrs passes on whatever a field's type raised
        raise UnreadableError(f"{cls}: {error}") from error
    return result
