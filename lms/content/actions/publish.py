"""Making a draft what people read: compiled once, its parts known again, its references kept, everybody told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.content import store
from lms.content.actions import edges, marks, parts
from lms.content.actions.approval import refuse_unapproved
from lms.content.actions.documents import editable, head_of, locked, mirror, path_now, stale, verify
from lms.content.actions.examine import Examined, examine
from lms.content.events import Impact, Published, PublishPreview
from lms.content.grammar.findings import Finding, Severity
from lms.content.kinds import Kind, kind_of
from lms.content.models import Document, Revision
from lms.content.queries.reading import PUBLISHED
from lms.content.rules.ids import with_ids
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import ask, emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid
from lms.core.texts import text


class Unpublishable(Invalid):
    """Something in the text must be mended first. findings: all of them, warnings too, by line."""

    default_code = "must_mend"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        super().__init__(
            text("有 %(count)s 处必须改，改好才能发布。", count=len(errors)),
            fields={"source": errors[0].message} if errors else {},
            details={"lines": [finding.line for finding in errors]},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What publishing the draft would do. lost, changed: titles of questions that are gone or asked otherwise."""

    findings: tuple[Finding, ...]
    impacts: tuple[Impact, ...]
    lost: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def is_publishable(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def preview(document_id: int) -> Preview:
    """Return what publishing the document's head would find and touch; nothing is changed. Raises NotFound."""
    document = locked(document_id)
    examined = _examine_head(document)
    kind = kind_of(document.kind)
    findings = list(examined.findings)
    lost: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    touched: tuple[int, ...] = ()
    titles: dict[str, str] = {}
    if examined.parsed.spec is not None:
        assigned = parts.assign(document, kind, kind.parts(examined.parsed.spec))
        findings += assigned.findings
        lost, changed, touched = assigned.lost, assigned.changed, assigned.touched
        titles = {key: row.title for key, row in assigned.rows.items()}
    question = PublishPreview(
        document_id=document.id,
        kind=document.kind,
        lost=lost,
        changed=changed,
        touched=touched,
        spec=examined.parsed.spec,
    )
    return Preview(
        findings=tuple(sorted(findings, key=lambda finding: finding.line)),
        impacts=tuple(impact for answer in ask(question) for impact in answer),
        lost=tuple(titles[key] for key in lost),
        changed=tuple(titles[key] for key in changed),
    )


def publish(
    actor: Actor,
    document_id: int,
    base_revision_id: int,
    note: str = "",
    *,
    minor: bool = False,
    approved: bool = False,
) -> Revision:
    """Publish the draft. base_revision_id: the draft that the author has read through.

    minor: a typo; nobody has to read it again and the review day stays. approved: whoever had to say yes has done so.
    Raises NotFound, Conflict if the draft is another one by now, there is none or somebody else has to approve it,
    Unpublishable with every finding at once.
    """
    document = editable(document_id)
    if base_revision_id != head_of(document):
        raise stale(document, base_revision_id)
    if document.draft_id is None:
        raise Conflict(text("《%(title)s》没有未发布的修改。", title=document.title), code="nothing_to_publish")
    if not approved:
        refuse_unapproved(actor, document)
    examined = _examine_head(document)
    if examined.errors:
        raise Unpublishable(examined.findings)
    before = document.published_id
    revision = put_out(
        document,
        kind_of(document.kind),
        examined,
        author_id=actor.id,
        parent_id=document.draft_id,
        revision_kind="publish",
        note=note,
        minor=minor,
    )
    audit(
        actor.id,
        "document.published",
        "document",
        document.id,
        before={"revision": before},
        after={"revision": revision.id, "minor": minor},
    )
    return revision


def put_out(
    document: Document,
    kind: Kind,
    examined: Examined,
    *,
    author_id: int | None,
    parent_id: int | None,
    revision_kind: str,
    note: str = "",
    minor: bool = False,
    merge_parent_id: int | None = None,
    at: datetime | None = None,
) -> Revision:
    """Make an examined text without errors the published version of a locked document. at: as of `add_revision`.

    Raises Unpublishable before anything is written where an id belongs to another document.
    """
    spec = examined.parsed.spec
    assigned = parts.assign(document, kind, kind.parts(spec))
    if any(finding.severity is Severity.ERROR for finding in assigned.findings):
        raise Unpublishable((*examined.findings, *assigned.findings))
    spec = kind.with_keys(spec, assigned.answered_keys)
    blob_sha, compiled_sha = store.put_all([store.encode(examined.source), store.compile_spec(kind, spec)])
    revision = store.add_revision(
        document,
        blob_sha=blob_sha,
        compiled_sha=compiled_sha,
        kind=revision_kind,
        author_id=author_id,
        parent_id=parent_id,
        merge_parent_id=merge_parent_id,
        note=note,
        minor=minor,
        audience=kind.meta(spec).audience,
        at=at,
    )
    previous = document.published_id
    resting = [] if minor else marks.resting(document, assigned.touched)
    ids = parts.write(document, revision.id, assigned)
    document.published_id, document.draft_id = revision.id, None
    document.state, document.published_at = PUBLISHED, revision.at
    meta = kind.meta(spec)
    mirror(document, meta)
    if not (minor and document.verified_until):
        verify(document, meta)
    session().flush()
    edges.rebuild(document, examined.path, examined.parsed.links, assigned.parts, ids)
    marks.rewritten(document, () if minor else assigned.rewritten, assigned.gone, author_id)
    if previous is not None:
        marks.put(document, revision, previous, resting)
    emit(
        Published(
            document_id=document.id,
            kind=document.kind,
            revision_id=revision.id,
            previous_id=previous,
            actor_id=author_id,
            minor=minor,
            touched=assigned.touched,
        )
    )
    return revision


def with_part_ids(document: Document, source: str) -> str:
    """Return a published text with the id of each part; the source itself where that would change it.

    The written text is read again: only if it has the same parts with the same content is it taken.
    """
    kind = kind_of(document.kind)
    path = path_now(document)
    spec = kind.parse(source, path).spec
    if spec is None:
        return source
    assigned = parts.assign(document, kind, kind.parts(spec))
    before = assigned.parts
    keys = {part.first: part.key for part in before if part.key in assigned.rows and part.first}
    written = with_ids(source, keys)
    again = kind.parse(written, path)
    if again.spec is None or any(finding.severity is Severity.ERROR for finding in again.findings):
        return source
    same = [(part.key, part.sha) for part in before] == [(part.key, part.sha) for part in kind.parts(again.spec)]
    return written if same else source


def _examine_head(document: Document) -> Examined:
    head = session().get(Revision, head_of(document)) if head_of(document) else None
    if head is None:
        raise Conflict(text("《%(title)s》还没有内容。", title=document.title))
    return examine(kind_of(document.kind), path_now(document), store.source_of(head.blob_sha))
