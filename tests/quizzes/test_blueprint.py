"""The lines of a blueprint and bank files: read, written, and what is told about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.check import check
from lms.content.grammar.findings import Severity
from lms.content.grammar.keywords import Language, Word
from lms.core.plain import from_plain, to_plain
from lms.quizzes.blueprint import Draw
from lms.quizzes.kind import KIND
from lms.quizzes.learner import learner_pieces
from lms.quizzes.lint import lint
from lms.quizzes.lint_banks import lint_banks
from lms.quizzes.spec import QuizRules, QuizSpec, Section, Use, parse, write
from tests.support.make_content import a_question

PATH = "quizzes/final.md"
BANK = "quizzes/banks/after.md"


def a_quiz(*lines, chips="`每题2分`", more=""):
    listed = "\n".join(lines)
    return f"---\n类型: 测验\n用途: 考试\n---\n# 考试\n\n## 售后\n{chips}\n\n{listed}\n\n{more}"


def a_bank(*questions, front="用途: 题库", chips="`全部`"):
    whole = "\n\n".join(questions)
    return f"---\n类型: 测验\n{front}\n---\n# 售后题库\n\n## 一\n{chips}\n\n{whole}\n"


def three():
    return [a_question(f"第{n}题问的是什么？", right=f"答{n}", chips=f"`难度{n}` `#退货`") for n in (1, 2, 3)]


def read(source, path=PATH):
    parsed = parse(source, path)
    assert parsed.spec is not None, [str(finding.message) for finding in parsed.findings]
    return parsed.spec


def codes(source):
    return [finding.code for finding in parse(source, PATH).findings]


def between(quiz, bank, **others):
    files = {PATH: quiz, BANK: bank, **others}
    corpus = check({path: text.encode() for path, text in files.items()}, {Word.QUIZ: parse}, [_whole])
    return [(path, finding) for path, finding in corpus.findings if finding.code.startswith("Q26")]


def _whole(parsed):
    return lint_banks(parsed, lambda path: None)


def test_a_line_says_bank_number_tags_and_levels():
    quiz = read(a_quiz("先看店铺。", "", "- [售后题库](banks/after.md) `抽3题` `#退货` `#时效` `难度2-3`"))
    (section,) = quiz.sections
    assert section.draws == (
        Draw(target=BANK, link="banks/after.md", title="售后题库", count=3, tags=("退货", "时效"), levels=(2, 3)),
    )
    assert section.intro.text == "先看店铺。"
    assert (quiz.banks, section.draw, section.questions) == ((BANK,), None, ())


def test_one_level_is_a_span_of_one_and_the_order_of_a_span_does_not_count():
    quiz = read(a_quiz("- [库](banks/after.md) `抽1题` `难度2`", "- [库](banks/after.md) `抽1题` `难度4-3`"))
    assert [line.levels for line in quiz.draws] == [(2, 2), (3, 4)]


def test_a_list_without_a_number_to_draw_is_only_text():
    quiz = read(a_quiz("- [先读这篇](a.md)", more=a_question("几天？")))
    assert quiz.draws == ()
    assert "先读这篇" in quiz.sections[0].intro.text


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("- 售后题库 `抽3题`", "Q264"),
        ("- [库](banks/after.md) 和 [库](b.md) `抽3题`", "Q264"),
        ("- [库](banks/after.md) 里的 `抽3题`", "Q264"),
        ("- [库](banks/after.md) `抽3题` 另加", "Q264"),
        ("- [库](banks/after.md) `抽3题` `抽2题`", "Q264"),
        ("- [库](banks/after.md) `抽0题`", "Q253"),
        ("- [库](banks/after.md) `抽3题` `难度0-6`", "Q209"),
        ("- [库](banks/after.md) `抽3题` `限时3秒`", "C110"),
        ("- [库](banks/after.md) `抽3题`\n- [库](banks/after.md) `抽2题`", "Q264"),
    ],
)
def test_a_line_that_says_something_else_is_an_error_at_its_line(line, code):
    assert code in codes(a_quiz(line))


def test_a_blueprint_stands_in_a_section_and_not_in_a_bank():
    assert "Q264" in codes("---\n类型: 测验\n---\n# 考试\n\n- [库](a.md) `抽1题`\n\n### 对吗？\n- 答案：对\n")
    assert "Q257" in codes(a_quiz("- [库](banks/after.md) `抽1题`").replace("考试\n---", "题库\n---"))


draws_of = st.lists(
    st.builds(
        Draw,
        target=st.just(BANK),
        link=st.just("banks/after.md"),
        title=st.sampled_from(["售后题库", "After sales"]),
        count=st.integers(1, 30),
        tags=st.lists(st.sampled_from(["退货", "物流", "vip"]), unique=True, max_size=2).map(tuple),
        levels=st.sampled_from([None, (1, 1), (2, 5)]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: (frozenset(line.tags), line.levels),
).map(tuple)


@given(draws_of, st.sampled_from(Language))
def test_what_is_written_is_read_as_the_same_blueprint(draws, language):
    spec = QuizSpec(title="考试", rules=QuizRules(use=Use.EXAM), sections=(Section(title="一", draws=draws),))
    assert read(write(spec, language)) == spec
    assert from_plain(QuizSpec, to_plain(spec)) == spec


@given(st.sampled_from(Language))
def test_a_bank_is_written_without_rules_that_nobody_sits(language):
    spec = read(a_bank(*three(), front="用途: 题库\n适用: [天猫旗舰店]\n能力项: [规则掌握]"), BANK)
    written = write(spec, language)
    assert read(written, BANK) == spec
    assert not any(word in written for word in ("及格", "pass:", "限时", "time:"))


def test_a_bank_says_its_shops_and_its_use_to_the_lists():
    meta = KIND.meta(read(a_bank(*three(), front="用途: 题库\n适用: [天猫旗舰店]"), BANK))
    assert (meta.use, meta.shops, meta.minutes) == ("bank", ("天猫旗舰店",), 0)


def test_a_bank_is_not_told_that_it_is_passed_by_guessing():
    assert lint(read(a_bank("### 对吗？\n- 答案：对"), BANK)) == ()
    assert [each.code for each in lint(read(a_bank(*three(), chips="`抽1题`"), BANK))] == ["Q265"]


def test_a_section_that_only_draws_has_no_number_of_its_own():
    assert lint(read(a_quiz("- [库](banks/after.md) `抽1题`"))) == ()
    assert [each.code for each in lint(read(a_quiz("- [库](banks/after.md) `抽1题`", chips="`抽2题`")))] == ["Q265"]


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ("- [售后](banks/after.md) `抽4题`", "Q261", "只有 3 题"),
        ("- [售后](banks/after.md) `抽2题` `难度3-5`", "Q261", "只有 1 题"),
        ("- [售后](banks/after.md) `抽1题` `#退贷`", "Q267", "是否“#退货”"),
        (
            "- [售后](banks/after.md) `抽2题` `难度1-2`\n- [售后](banks/after.md) `抽2题` `难度2-3`",
            "Q261",
            "合起来要 4 题",
        ),
    ],
)
def test_a_bank_that_cannot_fill_a_line_is_told_at_the_line(lines, code, said):
    ((path, finding),) = between(a_quiz(lines), a_bank(*three()))
    assert (path, finding.code, finding.severity) == (PATH, code, Severity.ERROR)
    assert said in str(finding.message)


def test_a_quiz_that_is_no_bank_cannot_be_drawn_from():
    quiz = a_quiz("- [售后](banks/after.md) `抽1题`")
    assert [finding.code for _, finding in between(quiz, a_bank(*three(), front="用途: 练习"))] == ["Q266"]


def test_questions_that_count_differently_are_made_equal_by_the_section():
    unequal = a_bank(*three(), a_question("多少分？", chips="`9分` `#退货`"))
    plain = a_quiz("- [售后](banks/after.md) `抽2题`", chips="")
    assert "Q262" in [finding.code for _, finding in between(plain, unequal)]
    equal = a_quiz("- [售后](banks/after.md) `抽2题`")
    assert "Q262" not in [finding.code for _, finding in between(equal, unequal)]


def test_the_chance_to_pass_by_guessing_is_reckoned_with_the_bank():
    quiz = a_quiz("- [售后](banks/after.md) `抽1题`")
    assert [finding.code for _, finding in between(quiz, a_bank(*three()))] == ["Q263"]


def test_of_a_bank_that_is_not_there_only_the_missing_link_is_told():
    corpus = check({PATH: a_quiz("- [售后](banks/x.md) `抽1题`").encode()}, {Word.QUIZ: parse}, [_whole])
    assert [finding.code for _, finding in corpus.findings] == ["C140"]


def test_the_preview_says_what_is_drawn():
    pieces = learner_pieces(read(a_quiz("- [售后](banks/after.md) `抽2题` `#退货` `难度1-2`")))
    assert "从题库抽 2 题" in str(pieces[1].note)
    assert "售后 × 2 · #退货" in pieces[2].html
