import pytest

from lms.core.errors import TooLarge, Unreadable
from lms.core.points import from_fraction
from lms.questions.spec import FillIn, Kind, Matching, Multiple, Numeric, Open, Single, TrueFalse
from lms.questions.write import number_text
from lms.quizzes.importers import build, collecting, gift
from lms.quizzes.importers.reading import MOST_QUESTIONS
from tests.support.banks import GIFT, GIFT_EN, SAMPLES


def one(source: str):
    """The only question of a file, and what is said of it."""
    taken = gift.read(source.encode())
    assert not taken.refused, str(taken.refused[0].reason)
    (found,) = taken.questions
    return found.question, [str(note) for note in found.notes]


def why(source: str) -> str:
    taken = gift.read(source.encode())
    assert not taken.questions
    return str(taken.refused[0].reason)


def rows(shape):
    return [option.body.source for option in shape.options]


def test_a_bank_in_chinese_is_read_question_by_question():
    taken = gift.read(GIFT.encode())
    assert [each.question.kind for each in taken.questions] == [
        Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE, Kind.FILL_IN, Kind.MATCHING, Kind.OPEN, Kind.SINGLE, Kind.SINGLE,
    ]  # fmt: skip
    assert taken.sections == ("售后 / 退货", "售前")
    assert [(each.where.line, str(each.reason)[:9]) for each in taken.refused] == [
        (23, "一道题只能有一组花"),
        (35, "这是一段说明，没有"),
    ]


def test_a_question_brings_its_remarks_its_explanation_its_tags_and_what_it_counts():
    found = gift.read(GIFT.encode()).questions[0]
    question = found.question
    assert (found.where.line, found.where.label, question.key) == (5, "退货时效", "k3f9qz")
    assert (question.tags, question.level, question.points) == (("退货",), 2, from_fraction(2))
    assert question.stem.source == "签收后**几天**内可以无理由退货？"
    assert question.shape.options[0].note.source == "太短，这是催付的时限"
    assert question.explanation.source == "见《退货规定》第二条。\n\n从签收次日算起。"


@pytest.mark.parametrize("data", SAMPLES["gift"][2:])
def test_gb18030_a_mark_and_windows_line_ends_change_nothing(data):
    assert gift.read(data) == gift.read(GIFT.encode())


def test_a_bank_in_english_names_each_question_that_it_can_not_take():
    taken = gift.read(GIFT_EN.encode())
    assert [each.where.label for each in taken.questions] == ["Return window", "Colon: and braces", "Essay"]
    assert [each.where.label for each in taken.refused] == ["Who pays?", "Not a question", "Broken"]
    assert [str(note) for note in taken.questions[0].notes] == ["选错倒扣分没有带过来，这里选错不得分。"]


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        ("几天？{=7 天 ~3 天}", Single),
        ("哪些？{~%50%甲 ~%50%乙 ~%-100%丙}", Multiple),
        ("对吗？{T}", TrueFalse),
        ("对吗？{ false }", TrueFalse),
        ("谁？{=主管 =组长}", FillIn),
        ("多少？{#64:0.5}", Numeric),
        ("多少？{#60..70}", Numeric),
        ("配{=甲 -> 1 =乙 -> 2}", Matching),
        ("谈谈{}", Open),
    ],
)
def test_the_answers_tell_the_kind(source, shape):
    assert isinstance(one(source)[0].shape, shape)


def test_a_backslash_takes_the_meaning_of_a_sign():
    question, _ = one(r"1 \= 1 是 \{真\} 的\: C\:\\temp \#1 \~{~甲\~乙 =a\=b#对\#}")
    assert question.stem.text == r"1 = 1 是 {真} 的: C:\temp #1 ~"
    assert [each.body.text for each in question.shape.options] == ["甲~乙", "a=b"]
    assert question.shape.options[1].note.text == "对#"


def test_words_stay_words_whatever_markdown_would_make_of_them():
    question, _ = one("# 1. *甲* 2 < 3 [x](y) `c` \\#。{=- 1 ~2. 2}")
    assert question.stem.text == "# 1. *甲* 2 < 3 [x] (y) `c` #。"
    assert [each.body.text for each in question.shape.options] == ["- 1", "2. 2"]


def test_html_becomes_markdown():
    assert one("[html]<p>下面<b>哪个</b>&nbsp;对？</p>{=甲 ~<i>乙</i>}")[0].stem.source == "下面**哪个** 对？"


def test_a_missing_word_leaves_a_gap_and_a_short_answer_gets_one():
    assert one("退款要{=48}小时。")[0].stem.source == "退款要____小时。"
    assert one("谁审核？{=主管}")[0].stem.source == "谁审核？____"
    assert one("满{#99}元包邮。")[0].stem.source == "满（ ）元包邮。"


