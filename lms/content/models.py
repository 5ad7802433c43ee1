"""Tables of the versioned store: what was written, by whom, what is published, and what rests on what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, pk, plain, pseudonym, type_json


@append_only
class Blob(Base):
    """Bytes by their sha256, zlib-compressed. `size` is that of the plain bytes."""

    __tablename__ = "blob"
    sha: Mapped[bytes] = plain(LargeBinary(32), primary_key=True)
    zlib: Mapped[bytes] = plain()
    size: Mapped[int] = plain()


class Document(Base):
    """One document of any kind. `folder` and its current slug give its file's path; never deleted, only archived.

    Columns from title on mirror the published revision (the draft, while nothing is published), so that lists
    never load a blob.
    """

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_kind", "kind", "state"), Index("ix_document_owner", "owner_id"))
    id: Mapped[pk]
    kind: Mapped[str] = plain(String(20))
    folder: Mapped[str] = plain(String(20))
    locale: Mapped[str] = plain(String(10), default="zh_CN", server_default="zh_CN")
    title: Mapped[str] = plain(String(300))
    summary: Mapped[str] = plain(default="", server_default="")
    minutes: Mapped[int] = plain(default=0, server_default="0")
    tags: Mapped[list[Any]] = plain(type_json, default=list)
    aliases: Mapped[list[Any]] = plain(type_json, default=list)
    audience: Mapped[list[Any]] = plain(type_json, default=list)  # role, team and shop words; empty = everybody
    shops: Mapped[list[Any]] = plain(type_json, default=list)
    owner_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    use: Mapped[str] = plain(String(12), default="", server_default="")  # of a quiz: exam | check | … | bank
    state: Mapped[str] = plain(String(12))  # draft | published | archived
    published_id: Mapped[int | None] = plain(ForeignKey("revision.id", use_alter=True))
    draft_id: Mapped[int | None] = plain(ForeignKey("revision.id", use_alter=True))
    published_at: Mapped[datetime | None] = plain()
    verified_until: Mapped[date | None] = plain(index=True)
    translation_of: Mapped[int | None] = plain(ForeignKey("document.id"))
    created_at: Mapped[datetime] = plain()
    archived_at: Mapped[datetime | None] = plain()


class Slug(Base):
    """Public names, past and present; an old one redirects."""

    __tablename__ = "slug"
    __table_args__ = (
        Index(
            "uq_slug_current",
            "document_id",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current"),
        ),
        Index("ix_slug_slug", "slug"),
    )
    kind: Mapped[str] = plain(String(20), primary_key=True)
    slug: Mapped[str] = plain(String(200), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    is_current: Mapped[bool] = plain()


@append_only
class Revision(Base):
    """One version of a document. `compiled` is the parsed form that pages and attempts rest on, made at publish.

    A draft that is published gets a new revision whose `parent_id` is the draft, because rows never change;
    `kind`: draft | publish | sync | restore | fix | merge. audience: whom it was for when it was published.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("document_id", "number"),)
    id: Mapped[pk]
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    number: Mapped[int] = plain()
    parent_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    merge_parent_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    blob_sha: Mapped[bytes] = plain(LargeBinary(32), ForeignKey("blob.sha"))
    compiled_sha: Mapped[bytes | None] = plain(LargeBinary(32), ForeignKey("blob.sha"))
    parser: Mapped[str] = plain(String(20), default="", server_default="")
    author_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    note: Mapped[str] = plain(default="", server_default="")
    kind: Mapped[str] = plain(String(12))
    minor: Mapped[bool] = plain(default=False, server_default=text("false"))
    audience: Mapped[list[Any]] = plain(type_json, default=list)
    at: Mapped[datetime] = plain()


class FileState(Base):
    """What sync last saw of a document's file. `synced_revision_id` is the base of the next comparison.

    conflict_revision_id: the file's version where file and database had both changed; shown until settled.
    """

    __tablename__ = "file_state"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    path: Mapped[str] = plain(String(300), unique=True)
    file_sha: Mapped[bytes] = plain(LargeBinary(32))
    synced_revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    conflict_revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))


class Part(Base):
    """A section, question or scene with an id for life: what statistics, links and review marks hang on."""

    __tablename__ = "part"
    __table_args__ = (Index("ix_part_document", "document_id", "kind", "position"),)
    id: Mapped[pk]
    key: Mapped[str] = plain(String(6), unique=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    kind: Mapped[str] = plain(String(12))
    title: Mapped[str] = plain(default="", server_default="")
    anchor: Mapped[str] = plain(String(200), default="", server_default="")
    old_anchors: Mapped[list[Any]] = plain(type_json, default=list)
    text_sha: Mapped[bytes] = plain(LargeBinary(32))
    position: Mapped[int] = plain()
    retired_at: Mapped[datetime | None] = plain()


@append_only
class PartVersion(Base):
    """What is asked and keyed, by its digest: an edit of the explanation or the layout keeps the version."""

    __tablename__ = "part_version"
    __table_args__ = (Index("ix_part_version_part", "part_id"),)
    sha: Mapped[bytes] = plain(LargeBinary(32), primary_key=True)
    part_id: Mapped[int] = plain(ForeignKey("part.id"))
    spec: Mapped[dict[str, Any]] = plain(type_json)
    first_revision_id: Mapped[int] = plain(ForeignKey("revision.id"))


class Edge(Base):
    """Which document (section, question) refers to which; rebuilt whenever the former is published."""

    __tablename__ = "edge"
    __table_args__ = (Index("ix_edge_to", "to_document_id", "to_part_id"),)
    id: Mapped[pk]
    from_document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)
    from_part_id: Mapped[int | None] = plain(ForeignKey("part.id"))
    to_document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    to_part_id: Mapped[int | None] = plain(ForeignKey("part.id"))
    to_path: Mapped[str] = plain(String(300))
    to_anchor: Mapped[str] = plain(String(200), default="", server_default="")


