"""What the quizzes do when keys come into doubt, and answer when others ask before they change something."""

from lms.accounts.events import Settled, Told
from lms.accounts.queries.answering import trainers
from lms.content.actions.marks import keepers
from lms.content.events import ArchivePreview, Impact, Marked, MissedQuestion, PublishPreview, QuestionsMissed, Unmarked
from lms.content.queries import cards, compiled
from lms.content.queries.marks import held
from lms.core.bus import emit
from lms.core.texts import text
from lms.quizzes.queries import open_count
from lms.quizzes.queries.missed import missed
from lms.quizzes.rules.holding import left_on_paper, on_one_paper


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


def on_marked(fact: Marked) -> None:
    """Tell those who look after a quiz when it has too few questions left for a whole paper."""
    card = cards([fact.document_id])[fact.document_id]
    if card.kind != "quiz" or card.published_id is None:
        return
    quiz = compiled(card.published_id)
    left, promised = left_on_paper(quiz, held("quiz", card.slug)), on_one_paper(quiz)
    if left < promised:
        emit(
            Told(
                person_ids=tuple(keepers([card.document_id])),
                topic="review",
                sentence=text(
                    "《%(title)s》的题有待复核的，一份试卷要 %(promised)s 题，现在只能出 %(left)s 题。",
                    title=card.title,
                    promised=promised,
                    left=left,
                ),
                link=("content.marks", {"cause": fact.cause_document_id}),
                key=_short(card.document_id, fact.cause_revision_id),
            )
        )


def on_unmarked(fact: Unmarked) -> None:
    """What was told of a short paper needs no look any more."""
    for document_id in fact.document_ids:
        emit(Settled(person_ids=tuple(trainers()), key=_short(document_id, fact.cause_revision_id)))


def _short(document_id: int, revision_id: int) -> str:
    return f"short:{document_id}:{revision_id}"
