"""What the quizzes do when keys come into doubt, and answer when others ask before they change something."""

from lms.accounts.events import Settled, Told
from lms.accounts.queries.answering import trainers
from lms.content.actions.marks import keepers
from lms.content.events import (
    ArchivePreview,
    Impact,
    Marked,
    MissedQuestion,
    Published,
    PublishPreview,
    QuestionsMissed,
    Unmarked,
)
from lms.content.queries import cards, compiled
from lms.content.queries.marks import held
from lms.core.bus import emit
from lms.core.texts import text
from lms.quizzes.actions.listing import list_questions
from lms.quizzes.queries import open_count
from lms.quizzes.queries.banks import drawers, drawing
from lms.quizzes.queries.missed import missed
from lms.quizzes.rules.holding import left_on_paper, on_one_paper
from lms.quizzes.spec import QuizSpec

NAMED = 5  # quizzes that are named in one line


def on_published(fact: Published) -> None:
    if fact.kind == "quiz":
        list_questions(fact.document_id, fact.revision_id)


def on_publish_preview(question: PublishPreview) -> list[Impact]:
    """Say how many sit at the quiz now: their papers are frozen and stay as they are. And who draws from a bank."""
    if question.kind != "quiz":
        return []
    spec = question.spec if isinstance(question.spec, QuizSpec) else None
    return [*_sitting_now(question.document_id), *_drawing(question.document_id, spec)]


def on_archive_preview(question: ArchivePreview) -> list[Impact]:
    if question.kind != "quiz":
        return []
    return [*_sitting_now(question.document_id), *_drawing(question.document_id, None)]


def _drawing(document_id: int, bank: QuizSpec | None) -> list[Impact]:
    """Say which quizzes draw from a bank, and which of them could not fill a paper from its new version."""
    found = drawers(document_id)
    if not found:
        return []
    titles = "".join(f"《{each.title}》" for each in found[:NAMED])
    drawn = text("%(n)s 份测验从这个题库抽题：%(titles)s。", n=len(found), titles=titles)
    lines = [Impact(count=len(found), text=drawn)]
    for each in found if bank is not None else ():
        left, promised = each.counted(bank)
        if left < promised:
            short = text(
                "《%(title)s》一份试卷要 %(promised)s 题，发布后只抽得出 %(left)s 题。",
                title=each.title,
                promised=promised,
                left=left,
            )
            lines.append(Impact(count=promised - left, text=short))
    return lines


def _sitting_now(document_id: int) -> list[Impact]:
    count = open_count(document_id)
    if not count:
        return []
    return [Impact(count=count, text=text("%(n)s 人正在作答，其答卷不受影响。", n=count))]


def on_questions_missed(question: QuestionsMissed) -> list[MissedQuestion]:
    return missed(question)


def on_marked(fact: Marked) -> None:
    """Tell those who look after a quiz when it has too few questions left for a whole paper, of a bank its drawers."""
    card = cards([fact.document_id])[fact.document_id]
    if card.kind != "quiz" or card.published_id is None:
        return
    short = (
        [(each.document_id, each.slug, each.title, each.quiz) for each in drawers(card.document_id)]
        if card.is_bank
        else [(card.document_id, card.slug, card.title, compiled(card.published_id))]
    )
    for document_id, slug, title, quiz in short:
        source = drawing(quiz, held("quiz", slug))
        left, promised = left_on_paper(quiz, source.held, source.banks), on_one_paper(quiz)
        if left < promised:
            emit(
                Told(
                    person_ids=tuple(keepers([document_id])),
                    topic="review",
                    sentence=text(
                        "《%(title)s》的题有待复核的，一份试卷要 %(promised)s 题，现在只能出 %(left)s 题。",
                        title=title,
                        promised=promised,
                        left=left,
                    ),
                    link=("content.marks", {"cause": fact.cause_document_id}),
                    key=_short(document_id, fact.cause_revision_id),
                )
            )


def on_unmarked(fact: Unmarked) -> None:
    """What was told of a short paper needs no look any more."""
    for document_id in fact.document_ids:
        for told in (document_id, *(each.document_id for each in drawers(document_id))):
            emit(Settled(person_ids=tuple(trainers()), key=_short(told, fact.cause_revision_id)))


def _short(document_id: int, revision_id: int) -> str:
    return f"short:{document_id}:{revision_id}"
