"""Bytes and revisions: what is written once and never changed. Used by the actions of this slice."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from lms.content.audience import normal
from lms.content.kinds import Kind, kind_of
from lms.content.models import Blob, Document, Revision
from lms.core import clock
from lms.core.db import session
from lms.core.errors import Invalid, TooLarge
from lms.core.here import settings
from lms.core.plain import from_plain, to_plain
from lms.core.texts import text

PARSER = "1"
"""Version of what parsers make; raised when the same source would be compiled otherwise."""

KEPT = 512
"""Compiled documents held in memory by one process."""


def encode(source: str) -> bytes:
    """Return the bytes of a source. Raises Invalid for what is no text, TooLarge over the installation's limit."""
    try:
        data = source.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid(text("内容里有不成对的代理字符，无法保存，请重新粘贴一次。")) from error
    if "\x00" in source:
        raise Invalid(text("内容里有空字符（NUL），不是文字，无法保存。"))
    most = settings().source_max_bytes
    if len(data) > most:
        raise TooLarge(
            text("内容有 %(size)s MB，最多 %(most)s MB，请拆成几篇。", size=megabytes(len(data)), most=megabytes(most))
        )
    return data


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"


def put(data: bytes) -> bytes:
    """Keep the bytes and return their sha256; what is kept already is not kept twice."""
    return put_all([data])[0]


def put_all(pieces: Iterable[bytes]) -> list[bytes]:
    """Keep several pieces of bytes; return their sha256 in order."""
    by_sha: dict[bytes, bytes] = {}
    order = []
    for data in pieces:
        sha = sha256(data).digest()
        by_sha[sha] = data
        order.append(sha)
    current = session()
    kept = set(current.scalars(select(Blob.sha).where(Blob.sha.in_(by_sha))))
    rows = [
        {"sha": sha, "zlib": zlib.compress(data, 6), "size": len(data)}
        for sha, data in by_sha.items()
        if sha not in kept
    ]
    if rows:
        if current.get_bind().dialect.name == "postgresql":
            # Another transaction may keep the same bytes at this moment; on SQLite there is one writer.
            current.execute(postgresql_insert(Blob).on_conflict_do_nothing(), rows)
        else:
            current.execute(Blob.__table__.insert(), rows)  # type: ignore[attr-defined]
    return order


def bytes_of(shas: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return what is kept under these digests; those that are not kept are left out."""
    rows = session().execute(select(Blob.sha, Blob.zlib).where(Blob.sha.in_(list(shas))))
    return {row.sha: zlib.decompress(row.zlib) for row in rows}


def source_of(sha: bytes) -> str:
    """Return a kept source as it was written, byte for byte. Raises LookupError where there is none."""
    return bytes_of([sha])[sha].decode("utf-8")


def compile_spec(kind: Kind, spec: object) -> bytes:
    """Return the parsed form as stored bytes; the same spec gives the same bytes."""
    whole = {"kind": kind.name, "parser": PARSER, "spec": to_plain(spec)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


@lru_cache(maxsize=KEPT)
def spec_of(compiled_sha: bytes) -> Any:
    """Return the parsed form that was stored.

    Kept by its digest, because the number of a revision is given again after a rollback.
    """
    data: Mapping[str, Any] = json.loads(bytes_of([compiled_sha])[compiled_sha])
    return from_plain(kind_of(data["kind"]).spec, data["spec"])


def add_revision(
    document: Document,
    *,
    blob_sha: bytes,
    kind: str,
    author_id: int | None,
    parent_id: int | None,
    note: str = "",
    minor: bool = False,
    merge_parent_id: int | None = None,
    compiled_sha: bytes | None = None,
    audience: Sequence[str] = (),
    at: datetime | None = None,
) -> Revision:
    """Write one version of a document whose row the caller has locked; versions are numbered from 1 without a gap.

    audience: of a published one, as it says itself. at: when it was written elsewhere, None = now.
    """
    current = session()
    last = current.scalar(select(func.max(Revision.number)).where(Revision.document_id == document.id)) or 0
    revision = Revision(
        document_id=document.id,
        number=last + 1,
        parent_id=parent_id,
        merge_parent_id=merge_parent_id,
        blob_sha=blob_sha,
        compiled_sha=compiled_sha,
        parser=PARSER if compiled_sha else "",
        author_id=author_id,
        note=note,
        kind=kind,
        minor=minor,
        audience=[normal(word) for word in audience],
        at=at or clock.now(),
    )
    current.add(revision)
    current.flush()
    return revision
