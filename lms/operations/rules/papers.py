"""What a backup says about itself: the head, written before anything else, and the manifest, written last. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from lms.operations.rules.rows import Kind, Shape

FORMAT = 1
PRODUCT = "kefu-academy"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.+:-]{1,60}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
MOST_TABLES = 2_000
MOST_COLUMNS = 500


class WrongPaper(Exception):
    """A head or manifest is not one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """version: of the program. schema: revision of the migrations. taken_at: the moment, `…Z`. database: which make."""

    version: str
    schema: str
    taken_at: str
    database: str
    tables: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """rows, digests: by table. files, size, files_digest: of the kept files. missing: files that rows name in vain."""

    head: str
    rows: Mapping[str, int]
    digests: Mapping[str, str]
    files: int
    size: int
    files_digest: str
    missing: int
    erasures: int
    secrets: bool


@dataclass(slots=True)
class Sum:
    """A digest of many files in any order: how many, how large, and the sum of the digests of name and size."""

    count: int = 0
    size: int = 0
    _total: int = field(default=0, repr=False)

    def add(self, sha: bytes, size: int) -> None:
        self.count += 1
        self.size += size
        self._total = (self._total + int.from_bytes(sha256(sha + size.to_bytes(8, "big")).digest())) % 2**256

    @property
    def digest(self) -> str:
        return self._total.to_bytes(32).hex()


def written(paper: Head | Manifest) -> bytes:
    """Return a paper as it stands in the file: JSON that a person can read too."""
    if isinstance(paper, Head):
        plain: dict[str, Any] = {
            "product": PRODUCT,
            "format": FORMAT,
            "version": paper.version,
            "schema": paper.schema,
            "taken_at": paper.taken_at,
            "database": paper.database,
            "tables": [
                {"name": each.name, "columns": [[name, kind.value] for name, kind in each.columns], "key": each.key}
                for each in paper.tables
            ],
        }
    else:
        plain = {
            "head": paper.head,
            "tables": {name: {"rows": rows, "sha256": paper.digests[name]} for name, rows in paper.rows.items()},
            "files": {
                "count": paper.files,
                "bytes": paper.size,
                "sha256": paper.files_digest,
                "missing": paper.missing,
            },
            "erasures": paper.erasures,
            "secrets": paper.secrets,
        }
    return json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n"


def read_head(data: bytes) -> Head:
    """Return the head. Raises WrongPaper for anything else than what `written` makes, or of a later format."""
    plain = _object(data)
    _is(plain.get("product") == PRODUCT, "product")
    _is(plain.get("format") == FORMAT, "format")
    tables = plain.get("tables")
    if not isinstance(tables, list) or not len(tables) <= MOST_TABLES:
        raise WrongPaper("tables")
    shapes = tuple(_shape(each) for each in tables)
    _is(len({each.name for each in shapes}) == len(shapes), "tables")
    return Head(
        version=_text(plain, "version", _WORD),
        schema=_text(plain, "schema", _WORD),
        taken_at=_text(plain, "taken_at", _WORD),
        database=_text(plain, "database", _WORD),
        tables=shapes,
    )


def read_manifest(data: bytes, tables: Sequence[str]) -> Manifest:
    """Return the manifest of these tables. Raises WrongPaper."""
    plain = _object(data)
    named, files = plain.get("tables"), plain.get("files")
    if not isinstance(named, dict) or not isinstance(files, dict) or list(named) != list(tables):
        raise WrongPaper("tables")
    for each in named.values():
        _is(isinstance(each, dict), "tables")
    return Manifest(
        head=_text(plain, "head", _DIGEST),
        rows={name: _number(each, "rows") for name, each in named.items()},
        digests={name: _text(each, "sha256", _DIGEST) for name, each in named.items()},
        files=_number(files, "count"),
        size=_number(files, "bytes"),
        files_digest=_text(files, "sha256", _DIGEST),
        missing=_number(files, "missing"),
        erasures=_number(plain, "erasures"),
        secrets=plain.get("secrets") is True,
    )


def _shape(plain: object) -> Shape:
    if not isinstance(plain, dict):
        raise WrongPaper("tables")
    columns, key = plain.get("columns"), plain.get("key")
    if not isinstance(columns, list) or not isinstance(key, list) or not 0 < len(columns) <= MOST_COLUMNS or not key:
        raise WrongPaper("columns")
    found = []
    for pair in columns:
        if not (isinstance(pair, list) and len(pair) == 2 and pair[1] in list(Kind)):
            raise WrongPaper("columns")
        found.append((_name(pair[0]), Kind(pair[1])))
    names = [name for name, _ in found]
    _is(len(set(names)) == len(names), "columns")
    for each in key:
        _is(each in names, "key")
    return Shape(name=_name(plain.get("name")), columns=tuple(found), key=tuple(key))


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise WrongPaper("JSON") from None
    if not isinstance(found, dict):
        raise WrongPaper("JSON")
    return found


def _is(holds: bool, what: str) -> None:
    if not holds:
        raise WrongPaper(what)


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise WrongPaper("name")
    return value


def _text(plain: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = plain.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise WrongPaper(name)
    return value


def _number(plain: Mapping[str, Any], name: str) -> int:
    value = plain.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise WrongPaper(name)
    return value
