"""Reading hostile files with native libraries: one of our own pure functions in a child process with limits.

    with running(pictures.clean, source=str(path), longest=2000) as done:
        done.value           # what the function returned: JSON
        done.folder / "…"    # what it wrote into its folder

The function is a top-level one of a module that needs no app: `def clean(folder: Path, *, source: str) -> dict`. It
gets an empty folder and JSON values by name, returns a JSON value and may write files into the folder, which is
emptied when the `with` block ends, however it ends. A DomainError that it raises is raised here again. Everything
else (a crash, too much time, memory or disk) is `Unreadable` with a sentence; the person's file was the cause.
The child inherits no setting and no secret: its environment is empty.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from lms.core import errors
from lms.core.errors import DomainError, Unreadable
from lms.core.texts import Text, text

_resource: ModuleType | None
try:
    import resource as _resource
except ImportError:  # Windows: the time limit alone holds
    _resource = None

log = logging.getLogger("lms")

SECONDS = 20
MEMORY = 600_000_000
"""Bytes that the child may hold; with its libraries loaded it starts at some 70 MB."""
DISK = 300_000_000
"""Bytes of one file that it may write."""
MOST_ANSWER = 20_000_000
"""Bytes of what it returns."""

BROKEN = text("这个文件读不出来，可能已损坏。请用原来的软件打开，另存一份再传。")

_ANSWER = ".answer.json"
_OUT_OF_TIME = getattr(signal, "SIGXCPU", signal.SIGTERM)
# A stand-in for the package `lms`, whose own __init__ builds the whole house: a second more for each file.
_START = (
    "import sys, types; lms = types.ModuleType('lms'); lms.__path__ = [sys.argv[1]]; sys.modules['lms'] = lms; "
    "from lms.core.confined import child; child()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """value: what the reader returned. folder: what it wrote; gone after the `with` block."""

    value: Any
    folder: Path


@contextmanager
def running(
    reader: Callable[..., Any] | str,
    *,
    seconds: float = SECONDS,
    work: int | None = None,
    memory: int = MEMORY,
    **arguments: Any,
) -> Iterator[Done]:
    """Run the reader and give what it made. seconds: of the clock; work: of the processor, which a busy machine does
    not use up; twice `seconds` without. memory: bytes. reader: the function, or `module:name` where its libraries are
    not to be loaded into the server as well.

    Raises Unreadable where the child failed or was stopped, and whatever DomainError the reader raised.
    """
    module, name = reader.split(":") if isinstance(reader, str) else (reader.__module__, reader.__qualname__)
    order = {"module": module, "name": name, "arguments": arguments}
    with TemporaryDirectory(prefix="lms-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve()
        yield Done(value=_run(folder, order, seconds, work or round(seconds * 2), memory), folder=folder)


def _run(folder: Path, order: Mapping[str, Any], seconds: float, work: int, memory: int) -> Any:
    limits = {"folder": str(folder), "work": max(1, work), "memory": memory}
    what = f"{order['module']}.{order['name']}"
    try:
        ended = subprocess.run(  # noqa: S603 (our own interpreter, no shell)
            [_python(), "-P", "-c", _START, str(Path(__file__).parents[1])],
            input=json.dumps({**order, **limits}).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path), "SYSTEMROOT": r"C:\Windows"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        log.warning("%s was stopped after %s s", what, seconds)
        raise _too_long(round(seconds)) from error
    if ended.returncode == -_OUT_OF_TIME:
        log.warning("%s was stopped after %s s of work", what, work)
        raise _too_long(work)
    answer = folder / _ANSWER
    if ended.returncode or not answer.is_file() or answer.stat().st_size > MOST_ANSWER:
        log.warning("%s ended with %s", what, ended.returncode)
        raise Unreadable(BROKEN, code="broken_file")
    found = json.loads(answer.read_bytes())
    answer.unlink()
    if "refused" in found:
        raise _refusal(found["refused"])
    if "failed" in found:
        log.warning("%s failed: %s", what, found["failed"])
        raise Unreadable(BROKEN, code="broken_file")
    return found["value"]


def _too_long(seconds: int) -> Unreadable:
    problem = text(
        "这个文件太复杂，读了 %(seconds)s 秒还没读完。请拆成几份，或用原来的软件另存一份再传。", seconds=seconds
    )
    return Unreadable(problem, code="too_complex")


def _python() -> str:
    """Return the interpreter; inside a host's server `sys.executable` may be that server."""
    if Path(sys.executable).name.lower().startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / ("python.exe" if os.name == "nt" else "bin/python3"))


def _refusal(plain: Mapping[str, Any]) -> DomainError:
    kind = getattr(errors, plain["kind"], Unreadable)
    error: DomainError = kind(_text(plain["message"]), code=plain["code"])
    return error


def _text(plain: Mapping[str, Any]) -> Text:
    values = {name: _text(value) if isinstance(value, dict) else value for name, value in plain["values"].items()}
    return Text(plain["id"], values)


def _plain(message: Text) -> dict[str, Any]:
    values = {
        name: _plain(value) if isinstance(value, Text) else value if isinstance(value, int | float) else str(value)
        for name, value in message.values.items()
    }
    return {"id": message.id, "values": values}


def child() -> None:
    """Do what standard input orders, inside the limits. The whole life of the child process."""
    order = json.loads(sys.stdin.buffer.read())
    folder = Path(order["folder"])
    _limit(order["work"], order["memory"])
    try:
        reader = getattr(import_module(order["module"]), order["name"])
        answer = {"value": reader(folder, **order["arguments"])}
    except DomainError as error:
        answer = {"refused": {"kind": type(error).__name__, "code": error.code, "message": _plain(error.message)}}
    except Exception as error:  # a broken file makes a library raise anything; the parent words it
        answer = {"failed": f"{type(error).__name__}: {error}"[:500]}
    (folder / _ANSWER).write_text(json.dumps(answer), "utf-8")


def _limit(work: int, memory: int) -> None:
    if _resource is None or sys.platform == "win32":
        return
    wanted = {
        "RLIMIT_CPU": work,
        "RLIMIT_DATA": memory,
        "RLIMIT_AS": memory + 2_000_000_000,  # address space is reserved in plenty by threads
        "RLIMIT_FSIZE": DISK,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 128,
    }
    for name, value in wanted.items():
        number = getattr(_resource, name, None)
        if number is None:
            continue
        _, hard = _resource.getrlimit(number)
        most = value if hard == _resource.RLIM_INFINITY else min(value, hard)
        # At its soft limit of time a process gets a signal of its own, at the hard one a second later any end.
        end = most + 1 if name == "RLIMIT_CPU" and (hard == _resource.RLIM_INFINITY or most < hard) else most
        try:
            _resource.setrlimit(number, (most, end))
        except (OSError, ValueError):  # macOS has the name and refuses some of them
            continue
