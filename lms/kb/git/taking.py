"""One page of a repository's history becomes a document with its revisions: whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dulwich.objects import ObjectID
from sqlalchemy import select

from lms.content import store
from lms.content.actions.documents import head_of, locked, mirror, name_it, new_document, path_now
from lms.content.actions.examine import Examined
from lms.content.actions.publish import Unpublishable, put_out
from lms.content.events import Archived, Renamed, Unarchived
from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Finding, Severity
from lms.content.kinds import Kind
from lms.content.models import Document, Revision
from lms.content.queries.reading import ARCHIVED, DRAFT, PUBLISHED
from lms.content.rules.merge import merge
from lms.content.rules.paths import split_path
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict
from lms.core.here import local
from lms.core.texts import Text, text
from lms.kb.git import message
from lms.kb.git.message import Told
from lms.kb.git.people import People
from lms.kb.git.reading import Version
from lms.kb.models import GitChange

NOTE = 400
"""Characters of a note that are kept of somebody else's message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is to be taken in. path: where it lies in the academy, its last place if it is gone.

    versions: oldest first, each with its path in the academy; the texts of all by blob. findings: of the last text.
    gone: it was deleted in the end. publish: its last version becomes what people read.
    """

    kind: Kind
    path: str
    versions: Sequence[Version]
    texts: Mapping[ObjectID, str]
    findings: Sequence[Finding] = ()
    gone: bool = False
    publish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of it. changed: anything at all; revisions: how many are new. is_new: the document was made by it.

    note: what its owner should know, None where all went well.
    """

    document_id: int
    is_new: bool
    changed: bool
    revisions: int
    published: bool
    note: Text | None = None


def take(actor: Actor, page: Page, people: People) -> Taken:
    """Take a page in, or what is new of one that was taken in before.

    Raises Conflict where another document lies at its path.
    """
    known = _known(page.versions)
    fresh = [version for version in page.versions if _mark(version) not in known]
    document = _document(page, known)
    if not fresh:
        return Taken(document_id=document.id, is_new=False, changed=False, revisions=0, published=False)
    head, came_before = head_of(document), _taken_before(document)
    was_ours = head is None or head in came_before
    is_shut = document.state == ARCHIVED and not any(version.verb == "restored" for version in fresh)
    writing = _Writing(actor, document, page, people, known)
    for version in page.versions:
        writing.follow(version, is_new=_mark(version) not in known, may_publish=was_ours and not is_shut)
    note = writing.note
    if not known or any(version.verb == "renamed" for version in fresh):
        writing.name(is_new=not known)
    if was_ours:
        writing.settle(is_shut=is_shut)
        if is_shut and writing.written:
            note = text("这里已归档，仓库的新版本在历史里，没有公开。")
    elif page.gone:
        note = text("仓库里删除了，这里改过，所以没有归档。")
    elif writing.written:
        note = _meet(actor, document, head, max(came_before), writing)
    after = {"path": page.path, "revisions": len(writing.written)}
    audit(actor.id, "document.imported", "document", document.id, after=after)
    return Taken(
        document_id=document.id,
        is_new=not known,
        changed=True,
        revisions=len(writing.written),
        published=writing.published is not None,
        note=note,
    )


def stands(page: Page) -> tuple[bool, int]:
    """Return whether a page was taken in before, and how many of its versions were not."""
    known = _known(page.versions)
    return bool(known), sum(each.verb == "written" and _mark(each) not in known for each in page.versions)


def _mark(version: Version) -> tuple[str, str, str]:
    return version.commit, version.verb, version.path


def _known(versions: Sequence[Version]) -> dict[tuple[str, str, str], GitChange]:
    """Return what of these commits was taken in before, by commit, verb and path."""
    found: dict[tuple[str, str, str], GitChange] = {}
    commits = sorted({version.commit for version in versions})
    for start in range(0, len(commits), 500):
        chosen = GitChange.commit.in_(commits[start : start + 500])
        for row in session().scalars(select(GitChange).where(chosen)):
            found[row.commit, row.verb, row.path] = row
    wanted = {_mark(version) for version in versions}
    return {mark: row for mark, row in found.items() if mark in wanted}


def _taken_before(document: Document) -> set[int]:
    """Return every version of a document that an import wrote, also of commits that a repository no longer has."""
    found = select(GitChange.revision_id).where(
        GitChange.document_id == document.id, GitChange.revision_id.is_not(None)
    )
    return {id for id in session().scalars(found) if id is not None}


