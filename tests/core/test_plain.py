"""What is stored with a revision comes back as it was."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.plain import UnreadableError, from_plain, register_union, to_plain


class Colour(StrEnum):
    RED = "red"


class Level(Enum):
    TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    options: tuple[str, ...]
    correct: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    kids: tuple["Leaf", ...] = ()


Shape = Gap | Choice
register_union(Shape, {Gap: "gap", Choice: "choice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    text: str
    points: Fraction | None = None
    day: date | None = None
    at: datetime | None = None
    colour: Colour = Colour.RED
    level: Level = Level.TWO
    shapes: tuple[Shape, ...] = ()
    weights: dict[str, Fraction] | None = None
    kids: tuple["Node", ...] = ()


def round_trip(node: Node) -> Node:
    return from_plain(Node, json.loads(json.dumps(to_plain(node))))


def test_everything_a_spec_holds_survives_json():
    node = Node(
        text="题",
        points=Fraction(1, 3),
        day=date(2026, 11, 11),
        at=datetime(2026, 11, 11, 8, tzinfo=UTC),
        shapes=(Choice(options=("一", "二"), correct=frozenset({1})), Gap(answers=("退款",))),
        weights={"共情": Fraction(3, 10)},
        kids=(Node(text="里"),),
    )
    assert round_trip(node) == node


def test_a_fraction_is_written_as_people_read_it():
    assert to_plain(Node(text="", points=Fraction(1, 3)))["points"] == "1/3"


def test_a_class_of_a_union_is_written_with_its_tag():
    written = to_plain(Node(text="", shapes=(Gap(answers=("a",)),)))
    assert written["shapes"] == [{"answers": ["a"], "is": "gap"}]


def test_a_union_by_itself_needs_its_type():
    gap = Gap(answers=("a",))
    assert from_plain(Shape, to_plain(gap, Shape)) == gap


def test_what_was_stored_by_another_process_is_read_first_of_all():
    assert from_plain(Leaf, {"kids": [{"kids": []}]}) == Leaf(kids=(Leaf(),))


def test_defaults_are_written_too():
    assert to_plain(Node(text=""))["colour"] == "red"


def test_a_missing_key_takes_the_default_and_an_unknown_one_is_ignored():
    assert from_plain(Node, {"text": "a", "later": 1}) == Node(text="a")


@pytest.mark.parametrize("data", [{}, {"text": "a", "points": "1/0"}, {"text": "a", "colour": "green"}, None, 3])
def test_data_that_does_not_fit_is_refused(data: object):
    with pytest.raises(UnreadableError):
        from_plain(Node, data)


@given(st.fractions())
def test_every_fraction_survives(points: Fraction):
    assert round_trip(Node(text="", points=points)).points == points
