"""Builders of what is shown in place: a PDF, slides and a film beside a document that shows them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lms.content.attachments import actions, jobs
from lms.content.models import Attachment, Document
from lms.core.access import Actor
from lms.core.db import session, transaction
from tests.support.make_content import a_document
from tests.support.make_files import a_deck, a_film, a_pdf

LESSON = "courses/film.md"
LENGTH = 60_000
"""Milliseconds of the film."""


@cache
def film_bytes(suffix: str = ".webm", seconds: int = 60) -> bytes:
    """Return a film of grey squares, one picture a second; made once for the whole run."""
    codec = "libvpx" if suffix == ".webm" else "libx264"
    with TemporaryDirectory() as folder:
        return a_film(Path(folder) / f"a{suffix}", codec, seconds=seconds, rate=2).read_bytes()


def attached(trainer: Actor, name: str, data: bytes, where: str = LESSON) -> Attachment:
    """Put a file beside a document, as an upload does."""
    received = actions.receive(name, data)
    with transaction():
        return actions.attach(trainer, where, name, received)


def a_shown_film(trainer: Actor, **more: str) -> Attachment:
    return attached(trainer, "水壶.webm", film_bytes(), **more)


def a_shown_pdf(trainer: Actor, pages: tuple[str, ...] = ("七天无理由", "运费谁出"), **more: str) -> Attachment:
    row = attached(trainer, "手册.pdf", a_pdf(pages), **more)
    jobs.make_pages(row.id, seconds=20)
    return session().get_one(Attachment, row.id)


def a_shown_deck(trainer: Actor, **more: str) -> Attachment:
    row = attached(trainer, "三步.pptx", a_deck(), **more)
    jobs.make_pages(row.id, seconds=20)
    return session().get_one(Attachment, row.id)


def link(row: Attachment, words: str = "看一遍", chip: str = "") -> str:
    """Return the paragraph that shows a file."""
    return f"[{words}](files/{row.path.rpartition('/')[2]})" + (f" `{chip}`" if chip else "")


def a_lesson_of(trainer: Actor, *paragraphs: str, slug: str = "film") -> Document:
    body = "\n\n".join(paragraphs)
    text = f"---\n类型: 课时\n时长: 10分钟\n---\n# 看水壶\n\n开头。\n\n## 演示\n\n{body}\n\n## 小结\n\n记住三点。\n"
    return a_document(trainer, text, kind="lesson", slug=slug)
