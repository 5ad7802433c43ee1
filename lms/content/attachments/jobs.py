"""Making the pictures of pages in steps: by the page that uploaded a file, and by the worker for what was left."""

import time
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.content.attachments import queries
from lms.content.attachments.events import PagesRead
from lms.content.attachments.pages import FURTHER, Drawn, draw, joined
from lms.content.attachments.reading import FAILED, MAKING, READY, ReadPage
from lms.content.attachments.rules import PDF
from lms.content.models import Attachment, AttachmentPage
from lms.core import files
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.errors import NotFound

STEP = 1.0
"""Seconds of one step; the page being drawn is drawn to its end."""
WORK = 3.0
"""Seconds that the worker spends on pages at a time: attempts that expire wait behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """made of total pages have been drawn. state: making | ready | failed."""

    made: int
    total: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Next:
    sha: bytes
    kind: str
    number: int


def make_pages(attachment_id: int, seconds: float = STEP) -> Progress:
    """Draw pages for some time, each in a transaction of its own; return how far it is. Raises NotFound.

    Anybody may call it at the same time: a page that is drawn twice is kept once.
    """
    until = time.monotonic() + seconds
    while True:
        following = _next(attachment_id)
        session().rollback()  # the connection is free while the child draws
        if following is None:
            return progress(attachment_id)
        drawn = _drawn(following)
        with transaction():
            _keep(attachment_id, following.number, drawn)
        if time.monotonic() >= until:
            return progress(attachment_id)


def _drawn(following: _Next) -> Drawn:
    """Draw one page from a file of this machine; a file that is gone has no picture."""
    try:
        with files.local(following.sha) as path:
            return draw(following.kind, path, following.number)
    except FileNotFoundError:
        return Drawn(pages=(ReadPage(number=following.number),))


def make_left() -> int:
    """Draw what nobody's browser is drawing; return how many pages. The worker calls it."""
    done = 0
    until = time.monotonic() + WORK
    ids = session().scalars(select(Attachment.id).where(Attachment.state == MAKING).order_by(Attachment.id)).all()
    for attachment_id in ids:
        while (left := until - time.monotonic()) > 0:
            before = progress(attachment_id)
            after = make_pages(attachment_id, min(STEP, left))
            done += after.made - before.made
            if after.state != MAKING:
                break
    return done


def progress(attachment_id: int) -> Progress:
    """Return how far an attachment's pages are. Raises NotFound."""
    row = (
        session()
        .execute(select(Attachment.made, Attachment.facts, Attachment.state).where(Attachment.id == attachment_id))
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    return Progress(made=row.made, total=int(row.facts.get("pages", 0)), state=row.state)


def _next(attachment_id: int) -> _Next | None:
    row = (
        session()
        .execute(
            select(Attachment.sha, Attachment.kind, Attachment.made, Attachment.facts).where(
                Attachment.id == attachment_id, Attachment.state == MAKING
            )
        )
        .one_or_none()
    )
    if row is None or row.made >= int(row.facts.get("pages", 0)):
        return None
    return _Next(sha=row.sha, kind=row.kind, number=row.made + 1)


def _keep(attachment_id: int, number: int, drawn: Drawn) -> None:
    row = session().get(Attachment, attachment_id, with_for_update=True, populate_existing=True)
    if row is None or row.made >= number:
        return  # removed, or drawn by somebody else meanwhile
    for each in drawn.pages:
        page = session().get(AttachmentPage, (attachment_id, each.number))
        if page is None:
            page = AttachmentPage(attachment_id=attachment_id, number=each.number, words="", notes="")
            session().add(page)
        page.sha, page.width, page.height = each.sha, each.width, each.height
        if drawn.words is not None and each.number == number:
            page.words = drawn.words
    row.made = number
    session().flush()
    if number >= int(row.facts.get("pages", 0)):
        _finish(row)


def _finish(row: Attachment) -> None:
    """All pages are drawn: say so, and say anew what is written on them where some were read only now."""
    drawn = session().scalar(
        select(func.count()).where(AttachmentPage.attachment_id == row.id, AttachmentPage.sha.is_not(None))
    )
    row.state = FAILED if row.kind == PDF and not drawn else READY
    pages = [page for page in queries.pages([row.id])[row.id] if page.number < FURTHER]
    words = joined([*(page.words for page in pages), *(page.notes for page in pages)])
    if words != row.words:
        row.words = words
        emit(PagesRead(path=row.path))
    session().flush()
