"""Builders of documents: articles, lessons and quizzes by the shortest true way, through the actions."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from lms.content import actions
from lms.content.actions import Created
from lms.content.models import Document
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from tests.support.make import an_actor

_numbers = itertools.count(1)
ARTICLE = "kb_content"


def a_trainer() -> Actor:
    return an_actor(Role.TRAINER)


def an_article_text(title: str = "退货时效", body: str = "## 时效\n七天内可以申请。", **front: str) -> str:
    """Return the source of an article. front: further properties by their Chinese name."""
    lines = "".join(f"{name}: {value}\n" for name, value in front.items())
    return f"---\n类型: 知识\n{lines}---\n# {title}\n\n{body}\n"


def a_question(stem: str, right: str = "7 天", wrong: Sequence[str] = ("3 天", "15 天"), chips: str = "") -> str:
    options = [f"1. [x] {right}", *(f"{number}. [ ] {each}" for number, each in enumerate(wrong, start=2))]
    return f"### {stem}\n" + (f"{chips}\n\n" if chips else "") + "\n".join(options)


def a_quiz_text(*questions: str, title: str = "退货小测") -> str:
    whole = "\n\n".join(questions or [a_question("几天内可以申请退货？")])
    return f"---\n类型: 测验\n---\n# {title}\n\n## 基础\n`全部`\n\n{whole}\n"


def a_lesson_text(title: str = "说清楚时效", body: str = "## 三步\n先说已经发生的事。", minutes: int = 15) -> str:
    return f"---\n类型: 课时\n时长: {minutes}分钟\n---\n# {title}\n\n{body}\n"


def a_draft(actor: Actor, text: str | None = None, *, kind: str = "article", slug: str = "") -> Created:
    """Return a document that is only a draft."""
    with transaction():
        return actions.create(
            actor, kind, slug or f"s{next(_numbers)}", text if text is not None else an_article_text()
        )


def a_document(actor: Actor, text: str | None = None, *, kind: str = "article", slug: str = "") -> Document:
    """Return a published document."""
    made = a_draft(actor, text, kind=kind, slug=slug)
    with transaction():
        actions.publish(actor, made.document_id, made.revision_id)
    return session().get_one(Document, made.document_id)


def edited(actor: Actor, document: Document, text: str, *, minor: bool = False) -> int:
    """Save and publish another text of a document; return the revision."""
    with transaction():
        saved = actions.save_draft(actor, document.id, document.draft_id or document.published_id, text)
        assert saved.conflict is None
        return actions.publish(actor, document.id, saved.revision_id, minor=minor).id


def files_of(root: Path, **texts: str | bytes) -> Path:
    """Write files below a folder; `__` in a name stands for `/`, and .md is added."""
    for name, text in texts.items():
        write(root, name.replace("__", "/") + ".md", text)
    return root


def write(root: Path, path: str, text: str | bytes) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text if isinstance(text, bytes) else text.encode())
