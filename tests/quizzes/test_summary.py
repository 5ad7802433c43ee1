from lms.core.points import ONE_POINT
from lms.questions.spec import Question, Reference, Rich, TrueFalse
from lms.quizzes.rules.attempts import Mark
from lms.quizzes.rules.summary import summary

ALL = Mark(earned=2 * ONE_POINT, possible=2 * ONE_POINT)
HALF = Mark(earned=ONE_POINT, possible=2 * ONE_POINT)
NOTHING = Mark(earned=0, possible=2 * ONE_POINT)
WAITING = Mark(earned=0, possible=10 * ONE_POINT, waiting=True)


def question(*sections):
    references = tuple(Reference(label=section, target=f"a.md#{section}") for section in sections)
    stem = Rich(source="?", html="?", text="?")
    return Question(stem=stem, shape=TrueFalse(right=True), references=references)


def test_a_result_counts_right_partly_right_wrong_and_waiting():
    result = summary([(question(), each) for each in (ALL, ALL, HALF, NOTHING, WAITING)])
    assert (result.total, result.right, result.partial, result.wrong, result.waiting) == (5, 2, 1, 1, 1)
    assert str(result.sentence) == "5 题里 2 题全对，2 题丢了分，1 题待阅卷。"


def test_the_sentence_leaves_out_what_did_not_happen():
    assert str(summary([(question(), ALL)] * 8).sentence) == "8 题全对。"
    assert str(summary([(question(), ALL), (question(), NOTHING)]).sentence) == "2 题里 1 题全对，1 题丢了分。"
    assert str(summary([(question(), ALL), (question(), WAITING)]).sentence) == "2 题里 1 题全对，1 题待阅卷。"


def test_the_section_behind_most_lost_points_is_to_be_read_first():
    result = summary(
        [
            (question("时效"), HALF),
            (question("除外商品"), NOTHING),
            (question("运费"), ALL),
            (question("除外商品"), HALF),
        ]
    )
    assert [(each.reference.label, each.questions) for each in result.reread] == [("除外商品", (2, 4)), ("时效", (1,))]
    assert str(result.advice) == "建议先重读“除外商品”，再读另外 1 小节。"


def test_one_section_is_named_alone_and_none_gives_no_advice():
    assert str(summary([(question("时效"), NOTHING)]).advice) == "建议重读“时效”。"
    assert summary([(question(), NOTHING)]).advice is None
    assert summary([(question("时效"), ALL)]).advice is None
