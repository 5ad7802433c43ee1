"""Stored HTML as one reader sees it: references between documents become addresses, marks become words.

`show(html)` costs one statement where there is a reference to another document, one where there is a picture or
another file, and none otherwise. A page with many pieces asks `shower(pieces)` once and calls what it returns for each.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import String, and_, bindparam, cast, select
from sqlalchemy.orm import aliased

from lms.content.attachments import queries as attachments
from lms.content.attachments.rules import PICTURE, SUFFIXES, suffix_of
from lms.content.attachments.showing import Files, files_in
from lms.content.audience import is_meant
from lms.content.kinds import kinds
from lms.content.models import Document, Part, Slug
from lms.content.queries.reading import PUBLISHED
from lms.content.rules.paths import split_path
from lms.core import markup
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.i18n import gettext
from lms.web.auth import maybe_actor

_REFERENCE = re.compile(r'\s(?:href|src)="lms:([^"]*)"')
FILLED_IN = ("lms:", "<img", "data-say")
"""What is written anew for each reader holds one of these; a short piece of text, an answer to choose, often none."""
_asked = aliased(Slug)
# Parts are joined only where a heading was renamed, so that there is one row per document nearly always.
_TARGETS = (
    select(Document.id, Document.kind, Document.folder, Slug.slug, _asked.slug.label("asked"), _asked.is_current)
    .add_columns(Part.anchor, Part.old_anchors, Document.audience, Document.title)
    .join(_asked, _asked.document_id == Document.id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .outerjoin(
        Part,
        and_(Part.document_id == Document.id, Part.retired_at.is_(None), cast(Part.old_anchors, String) != "[]"),
    )
    .where(_asked.slug.in_(bindparam("slugs", expanding=True)), Document.state == PUBLISHED)
    .order_by(_asked.is_current)
)


def show(html: str) -> Markup:
    """Return stored HTML ready for the page of whoever asks now."""
    return shower([html])(html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A document to which the pieces lead, as far as the reader may open it."""

    kind: str
    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shower:
    """Shows pieces of stored HTML. files: what is shown in place: pages, slides, players.

    leads: the documents to which the pieces lead, each once, by title.
    """

    addresses: Mapping[str, str]
    leads: tuple[Lead, ...]
    pictures: Mapping[str, markup.Shown]
    files: Files

    def __call__(self, html: str) -> Markup:
        if not any(sign in html for sign in FILLED_IN):
            return markup.sentence(html)
        marked, made = self.files.taken_out(html)
        shown = markup.shown(marked, self.addresses.get, gettext, self.pictures.get)
        for place, file in made.items():
            shown = shown.replace(place, markup.sentence(file))
        return shown


def shower(pieces: Iterable[str]) -> Shower:
    """Return what shows each of these pieces; all their references are looked up at once."""
    pieces = [piece for piece in pieces if "lms:" in piece]
    references = {unescape(found) for piece in pieces for found in _REFERENCE.findall(piece)}
    actor = maybe_actor() if references else None
    files = _files(references) if actor else {}
    leads: dict[str, Lead] = {}
    addresses = _addresses(references - files.keys(), actor, leads) if references else {}
    addresses |= {path: file_address(path) for path in files}
    pictures = {path: _shown(row) for path, row in files.items() if row.kind == PICTURE}
    return Shower(
        addresses=addresses,
        leads=tuple(sorted(leads.values(), key=lambda lead: lead.title)),
        pictures=pictures,
        files=files_in(pieces, files, actor),
    )


def file_address(path: str) -> str:
    """Return where the bytes of an attachment are served."""
    return url_for("content.file", path=path)


def _files(references: set[str]) -> dict[str, Any]:
    """Return the rows of the attachments among these references. Who may see the document may see what it shows."""
    return attachments.by_path([each for each in references if suffix_of(each) in SUFFIXES])


def _shown(row: Any) -> markup.Shown:
    return markup.Shown(
        address=file_address(row.path), width=row.facts.get("width", 0), height=row.facts.get("height", 0)
    )


def _addresses(references: set[str], actor: Actor | None, leads: dict[str, Lead]) -> dict[str, str]:
    """Return the address of each reference that this person may open; the text of the others stays plain.

    leads: is given the documents that are led to, by their address.
    """
    if actor is None:
        return {}
    wanted = {}
    for reference in references:
        path, _, anchor = reference.partition("#")
        parts = split_path(path)
        if parts:
            wanted[reference] = (parts, anchor)
    if not wanted:
        return {}
    pages: dict[tuple[str, str], str] = {}
    renamed: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows(_TARGETS, {"slugs": sorted({parts[1] for parts, _ in wanted.values()})}):
        endpoint = kinds()[row.kind].open_endpoint
        if endpoint is None or not is_meant(row.audience, actor):
            continue
        place = (row.folder, row.asked)
        address = pages[place] = url_for(endpoint, slug=row.slug)
        leads[address] = Lead(kind=row.kind, title=row.title, address=address)
        for old in row.old_anchors or ():
            renamed.setdefault(place, {})[old] = row.anchor
    return {
        reference: pages[place] + (f"#{renamed.get(place, {}).get(anchor, anchor)}" if anchor else "")
        for reference, (place, anchor) in wanted.items()
        if place in pages
    }