def _document(page: Page, known: Mapping[tuple[str, str, str], GitChange]) -> Document:
    """Return the document of a page, locked; a new one where nothing of it was taken in before."""
    row = next(iter(known.values()), None)
    if row is not None:
        return locked(row.document_id)
    return new_document(page.kind.name, page.path, page.path, replace_redirects=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What a revision says beside its text."""

    author_id: int | None
    parent_id: int | None
    merge_parent_id: int | None
    kind: str
    note: str
    minor: bool
    at: datetime


class _Writing:
    """Writes the versions of one page one after the other. written: ids of new revisions; last: of the latest one."""

    def __init__(
        self,
        actor: Actor,
        document: Document,
        page: Page,
        people: People,
        known: Mapping[tuple[str, str, str], GitChange],
    ) -> None:
        self.actor, self.document, self.page = actor, document, page
        self.people, self.known = people, known
        self.by_number: dict[int, int] = {}
        self.written: list[int] = []
        self.last: int | None = None
        self.published: int | None = None
        self.draft: int | None = document.draft_id
        self.was, self.archived_at = document.state, document.archived_at
        self.note: Text | None = None
        texts = [version for version in page.versions if version.verb == "written"]
        self.final = texts[-1] if texts else None
        ours = [version for version in texts if (told := message.read(version.message)) and told.published]
        self.last_published = ours[-1] if ours else None
        self.head: int | None = head_of(document)

    def follow(self, version: Version, *, is_new: bool, may_publish: bool) -> None:
        told = message.read(version.message)
        revision_id = self.known[_mark(version)].revision_id if not is_new else None
        if is_new:
            if version.verb == "written":
                revision_id = self._write(version, told, may_publish=may_publish)
            else:
                self._change(version, told)
            self._remember(version, told, revision_id)
        if revision_id is not None:
            self.last = revision_id
            if told is not None:
                self.by_number[told.number] = revision_id

    def _write(self, version: Version, told: Told | None, *, may_publish: bool) -> int:
        """Write one version; the last one that was public becomes what people read, if nothing has to be mended."""
        assert version.blob is not None
        source = self.page.texts[version.blob]
        parsed = self.page.kind.parse(source, self.page.path)
        is_final = version is self.final
        findings = self.page.findings if told is None and is_final else parsed.findings
        errors = [each for each in findings if each.severity is Severity.ERROR]
        is_read = version is self.last_published if told else is_final and self.page.publish
        was_read = told.published if told else self.page.publish
        person_id, stranger = self.people.of(version.author)
        facts = _Facts(
            author_id=person_id,
            parent_id=self.by_number.get(told.parent) if told else self.last,
            merge_parent_id=self.by_number.get(told.merge_parent) if told else None,
            kind=(told.kind if told else "") or "sync",
            note=told.note if told else _note(version.message, stranger),
            minor=bool(told and told.minor),
            at=told.at if told else version.at,
        )
        revision_id = None
        if is_read and may_publish and not errors:
            revision_id, errors = self._put_out(source, parsed, facts)
        if revision_id is None:
            if is_read and errors:
                self.note = text(
                    "有 %(count)s 处必须改，先存为草稿。%(first)s", count=len(errors), first=errors[0].message
                )
            revision_id = self._keep(source, parsed, facts, readable=was_read)
            if told is None or was_read or self.head is None or facts.parent_id == self.head:
                self.draft = self.head = revision_id  # else it was kept aside, because somebody had been quicker
        self.written.append(revision_id)
        return revision_id

    def _put_out(self, source: str, parsed: Parsed[Any], facts: _Facts) -> tuple[int | None, list[Finding]]:
        examined = Examined(source=source, path=self.page.path, parsed=parsed, findings=parsed.findings)
        try:
            revision = put_out(
                self.document,
                self.page.kind,
                examined,
                author_id=facts.author_id,
                parent_id=facts.parent_id,
                merge_parent_id=facts.merge_parent_id,
                revision_kind=facts.kind,
                note=facts.note,
                minor=facts.minor,
                at=facts.at,
            )
        except Unpublishable as error:
            return None, [each for each in error.findings if each.severity is Severity.ERROR]
        self._count_review()
        self.published = self.head = revision.id
        self.draft = None
        return revision.id, []

    def _keep(self, source: str, parsed: Parsed[Any], facts: _Facts, *, readable: bool) -> int:
        """Write a version that is only history. readable: it was public once, so readers may look back at it."""
        data = [store.encode(source)]
        audience: Sequence[str] = ()
        if readable and parsed.spec is not None and not parsed.has_errors:
            data.append(store.compile_spec(self.page.kind, parsed.spec))
            audience = self.page.kind.meta(parsed.spec).audience
        blob_sha, *compiled = store.put_all(data)
        return store.add_revision(
            self.document,
            blob_sha=blob_sha,
            compiled_sha=compiled[0] if compiled else None,
            kind=facts.kind,
            author_id=facts.author_id,
            parent_id=facts.parent_id,
            merge_parent_id=facts.merge_parent_id,
            note=facts.note,
            minor=facts.minor,
            audience=audience,
            at=facts.at,
        ).id

    def _count_review(self) -> None:
        """Count the review period from the day of the text: importing it confirms nothing."""
        document = self.document
        if document.verified_until is not None and document.published_at is not None:
            days = document.verified_until - local(clock.now()).date()
            document.verified_until = local(document.published_at).date() + timedelta(days=days.days)

    def _change(self, version: Version, told: Told | None) -> None:
        """Note another state; names are followed once, by the last one."""
        if version.verb == "removed":
            self.archived_at = told.at if told else version.at
        elif version.verb == "restored":
            self.archived_at = None
        elif version.verb == "dropped":
            self.draft, self.head = None, self.published

    def _remember(self, version: Version, told: Told | None, revision_id: int | None) -> None:
        session().add(
            GitChange(
                commit=version.commit,
                document_id=self.document.id,
                verb=version.verb,
                path=version.path,
                revision_id=revision_id,
                person_id=self.people.of(version.author)[0],
                at=told.at if told else version.at,
            )
        )
        session().flush()

    def settle(self, *, is_shut: bool) -> None:
        """Say what the document's draft is, and whether it is gone. is_shut: it was archived, and stays so."""
        document = self.document
        document.draft_id = self.draft
        if document.published_id is None and document.draft_id is not None:
            self._mirror_draft()
        if self.page.gone:
            document.state, document.archived_at = ARCHIVED, self.archived_at or clock.now()
            if self.was != ARCHIVED or self.published is not None:
                emit(Archived(document_id=document.id, kind=document.kind, actor_id=self.actor.id))
        elif self.was == ARCHIVED and not is_shut:
            document.state = PUBLISHED if document.published_id is not None else DRAFT
            document.archived_at = None
            emit(Unarchived(document_id=document.id, kind=document.kind))

    def name(self, *, is_new: bool) -> None:
        """Give the document the page's name; its earlier ones lead to it, but for those that are taken by now."""
        was = path_now(self.document)
        paths = list(dict.fromkeys([*(version.path for version in self.page.versions), self.page.path]))
        for path in [*(each for each in paths if each != self.page.path), self.page.path]:
            parts = split_path(path)
            if parts is None:
                continue
            try:
                with session().begin_nested():
                    name_it(self.document, parts[1])
            except Conflict:
                if path == self.page.path:
                    raise
        if not is_new and path_now(self.document) != was:
            emit(Renamed(document_id=self.document.id, kind=self.document.kind))

    def _mirror_draft(self) -> None:
        source = store.source_of(session().get_one(Revision, self.document.draft_id).blob_sha)
        parsed = self.page.kind.parse(source, self.page.path)
        if parsed.spec is not None:
            mirror(self.document, self.page.kind.meta(parsed.spec))
        else:
            self.document.title = self.page.path.rpartition("/")[2].removesuffix(".md")[:300]


def _meet(
    actor: Actor,
    document: Document,
    head: int | None,
    base: int,
    writing: _Writing,
) -> Text:
    """Put what changed in the repository together with what was changed here; say where that can't be done.

    base: the version that was taken in last.
    """
    theirs = writing.written[-1]
    texts = {
        revision.id: store.source_of(revision.blob_sha)
        for revision in session().scalars(select(Revision).where(Revision.id.in_([base, head, theirs])))
    }
    assert head is not None
    merged = merge(texts[base], texts[head], texts[theirs]).text
    if merged is None:
        return text("这里和仓库改了同一处；仓库的版本在历史里，请到编辑台对照。")
    if merged != texts[head]:
        revision = store.add_revision(
            document,
            blob_sha=store.put(store.encode(merged)),
            kind="draft",
            author_id=actor.id or None,  # the command line is nobody
            parent_id=head,
            merge_parent_id=theirs,
            note="",
        )
        document.draft_id = revision.id
    return text("这里也改过，已与仓库的修改合并成草稿。")


def _note(whole: str, stranger: str) -> str:
    """Return what a foreign message says, with the name of an author whom nobody here is."""
    said = " ".join(whole.split("\n\n", 1)[0].split())
    name = f"（{stranger}）" if stranger else ""
    return said[: NOTE - len(name)] + name
