"""What was seen has one mark: the same for the same, another for anything else."""

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from lms.core.fingerprint import fingerprint
from lms.core.texts import text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.dates(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    tags: frozenset[str] = frozenset()


@given(VALUES, VALUES)
def test_two_have_one_mark_only_where_they_read_alike(one, other):
    assert fingerprint(one) == fingerprint(one)
    if one != other:
        assert fingerprint(one) != fingerprint(other)


def test_the_order_of_a_set_is_not_seen():
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert repr(one) != repr(other)
    assert fingerprint([(one, "x")]) == fingerprint([(other, "x")])


def test_the_order_of_a_mapping_is_not_seen_and_what_it_says_is():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2}) != fingerprint({"b": 1})


def test_the_order_of_rows_is_seen():
    rows = [Row(name="林"), Row(name="周")]
    assert fingerprint(rows) != fingerprint(rows[::-1])


def test_every_field_of_a_row_counts():
    row = Row(name="林", tags=frozenset({"a", "b"}))
    assert len({fingerprint(each) for each in (row, replace(row, name="周"), replace(row, tags=frozenset("a")))}) == 3


def test_a_sentence_with_another_day_is_another():
    assert fingerprint(text("%(day)s", day=date(2026, 1, 1))) != fingerprint(text("%(day)s", day=date(2026, 1, 2)))


def test_parts_do_not_run_together():
    assert fingerprint("ab", "c") != fingerprint("a", "bc") != fingerprint("abc")
