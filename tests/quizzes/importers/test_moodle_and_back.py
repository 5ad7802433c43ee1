"""Export → import is a fixed point, for whatever people write: Moodle XML, which says all but a few remarks."""

from base64 import b64decode
from dataclasses import replace

from hypothesis import given, settings

from lms.core.points import ONE_POINT
from lms.core.texts import Text
from lms.questions.rich import rich_line, stem
from lms.questions.spec import FillIn, Kind, Matching, Numeric, Question
from lms.questions.write import write_question
from lms.quizzes.importers import build, moodle_write, moodlexml
from lms.quizzes.importers.reading import Bank, Group, Picture
from tests.questions import shapes
from tests.questions.written import questions

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def bank(*several, **more):
    return Bank(groups=(Group(title="售后/退货", questions=several),), **more)


def in_moodle(question: Question) -> Question:
    """What Moodle XML can say of a question."""
    found = build.settled(question)
    assert not isinstance(found, Text), found
    shape = found.shape
    match shape:
        case Numeric():
            shape = replace(shape, target=(shape.low + shape.high) / 2)
        case Matching():
            left = tuple(replace(item, note=None) for item in shape.left)
            right = tuple(replace(item, body=rich_line(build.plain(item.body.text))) for item in shape.right)
            shape = replace(shape, left=left, right=right)
    model = found.model if found.kind is Kind.OPEN else None
    return replace(found, shape=shape, model=model, points=None if found.points == ONE_POINT else found.points)


@settings(max_examples=60)
@given(questions())
def test_what_moodle_can_say_of_a_question_comes_back(question):
    written = moodle_write.write(bank(question))
    (found,) = moodlexml.read(written.data).questions
    assert found.section == "售后/退货"
    assert found.notes == ()
    assert write_question(found.question) == write_question(in_moodle(question))
    assert moodle_write.write(bank(found.question)).data == written.data


@settings(max_examples=30)
@given(shapes.questions)
def test_every_shape_goes_through_moodle(question):
    if isinstance(question.shape, FillIn):
        question = replace(question, stem=stem("填" + " ____" * len(question.shape.blanks)))
    written = moodle_write.write(bank(question)).data
    (found,) = moodlexml.read(written).questions
    assert moodle_write.write(bank(found.question)).data == written


def test_a_picture_goes_with_its_question_and_comes_back_under_the_name_of_its_bytes():
    picture = Picture(data=PNG, suffix=".png", words="面单")
    question = build.question(
        stem="看图\n\n![面单](files/label-3f9a2c.png)", shape=build.single(["甲![](files/label-3f9a2c.png)", "乙"], 0)
    )
    first = moodle_write.write(bank(question, pictures={"files/label-3f9a2c.png": picture}))
    taken = moodlexml.read(first.data)
    assert first.notes == ()
    assert {target: each.data for target, each in taken.pictures.items()} == {picture.target: PNG}
    assert f"![面单]({picture.target})" in taken.questions[0].question.stem.source
    again = moodle_write.write(bank(taken.questions[0].question, pictures=taken.pictures))
    assert again.data == first.data


def test_a_picture_that_is_not_at_hand_leaves_its_words_and_a_note():
    question = build.question(stem="看图\n\n![面单](files/gone.png)", shape=build.single(["甲", "乙"], 0))
    written = moodle_write.write(bank(question))
    assert "面单" in written.data.decode()
    assert [str(note) for note in written.notes] == ["第 1 题：图片没有写进去，只留下图片的说明。"]
