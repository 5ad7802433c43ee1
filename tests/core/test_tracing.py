"""A folded text that knows where it comes from: it folds as `folded` does, piece by piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.folding import folded
from lms.core.tracing import traced

texts = st.text(alphabet="退貨说明ＡbC 　４8é\u200b。, \n㎏ﬁ", max_size=30)


@pytest.mark.parametrize(
    "text", ["ＡＢＣ 保 证 今天到", "退貨 說明", "  a  b ", "48 小时 内", "SKU 12", "㎏ﬁ", "", " ", "cafe\u0301 x"]
)
def test_it_folds_as_other_texts_are_folded(text):
    assert traced(text).plain == folded(text)


def test_an_invisible_character_hides_no_word():
    assert traced("保\u200b证").plain == "保证"


@given(texts)
def test_every_character_comes_from_a_place_of_the_text_in_order(text):
    found = traced(text)
    assert len(found.plain) == len(found.starts) == len(found.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert list(found.starts) == sorted(found.starts)


@given(texts, st.data())
def test_a_piece_of_the_original_folds_to_the_piece_of_the_result(text, data):
    found = traced(text)
    if not found.plain.strip():
        return
    first = data.draw(st.integers(0, len(found.plain) - 1))
    last = data.draw(st.integers(first + 1, len(found.plain)))
    start, end = found.span(first, last)
    assert found.plain[first:last].strip() in traced(text[start:end]).plain