def test_a_number_is_a_target_with_a_tolerance_or_a_range():
    assert number_text(one("{#64:0.01}多少？")[0].shape) == "64 ± 0.01"
    assert number_text(one("多少？{#-5..-3.5}")[0].shape) == "-5..-3.5"
    assert number_text(one("多少？{#=%100%1.5e3#对 ~#错}")[0].shape) == "1500"


def test_a_pair_without_a_left_side_lures():
    shape = one("配{=甲 -> 1 =乙 -> 2 = -> 3}")[0].shape
    assert [each.body.text for each in shape.right] == ["1", "2", "3"]
    assert shape.key == ("r1", "r2")


@pytest.mark.parametrize(
    ("source", "half", "said"),
    [
        ("哪些？{~%50%甲 ~%50%乙 ~%-100%丙}", True, []),
        ("// [tag:全对得分]\n哪些？{~%50%甲 ~%50%乙 ~%-100%丙}", False, []),
        ("// [tag:漏选给半分]\n哪些？{~%50%甲 ~%50%乙 ~丙}", True, []),
        ("哪些？{~%33.333%甲 ~%33.333%乙 ~%33.333%丙 ~%-100%丁}", True, ["漏选"]),
        ("哪些？{~%50%甲 ~%50%乙 ~丙}", True, ["错选"]),
        ("哪些？{~%100%甲 ~%-100%乙}", False, []),
    ],
)
def test_weights_are_taken_where_they_say_what_we_can_say_and_told_where_they_say_more(source, half, said):
    question, notes = one(source)
    assert question.shape.half_if_incomplete is half
    assert len(notes) == len(said)
    assert all(word in note for word, note in zip(said, notes, strict=True))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("哪个？{=甲 ~%50%乙}", "得 50% 的分"),
        ("哪个？{=甲 =乙 ~丙}", "有 2 个选项都算对"),
        ("哪些？{~%60%甲 ~%40%乙}", "权重不一样（60%、40%）"),
        ("哪些？{~%30%甲 ~%30%乙}", "加起来是 60%"),
        ("哪些？{~甲 ~乙}", "没有得分的选项"),
        ("谁？{=主管 =%50%组长}", "只得 50% 的分"),
        ("谁？{=主*}", "通配符"),
        ("多少？{#1 =2}", "只能有一个正确的数"),
        ("多少？{#一百}", "不是数"),
        ("说明", "这是一段说明"),
        ("哪个？{=甲 ~乙", "没有成对"),
        ("甲{=1}乙{=2}", "一组花括号"),
        ("配{=甲 -> 1 =乙}", "没有 ->"),
        ("配{=甲 -> 1 =甲 -> 2}", "一样"),
        ("看 <img src='https://example.com/a.png'> {=甲 ~乙}", "图片在别处"),
        ("[markdown]看 ![图](https://example.com/a.png) {=甲 ~乙}", "图片在别处"),
        ("哪个？{=甲 ~甲}", "一样"),
    ],
)
def test_what_can_not_be_taken_is_refused_with_how_to_mend_it(source, reason):
    assert reason in why(source)


def test_a_line_is_the_one_that_an_editor_shows():
    taken = gift.read("// 一\n\n\n// 二\n$CATEGORY: 甲\n\n坏题\n\n::好::几天？{=7 ~3}\n".encode())
    assert (taken.refused[0].where.line, taken.questions[0].where.line) == (7, 9)


def test_more_questions_than_a_file_may_hold_are_refused_as_a_whole():
    with pytest.raises(TooLarge, match=str(MOST_QUESTIONS)):
        gift.read("说明\n\n".encode() * (MOST_QUESTIONS + 1))


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf  \n", b"\x00\x01\x02", b"\xff\xfe\x00"])
def test_what_is_no_text_is_refused_as_a_whole(data):
    with pytest.raises(Unreadable):
        gift.read(data)


def test_a_text_larger_than_any_bank_is_refused_before_it_is_read():
    with pytest.raises(TooLarge):
        gift.read(b"a" * (collecting.MOST_BYTES + 1))


def test_a_file_is_known_by_what_it_says():
    assert gift.is_meant("bank.gift", b"")
    assert gift.is_meant("bank.txt", GIFT.encode())
    assert not gift.is_meant("bank.txt", "只是一段话".encode())
    assert not gift.is_meant("bank.xml", GIFT.encode())


def test_a_question_is_read_as_its_file_will_say_it_the_second_time_too():
    question, _ = one(r"[markdown]哪个？{=甲\n- 乙 ~丙}")
    assert question.shape.options[0].body.source == "甲\n\n- 乙"
    assert build.settled(question) == question
