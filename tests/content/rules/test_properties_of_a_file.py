"""The front matter as a form: what is shown, and that writing touches nothing but the touched line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.forms import NOT_WRITTEN
from lms.content.grammar.front import read_front
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.kinds import kinds
from lms.content.rules.properties import PROPERTIES, Input, filled, write
from lms.content.samples import sample

TYPED = {Word.PACKAGE: "0" * 64}
UPLOADED = Path(__file__).parents[2] / "examples" / "scorm.md"
QUIZ = "---\n类型: 测验\n及格: 80%   \n用途：考试\n标签:\n  - 售后\n  - 退货\n---\n# 题\n"


def value(source, name, kind=Word.QUIZ):
    return next(each.value for each in filled(source, kind) if each.property.name == name)


def test_the_form_shows_what_the_file_says_in_either_language():
    assert (value(QUIZ, "front-pass"), value(QUIZ, "front-use"), value(QUIZ, "front-tags")) == (
        "80%",
        "exam",
        "售后、退货",
    )
    english = "---\ntype: quiz\nshuffle: [questions, options]\ntags: [a, b]\n---\n"
    assert (value(english, "front-shuffle"), value(english, "front-tags")) == ("questions options", "a, b")


def test_one_property_touches_one_line():
    assert write(QUIZ, Word.QUIZ, {"front-pass": "70%"}) == QUIZ.replace("及格: 80%   ", "及格: 70%")


def test_a_choice_is_written_in_the_language_of_the_file():
    assert "用途: 小测\n" in write(QUIZ, Word.QUIZ, {"front-use": "check"})
    assert "use: check\n" in write("---\ntype: quiz\n---\n", Word.QUIZ, {"front-use": "check"})


def test_a_list_below_its_key_becomes_one_line():
    assert write(QUIZ, Word.QUIZ, {"front-tags": "售后，时效"}) == QUIZ.replace(
        "标签:\n  - 售后\n  - 退货\n", "标签: [售后, 时效]\n"
    )


def test_an_emptied_property_goes_with_its_line():
    assert write(QUIZ, Word.QUIZ, {"front-use": ""}) == QUIZ.replace("用途：考试\n", "")


def test_a_new_property_comes_last():
    assert write(QUIZ, Word.QUIZ, {"front-owner": "T1001"}) == QUIZ.replace("---\n# 题", "负责人: T1001\n---\n# 题")


def test_a_file_without_front_matter_gets_one():
    assert write("# 题\n", Word.QUIZ, {"front-use": "exam"}) == "---\n类型: 测验\n用途: 考试\n---\n# 题\n"


def test_what_is_already_so_is_not_written_again():
    assert write(QUIZ, Word.QUIZ, {"front-pass": "80%", "front-use": "exam", "front-tags": "售后, 退货"}) == QUIZ


def test_a_name_that_no_form_offers_writes_nothing():
    assert write(QUIZ, Word.QUIZ, {"front-type": "article", "front-mood": "9", "类型": "x"}) == QUIZ


@given(st.text(max_size=40), st.sampled_from(["front-summary", "front-pass", "front-tags", "front-owner"]))
def test_whatever_is_typed_stays_one_line_and_reads_back(typed, name):
    written = write(QUIZ, Word.QUIZ, {name: typed})
    front, _ = read_front(written)
    assert written.endswith("---\n# 题\n")
    assert find_word(front.entries[0].key, (Word.TYPE,))
    if name == "front-summary":
        entry = next((entry for entry in front.entries if entry.key == "摘要"), None)
        assert (entry.value if entry else "") == " ".join(typed.split())


def test_every_property_of_a_form_is_known_to_the_parser_of_its_kind(app):
    """C105 would be said of a property that the kind does not have."""
    with app.app_context():
        for kind in kinds().values():
            begun = kind.name not in NOT_WRITTEN
            source = sample(kind.name, Language.ZH, title="题", owner="T1001") if begun else UPLOADED.read_text("utf-8")
            for each in PROPERTIES[kind.word]:
                typed = each.choices[0][0].en if each.choices else str(each.sample or TYPED.get(each.word, "甲"))
                written = write(source, kind.word, {each.name: typed})
                codes = {finding.code for finding in kind.parse(written, f"{kind.folder}/x.md").findings}
                assert not codes & {"C105", "C107"}, (kind.name, each.name)


@pytest.mark.parametrize("kind", PROPERTIES, ids=lambda kind: kind.en)
def test_no_two_inputs_of_a_form_share_a_name(kind):
    names = [each.name for each in PROPERTIES[kind]]
    assert len(names) == len(set(names))
    assert all(each.choices for each in PROPERTIES[kind] if each.input in (Input.ONE, Input.SEVERAL))
