from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.document import About
from lms.content.grammar.findings import Severity, apply_fixes
from lms.content.grammar.keywords import Language
from lms.core.plain import from_plain, to_plain
from lms.core.points import from_fraction
from lms.questions.rich import rich, rich_line, stem
from lms.questions.spec import Item, Kind, Question, Single, TrueFalse
from lms.quizzes.spec import QuizRules, QuizSpec, Recurring, Section, Use, parse, write

PATH = "quizzes/after-sales/return-7d.md"
EXAMPLE = (Path(__file__).parents[1] / "examples" / "quiz.md").read_text(encoding="utf-8")
FRONT = "---\n类型: 测验\n用途: 练习\n---\n# 测验\n"
QUESTION = "\n### 由商家承担。\n- 答案：错\n"


def messages(source):
    return [str(finding.message) for finding in parse(source, PATH).findings]


def spec(source):
    parsed = parse(source, PATH)
    assert [str(finding.message) for finding in parsed.findings] == []
    return parsed.spec


def mended(source):
    return apply_fixes(source, [finding.fix for finding in parse(source, PATH).findings if finding.fix])


def test_the_example_has_no_finding():
    quiz = spec(EXAMPLE)
    assert quiz.title == "七天无理由退货·上岗测验"
    assert quiz.rules == QuizRules(
        use=Use.EXAM,
        pass_mark=Fraction(4, 5),
        seconds=900,
        attempts=3,
        shuffle_questions=True,
        shuffle_options=True,
    )
    assert [(section.title, section.draw, len(section.questions)) for section in quiz.sections] == [
        ("基础规则", 4, 5),
        ("情景与流程", None, 3),
    ]
    assert quiz.sections[0].each == from_fraction(2)
    assert quiz.sections[0].tags == ("售后", "时效")
    assert {question.kind for question in quiz.questions} == set(Kind)


def test_the_references_of_the_example_point_into_the_repository():
    parsed = parse(EXAMPLE, PATH)
    assert [(link.target, link.anchor) for link in parsed.links] == [("kb_content/after-sales/return-7d.md", "时效")]
    assert parsed.spec.questions[0].references[0].target == "kb_content/after-sales/return-7d.md#时效"


@pytest.mark.parametrize("language", Language)
def test_the_example_is_written_back_as_the_same_quiz(language):
    quiz = spec(EXAMPLE)
    assert spec(write(quiz, language)) == quiz


def test_a_quiz_goes_through_json_unchanged():
    quiz = spec(EXAMPLE)
    assert from_plain(QuizSpec, to_plain(quiz)) == quiz


def test_every_property_is_read():
    quiz = spec(
        "---\n类型: 测验\n用途: 小测\n及格: 66.667%\n限时: 1小时30分钟\n可考次数: 2次\n重考间隔: 24小时\n乱序: [选项]\n"
        "允许查知识库: 是\n可中断: 否\n能力项: [规则]\n负责人: T1001\n标签: [售后]\n摘要: 甲\n"
        "可见: [新人]\n复审周期: 90天\n---\n# 测验\n\n先读规则。\n" + QUESTION
    )
    assert quiz.rules == QuizRules(
        use=Use.CHECK,
        pass_mark=Fraction(66667, 100_000),
        seconds=5400,
        attempts=2,
        cooldown_seconds=86_400,
        shuffle_options=True,
        open_book=True,
        interruptible=False,
    )
    assert quiz.about == About(summary="甲", owner="T1001", tags=("售后",), audience=("新人",), review_days=90)
    assert (quiz.competencies, quiz.intro.text) == (("规则",), "先读规则。")
    assert spec(write(quiz)) == quiz


def test_english_properties_are_the_same():
    quiz = spec(
        "---\ntype: quiz\nuse: exam\npass: 80%\ntime: 15 min\nattempts: 3\ncooldown: 1 d\nshuffle: [questions]\n"
        "open-book: no\n---\n# Q\n\n## Pool\n`draw 1` `each 2 pt`\n\n### True?\n- answer: true\n"
    )
    assert (quiz.rules.use, quiz.rules.seconds, quiz.rules.cooldown_seconds) == (Use.EXAM, 900, 86_400)
    assert (quiz.sections[0].draw, quiz.sections[0].each) == (1, from_fraction(2))


def test_what_is_not_said_is_harmless():
    assert spec(f"---\n类型: 测验\n---\n# 测验\n{QUESTION}").rules == QuizRules()


