"""Changing several documents at once: all of them, or none and every reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lms.content import queries
from lms.content.actions.approval import NeedsApproval
from lms.content.actions.documents import editable, head_of, path_now
from lms.content.actions.drafts import create, save_draft
from lms.content.actions.lifecycle import rename
from lms.content.actions.publish import Unpublishable, publish
from lms.content.grammar.findings import Finding, Severity
from lms.content.kinds import kind_of
from lms.content.queries.several import Head
from lms.content.rules.copying import as_copy
from lms.content.rules.links import rebased, redirected
from lms.content.rules.paths import path_of
from lms.core.access import Actor
from lms.core.errors import DomainError, Invalid
from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new text of one document. base_revision_id: the version that it was made from."""

    document_id: int
    base_revision_id: int
    source: str


class Refused(Invalid):
    """Some of several documents can't be changed, so none was. reasons: one sentence each, naming the document."""

    default_code = "some_refused"

    def __init__(self, reasons: Sequence[Text]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(
            text("%(count)s 份内容现在改不了，所以一份都没有改。", count=len(reasons)),
            details={"reasons": [str(reason) for reason in reasons]},
        )


def save_all(actor: Actor, changes: Iterable[Change], note: str = "") -> int:
    """Save each text as a draft; return how many documents differ now. Raises Refused."""
    changed = 0
    reasons = []
    for each in sorted(changes, key=lambda one: one.document_id):  # one order of locks
        try:
            saved = save_draft(actor, each.document_id, each.base_revision_id, each.source, note, join=False)
        except DomainError as error:
            reasons.append(error.message)
            continue
        if saved.conflict is not None:
            reasons.append(saved.conflict.message)
        changed += saved.changed
    if reasons:
        raise Refused(reasons)
    return changed


def broken_by(head: Head, after: str) -> tuple[Text, ...]:
    """Return what has to be mended in the new text and does not in the old one; links are looked at when publishing."""
    kind = kind_of(head.card.kind)

    def errors(source: str) -> list[Finding]:
        return [one for one in kind.parse(source, head.card.path).findings if one.severity is Severity.ERROR]

    before = {(finding.code, finding.line) for finding in errors(head.source)}
    return tuple(finding.message for finding in errors(after) if (finding.code, finding.line) not in before)


def publish_all(actor: Actor, bases: Mapping[int, int], note: str, *, minor: bool = False) -> int:
    """Publish several drafts; return how many. bases: by document, the draft that was looked at. Raises Refused."""
    reasons = []
    for document_id in sorted(bases):
        try:
            publish(actor, document_id, bases[document_id], note, minor=minor)
        except Unpublishable as error:
            title = queries.cards([document_id])[document_id].title
            reasons.append(text("《%(title)s》：%(why)s", title=title, why=error.message))
        except DomainError as error:
            reasons.append(error.message)
    if reasons:
        raise Refused(reasons)
    return len(bases)


def duplicate(actor: Actor, document_id: int, slug: str, title: str) -> int:
    """Begin a new document with the text of another one; return its id. Raises NotFound, Invalid, Conflict.

    Of an archived one too: that is how an old course comes back under a new name.
    """
    card = queries.cards([document_id]).get(document_id)
    work = queries.open_work(card.kind, card.slug) if card else None
    if card is None or work is None or work.head_id is None:
        raise Invalid(text("这份内容还没有文字，没什么可以复制的。"))
    source = as_copy(queries.text(work.head_id), card.path, path_of(card.folder, slug), title)
    note = text("复制自《%(title)s》", title=card.title)
    return create(actor, card.kind, slug, source, str(note)[:400], folder=card.folder).document_id


def move(actor: Actor, document_id: int, slug: str, *, follow: bool) -> int:
    """Rename a document, its own links written for its new folder; follow: links of others to it are changed as well.

    What is published and has no open draft is published again as a small change; an open draft is changed and stays
    one. Return how many other documents were changed. Raises NotFound, Invalid, Conflict, Refused.
    """
    document = editable(document_id)
    old, linked = path_now(document), {link.card.document_id for link in queries.backlinks(document_id)}
    rename(actor, document_id, slug)
    new = path_now(document)
    if old == new:
        return 0
    _rewrite(actor, document_id, lambda source, _: rebased(source, old, new))
    if not follow:
        return 0
    return sum(
        _rewrite(actor, other, lambda source, path: redirected(source, path, old, new))
        for other in sorted(linked - {document_id})
    )


def _rewrite(actor: Actor, document_id: int, change: Callable[[str, str], str]) -> bool:
    """Change the text of one document; what nobody is working on stays published."""
    document = editable(document_id)
    head, was_draft = head_of(document), document.draft_id is not None
    if head is None:
        return False
    before = queries.text(head)
    after = change(before, path_now(document))
    if after == before:
        return False
    note = str(text("链接跟着新地址改了"))
    saved = save_draft(actor, document_id, head, after, note)
    if not was_draft:
        # Something else has to be mended first, or somebody has to approve; the draft waits among the changes.
        with suppress(Unpublishable, NeedsApproval):
            publish(actor, document_id, saved.revision_id, note, minor=True)
    return True
