"""A file between its preview and its import: kept under its digest and its owner for a day, seen by every process."""

import json
import re
from contextlib import suppress
from hashlib import sha256
from typing import Any

from flask import request

from lms.core import clock, files
from lms.core.access import Actor
from lms.core.errors import Conflict, Invalid
from lms.core.sheets.read import MOST_BYTES
from lms.core.texts import text

KEPT_SECONDS = 24 * 3600
FOLDER = "imports"
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
    key = sha256(data).hexdigest()
    name = _name(actor, key)
    files.write_named(name, data)
    before = clock.now().timestamp() - KEPT_SECONDS
    for old in files.named(FOLDER):
        if old.at < before and old.name != name:
            files.delete_named(old.name)
    return key


def kept(actor: Actor, key: str) -> bytes:
    """Return one's own file. Raises Conflict where it is no longer there."""
    if _KEY.fullmatch(key):
        with suppress(FileNotFoundError):
            return files.read_named(_name(actor, key))
    raise Conflict(text("预览过的文件已经不在了，请重新上传。"))


def drop(actor: Actor, key: str) -> None:
    """Forget one's own file; one that is not there is no fault."""
    if _KEY.fullmatch(key):
        files.delete_named(_name(actor, key))


def note(actor: Actor, run: str, value: object) -> None:
    """Keep what a long import has done so far. run: its digest; value: JSON."""
    files.write_named(_noted(actor, run), json.dumps(value).encode())


def noted(actor: Actor, run: str) -> Any:
    """Return what was noted for one's own import, None where nothing was."""
    if _KEY.fullmatch(run):
        with suppress(FileNotFoundError):
            return json.loads(files.read_named(_noted(actor, run)))
    return None


def _name(actor: Actor, key: str) -> str:
    return f"{FOLDER}/{actor.id}-{key}"


def _noted(actor: Actor, run: str) -> str:
    return f"{_name(actor, run)}.json"
