"""Sentences for people: counted ones in English, days inside them, and what is stored is read back."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.i18n import say_in, translations
from lms.core.texts import Text, as_plain, from_plain, text

WORDS = st.text(max_size=8)
VALUES = st.recursive(
    WORDS | st.integers() | st.dates(),
    lambda inner: st.builds(Text, WORDS, st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
SENTENCES = st.builds(Text, WORDS, st.dictionaries(WORDS, VALUES, max_size=4))


@pytest.mark.parametrize(("n", "words"), [(1, "1 person"), (0, "0 people"), (7, "7 people")])
def test_a_number_chooses_the_form(n, words):
    assert translations("en").ngettext("%(n)s 人", "%(n)s 人", n) % {"n": n} == words


def test_without_a_number_it_is_the_form_for_many():
    assert translations("en").gettext("%(n)s 人") == "%(n)s people"


def test_a_sentence_with_one_form_alone_is_english_for_every_number():
    assert translations("en").ngettext("没有改动。", "没有改动。", 3) == "Nothing was changed."


def test_chinese_is_the_sentence_itself():
    assert translations("zh_CN").ngettext("%(n)s 人", "%(n)s 人", 1) == "%(n)s 人"


@pytest.mark.parametrize(("locale", "words"), [("zh_CN", "2026年12月2日 截止"), ("en", "due 2 Dec 2026")])
def test_a_day_inside_a_sentence_stands_in_the_readers_form(locale, words):
    assert say_in(text("%(day)s 截止", day=date(2026, 12, 2)), locale) == words


def test_a_day_inside_a_sentence_is_kept_as_iso_where_no_reader_is_known():
    assert str(text("%(day)s 截止", day=date(2026, 12, 2))) == "2026-12-02 截止"


@given(SENTENCES)
def test_what_is_stored_is_read_back_as_it_was(sentence):
    assert from_plain(json.loads(json.dumps(as_plain(sentence)))) == sentence


@pytest.mark.parametrize(("locale", "words"), [("zh_CN", "2026年12月2日 截止"), ("en", "due 2 Dec 2026")])
def test_a_day_is_still_one_after_the_sentence_was_stored(locale, words):
    assert say_in(from_plain(as_plain(text("%(day)s 截止", day=date(2026, 12, 2)))), locale) == words


def test_a_day_that_was_stored_as_words_reads_as_those_words():
    assert str(from_plain({"id": "%(day)s 截止", "values": {"day": "2026-12-02"}})) == "2026-12-02 截止"
