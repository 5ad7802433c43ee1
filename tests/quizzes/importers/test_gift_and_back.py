"""Export → import is a fixed point, for whatever people write: GIFT and Aiken."""

from dataclasses import replace

from hypothesis import given, settings

from lms.core.points import ONE_POINT
from lms.core.texts import Text
from lms.questions.rich import stem
from lms.questions.spec import FillIn, Kind, Matching, Numeric, Open, Question
from lms.questions.write import write_question
from lms.quizzes.importers import aiken, build, gift, gift_write
from lms.quizzes.importers.reading import Bank, Group
from tests.questions import shapes
from tests.questions.written import questions


def settled(question):
    """The question as a file says it: shapes that number their sides otherwise are made canonical."""
    found = build.settled(question)
    assert not isinstance(found, Text), found
    return found


def bank(*several):
    return Bank(groups=(Group(title="售后/退货", questions=several),))


def in_gift(question: Question) -> Question:
    """What GIFT can say of a question."""
    shape = question.shape
    match shape:
        case Open():
            shape = replace(shape, rubric=(), manual=shape.manual or shape.shortest is None)
        case Numeric():
            shape = replace(shape, unit="")
        case Matching():
            left = tuple(replace(item, note=None) for item in shape.left)
            shape = replace(
                shape, left=left, right=tuple(build.options([r.body.text for r in shape.right], letter="r"))
            )
    points = None if question.points == ONE_POINT else question.points
    return replace(question, shape=shape, hint=None, model=None, points=points)


def can_be_said(question):
    if question.kind is Kind.ORDERING:
        return False
    return not (isinstance(question.shape, FillIn) and len(question.shape.blanks) > 1)


def same(one: Question, other: Question) -> bool:
    """Whether a file says the same of both; what a link leads to depends on where the file lies."""
    return write_question(one) == write_question(other)


@settings(max_examples=70)
@given(questions())
def test_what_gift_can_say_of_a_question_comes_back(question):
    written = gift_write.write(bank(question))
    taken = gift.read(written.data)
    if not can_be_said(question):
        assert not taken.questions
        assert "没有写进文件" in str(written.notes[0])
        return
    (found,) = taken.questions
    assert found.section == "售后/退货"
    assert same(found.question, in_gift(settled(question)))


@settings(max_examples=40)
@given(questions())
def test_a_gift_file_of_ours_is_written_again_byte_for_byte(question):
    first = gift_write.write(bank(question)).data
    found = [each.question for each in gift.read(first).questions]
    assert gift_write.write(bank(*found)).data == (first if found else b"")


@settings(max_examples=40)
@given(shapes.questions)
def test_every_shape_goes_through_gift(question):
    if isinstance(question.shape, FillIn):
        question = replace(question, stem=stem("填" + " ____" * len(question.shape.blanks)))
    if can_be_said(question):
        written = gift_write.write(bank(question)).data
        (found,) = gift.read(written).questions
        assert gift_write.write(bank(found.question)).data == written


@settings(max_examples=40)
@given(questions())
def test_what_aiken_can_say_of_a_question_comes_back(question):
    written = aiken.write(bank(question))
    taken = aiken.read(written.data) if written.data else None
    if question.kind is not Kind.SINGLE:
        assert taken is None
        return
    if taken is None:
        assert "没有写进文件" in str(written.notes[0])
        return
    (found,) = taken.questions
    assert found.question.stem.text.split() == question.stem.text.split()
    assert [each.body.text.split() for each in found.question.shape.options] == [
        each.body.text.split() for each in question.shape.options
    ]
    assert found.question.shape.right == question.shape.right
    assert aiken.write(bank(found.question)).data == written.data