class DocumentCheck(Base):
    """What was wrong with a document's latest text when it was last looked at: a projection, made anew at any time.

    findings: [{code, line, error, id, values}], the sentence by its Chinese form and what is filled in.
    """

    __tablename__ = "document_check"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    errors: Mapped[int] = plain(default=0, server_default="0")
    warnings: Mapped[int] = plain(default=0, server_default="0")
    findings: Mapped[list[Any]] = plain(type_json, default=list)
    at: Mapped[datetime] = plain(index=True)


class Autosave(Base):
    """What somebody has typed and not saved, and that they are at it. Disposable: a save or a discard deletes it.

    text: None while nothing differs from the base. seen_at: when their page last said that it is open.
    """

    __tablename__ = "autosave"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    base_revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    text: Mapped[str | None] = free_text()
    saved_at: Mapped[datetime | None] = plain()
    seen_at: Mapped[datetime] = plain()


class Attachment(Base):
    """A picture, a deck, a PDF, a video or a sound that documents show; its bytes lie in `core.files` by digest.

    path: in the repository, beside the documents (`courses/onboarding/products/files/kettle-3f9a2c.png`): what a
    relative link means. kind: picture | pdf | slides | video | audio. facts: what was read from the bytes, by kind
    (width, height, pages, seconds, …). words: its text, for search. made: how many pages have their picture.
    state: ready | making (pages are still being made) | failed.
    """

    __tablename__ = "attachment"
    id: Mapped[pk]
    path: Mapped[str] = plain(String(300), unique=True)
    sha: Mapped[bytes] = plain(LargeBinary(32), index=True)
    media_type: Mapped[str] = plain(String(80))
    kind: Mapped[str] = plain(String(10))
    size: Mapped[int] = plain()
    facts: Mapped[dict[str, Any]] = plain(type_json, default=dict)
    words: Mapped[str] = plain(default="", server_default="")
    state: Mapped[str] = plain(String(10), default="ready", server_default="ready")
    made: Mapped[int] = plain(default=0, server_default="0")
    added_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()


class AttachmentPage(Base):
    """One page of a PDF, one slide, or the poster of a video (number 0). 1003 is the second picture of slide 3.

    sha: of its picture, None while there is none. words: its text; notes: what the speaker says.
    """

    __tablename__ = "attachment_page"
    attachment_id: Mapped[int] = plain(ForeignKey("attachment.id"), primary_key=True)
    number: Mapped[int] = plain(primary_key=True)
    sha: Mapped[bytes | None] = plain(LargeBinary(32))
    width: Mapped[int] = plain(default=0, server_default="0")
    height: Mapped[int] = plain(default=0, server_default="0")
    words: Mapped[str] = plain(default="", server_default="")
    notes: Mapped[str] = plain(default="", server_default="")


class Category(Base):
    """A folder of articles. reviewer_id: who approves what is written in it; None = any trainer.

    watermark: its pages carry the reader's name and number.
    """

    __tablename__ = "category"
    folder: Mapped[str] = plain(String(200), primary_key=True)
    reviewer_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    watermark: Mapped[bool] = plain(default=False, server_default=text("false"))


class ReviewRequest(Base):
    """A draft that its author handed in. state: open | approved | returned | withdrawn; one open at most a document.

    revision_id: the draft as handed in. reviewer_id: who is asked; None = any trainer. answer: what the reviewer wrote.
    """

    __tablename__ = "review_request"
    __table_args__ = (
        Index(
            "uq_review_request_open",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_review_request_reviewer", "reviewer_id", "state"),
    )
    id: Mapped[pk]
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    asked_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = plain()
    note: Mapped[str] = free_text(default="", server_default="")
    reviewer_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    decided_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = plain()
    answer: Mapped[str] = free_text(default="", server_default="")


class ReviewMark(Base):
    """A section or question that rests on something that changed, until somebody has looked (待复核).

    part_id: what is in doubt; cause_part_id: the section that changed, None where the whole document did.
    verdict: still_right | changed, once cleared.
    """

    __tablename__ = "review_mark"
    __table_args__ = (
        UniqueConstraint("part_id", "cause_revision_id"),
        Index(
            "ix_review_mark_open",
            "document_id",
            "part_id",
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )
    id: Mapped[pk]
    document_id: Mapped[int] = plain(ForeignKey("document.id"))  # of the part in doubt
    part_id: Mapped[int] = plain(ForeignKey("part.id"))
    cause_part_id: Mapped[int | None] = plain(ForeignKey("part.id"))
    cause_revision_id: Mapped[int] = plain(ForeignKey("revision.id"), index=True)
    before_revision_id: Mapped[int] = plain(ForeignKey("revision.id"))  # what the part was written for
    set_at: Mapped[datetime] = plain()
    cleared_at: Mapped[datetime | None] = plain()
    cleared_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    verdict: Mapped[str | None] = plain(String(12))
