"""When somebody changes a key in the editor: who was marked by the old one, said before and after publishing."""

from sqlalchemy import select

from lms.accounts.events import Told
from lms.content.actions.marks import keepers
from lms.content.events import Impact, Published, PublishPreview
from lms.content.models import Part, PartVersion
from lms.content.parts import PartKind
from lms.content.queries import cards
from lms.core.bus import emit
from lms.core.db import session
from lms.core.plain import from_plain
from lms.core.texts import text
from lms.questions.rules.identity import match
from lms.questions.spec import Question
from lms.quizzes.queries.regrading import rekeyed_by
from lms.quizzes.spec import QuizSpec

SHOWN = 30  # characters of a question in a sentence


def on_publish_preview(question: PublishPreview) -> list[Impact]:
    """Say which changed keys people were marked by: their results stay until somebody marks them again."""
    if question.kind != "quiz" or not question.changed or not isinstance(question.spec, QuizSpec):
        return []
    known = _published(question.document_id)
    matched = match(list(known.items()), question.spec.questions)
    now = {each.key: each.question for each in matched.matches if each.key in question.changed and each.key}
    return [
        Impact(
            count=each.people or each.sitting,
            text=text(
                "“%(stem)s”改了答案：%(n)s 人已按旧答案判分，发布后可以重新判分。",
                stem=each.title[:SHOWN],
                n=each.people,
            )
            if each.people
            else text(
                "“%(stem)s”改了答案：%(n)s 人正在按旧版作答，发布后可以一起更正。",
                stem=each.title[:SHOWN],
                n=each.sitting,
            ),
        )
        for each in rekeyed_by(question.document_id, now)
    ]


def on_published(fact: Published) -> None:
    """Tell whoever published another key that people were marked by the old one, with the way to mark them again."""
    if fact.kind != "quiz" or not fact.touched:
        return
    now = _published(fact.document_id, fact.touched)
    found = rekeyed_by(fact.document_id, now) if now else []
    if not found:
        return
    card = cards([fact.document_id])[fact.document_id]
    people = (fact.actor_id,) if fact.actor_id is not None else tuple(keepers([fact.document_id]))
    for each in found:
        emit(
            Told(
                person_ids=people,
                topic="review",
                sentence=text(
                    "《%(title)s》“%(stem)s”的答案改了：%(n)s 人已按旧答案判分，%(m)s 人正在作答。是否重新判分？",
                    title=card.title,
                    stem=each.title[:SHOWN],
                    n=each.people,
                    m=each.sitting,
                ),
                link=("quizzes.regrade_question", {"slug": card.slug, "key": each.key}),
                key=f"rekeyed:{each.key}:{fact.revision_id}",
            )
        )


def _published(document_id: int, part_ids: tuple[int, ...] | None = None) -> dict[str, Question]:
    """Return the questions of a document as they are published now, by key. part_ids: only of these parts."""
    query = (
        select(Part.key, PartVersion.spec)
        .join(PartVersion, PartVersion.sha == Part.text_sha)
        .where(Part.document_id == document_id, Part.kind == PartKind.QUESTION.value, Part.retired_at.is_(None))
    )
    if part_ids is not None:
        query = query.where(Part.id.in_(part_ids))
    return {row.key: from_plain(Question, row.spec) for row in session().execute(query)}
