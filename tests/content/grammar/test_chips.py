"""Chips and amounts mean the same in both languages and however the input method wrote them."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.amounts import (
    read_day_span,
    read_days,
    read_minutes,
    read_number,
    read_percent,
    read_seconds,
    write_percent,
    write_seconds,
)
from lms.content.grammar.chips import (
    AFTER,
    DAY,
    DAYS,
    DRAW,
    EACH,
    EFFECT,
    EVERY_FORM,
    HALF_IF_INCOMPLETE,
    LENGTH,
    MINUTES,
    NONE_IF_WRONG,
    POINTS,
    TAG,
    TIME,
    VALID,
    Form,
    find_chips,
    is_chip_line,
    read_chip,
    split_chips,
    suggest_chip,
)
from lms.content.grammar.keywords import Language, Word, find_word, nearest


@pytest.mark.parametrize(
    ("written", "form", "values"),
    [
        ("抽4题", DRAW, {"n": "4"}),
        ("抽 ４ 题", DRAW, {"n": "4"}),
        ("draw 4", DRAW, {"n": "4"}),
        ("每题2分", EACH, {"x": "2"}),
        ("each 0.5 pt", EACH, {"x": "0.5"}),
        ("10分", POINTS, {"x": "10"}),
        ("限时60秒", TIME, {"time": "60秒"}),
        ("Time 60s", TIME, {"time": "60s"}),
        ("第4-7天", DAYS, {"a": "4", "b": "7"}),
        ("第4～7天", DAYS, {"a": "4", "b": "7"}),
        ("第4天", DAYS, {"a": "4"}),
        ("day 2", DAY, {"n": "2"}),
        ("30分钟", MINUTES, {"span": "30分钟"}),
        ("字数20-150", LENGTH, {"a": "20", "b": "150"}),
        ("共情+10", EFFECT, {"name": "共情", "signed": "+10"}),
        ("情绪－5", EFFECT, {"name": "情绪", "signed": "-5"}),
        ("#售后", TAG, {"text": "售后"}),
        ("需完成：认识公司", AFTER, {"text": "认识公司"}),
        ("生效:2026-11-01..2026-11-20", VALID, {"text": "2026-11-01..2026-11-20"}),
    ],
)
def test_a_chip_is_read(written: str, form: Form, values: dict[str, str]):
    value = read_chip(written, (form,))
    assert value is not None
    assert {name: text for name, text in value.values.items() if text} == values


def test_points_and_minutes_are_not_mistaken_for_each_other():
    assert read_chip("10分", (MINUTES,)) is None
    assert read_chip("10分钟", (POINTS,)) is None


def test_an_unknown_chip_gets_the_nearest_one_with_its_own_numbers():
    assert suggest_chip("漏选半分", (HALF_IF_INCOMPLETE, NONE_IF_WRONG)) == "漏选给半分"
    assert suggest_chip("抽题4", EVERY_FORM) == "抽4题"


def test_a_chip_like_nothing_gets_no_suggestion():
    assert suggest_chip("天气晴", (HALF_IF_INCOMPLETE,)) is None


def test_book_brackets_are_chips_too():
    assert [chip.text for chip in find_chips("【限时60秒】 `#售后`")] == ["限时60秒", "#售后"]


def test_chips_at_the_end_of_an_item_are_split_off():
    words, chips = split_chips("[概述](a.md) `30分钟` `第2天`")
    assert (words, [chip.text for chip in chips]) == ("[概述](a.md)", ["30分钟", "第2天"])


def test_code_inside_a_sentence_is_no_chip():
    assert split_chips("按 `Ctrl+C` 复制") == ("按 `Ctrl+C` 复制", ())


@pytest.mark.parametrize(("line", "is_chips"), [("`a` `b`", True), ("`a` b", False), ("", False), ("【a】", True)])
def test_a_line_of_chips_holds_nothing_else(line: str, is_chips: bool):
    assert is_chip_line(line) is is_chips


@given(st.sampled_from([form for form in EVERY_FORM if "{" not in form.zh[0]]), st.sampled_from(Language))
def test_a_chip_without_value_is_written_and_read_in_both_languages(form: Form, language: Language):
    assert read_chip(form.written(language), (form,)) is not None


@given(st.integers(0, 999), st.sampled_from(Language))
def test_a_written_number_is_read_back(number: int, language: Language):
    value = read_chip(DRAW.written(language, n=number), EVERY_FORM)
    assert value is not None
    assert (value.form, value.number()) == (DRAW, number)


@given(st.text(max_size=30))
def test_any_text_may_stand_in_a_chip(text: str):
    read_chip(text, EVERY_FORM)
    suggest_chip(text, EVERY_FORM)


@pytest.mark.parametrize("word", list(Word))
def test_every_keyword_is_found_by_each_of_its_forms(word: Word):
    assert all(find_word(form, (word,)) is word for form in word.value)


def test_keywords_do_not_mind_width_or_case():
    assert find_word("ＴＹＰＥ ", Word) is Word.TYPE


def test_no_two_keywords_of_the_front_matter_share_a_form():
    front = [Word.TIME, Word.TYPE, Word.TITLE, Word.OWNER, Word.BASIS, Word.TAGS, Word.USE, Word.ATTEMPTS]
    forms = [form for word in front for form in word.value]
    assert len(forms) == len(set(forms))


def test_nearest_prefers_the_likest():
    assert nearest("核实", ["核实订单", "激怒", "开场"]) == "核实订单"
    assert nearest("完全无关的词语", ["激怒", "开场"]) is None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60秒", 60), ("15分钟", 900), ("15 min", 900), ("1小时30分钟", 5400), ("3天", 259_200), ("0.5小时", 1800),
     ("９０秒", 90), ("0秒", None), ("15", None), ("十分钟", None), ("15分钟后", None)],
)  # fmt: skip
def test_lengths_of_time(written: str, seconds: int | None):
    assert read_seconds(written) == seconds


def test_other_amounts():
    assert read_minutes("90秒") == 2
    assert (read_days("90天"), read_days("36小时")) == (90, None)
    assert (read_percent("80％"), read_percent("101%")) == (Fraction(4, 5), None)
    assert (read_number("－0.01"), read_number("1,000")) == (Fraction(-1, 100), None)


def test_a_span_of_days_may_be_open_at_one_end():
    assert read_day_span("2026-11-01..2026-11-20") == (date(2026, 11, 1), date(2026, 11, 20))
    assert read_day_span("2026-11-01..") == (date(2026, 11, 1), None)
    assert read_day_span("2026/11/1～2026/11/20") == (date(2026, 11, 1), date(2026, 11, 20))
    assert read_day_span("2026-02-30..2026-03-01") is None
    assert read_day_span("..") is None


@given(st.integers(1, 10_000_000), st.booleans())
def test_written_seconds_are_read_back(seconds: int, chinese: bool):
    assert read_seconds(write_seconds(seconds, chinese=chinese)) == seconds


@given(st.integers(0, 100_000))
def test_written_percent_is_read_back(thousandths: int):
    share = Fraction(thousandths, 100_000)
    assert read_percent(write_percent(share)) == share
