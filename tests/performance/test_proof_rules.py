"""Proofs of training: which days may be proved, and that what is kept is the same bytes for the same paper."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.performance.rules.proofs import Held, Line, Paper, days_of, digest, is_whole, read, sum_of, written

TODAY = date(2026, 11, 23)
LINE = Line(
    on="2026-11-01",
    verb="graded",
    kind="quiz",
    title="投诉小测",
    number=2,
    wording="ab" * 32,
    percent=79.17,
    passed=True,
    minutes=15,
    by="",
    record=41,
)
PAPER = Paper(
    company="客服学院",
    employee_no="A1017",
    name="陈予",
    team="投诉纠纷组",
    position="客服",
    from_on="2026-10-01",
    until_on="2026-11-23",
    issued_on="2026-11-23",
    issued_by="方远",
    minutes=15,
    lines=(LINE,),
    certificates=(Held(name="投诉处理", code="K7PM3XQD9RTV", from_on="2026-11-01", until_on=""),),
)


def test_days_are_read_and_both_count():
    assert days_of("2026-10-01", " 2026-11-23 ", TODAY) == (date(2026, 10, 1), TODAY)
    assert days_of("2026-11-23", "2026-11-23", TODAY) == (TODAY, TODAY)


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("", "", {"from", "to"}),
        ("2026-02-31", "2026-11-01", {"from"}),
        ("1999-12-31", "2026-11-01", {"from"}),
        ("2026-11-01", "2026-11-24", {"to"}),
        ("2026-11-02", "2026-11-01", {"to"}),
        ("2020-01-01", "2026-11-01", {"from"}),
        ("9" * 4_500, "\x00", {"from", "to"}),
        ("２０２６-10-01", "²", {"from", "to"}),
    ],
)
def test_what_are_no_days_to_prove_is_refused_at_its_field(first, last, wrong):
    with pytest.raises(Invalid) as refused:
        days_of(first, last, TODAY)
    assert set(refused.value.fields) == wrong


words = st.text(max_size=20)
lines = st.builds(
    Line,
    on=words,
    verb=words,
    kind=words,
    title=words,
    number=st.none() | st.integers(1, 99),
    wording=words,
    percent=st.none() | st.floats(0, 100),
    passed=st.none() | st.booleans(),
    minutes=st.integers(0, 999),
    by=words,
    record=st.integers(1, 2**53),
)


@given(st.lists(lines, max_size=5))
def test_what_is_kept_reads_back_the_same_and_keeps_its_digest(found):
    paper = replace(PAPER, lines=tuple(found), minutes=sum_of(found))
    content = written(paper)
    assert read(content) == paper
    assert written(read(content)) == content
    assert is_whole(content, digest(content))


def test_one_other_sign_is_another_digest():
    sha = digest(written(PAPER))
    assert not is_whole(written(replace(PAPER, lines=(replace(LINE, percent=79.18),))), sha)
    assert not is_whole(written(PAPER) + " ", sha)
