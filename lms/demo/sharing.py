"""What agents do with the knowledge base between two chats: read, vote, keep, ask, propose."""

from functools import partial

from sqlalchemy import select

from lms.content import actions as content_actions
from lms.content import queries as content
from lms.content.models import Document
from lms.core.db import session, transaction
from lms.demo import writings
from lms.demo.stage import Stage
from lms.demo.studio import PRICES, document_id
from lms.kb.actions import keeping, suggestions, talk, voting
from lms.kb.actions.seen import note_views
from lms.kb.queries.suggestions import mine
from lms.kb.queries.talk import remarks
from lms.kb.viewlog import View

READING_DAYS = 14
VOTES = 34


def plan(stage: Stage) -> None:
    """Note a fortnight of reading and voting, and who proposed and asked what."""
    _plan_reading(stage)
    _plan_proposals(stage)


def _plan_reading(stage: Stage) -> None:
    """Every agent opens a few articles a day; some say whether it helped."""
    for ago in range(READING_DAYS, 0, -1):
        stage.agenda.once(stage.at(ago, 19), partial(_read, stage, ago))
    for number, (slug, reason, note) in enumerate(writings.NO_HELP):
        stage.agenda.once(stage.at(8 - number, 16, 12), partial(_vote, stage, slug, False, reason, note, f"no{number}"))
    for number in range(VOTES):
        slug = writings.HELPED[number % len(writings.HELPED)]
        stage.agenda.once(
            stage.at(1 + number % 12, 15, number), partial(_vote, stage, slug, True, "", "", f"yes{number}")
        )
    stage.agenda.once(stage.at(6, 14), partial(_keep, stage))


def _read(stage: Stage, ago: int) -> None:
    articles = (
        session()
        .execute(
            select(Document.id, Document.published_id)
            .where(Document.kind == "article", Document.state == "published")
            .order_by(Document.id)
        )
        .all()
    )
    session().rollback()
    views = []
    for plan in stage.agents():
        rng = stage.rng("read", plan.no, ago)
        for row in {articles[min(int(rng.expovariate(0.09)), len(articles) - 1)] for _ in range(rng.randrange(4))}:
            at = stage.at(ago, rng.randrange(9, 19), rng.randrange(60))
            views.append(
                View(
                    person_id=stage.ids[plan.no],
                    document_id=row.id,
                    revision_id=row.published_id,
                    first_at=at,
                    last_at=at,
                    times=1,
                )
            )
    with transaction():
        note_views(views)


def _vote(stage: Stage, slug: str, solved: bool, reason: str, note: str, chance: str) -> None:
    person = stage.who(stage.rng("vote", chance).choice(stage.agents()).no)
    opened = content.open_published(person, "article", slug)
    with transaction():
        voting.vote(person, opened.document_id, opened.revision_id, solved=solved, reason=reason, note=note)


def _keep(stage: Stage) -> None:
    for slug in ("orders/change-address", "after-sales/price-protection", "scripts/apology"):
        with transaction():
            keeping.keep(stage.who("A1002"), document_id(f"kb_content/{slug}.md"))


def _plan_proposals(stage: Stage) -> None:
    once, at = stage.agenda.once, stage.at
    once(at(9, 15), partial(_propose, stage, "A1009", *writings.PROPOSED))
    once(at(8, 10, 20), partial(_accept, stage, "A1009"))
    once(at(3, 17, 30), partial(_propose, stage, "A1031", *writings.NOT_TAKEN))
    once(at(2, 9, 40), partial(_decline, stage, "A1031", writings.WHY_NOT))
    once(at(2, 16), partial(_share, stage))
    once(at(1, 18, 10), partial(_propose, stage, "A1036", *writings.WAITS))
    once(at(2, 17, 5), partial(_talk, stage, PRICES, "A1002", writings.ASKED))
    once(at(1, 16, 50), partial(_answer, stage, PRICES, "T1001", writings.ANSWERED))
    once(stage.today_at(40), partial(_talk, stage, "products/thermos", "A1051", writings.NEW_HIRE_ASKS))


def _propose(stage: Stage, no: str, slug: str, before: str, after: str, reason: str) -> None:
    person = stage.who(no)
    opened = content.open_published(person, "article", slug)
    source = content.text(opened.revision_id)
    assert before in source
    with transaction():
        suggestions.suggest_edit(person, opened.document_id, opened.revision_id, source.replace(before, after), reason)


def _share(stage: Stage) -> None:
    with transaction():
        suggestions.suggest_new(
            stage.who("A1024"),
            writings.SHARED_TITLE,
            "logistics",
            writings.document("door-delivery"),
            writings.SHARED_WHY,
        )


def _open_proposal(stage: Stage, no: str) -> str:
    found = next(each.public_id for each in mine(stage.who(no)) if each.state == "open")
    session().rollback()
    return found


def _accept(stage: Stage, no: str) -> None:
    trainer = stage.who("T1001")
    with transaction():
        saved = suggestions.accept(trainer, _open_proposal(stage, no), answer="写得清楚，照用")
        document = session().get_one(Document, document_id("kb_content/orders/change-address.md")).id
    with transaction():
        content_actions.publish(trainer, document, saved.revision_id, "改寄的答复时间说清楚", minor=True)


def _decline(stage: Stage, no: str, answer: str) -> None:
    with transaction():
        suggestions.decline(stage.who("T1001"), _open_proposal(stage, no), answer)


def _talk(stage: Stage, slug: str, no: str, words: str) -> None:
    with transaction():
        talk.speak(stage.who(no), session().get_one(Document, document_id(f"kb_content/{slug}.md")), words)


def _answer(stage: Stage, slug: str, no: str, words: str) -> None:
    document = document_id(f"kb_content/{slug}.md")
    asked = remarks(document)[0].public_id
    with transaction():
        talk.speak(stage.who(no), session().get_one(Document, document), words, answers=asked)
    with transaction():
        talk.settle(stage.who(no), asked)
