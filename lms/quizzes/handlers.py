"""What the quizzes answer when others ask before they change something."""

from lms.content.events import ArchivePreview, Impact, MissedQuestion, PublishPreview, QuestionsMissed
from lms.core.texts import text
from lms.quizzes.queries import open_count
from lms.quizzes.queries.missed import missed


def on_publish_preview(question: PublishPreview) -> list[Impact]:
    """Say how many sit at the quiz now: their papers are frozen and stay as they are."""
    return _sitting_now(question.document_id) if question.kind == "quiz" else []


def on_archive_preview(question: ArchivePreview) -> list[Impact]:
    return _sitting_now(question.document_id) if question.kind == "quiz" else []


def _sitting_now(document_id: int) -> list[Impact]:
    count = open_count(document_id)
    if not count:
        return []
    return [Impact(count=count, text=text("%(n)s 人正在作答，其答卷不受影响。", n=count))]


def on_questions_missed(question: QuestionsMissed) -> list[MissedQuestion]:
    return missed(question)
