"""Export → import is a fixed point for Excel: the same cells, the same questions; what is not written is noted."""

import io
from dataclasses import replace

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.points import from_fraction
from lms.questions.rich import rich_line
from lms.questions.spec import Item, Single
from lms.questions.write import write_question
from lms.quizzes.importers import build, xlsx, xlsx_write
from lms.quizzes.importers.cells import outcome_of
from lms.quizzes.importers.reading import Bank, Group
from lms.quizzes.importers.template import EXAMPLE, EXAMPLES
from tests.questions.written import questions


def bank(*several, title="售后"):
    return Bank(groups=(Group(title=title, questions=several),))


def cells(data: bytes):
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


def back(data: bytes):
    found = xlsx.read(data)
    assert not found.refused
    return [each.question for each in found.questions]


def same(one, other) -> bool:
    return write_question(one) == write_question(other)


THREE = st.lists(questions(), min_size=3, max_size=3)  # of one workbook: making and opening one is what takes time


@settings(max_examples=20, deadline=None)
@given(THREE)
def test_questions_come_back_from_their_rows_as_they_were(asked):
    written = xlsx_write.write(bank(*asked))
    assert not written.notes
    for found, question in zip(back(written.data), asked, strict=True):
        assert same(found, build.settled(replace(question, key=None)))


@settings(max_examples=14, deadline=None)
@given(THREE)
def test_a_sheet_of_ours_is_written_again_cell_by_cell(asked):
    first = xlsx_write.write(bank(*asked)).data
    again = [Group(title=each.section, questions=(each.question,)) for each in xlsx.read(first).questions]
    assert cells(xlsx_write.write(Bank(groups=tuple(again))).data) == cells(first)


def test_one_of_each_kind_is_written_without_a_note():
    made = [outcome_of({**each, "stem": each["stem"].removeprefix(EXAMPLE)}).question for each in EXAMPLES]
    written = xlsx_write.write(bank(*made))
    assert not written.notes
    assert back(written.data) == made


def a_single(words, options=("甲", "乙"), **more):
    items = tuple(Item(id=f"o{n}", body=rich_line(each)) for n, each in enumerate(options, start=1))
    return build.settled(build.question(stem=words, shape=Single(options=items, right="o1"), **more))


def test_plain_words_stay_words_and_markdown_is_said_to_be_markdown():
    made = [a_single("几天？"), a_single("**几天**？")]
    rows = cells(xlsx_write.write(bank(*made)).data)
    assert [dict(zip(rows[0], row, strict=True))["格式"] for row in rows[1:]] == ["文字", "Markdown"]
    assert rows[1][1] == "几天？"


def test_points_tags_level_and_section_go_along():
    made = a_single("几天？", points=from_fraction("2.5"), tags=["售后", "退货"], level=4)
    (found,) = xlsx.read(xlsx_write.write(bank(made, title="时效")).data).questions
    assert (found.question, found.section) == (made, "时效")


def test_a_number_in_front_of_our_own_text_stays():
    made = a_single("3、几天？")
    assert back(xlsx_write.write(bank(made)).data)[0].stem.text == "3、几天？"


def test_a_cell_that_looks_like_a_formula_is_text():
    made = a_single("问", options=("=1+1", "+86"))
    data = xlsx_write.write(bank(made)).data
    assert openpyxl.load_workbook(io.BytesIO(data)).active["C2"].data_type == "s"
    assert [item.body.text for item in back(data)[0].shape.options] == ["=1+1", "+86"]


def test_a_question_with_more_options_than_letters_is_named_not_lost():
    made = a_single("很多选项？", options=tuple(f"第{n}项" for n in range(30)))
    written = xlsx_write.write(bank(a_single("几天？"), made))
    assert len(back(written.data)) == 1
    assert "第 2 题" in str(written.notes[0])
    assert "很多选项" in str(written.notes[0])


def test_a_picture_is_said_to_be_only_a_path():
    written = xlsx_write.write(bank(a_single("看图：\n\n![图](files/a.png)")))
    assert "图片不在表格里" in str(written.notes[0])
    assert "files/a.png" in write_question(back(written.data)[0])
