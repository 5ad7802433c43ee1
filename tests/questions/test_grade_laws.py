import json

from hypothesis import given
from hypothesis import strategies as st

from lms.core.plain import from_plain, to_plain
from lms.questions.rules.grade import grade
from lms.questions.spec import Kind, Question
from tests.questions.shapes import questions, right_answer

ids = st.sampled_from(["o1", "o2", "s1", "s2", "l1", "r1", "r9"])
answers = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=20),
    ids,
    st.lists(ids),
    st.dictionaries(ids, ids),
    st.lists(st.text()),
)


@given(questions, answers)
def test_a_grade_lies_between_nothing_and_all(question, answer):
    assert 0 <= grade(question, answer).share <= 1


@given(questions.filter(lambda question: question.kind is not Kind.OPEN))
def test_the_right_answer_earns_all(question):
    assert grade(question, right_answer(question)).share == 1


@given(questions)
def test_no_answer_earns_nothing(question):
    assert grade(question, None).share == 0


@given(questions)
def test_a_question_goes_through_json_unchanged(question):
    assert from_plain(Question, json.loads(json.dumps(to_plain(question)))) == question
