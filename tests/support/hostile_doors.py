"""Hostile files at every door of the academy that takes a file, in one process whose memory and time are measured.

    python -m tests.support.hostile_doors FOLDER        # orders on standard input, what came of them on standard output

Orders are lines of JSON: door, file (lying in FOLDER), name (as the person calls it). The process may not hold more
than MOST bytes beyond what it holds when all is loaded: what wants more meets a MemoryError, and so a 500.
"""

import contextlib
import html
import json
import re
import resource
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from lms import cli
from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import db, transaction
from tests.conftest import an_app
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_backups import a_blank
from tests.support.make_content import a_document, a_trainer
from tests.support.make_learning import a_task
from tests.support.make_staffing import a_staff_plan
from tests.support.pages import token

MOST = 300_000_000
QUIET = frozenset({"audit_log", "log_head", "rate_bucket"})
"""Tables in which a refusal may be noted."""
_SAID = re.compile(
    r'<(\w+)[^>]*(?:role="alert"|class="[^"]*(?:notice-bad|invalid-feedback)[^"]*")[^>]*>(.*?)</\1>', re.DOTALL
)
_JSON = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What came of a file at a door. status: 0 for a command. said: why it is refused; empty where it is taken.

    seconds: of the processor, of children too. memory: bytes at most, beyond what was held before. left: what is there
    now that was not before, of a file that was refused.
    """

    door: str
    name: str
    status: int
    refused: bool
    said: str
    seconds: float
    memory: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    said: str


Door = Callable[[str, Path], Answered]


class Doors:
    """An installation with somebody who may send a file anywhere. folder: empty, for the installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}")
        self._context = self.app.app_context()
        self._context.push()
        team = a_team("客服中心")
        person = a_person(Role.TRAINER, Role.LEAD, Role.QUALITY, Role.HR, Role.ADMIN, Role.DIRECTOR, team=team)
        a_document(a_trainer(), slug="returns/how")
        a_task(a_trainer(), "own-task", evidence="[文字, 照片]")
        staffing = a_staff_plan(team, actor=as_actor(person)).public_id
        with transaction():
            self._bearer = make_token(as_actor(person), label="", scope=["read", "write"])
        tables = sorted(set(inspect(db.engine).get_table_names()) - QUIET)
        self._counted = text(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables))
        self.client: FlaskClient = self.app.test_client()
        sign_in(self.client, person)
        db.session.rollback()
        self._csrf = token(self.client, "/studio/import")
        self.doors: Mapping[str, Door] = {
            "document": self._page("/studio/import"),
            "sheet of questions": self._page("/studio/import", kind="article"),
            "bank": self._page("/bank/import"),
            "bank as moodlexml": self._page("/bank/import", format="moodlexml"),
            "bank as qti": self._page("/bank/import", format="qti"),
            "bank as docx": self._page("/bank/import", format="docx"),
            "bank as xlsx": self._page("/bank/import", format="xlsx"),
            "bank as gift": self._page("/bank/import", format="gift"),
            "bank by API": self._api,
            "courseware": self._page("/studio/courseware"),
            "attachment": self._page("/studio/article/returns/how/files"),
            "pasted": self._page("/studio/article/returns/how/paste", field="html"),
            "people": self._page("/people/import"),
            "roster": self._page("/roster/import"),
            "leave": self._page("/leave/import"),
            "company days": self._page("/calendar/days/import"),
            "figures": self._page("/kpis/import"),
            "inspections": self._page("/inspections/import"),
            "gaps": self._page("/kb/care/gaps/import"),
            "volumes": self._page(f"/staffing/{staffing}/import"),
            "photo": self._page("/learn/task/own-task", field="photo", do="save"),
            "chat": self._page("/drills/from-chat"),
            "restore": self._restore,
        }

    def _page(self, address: str, *, field: str = "file", **values: str) -> Door:
        def send(name: str, path: Path) -> Answered:
            with path.open("rb") as file:
                answer = self.client.post(
                    address,
                    data={"csrf_token": self._csrf, field: (file, name), **values},
                    headers=_JSON if field == "html" else None,
                    content_type="multipart/form-data",
                )
            return Answered(status=answer.status_code, said=_said(answer))

        return send

    def _api(self, name: str, path: Path) -> Answered:
        with path.open("rb") as file:
            answer = self.app.test_client().post(
                "/api/v1/quizzes/import",
                query_string={"dry_run": "1"},
                data={"file": (file, name)},
                headers={"Authorization": f"Bearer {self._bearer}"},
                content_type="multipart/form-data",
            )
        return Answered(status=answer.status_code, said=_said(answer))

    def _restore(self, _name: str, path: Path) -> Answered:
        blank = a_blank(self.folder / "blank")
        done = CliRunner().invoke(cli.main, ["restore", str(path)], obj=blank)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            return Answered(status=500, said="")
        return Answered(status=0 if done.exit_code == 0 else 422, said=done.stderr.strip()[:300])

    def meet(self, door: str, path: Path, name: str) -> Met:
        """Send a file to a door and say what came of it."""
        before, rows = self._lying(), self._rows()
        held, spent = _fresh_peak(), _spent()
        answered = self.doors[door](name, path)
        seconds, memory = _spent() - spent, max(0, _peak() - held)
        db.session.rollback()
        refused = answered.status >= 400 or bool(answered.said)
        left = tuple(sorted({*(self._lying() - before), *(self._rows() - rows)})) if refused else ()
        return Met(
            door=door,
            name=name,
            status=answered.status,
            refused=refused,
            said=answered.said,
            seconds=seconds,
            memory=memory,
            left=left,
        )

    def _lying(self) -> set[str]:
        """Every file of the installation and of the folder for passing ones."""
        found = (path for folder in (self.folder, Path(tempfile.gettempdir())) for path in folder.rglob("*"))
        return {str(path) for path in found if path.is_file() and not path.name.startswith("lms.sqlite3")}

    def _rows(self) -> set[str]:
        with db.engine.connect() as connection:
            return {f"{name}: {count} rows" for name, count in connection.execute(self._counted)}


