"""A file between its preview and its import: kept beside the database under its digest and its owner, for a day."""

import json
import re
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import request

from lms.core import clock
from lms.core.access import Actor
from lms.core.errors import Conflict, Invalid
from lms.core.here import settings
from lms.core.sheets.read import MOST_BYTES
from lms.core.texts import text

KEPT_SECONDS = 24 * 3600
_KEY = re.compile(r"[0-9a-f]{64}")


def uploaded(field: str = "file", most: int = MOST_BYTES) -> bytes:
    """Return the file of the form, at most one byte more than `most`. Raises Invalid where none was chosen."""
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        reason = text("请先选一个文件。")
        raise Invalid(reason, fields={field: reason})
    with sent.stream as stream:
        data: bytes = stream.read(most + 1)
    return data


def keep(actor: Actor, data: bytes) -> str:
    """Keep the file for its import and return its key. What is older than a day goes."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    key = sha256(data).hexdigest()
    path = folder / f"{actor.id}-{key}"
    path.write_bytes(data)
    for old in folder.iterdir():
        with suppress(FileNotFoundError):  # somebody else takes it away at this moment
            if old.stat().st_mtime < clock.now().timestamp() - KEPT_SECONDS and old != path:
                old.unlink()
    return key


def kept(actor: Actor, key: str) -> bytes:
    """Return one's own file. Raises Conflict where it is no longer there."""
    path = _folder() / f"{actor.id}-{key}"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise Conflict(text("预览过的文件已经不在了，请重新上传。"))
    return path.read_bytes()


def drop(actor: Actor, key: str) -> None:
    (_folder() / f"{actor.id}-{key}").unlink(missing_ok=True)


def note(actor: Actor, run: str, value: object) -> None:
    """Keep what a long import has done so far. run: its digest; value: JSON."""
    _folder().mkdir(parents=True, exist_ok=True)
    whole = _noted(actor, run)
    part = whole.with_name(f"{whole.name}.{secrets.token_hex(4)}")
    part.write_text(json.dumps(value), "utf-8")
    part.replace(whole)  # nobody reads half of it


def noted(actor: Actor, run: str) -> Any:
    """Return what was noted for one's own import, None where nothing was."""
    path = _noted(actor, run)
    return json.loads(path.read_text("utf-8")) if _KEY.fullmatch(run) and path.is_file() else None


def _noted(actor: Actor, run: str) -> Path:
    return _folder() / f"{actor.id}-{run}.json"


def _folder() -> Path:
    return settings().uploads / "imports"