def test_questions_before_the_first_section_make_one_without_a_name():
    quiz = spec(FRONT + QUESTION + "\n## 第二\n" + QUESTION.replace("承担", "支付"))
    assert [(section.title, len(section.questions)) for section in quiz.sections] == [("", 1), ("第二", 1)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("用途: 大考", "不能写“大考”"),
        ("及格: 八成", "看不懂"),
        ("限时: 十五", "看不懂"),
        ("可考次数: 0", "看不懂"),
        ("乱序: [全部]", "不能写“全部”"),
        ("及格线: 80%", "是否“及格”"),
        ("允许查知识库: 可以", "不能写“可以”"),
    ],
)
def test_a_property_that_cannot_be_read_says_how_to_write_it(line, said):
    (message,) = messages(f"---\n类型: 测验\n{line}\n---\n# 测验\n{QUESTION}")
    assert message.startswith("第 3 行：")
    assert said in message


def test_a_quiz_without_questions():
    assert "还没有题" in messages(FRONT)[0]


def test_chips_of_a_section_that_contradict_each_other():
    assert "写了两次" in messages(f"{FRONT}\n## 甲\n`抽1题` `全部`\n{QUESTION}")[0]
    assert "抽 0 题" in messages(f"{FRONT}\n## 甲\n`抽0题`\n{QUESTION}")[0]
    assert "是否“抽3题”" in messages(f"{FRONT}\n## 甲\n`抽3道`\n{QUESTION}")[0]


def test_options_without_a_question_and_a_heading_that_is_too_deep():
    assert "没有题目" in messages(f"{FRONT}{QUESTION}\n## 几天？\n1. [ ] 3 天\n2. [x] 7 天\n")[0]
    assert "三级标题" in messages(f"{FRONT}{QUESTION}\n#### 几天？\n\n文字\n")[0]


def test_one_id_twice_in_a_file():
    twice = QUESTION.replace("\n- ", "\n`id:k3f9qz`\n\n- ")
    assert "id:k3f9qz" in messages(FRONT + twice + twice.replace("承担", "支付"))[0]
    assert parse(FRONT + twice, PATH).ids == (("k3f9qz", 8),)


def test_a_page_pasted_from_word_is_one_finding_and_can_be_converted():
    source = f"{FRONT}\n1、几天？\nA. 3天\nB. 7天\n答案：B\n\n2、由商家承担。\n答案：错\n"
    assert messages(source) == ["第 7 行：识别到 2 道 Word 格式的题，是否转换？"]
    assert [question.kind for question in spec(mended(source)).questions] == [Kind.SINGLE, Kind.TRUE_FALSE]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("·难度2·", "间隔号"),
        ("#售后 #时效", "标签要加反引号"),
    ],
)
def test_chips_without_their_backticks_are_mended(typed, said):
    source = f"{FRONT}\n### 由商家承担。\n{typed}\n\n- 答案：错\n"
    (finding,) = [each for each in parse(source, PATH).findings if said in str(each.message)]
    assert finding.line == 8
    assert spec(apply_fixes(source, [finding.fix])).questions[0].shape == TrueFalse(right=False)


def test_every_problem_of_a_file_is_told_at_once():
    source = (
        "---\n类型: 测验\n用途: 大考\n---\n# 测验\n\n### 甲\n1. [ ] 乙\n2. [ ] 丙\n\n"
        "### 丁\n`漏选半分`\n\n- [x] 戊\n- [ ] 己\n"
    )
    findings = parse(source, PATH).findings
    assert [finding.line for finding in findings] == [3, 8, 12]
    assert {finding.severity for finding in findings} == {Severity.ERROR}
    assert parse(source, PATH).spec is None


RECURRING = "---\n类型: 测验\n用途: 知识考核\n{}---\n# 每周知识考核\n"


def test_a_recurring_check_says_its_day_its_questions_and_who_gets_it():
    quiz = spec(RECURRING.format("考核日: 周三\n每次题数: 8\n岗位: [客服专员, 夜班]\n"))
    assert quiz.recurring == Recurring(weekday=2, questions=8, positions=("客服专员", "夜班"))
    assert spec(RECURRING.format("")).recurring == Recurring(weekday=0, questions=5)


def test_a_recurring_check_decides_nothing_about_a_person():
    rules = spec(RECURRING.format("")).rules
    assert (rules.pass_mark, rules.seconds, rules.attempts) == (0, None, None)


def test_a_recurring_check_has_no_questions_of_its_own():
    source = RECURRING.format("") + "\n### 由商家承担。\n\n- 答案：错\n"
    assert messages(source) == ["第 7 行：知识考核不写题：每人的题从自己学过的里面挑。请删去这里的题，或改用途。"]


@pytest.mark.parametrize("count", ["0", "21", "很多"])
def test_a_recurring_check_asks_one_to_twenty_questions(count):
    assert "每次题数" in messages(RECURRING.format(f"每次题数: {count}\n"))[0]


