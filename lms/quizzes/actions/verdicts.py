"""A trainer has looked at a hint about a question: it stays quiet until the question or the evidence changes."""

import re

from sqlalchemy import delete

from lms.content.queries import Opened
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, upsert
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.quizzes.actions.health import look_at
from lms.quizzes.models import ItemVerdict
from lms.quizzes.rules.analysis.hints import Kind

LONGEST_NOTE = 500  # characters
_VERSION = re.compile(r"[0-9a-f]{64}")


def say_seen(actor: Actor, opened: Opened, key: str, version: str, kind: str, note: str) -> None:
    """Note that the actor looked at a hint and leaves the question as it is.

    version: hex of the question's version. Raises NotFound for a version that nobody answered, Invalid for a long note.
    """
    if len(note) > LONGEST_NOTE:
        why = text("备注最多 %(n)s 个字。", n=LONGEST_NOTE)
        raise Invalid(why, fields={"note": why})
    sha = _version(version)
    report = look_at(opened.document_id)
    name = (sha, key)
    finding = next((each for each in report.findings if (each.item.asked.sha, each.item.asked.key) == name), None)
    if finding is None or kind not in {each.value for each in Kind}:
        raise NotFound()
    said = {"answers": finding.item.n, "note": note.strip(), "made_by": actor.id, "made_at": clock.now()}
    upsert(
        ItemVerdict,
        {"part_version_sha": sha, "document_id": opened.document_id, "kind": kind},
        said,
        said,
    )
    audit(actor.id, "question.seen", "quiz", str(opened.document_id), after={"question": key, "hint": kind})
    look_at(opened.document_id)


def ask_again(actor: Actor, opened: Opened, key: str, version: str, kind: str) -> None:
    """Take back that a hint was looked at. Raises NotFound where nobody said so."""
    sha = _version(version)
    taken = session().execute(
        delete(ItemVerdict)
        .where(
            ItemVerdict.part_version_sha == sha,
            ItemVerdict.document_id == opened.document_id,
            ItemVerdict.kind == kind,
        )
        .returning(ItemVerdict.kind)
    )
    if taken.first() is None:
        raise NotFound()
    audit(actor.id, "question.seen", "quiz", str(opened.document_id), before={"question": key, "hint": kind})
    look_at(opened.document_id)


def _version(version: str) -> bytes:
    """Return the digest of a version. Raises NotFound for what is none."""
    if not _VERSION.fullmatch(version):
        raise NotFound()
    return bytes.fromhex(version)