def _said(answer: Any) -> str:
    """Return the sentence by which a page or the API refuses; empty where it says none."""
    if answer.is_json:
        body = answer.json
        return str(body.get("error") or body.get("message") or body.get("detail") or body.get("title") or "")[:300]
    found = _SAID.search(answer.get_data(as_text=True))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[2])).split())[:300] if found else ""


class Children(threading.Thread):
    """Looks at what children hold, from the moment at which they are programs of their own. most: bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._own = Path("/proc/self/cmdline").read_bytes()
        self._ended = threading.Event()

    def run(self) -> None:
        listing = Path(f"/proc/self/task/{threading.main_thread().native_id}/children")
        while not self._ended.wait(0.02):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                for number in listing.read_text().split():
                    if Path(f"/proc/{number}/cmdline").read_bytes() != self._own:
                        self.most = max(self.most, _status("VmHWM", number))

    def seen(self) -> int:
        self._ended.set()
        self.join()
        return self.most


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _status(name: str, of: str = "self") -> int:
    line = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{of}/status").read_text())
    return int(line[1]) * 1024 if line else 0


def _fresh_peak() -> int:
    """Forget how much was held at most so far; return how much is held now."""
    with contextlib.suppress(OSError):  # where that is not allowed the highest of all counts
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def orders(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in lines if line.strip())


def main(folder: Path) -> None:
    """Do what standard input orders. Says first what the process holds, at the end what its children held at most."""
    warnings.simplefilter("ignore")
    scratch = folder / "scratch"
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    installed = folder / "installed"
    installed.mkdir()
    doors = Doors(installed)
    resource.setrlimit(resource.RLIMIT_DATA, (_status("VmData") + MOST, resource.RLIM_INFINITY))
    print(json.dumps({"held": _status("VmRSS"), "doors": list(doors.doors)}), flush=True)
    children = Children()
    children.start()
    for order in orders(iter(sys.stdin)):
        print(json.dumps(asdict(doors.meet(order["door"], folder / order["file"], order["name"]))), flush=True)
    print(json.dumps({"children": children.seen()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