names = st.text(alphabet="甲乙丙丁ab1", min_size=1, max_size=6)


def question(name):
    options = tuple(Item(id=f"o{n}", body=rich_line(f"{name}{n}")) for n in range(1, 4))
    return Question(stem=stem(name), shape=Single(options=options, right="o2"))


sections = st.builds(
    Section,
    title=names,
    draw=st.none() | st.integers(1, 9),
    each=st.none() | st.integers(1, 20).map(from_fraction),
    tags=st.lists(names, unique=True, max_size=2).map(tuple),
    intro=st.none() | names.map(rich),
    questions=st.lists(names.map(question), min_size=1, max_size=3).map(tuple),
)
rules = st.builds(
    QuizRules,
    use=st.sampled_from((Use.EXAM, Use.CHECK, Use.PRACTICE)),
    pass_mark=st.integers(1, 100).map(lambda percent: Fraction(percent, 100)),
    seconds=st.none() | st.integers(1, 10_000),
    attempts=st.none() | st.integers(1, 99),
    cooldown_seconds=st.integers(0, 1_000_000),
    shuffle_questions=st.booleans(),
    shuffle_options=st.booleans(),
    open_book=st.booleans(),
    interruptible=st.booleans(),
)
quizzes = st.builds(
    QuizSpec,
    title=names,
    competencies=st.lists(names, unique=True, max_size=2).map(tuple),
    rules=rules,
    intro=st.none() | names.map(rich),
    sections=st.lists(sections, min_size=1, max_size=3).map(tuple),
)


recurring = st.builds(
    QuizSpec,
    title=names,
    competencies=st.lists(names, unique=True, max_size=2).map(tuple),
    rules=st.just(QuizRules(use=Use.RECURRING, pass_mark=Fraction(0), shuffle_options=True)),
    intro=st.none() | names.map(rich),
    recurring=st.builds(
        Recurring,
        weekday=st.integers(0, 6),
        questions=st.integers(1, 20),
        positions=st.lists(names, unique=True, max_size=2).map(tuple),
    ),
)


@settings(max_examples=60)
@given(quizzes | recurring, st.sampled_from(Language))
def test_what_is_written_reads_back_as_the_same_quiz(quiz, language):
    assert parse(write(quiz, language), PATH).spec == quiz


fragments = st.sampled_from(
    [
        "# 题目", "## 小节", "### 几天？", "### ____ 和____", "### 1. 甲", "###", "#### 深", "`2分`",
        "`抽2题` `每题3分`",
        "`漏选半分`", "`排序`", "【难度2】", "`id:abc123`", "1. [ ] 3 天", "2. [x] 7 天", "2. [x] 甲", "- [x] 甲",
        "- [ ] 乙", "- [√] 丙", "2.[x] 丁", "    - 解析：因为", "  - 解析：因为", "- 解析：因为", "1. 核对", "2. 判断",
        "- 答案：对", "- 答案：64 ± 0.01 元", "- 答案：7", "- 空1：甲 | 乙", "- 空2：丙", "- 甲 => 一", "- 乙 → 二",
        "- （干扰项） => 三", "- 必说（3分）：甲 | (乙 & 丙)", "- 禁说（-5分）：丁", "- 评分（2分）：语气",
        "> 解析：见[时效](../a.md#时效)。", "> 提示：想一想", "> 顾客：你好", ">", "解析：文字", "文字", "![图](a.png)",
        "    ![图](b.png)", "~~~", "<!-- 注 -->", "| a | b |", "| - | - |", "1、几天？", "A. 3天", "B. 7天", "答案：B",
        "一、单选题", "", "", "", "",
    ]
)  # fmt: skip
sources = st.lists(fragments, max_size=24).map(lambda lines: f"{FRONT}\n" + "\n".join(lines) + "\n")


@settings(max_examples=300)
@given(sources)
def test_any_mixture_is_read_and_what_has_no_error_is_written_back_the_same(source):
    parsed = parse(source, PATH)
    lines = len(source.splitlines())
    assert all(1 <= finding.line <= lines + 1 for finding in parsed.findings)
    assert (parsed.spec is None) is parsed.has_errors
    if parsed.spec is not None:
        again = parse(write(parsed.spec), PATH)
        assert again.spec == parsed.spec, [str(finding.message) for finding in again.findings]


@settings(max_examples=100)
@given(sources)
def test_every_offered_fix_can_be_applied(source):
    for finding in parse(source, PATH).findings:
        if finding.fix:
            parse(apply_fixes(source, [finding.fix]), PATH)
