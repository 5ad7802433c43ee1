"""A counted sentence in English: the form for the number, and the form for many where nobody says a number."""

from datetime import date

import pytest

from lms.core.i18n import day_text, translations
from lms.core.texts import text


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
    told = text("%(day)s 截止", day=date(2026, 12, 2))
    assert told.render(translations(locale).gettext, lambda day: day_text(day, locale, True)) == words


def test_a_day_inside_a_sentence_is_kept_as_iso_where_no_reader_is_known():
    assert str(text("%(day)s 截止", day=date(2026, 12, 2))) == "2026-12-02 截止"
