"""A row is written in one form whatever database it lies in, and read back as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from lms.operations import snapshot
from lms.operations.rules.rows import Kind, Shape, WrongRow, reader, writer
from lms.tables import metadata

SHAPE = Shape(name="all", columns=tuple((kind.value, kind) for kind in Kind), key=("int",))
plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | plain_text | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_text, inner, max_size=4),
    max_leaves=8,
)


def maybe(strategy):
    return st.none() | strategy


@given(
    st.tuples(
        maybe(st.integers(-(2**63), 2**63 - 1)),
        maybe(plain_text),
        maybe(st.booleans()),
        maybe(st.dates().map(str)),
        maybe(st.datetimes().map(lambda at: at.strftime("%Y").zfill(4) + at.strftime("-%m-%dT%H:%M:%S.%fZ"))),
        maybe(st.binary(max_size=40)),
        maybe(values.map(json.dumps)),
        maybe(numbers),
    )
)
def test_what_is_written_is_read_and_written_the_same(row):
    line = writer(SHAPE)(row)
    assert b"\n" not in line
    read = reader(SHAPE)(line + b"\n")
    assert writer(SHAPE)(read) == line
    for place, kind in enumerate(Kind):
        if kind not in (Kind.JSON, Kind.FLOAT):
            assert read[place] == row[place]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"b": 1, "a": 2}', '{"a": 2, "b": 1}'),
        ("[1e+16]", "[10000000000000000]"),
        ("[-0.0]", "[0.0]"),
        ('["\\u9000\\u8d27"]', '["退货"]'),
        ("[1e-07]", "[0.0000001]"),
    ],
)
def test_what_the_two_databases_make_of_the_same_json_is_one_line(one, other):
    shape = Shape(name="x", columns=(("a", Kind.JSON),), key=("a",))
    assert writer(shape)([one]) == writer(shape)([other])


def test_json_null_and_nothing_are_two_things():
    shape = Shape(name="x", columns=(("a", Kind.JSON),), key=("a",))
    assert writer(shape)([None]) != writer(shape)(["null"])
    assert reader(shape)(b"[null]") == [None]
    assert reader(shape)(b"[[null]]") == ["null"]
    assert reader(shape)(json.dumps([["\\u0000"]]).encode()) == ['"\\\\u0000"']


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b"[", b"\xff", b"[1,2,3,4,5,6,7,8,9]", b"[" * 99_999])
def test_what_is_no_row_is_refused(line):
    with pytest.raises(WrongRow):
        reader(SHAPE)(line)


def test_every_column_is_of_the_same_kind_on_both_databases():
    for table in metadata.sorted_tables:
        if table.name in snapshot.MADE_ANEW:
            continue
        for column in table.columns:
            kinds = {
                snapshot.kind_of(column.type.dialect_impl(dialect))
                if not isinstance(column.type, snapshot.UTCDateTime)
                else snapshot.kind_of(column.type)
                for dialect in (sqlite.dialect(), postgresql.dialect())
            }
            assert len(kinds) == 1, f"{table.name}.{column.name}"
        assert snapshot.shape_of(table).key, table.name
