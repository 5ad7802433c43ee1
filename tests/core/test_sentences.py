"""A counted sentence in English: the form for the number, and the form for many where nobody says a number."""

import pytest

from lms.core.i18n import translations


@pytest.mark.parametrize(("n", "words"), [(1, "1 person"), (0, "0 people"), (7, "7 people")])
def test_a_number_chooses_the_form(n, words):
    assert translations("en").ngettext("%(n)s 人", "%(n)s 人", n) % {"n": n} == words


def test_without_a_number_it_is_the_form_for_many():
    assert translations("en").gettext("%(n)s 人") == "%(n)s people"


def test_a_sentence_with_one_form_alone_is_english_for_every_number():
    assert translations("en").ngettext("没有改动。", "没有改动。", 3) == "Nothing was changed."


def test_chinese_is_the_sentence_itself():
    assert translations("zh_CN").ngettext("%(n)s 人", "%(n)s 人", 1) == "%(n)s 人"
