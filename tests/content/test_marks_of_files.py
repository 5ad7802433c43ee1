"""What a sync of files puts in doubt: as much as publishing would, unless it is told that only typos were mended."""

import pytest

from lms.content.jobs import sync_files
from lms.content.models import Part, ReviewMark
from lms.core.db import session
from tests.support.make_content import a_lesson_text, a_question, a_quiz_text, an_article_text, write

RULE = "## 时效\n七天内可以申请。"
LESSON = "## 第一步\n看[时效](../kb_content/rule.md#时效)。"
QUIZ = a_quiz_text(a_question("几天？") + "\n\n> 解析：见[时效](../kb_content/rule.md#时效)。")


def marked():
    rows = session().query(Part.title).join(ReviewMark, ReviewMark.part_id == Part.id)
    return {title for (title,) in rows.filter(ReviewMark.cleared_at.is_(None))}


@pytest.fixture
def root(world, tmp_path):
    write(tmp_path, "kb_content/rule.md", an_article_text("规则", RULE))
    write(tmp_path, "courses/lesson.md", a_lesson_text("课时", LESSON))
    write(tmp_path, "quizzes/check.md", QUIZ)
    assert sync_files(tmp_path).is_clean
    return tmp_path


def test_the_first_sync_puts_nothing_in_doubt(root):
    assert marked() == set()


def test_a_changed_file_marks_what_rests_on_it(root):
    write(root, "kb_content/rule.md", an_article_text("规则", RULE.replace("七天", "十五天")))
    sync_files(root)
    assert marked() == {"第一步", "几天？"}


def test_a_sync_of_typos_marks_nothing(root):
    write(root, "kb_content/rule.md", an_article_text("规则", RULE.replace("申请", "提交申请")))
    sync_files(root, minor=True)
    assert marked() == set()


def test_what_was_changed_together_with_its_article_is_not_in_doubt(root):
    write(root, "kb_content/rule.md", an_article_text("规则", RULE.replace("七天", "十五天")))
    write(root, "courses/lesson.md", a_lesson_text("课时", LESSON.replace("看", "看新的")))
    write(root, "quizzes/check.md", QUIZ.replace("[x] 7 天", "[x] 15 天内"))
    sync_files(root)
    assert marked() == set()
