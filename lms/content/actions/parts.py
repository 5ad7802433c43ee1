"""Giving sections and questions their keys, and keeping their rows and versions in step with what is published."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from lms.content.grammar.findings import Finding
from lms.content.kinds import Kind
from lms.content.models import Document, Part, PartVersion, Revision
from lms.content.parts import PartKind, PartSpec
from lms.content.rules.parts import match_sections, new_key
from lms.content.store import spec_of
from lms.core import clock
from lms.core.db import session
from lms.core.plain import to_plain
from lms.core.texts import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """The parts of a new version with a key each. rows: parts of the document by key, retired ones too.

    lost: keys of live questions that are gone. changed: keys of questions that are asked otherwise than before.
    touched: ids of live parts of any kind that are gone or have another text than before; blanks and line breaks are
    no text. rewritten: those, questions whose explanation, hint or marks are others, scenes whose notes are. gone:
    those that are no more.
    """

    parts: tuple[PartSpec, ...]
    rows: dict[str, Part]
    lost: tuple[str, ...]
    changed: tuple[str, ...]
    touched: tuple[int, ...]
    rewritten: tuple[int, ...]
    gone: tuple[int, ...]
    findings: tuple[Finding, ...]

    @property
    def answered_keys(self) -> dict[int, str]:
        """The key of each question or scene by its place among them; a document has only one of the two."""
        answered = [part for part in self.parts if part.kind.is_answered]
        return {place: part.key or "" for place, part in enumerate(answered)}


def assign(document: Document, kind: Kind, parts: Sequence[PartSpec]) -> Assigned:
    """Say which part is which and give new ones a key; nothing is written.

    A part is known by its id chip, the same content, the same heading, the same answers with a like text, in this
    order; then a retired one with the same content comes back.
    """
    rows = list(session().scalars(select(Part).where(Part.document_id == document.id).order_by(Part.position)))
    by_key = {row.key: row for row in rows}
    published = _published(document, kind) if rows else ()
    live = [row for row in rows if row.retired_at is None]
    keys: dict[int, str | None] = {}
    warnings: list[Finding] = []
    for which in PartKind:
        places = [place for place, part in enumerate(parts) if part.kind is which]
        chosen = [parts[place] for place in places]
        known = [row for row in live if row.kind == which]
        if which is not PartKind.QUESTION:  # a section and a scene are known by their headings too
            found = match_sections(_sections_before(published, known), chosen)
        else:
            matching = kind.match(_questions_before(known), chosen)
            found = matching.keys
            warnings.extend(matching.warnings)
        keys.update(zip(places, found, strict=True))
    _revive(rows, parts, keys)
    errors = _foreign(by_key, parts, keys)
    _invent(keys)
    given = tuple(replace(part, key=keys[place]) for place, part in enumerate(parts))
    kept = {part.key for part in given}
    shas = {part.key: part.sha for part in given}
    touched = _touched(live, published, given)
    questions = [row for row in live if row.kind == PartKind.QUESTION]
    return Assigned(
        parts=given,
        rows=by_key,
        lost=tuple(row.key for row in questions if row.key not in kept),
        changed=tuple(row.key for row in questions if row.key in kept and row.text_sha != shas[row.key]),
        touched=touched,
        rewritten=_rewritten(live, published, given, touched),
        gone=tuple(row.id for row in live if row.key not in kept),
        findings=(*warnings, *errors),
    )


def write(document: Document, revision_id: int, assigned: Assigned) -> dict[str, int]:
    """Bring the rows in step with a version just published; return the id of each part by key."""
    current = session()
    now = clock.now()
    written: dict[str, Part] = {}
    for position, part in enumerate(assigned.parts):
        assert part.key is not None
        row = assigned.rows.get(part.key)
        if row is None:
            row = Part(key=part.key, document_id=document.id, kind=part.kind.value, old_anchors=[])
            current.add(row)
        elif row.anchor and row.anchor != part.anchor:
            row.old_anchors = [*(old for old in row.old_anchors if old not in (part.anchor, row.anchor)), row.anchor]
        row.title, row.anchor, row.text_sha = part.title, part.anchor[:200], part.sha
        row.position, row.retired_at = position, None
        written[part.key] = row
    for key, row in assigned.rows.items():
        if key not in written and row.retired_at is None:
            row.retired_at = now
    current.flush()
    _write_versions(revision_id, assigned.parts, written)
    return {key: row.id for key, row in written.items()}


def _write_versions(revision_id: int, parts: Sequence[PartSpec], rows: dict[str, Part]) -> None:
    """Keep each question as it is asked now, unless it was asked like that before, here or in another document."""
    questions = {part.sha: part for part in parts if part.kind is PartKind.QUESTION}
    if not questions:
        return
    current = session()
    kept = set(current.scalars(select(PartVersion.sha).where(PartVersion.sha.in_(questions))))
    for sha, part in questions.items():
        if sha not in kept:
            spec = to_plain(part.spec)
            current.add(PartVersion(sha=sha, part_id=rows[part.key or ""].id, spec=spec, first_revision_id=revision_id))
    current.flush()


def _published(document: Document, kind: Kind) -> tuple[PartSpec, ...]:
    """Return the parts of the published version; () where there is none."""
    if document.published_id is None:
        return ()
    compiled = session().scalar(select(Revision.compiled_sha).where(Revision.id == document.published_id))
    return kind.parts(spec_of(compiled)) if compiled is not None else ()


def _touched(live: Sequence[Part], before: Sequence[PartSpec], after: Sequence[PartSpec]) -> tuple[int, ...]:
    new = {part.key: part for part in after}
    gists = {part.sha: part.gist for part in before if part.gist}

    def same(row: Part) -> bool:
        part = new.get(row.key)
        return part is not None and (
            part.sha == row.text_sha or (bool(part.gist) and part.gist == gists.get(row.text_sha))
        )

    return tuple(row.id for row in live if not same(row))


def _rewritten(
    live: Sequence[Part], before: Sequence[PartSpec], after: Sequence[PartSpec], touched: Sequence[int]
) -> tuple[int, ...]:
    """Return the touched parts, and the questions and scenes of which anything else is written otherwise."""
    old = {part.key: part.spec for part in before if part.spec is not None}
    new = {part.key: part.spec for part in after if part.spec is not None}

    def other(key: str) -> bool:
        return key in old and key in new and replace(old[key], key=None) != replace(new[key], key=None)

    return (*touched, *(row.id for row in live if row.id not in touched and other(row.key)))


def _sections_before(published: Sequence[PartSpec], known: Sequence[Part]) -> list[PartSpec]:
    """Return the published sections or scenes with their keys; their words come from the published version."""
    words = {part.sha: part.words for part in published}
    return [
        PartSpec(
            kind=PartKind.SECTION,
            key=row.key,
            title=row.title,
            anchor=row.anchor,
            sha=row.text_sha,
            words=words.get(row.text_sha, row.title),
        )
        for row in known
    ]


def _questions_before(known: Sequence[Part]) -> list[tuple[str, dict[str, object]]]:
    if not known:
        return []
    rows = session().execute(
        select(PartVersion.sha, PartVersion.spec).where(PartVersion.sha.in_({row.text_sha for row in known}))
    )
    specs = {row.sha: row.spec for row in rows}
    return [(row.key, specs[row.text_sha]) for row in known if row.text_sha in specs]


def _revive(rows: Sequence[Part], parts: Sequence[PartSpec], keys: dict[int, str | None]) -> None:
    retired = {(row.kind, row.text_sha): row.key for row in rows if row.retired_at is not None}
    used = set(keys.values())
    for place, part in enumerate(parts):
        key = retired.get((part.kind.value, part.sha))
        if keys[place] is None and key is not None and key not in used:
            keys[place] = key
            used.add(key)


def _foreign(by_key: dict[str, Part], parts: Sequence[PartSpec], keys: dict[int, str | None]) -> list[Finding]:
    """Return an error for each id chip that belongs to another document: an id is somebody's for life."""
    unknown = {key for key in keys.values() if key is not None and key not in by_key}
    if not unknown:
        return []
    rows = session().execute(
        select(Part.key, Document.title).join(Document, Document.id == Part.document_id).where(Part.key.in_(unknown))
    )
    owners = {row.key: row.title for row in rows}
    return [
        Finding(
            code="C164",
            line=max(part.first, 1),
            message=text(
                "第 %(line)s 行：“id:%(id)s”已经用在《%(other)s》里，请删去这里的。",
                line=max(part.first, 1),
                id=key,
                other=owners[key],
            ),
        )
        for place, part in enumerate(parts)
        if (key := keys[place]) in owners
    ]


def _invent(keys: dict[int, str | None]) -> None:
    """Give a new key, unique in the installation, to every part that has none."""
    missing = [place for place, key in keys.items() if key is None]
    while missing:
        drafts = {place: new_key(secrets.choice) for place in missing}
        taken = set(session().scalars(select(Part.key).where(Part.key.in_(drafts.values()))))
        taken |= {key for key in keys.values() if key is not None}
        for place, key in drafts.items():
            if key not in taken:
                keys[place] = key
                taken.add(key)
        missing = [place for place in missing if keys[place] is None]
