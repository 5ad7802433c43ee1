"""The rows of a blueprint in the form: what is not touched stays byte for byte, the rest is read back as it was typed."""

import difflib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.keywords import Language
from lms.core.errors import Invalid
from lms.quizzes.blueprint import Draw
from lms.quizzes.form import FORM, Sections
from lms.quizzes.form_draws import DrawRow, read_rows
from lms.quizzes.spec import parse
from tests.support.make_forms import fields_of

QUIZ = """---
类型: 测验
用途: 考试
---
# 考试

## 售后
`每题2分`

先看清是哪家店的单。

- [售后题库](banks/after.md) `抽3题` `#退货` `难度2-3`
-  [售后题库](banks/after.md)  `抽1题`
"""
PATH = "quizzes/final.md"


def opened(source=QUIZ):
    ref = next(each.ref for each in FORM.view(source, PATH, dict).sections if each.title == "售后")
    return FORM.apply(source, PATH, f"open:{ref}", fields_of({})).open


def sent(open, rows=None, **more):
    card = open.card
    values = {
        "card-ref": [open.ref], "card-type": ["section"], "card-title": [card.title], "card-drawn": ["all"],
        "card-each": [card.each], "card-tags": [card.tags], "card-intro": [card.intro],
    }  # fmt: skip
    rows = card.rows if rows is None else rows
    values["row"] = [str(row.number) for row in rows]
    for row in rows:
        fields = {"bank": f"{row.bank} {row.title}", "tags": row.tags, "low": row.low, "high": row.high}
        values |= {f"row-{row.number}-{name}": [value] for name, value in {**fields, "count": row.count}.items()}
    return fields_of(values | more)


def after(rows=None, **more):
    return FORM.apply(QUIZ, PATH, "card:", sent(opened(), rows, **more)).source


def changes(source):
    return [line for line in difflib.ndiff(QUIZ.splitlines(), source.splitlines()) if line[0] in "+-"]


def test_a_section_shows_its_lines_as_rows():
    first, second = opened().card.rows
    assert (first.bank, first.title, first.count) == ("quizzes/banks/after.md", "售后题库", "3")
    assert (first.tags, first.low, first.high) == ("退货", "2", "3")
    assert (second.count, second.low) == ("1", "")


@pytest.mark.parametrize("source", [QUIZ, QUIZ.replace("\n", "\r\n")])
def test_a_section_that_is_opened_and_sent_back_changes_no_byte(source):
    open = opened(source)
    assert FORM.apply(source, PATH, "card:", sent(open)).source == source


def test_a_changed_row_writes_its_own_line_only():
    first, second = opened().card.rows
    written = after([replace(first, count="4", high=""), second])
    assert changes(written) == [
        "- - [售后题库](banks/after.md) `抽3题` `#退货` `难度2-3`",
        "+ - [售后题库](banks/after.md) `抽4题` `#退货` `难度2`",
    ]


def test_a_row_that_is_added_is_a_line_with_a_link_from_this_file():
    new = DrawRow(bank="quizzes/banks/b.md", title="物流题库", count="2", tags="时效、催单", number=9)
    assert changes(after([*opened().card.rows, new])) == ["+ - [物流题库](banks/b.md) `抽2题` `#时效` `#催单`"]


def test_rows_that_are_taken_out_leave_the_words():
    source = after([], row=[])
    assert parse(source, PATH).spec is None  # nothing is asked any more
    assert "先看清是哪家店的单。" in source
    assert "抽" not in source


def test_the_words_are_changed_without_the_lines():
    assert changes(after(**{"card-intro": ["看清店铺。"]})) == ["- 先看清是哪家店的单。", "+ 看清店铺。"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (DrawRow(count="2", number=1), "row-1-bank"),
        (DrawRow(bank="quizzes/banks/b.md", count="0", number=1), "row-1-count"),
        (DrawRow(bank="quizzes/banks/b.md", count="二", number=1), "row-1-count"),
        (DrawRow(bank="quizzes/banks/b.md", count="1", low="6", number=1), "row-1-low"),
    ],
)
def test_what_a_row_lacks_is_told_at_its_field(row, field):
    with pytest.raises(Invalid) as refused:
        after([row])
    assert list(refused.value.fields) == [field]


def test_lines_that_cannot_be_rows_are_left_to_the_source():
    assert read_rows("- [a](b.md) `抽1题` 和别的字", PATH, Language.ZH) is None
    assert read_rows("- [a](b.md) `抽1题` `限时3秒`", PATH, Language.ZH) is None


rows_of = st.lists(
    st.builds(
        DrawRow,
        bank=st.sampled_from(["quizzes/banks/a.md", "courses/b.md"]),
        title=st.sampled_from(["售后题库", "a b"]),
        tags=st.sampled_from(["", "退货", "退货、vip"]),
        low=st.sampled_from(["", "1", "2"]),
        high=st.sampled_from(["", "3", "5"]),
        count=st.integers(1, 20).map(str),
    ),
    min_size=1,
    max_size=3,
)


@given(rows_of)
def test_rows_are_read_back_as_they_were_typed(rows):
    sections = Sections(path=PATH, language=Language.ZH)
    rows = [replace(row, high=row.high if row.low else "", number=n) for n, row in enumerate(rows, start=1)]
    card = replace(sections.blank(""), title="节", rows=tuple(rows))
    assert sections.read(sections.new(card)) == card


def test_a_row_counts_as_the_line_that_it_will_be():
    row = DrawRow(bank="a.md", title="库", tags="退货", low="3", high="2", count="2")
    assert row.line == Draw(target="a.md", link="a.md", title="库", count=2, tags=("退货",), levels=(2, 3))
