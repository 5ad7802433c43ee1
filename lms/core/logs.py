"""What is written to the log: one line a record, as text or JSON, with the number of the request, and nobody in it.

Sentences of the log are English and written by us, so Chinese and long numbers in one are something that a person typed
or is: they are left out, wherever they come from. A host application that mounts the academy keeps its own log.
"""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any

request_id: ContextVar[str] = ContextVar("lms_request_id", default="")
"""The number of the request that this thread answers, "" outside of one; the name of the job in the worker."""

_PERSONAL = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|[0-9]{7,}|[^\s@'\"=<>(),;:]+@[\w-]+(?:\.[\w-]+)+")
_DETAIL = re.compile(r"^\s*(DETAIL|CONTEXT|HINT|LINE \d+):?.*$", re.MULTILINE)
_ENDS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_HEX = re.compile(r"\b[0-9a-f]{32,64}\b")


def without_people(words: str) -> str:
    """Return a text of the log without what people typed or are: Chinese, long numbers, mail addresses, values that
    the database quotes. Digests and names of requests (hexadecimal) stay."""
    kept: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\0{len(kept) - 1}\0"

    plain = _PERSONAL.sub("…", _DETAIL.sub("", _HEX.sub(put_aside, words)))
    return re.sub("\0([0-9]+)\0", lambda match: kept[int(match[1])], plain)


def _written_out(match: re.Match[str]) -> str:
    """Return the end of a line, or any other sign that a terminal obeys, as it is written in a program."""
    return ascii(match[0])[1:-1]


class Lines(logging.Formatter):
    """Writes a record as one line of text, with its traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        said = [_moment(record), record.levelname, record.name]
        if number := _number(record):
            said.append(f"[{number}]")
        line = _ENDS.sub(_written_out, " ".join([*said, without_people(record.getMessage()), *_more(record)]))
        return "\n".join(each for each in (line, _trace(self, record)) if each)


class Json(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        found: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_people(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if number := _number(record):
            found["request_id"] = number
        if trace := _trace(self, record):
            found["trace"] = trace
        return json.dumps(found, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(record: logging.LogRecord) -> str:
    return str(getattr(record, "request_id", "") or request_id.get())


def _more(record: logging.LogRecord) -> list[str]:
    return [f"{name}={value}" for name, value in getattr(record, "facts", {}).items()]


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return without_people(formatter.formatException(record.exc_info))


def handler(form: str, stream: IO[str] | None = None) -> logging.Handler:
    """Return what writes to stderr, or to a stream. form: `text` or `json`."""
    made = logging.StreamHandler(stream or sys.stderr)
    made.setFormatter(Json() if form == "json" else Lines())
    return made


def configure(form: str) -> None:
    """Have the process write its log to stderr. For processes of our own alone, called once at their start."""
    root = logging.getLogger()
    root.handlers[:] = [handler(form)]
    root.setLevel(logging.WARNING)
    logging.getLogger("lms").setLevel(logging.INFO)
    for each in logging.getLogger("gunicorn.error").handlers:
        each.setFormatter(root.handlers[0].formatter)
    logging.captureWarnings(True)
