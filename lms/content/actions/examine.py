"""Everything that is wrong with one text of one document, with the database for a neighbourhood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.content.attachments.queries import paths_near
from lms.content.attachments.rules import SUFFIXES, suffix_of
from lms.content.check import read_kind
from lms.content.grammar.blocks import BlockKind, scan
from lms.content.grammar.document import Parsed, Reference, in_order
from lms.content.grammar.findings import Finding, Severity
from lms.content.kinds import Kind, kind_of, kinds, parsers, read
from lms.content.lint import Target, lint_links, lint_personal_data, lint_pictures
from lms.content.models import Document, Part, Revision, Slug
from lms.content.queries.reading import ARCHIVED, by_path, compiled
from lms.content.queries.wordlists import banned
from lms.content.rules.paths import path_of, split_path
from lms.content.store import bytes_of
from lms.content.wordlists.said import lint_said
from lms.core.db import session
from lms.core.here import today
from lms.core.texts import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A text as it would be published. findings: of the parser and of every check, by line."""

    source: str
    path: str
    parsed: Parsed[Any]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def examine(kind: Kind, path: str, source: str) -> Examined:
    """Return what a text of this kind at this path holds and everything that is wrong with it."""
    parsed = read(kind, source, path)
    found = [*parsed.findings, *other_kind(kind, source)]
    links = [link for link in parsed.links if link.target.endswith(".md") or suffix_of(link.target) in SUFFIXES]
    found += lint_links(source, path, links, neighbours(links))
    found += [*lint_pictures(source), *lint_personal_data(source), *lint_said(source, banned())]
    if parsed.spec is not None:
        found += [*kind.lint(parsed.spec), *_between(kind, parsed)]
    return Examined(source=source, path=path, parsed=parsed, findings=in_order(found))


def _between(kind: Kind, parsed: Parsed[Any]) -> list[Finding]:
    """Return what is wrong between a document and what it leads to or rests on, as published: days, minutes, pools."""
    beside = set(kind.beside(parsed.spec))
    if not kind.has_steps and not beside:
        return []
    links = {link.target for link in parsed.links if link.target.endswith(".md")} if kind.has_steps else set()
    targets = by_path(links | beside)
    known: dict[str, Parsed[Any]] = {parsed.path: parsed}
    for path, card in targets.items():
        wanted = path in beside or card.is_bank or kind_of(card.kind).has_steps
        if card.published_id is not None and wanted:
            known[path] = Parsed(path=path, spec=compiled(card.published_id))
    minutes = {path: card.minutes or None for path, card in targets.items()}
    wholes = [each.whole for each in kinds().values() if each.whole]
    return [finding for whole in wholes for path, finding in whole(known, minutes.get) if path == parsed.path]


def other_kind(kind: Kind, source: str) -> list[Finding]:
    """Return an error if the front matter names another kind: what was learnt and measured belongs to the old one."""
    named = read_kind(source, parsers())
    if isinstance(named, Finding):
        return [named]
    if named is kind.word:
        return []
    problem = text("这份内容是“%(old)s”，不能改成“%(new)s”，请新建一份。", old=kind.word.zh, new=named.zh)
    return [Finding(code="C171", line=1, message=problem)]


def neighbours(links: Sequence[Reference]) -> dict[str, Target]:
    """Return every document that a link may lead to, by its present and former paths; headings of those linked.

    And the files that lie where a link looks for one.
    """
    rows = session().execute(
        select(Slug.slug, Slug.is_current, Document.id, Document.folder, Document.state, Document.verified_until).join(
            Document, Document.id == Slug.document_id
        )
    )
    by_path: dict[str, Any] = {}
    for row in rows:
        path = path_of(row.folder, row.slug)
        if row.is_current or path not in by_path:
            by_path[path] = row
    wanted = {by_path[link.target].id for link in links if link.anchor and link.target in by_path}
    headings = _headings(wanted)
    files = [link.target for link in links if not link.target.endswith(".md")]
    return {path: Target() for path in paths_near(files)} | {
        path: Target(
            headings=headings.get(row.id, ()),
            archived=row.state == ARCHIVED,
            expired=row.verified_until is not None and row.verified_until < today(),
        )
        for path, row in by_path.items()
        if split_path(path)
    }


def _headings(document_ids: set[int]) -> dict[int, tuple[str, ...]]:
    """Return the headings of these documents as published (as drafted before that), and what they were called once."""
    if not document_ids:
        return {}
    rows = (
        session()
        .execute(
            select(Document.id, Revision.blob_sha)
            .join(Revision, Revision.id == Document.published_id)
            .where(Document.id.in_(document_ids))
        )
        .all()
    )
    sources = bytes_of({row.blob_sha for row in rows})
    found: dict[int, tuple[str, ...]] = {
        row.id: tuple(
            block.text for block in scan(sources[row.blob_sha].decode("utf-8")) if block.kind is BlockKind.HEADING
        )
        for row in rows
    }
    old = session().execute(
        select(Part.document_id, Part.old_anchors).where(Part.document_id.in_(document_ids), Part.retired_at.is_(None))
    )
    for part in old:
        found[part.document_id] = (*found.get(part.document_id, ()), *part.old_anchors)
    return found
