"""What an article's page says about the version shown and about its reader, in one statement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select

from lms.accounts.models import Person
from lms.content.models import Category, Revision
from lms.content.queries import Opened
from lms.content.rules.reviewing import folders_of
from lms.core.access import Actor
from lms.core.db import rows
from lms.kb.models import Favourite, Vote
from lms.kb.queries.reviews import verifier
from lms.kb.queries.suggestions import credit
from lms.kb.queries.talk import open_talk
from lms.records.models import Standing

_ABOUT = (
    select(
        Revision.at,
        Revision.note,
        Person.name,
        Standing.state,
        Standing.last_done_at,
        Standing.confirmed_revision_id,
        Vote.solved,
        Vote.reason,
        Category.watermark,
        Favourite.script,
        credit().label("credit"),
        open_talk(bindparam("document_id")).label("talk"),
        verifier().label("verifier"),
    )
    .select_from(Revision)
    .outerjoin(Person, Person.id == Revision.author_id)
    .outerjoin(
        Standing,
        and_(Standing.person_id == bindparam("person_id"), Standing.document_id == bindparam("document_id")),
    )
    .outerjoin(Vote, and_(Vote.person_id == bindparam("person_id"), Vote.document_id == bindparam("document_id")))
    .outerjoin(Category, and_(Category.folder.in_(bindparam("folders", expanding=True)), Category.watermark))
    .outerjoin(
        Favourite,
        and_(Favourite.person_id == bindparam("person_id"), Favourite.document_id == bindparam("document_id")),
    )
    .where(Revision.id == bindparam("revision_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """changed_at, note, author: of the version shown. done_at: when its reader last confirmed the article, or None.

    confirmed_id: the version that was. solved: the reader's vote, None without one. kept: the 话术 that the reader
    keeps at hand by their keys, "" for the article itself. watermark: the page carries the reader's name. credit: whose
    proposals the version holds. talk: how many questions below the article wait for an answer. verifier: who confirmed
    last that it still holds, "" where that was its publishing.
    """

    changed_at: datetime
    note: str
    author: str
    done_at: datetime | None
    confirmed_id: int | None
    solved: bool | None
    reason: str
    watermark: bool
    kept: frozenset[str]
    credit: str
    talk: int
    verifier: str


def about(actor: Actor, opened: Opened) -> About:
    keys = {
        "person_id": actor.id,
        "document_id": opened.document_id,
        "revision_id": opened.revision_id,
        "folders": folders_of(opened.slug),
    }
    every = rows(_ABOUT, keys).all()
    at, note, author, state, done_at, confirmed_id, solved, reason, watermark, _, helped, talk, verified = every[0]
    return About(
        changed_at=at,
        note=note,
        author=author or "",
        done_at=done_at if state == "done" else None,
        confirmed_id=confirmed_id,
        solved=solved,
        reason=reason or "",
        watermark=watermark is not None,
        kept=frozenset(row[9] for row in every if row[9] is not None),
        credit=helped or "",
        talk=talk,
        verifier=verified or "",
    )


def folder_of(slug: str) -> str:
    """Return the folder of an article: its category."""
    return slug.rpartition("/")[0]
