"""A template teaches by its shape: whoever fills it in has a whole article; as it stands nothing in it is wrong."""

import pytest

from lms.content.grammar.keywords import Language
from lms.content.lint import lint_personal_data
from lms.content.samples import TEMPLATES, sample
from lms.kb.spec import Basis, parse

EVERY = [(language, name) for language in Language for name in TEMPLATES["article"]]
PATH = "kb_content/after-sales/x.md"


def read(language, name):
    source = sample("article", language, title="改地址", owner="T1001", template=name)
    return source, parse(source, PATH)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_nothing_is_wrong_with_a_template_as_it_stands(language, name):
    source, parsed = read(language, name)
    assert parsed.findings == ()
    assert lint_personal_data(source) == []
    assert parsed.spec.about.owner == "T1001"
    assert parsed.spec.about.review_days


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_each_says_what_to_tell_a_customer_and_begins_with_one_sentence(language, name):
    source, parsed = read(language, name)
    assert parsed.spec.intro.text
    assert ("> 话术：" if language is Language.ZH else "> script:") in source


@pytest.mark.parametrize("name", TEMPLATES["article"])
def test_both_languages_have_the_same_shape(name):
    ours, theirs = (read(language, name)[1].spec for language in (Language.ZH, Language.EN))
    assert [each.level for each in ours.sections] == [each.level for each in theirs.sections]
    assert (ours.basis, ours.about.review_days) == (theirs.basis, theirs.about.review_days)


def test_an_emergency_plan_has_trigger_measures_who_and_how_to_reach_them():
    titles = [each.title for each in read(Language.ZH, "emergency")[1].spec.sections]
    assert titles[:4] == ["触发条件", "措施", "责任人", "联系方式"]


def test_a_rule_of_a_platform_says_so_and_for_how_long_it_differs():
    spec = read(Language.ZH, "platform")[1].spec
    assert spec.basis is Basis.PLATFORM
    assert any(each.validity for each in spec.sections)
