"""Filters of SCIM 2.0 (RFC 7644, 3.4.2.2), read into a small tree. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST = 4_000
"""Characters of a filter."""
MOST_TERMS = 60
"""Comparisons and signs of one filter; a longer one is nobody's."""
OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"})

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[()\[\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z0-9$+\-][A-Za-z0-9_:.$+\-]*))""",
)
_SCHEMA = re.compile(
    r"^urn:ietf:params:scim:schemas:(?:core:2\.0:(?:user|group)|extension:enterprise:2\.0:user):", re.I
)


class BadFilter(ValueError):
    """It is no filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """One comparison. attribute: in lower case, without its schema, with a dot before a part. value: None for `pr`."""

    attribute: str
    operator: str
    value: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """`and` where every is true, `or` where one is."""

    word: str
    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    inner: "Filter"


Filter = Compare | Both | Not


def plain(attribute: str) -> str:
    """Return the name of an attribute as it is compared: without its schema, in lower case."""
    return _SCHEMA.sub("", attribute).lower()


def parse(written: str) -> Filter:
    """Return the tree of a filter. Raises BadFilter."""
    if len(written) > LONGEST:
        raise BadFilter
    reader = _Reader(_tokens(written))
    found = reader.either("")
    if reader.left:
        raise BadFilter
    return found


def fold(tree: Filter, one: Callable[[Compare], T], both: Callable[[str, T, T], T], negated: Callable[[T], T]) -> T:
    """Return what a tree comes to, by what its leaves and joints come to."""
    match tree:
        case Compare():
            return one(tree)
        case Both():
            return both(tree.word, fold(tree.left, one, both, negated), fold(tree.right, one, both, negated))
        case Not():
            return negated(fold(tree.inner, one, both, negated))


def matches(tree: Filter, element: Mapping[str, Any]) -> bool:
    """Return whether a plain element of a list fits, as `value eq "…"` does. What it does not hold fits nothing."""
    values = {name.lower(): value for name, value in element.items()}

    def one(term: Compare) -> bool:
        held = values.get(term.attribute.rpartition(".")[2])
        if term.operator == "pr":
            return held is not None
        if isinstance(held, str) and isinstance(term.value, str):
            left, right = held.casefold(), term.value.casefold()
            found = {"eq": left == right, "ne": left != right, "co": right in left}
            return found.get(term.operator, left.startswith(right) if term.operator == "sw" else left.endswith(right))
        return (held == term.value) == (term.operator == "eq")

    return fold(tree, one, lambda word, a, b: (a and b) if word == "and" else (a or b), lambda inner: not inner)


def _tokens(written: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    written = written.rstrip()
    while place < len(written):
        token = _TOKEN.match(written, place)
        if token is None or len(found) > MOST_TERMS * 4:
            raise BadFilter
        kind = token.lastgroup or ""
        found.append((kind, token[kind]))
        place = token.end()
    return found


class _Reader:
    """Reads tokens from left to right; `and` binds closer than `or`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = list(reversed(tokens))
        self.depth = 0

    def either(self, above: str) -> Filter:
        found = self._every(above)
        while self._is("or"):
            self.left.pop()
            found = Both(word="or", left=found, right=self._every(above))
        return found

    def _every(self, above: str) -> Filter:
        found = self._single(above)
        while self._is("and"):
            self.left.pop()
            found = Both(word="and", left=found, right=self._single(above))
        return found

    def _single(self, above: str) -> Filter:
        self.depth += 1
        if self.depth > MOST_TERMS:
            raise BadFilter
        if self._is("not"):
            self.left.pop()
            return Not(inner=self._within("(", ")", above))
        if self.left and self.left[-1] == ("sign", "("):
            return self._within("(", ")", above)
        attribute = above + plain(self._take("word"))
        if self.left and self.left[-1] == ("sign", "["):
            return self._within("[", "]", attribute + ".")
        operator = self._take("word").lower()
        if operator not in OPERATORS:
            raise BadFilter
        if operator == "pr":
            return Compare(attribute=attribute, operator=operator)
        return Compare(attribute=attribute, operator=operator, value=self._value())

    def _within(self, opens: str, closes: str, above: str) -> Filter:
        if self._take("sign") != opens:
            raise BadFilter
        found = self.either(above)
        if self._take("sign") != closes:
            raise BadFilter
        return found

    def _value(self) -> str | int | float | bool | None:
        if not self.left:
            raise BadFilter
        kind, written = self.left.pop()
        if kind == "sign":
            raise BadFilter
        try:
            found = json.loads(written.lower() if kind == "word" else written)
        except ValueError as error:
            raise BadFilter from error
        if not isinstance(found, str | int | float | bool | None):
            raise BadFilter
        return found

    def _is(self, word: str) -> bool:
        return bool(self.left) and self.left[-1][0] == "word" and self.left[-1][1].lower() == word

    def _take(self, kind: str) -> str:
        if not self.left or self.left[-1][0] != kind:
            raise BadFilter
        return self.left.pop()[1]
