"""What the toolbar offers is what the kinds accept."""

import pytest

from lms.content.grammar.chips import EVERY_FORM, read_chip
from lms.content.grammar.keywords import Language, Word
from lms.content.rules.toolbar import SETTINGS, toolbar


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("language", Language)
def test_every_setting_is_one_that_the_grammar_knows(kind, language):
    for setting in SETTINGS[kind]:
        chip = setting.zh if language is Language.ZH else setting.en
        assert read_chip(chip, EVERY_FORM), chip


def test_the_settings_follow_the_language_of_the_file():
    assert ("each 2 pt", "section") in {chip[1:] for chip in toolbar(Word.QUIZ, "---\ntype: quiz\n---\n").settings}
    assert ("每题2分", "section") in {chip[1:] for chip in toolbar(Word.QUIZ, "---\n类型: 测验\n---\n").settings}


def test_questions_stand_apart_and_the_table_has_a_button_of_its_own():
    made = toolbar(Word.LESSON, "---\n类型: 课时\n---\n")
    assert len(made.questions) == 8
    assert made.table not in {written for _, written in made.shapes}
    assert toolbar(Word.ARTICLE, "").questions == ()
