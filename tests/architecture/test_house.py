"""The shape of the house, read from the source: imports only go down, one place for each thing."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LMS = ROOT / "lms"

ROWS: list[tuple[str, ...]] = [
    ("__main__",),
    ("cli",),
    ("mount", "demo"),
    ("worker", "serving"),
    ("operations",),
    ("app", "rooms", "tables", "facts"),
    ("home",),
    ("notifications", "integrations", "signon", "courseware", "lti", "health"),
    ("reports",),
    ("reviews", "readiness"),
    ("performance",),
    ("kb", "quizzes", "drills", "learning"),
    ("assignments",),
    ("records",),
    ("questions",),
    ("content",),
    ("accounts",),
    ("web",),
    ("search",),
    ("core",),
]
"""From the top floor down. A room imports itself and what lies below; rooms of one row are strangers.

`app`, `rooms` and `tables` are one room: the factory. docs/architecture.md shows the same list.
"""

HEIGHT = {room: len(ROWS) - number for number, row in enumerate(ROWS) for room in row}
FACTORY = {"app", "rooms", "tables", "facts"}
SHELL = {"views", "forms", "api", "cli"}


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_text("utf-8"), str(path)))
        for path in sorted(LMS.rglob("*.py"))
        if "migrations" not in path.parts
    ]


def room_of(path: Path) -> str:
    parts = path.relative_to(LMS).with_suffix("").parts
    return parts[0]


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_every_room_stands_in_a_row():
    rooms = {room_of(path) for path, _ in sources()} - {"__init__"}
    assert rooms <= HEIGHT.keys()


def test_imports_only_go_down():
    wrong = []
    for path, tree in sources():
        room = room_of(path)
        if room == "__init__":
            continue
        for line, module in imports(tree):
            if not module.startswith("lms."):
                continue
            other = module.split(".")[1]
            if other == room or (room in FACTORY and other in FACTORY) or other not in HEIGHT:
                continue
            if HEIGHT[other] >= HEIGHT[room]:
                wrong.append(f"{where(path, line)} imports {module}")
    assert wrong == []


def test_a_lower_room_is_entered_by_no_page_form_api_or_command():
    allowed = {"app", "rooms", "cli"}  # they register what the others offer
    wrong = []
    for path, tree in sources():
        room = room_of(path)
        if room in allowed or room == "__init__":
            continue
        for line, module in imports(tree):
            parts = module.split(".")
            if parts[0] == "lms" and len(parts) > 2 and parts[1] not in (room, "web", "core") and parts[2] in SHELL:
                wrong.append(f"{where(path, line)} imports {module}")
    assert wrong == []


def test_rules_specs_lint_forms_of_documents_and_whatever_calls_itself_pure_is_pure():
    wrong = []
    for path, tree in sources():
        parts = path.relative_to(LMS).with_suffix("").parts
        says_so = re.search(r"\bPure\.", ast.get_docstring(tree) or "")
        if not says_so and not ({"spec", "rules", "lint", "grammar", "form"} & set(parts)):
            continue
        for line, module in imports(tree):
            impure = module.split(".")[0] in {"flask", "sqlalchemy", "apiflask"} or module in {
                "lms.core.clock",
                "lms.core.db",
                "lms.core.here",
            }
            if impure or re.fullmatch(r"lms\.\w+\.(models|queries|actions)", module):
                wrong.append(f"{where(path, line)} imports {module}")
    assert wrong == []


STOREYS = {
    **dict.fromkeys(("spec", "events"), 0),
    **dict.fromkeys(("rules", "lint"), 1),
    "models": 2,
    "queries": 3,
    "actions": 4,
    **dict.fromkeys(("jobs", "handlers", "forms"), 5),
    **dict.fromkeys(("views", "api", "cli"), 6),
}
"""Inside a room, from the ground up; what has none of these names stands wherever it is needed."""


def storey(parts: Sequence[str]) -> int | None:
    return next((STOREYS[part] for part in parts if part in STOREYS), None)


def test_inside_a_room_imports_only_go_down():
    wrong = []
    for path, tree in sources():
        room, *parts = path.relative_to(LMS).with_suffix("").parts
        own = storey(parts)
        for line, module in imports(tree):
            lms, _, rest = module.partition(".")
            other = storey(rest.split(".")[1:]) if lms == "lms" and rest.split(".")[0] == room else None
            if own is not None and other is not None and other > own:
                wrong.append(f"{where(path, line)} imports {module}")
    assert wrong == []


def test_no_import_hides_in_a_function():
    wrong = [
        where(path, inner.lineno)
        for path, tree in sources()
        if path.name != "optional.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert wrong == []


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@pytest.mark.parametrize(
    ("pattern", "home"),
    [
        (r"(session\(\)|current|db\.session|s)\.commit", {"lms/core/db.py"}),
        (r"datetime\.(now|utcnow|today)|date\.today|time\.time", {"lms/core/clock.py"}),
        (r"(\w+\.)?Markup", {"lms/core/markup.py"}),
        (r"os\.(getenv|environ\.get)", {"lms/core/settings.py"}),
        (
            # Elsewhere only what it has checked (a package of questions, a Word file that is numbered in its child) or
            # what we write: all that is kept about a person, the package of the sample company.
            r"(zipfile\.)?ZipFile",
            {
                "lms/core/archives.py",
                "lms/demo/phoning.py",
                "lms/quizzes/importers/qti.py",
                "lms/quizzes/importers/word_labels.py",
                "lms/records/erasing.py",
            },
        ),
        (
            # What reads a file of somebody's with a native library is run by core/confined.py in a child process.
            r"Image\.open|av\.open|(pdfium\.)?PdfDocument|Presentation|mammoth\.\w+",
            {
                "lms/core/pictures.py",
                *(f"lms/content/importers/{name}.py" for name in ("pdf", "slides", "media", "word")),
            },
        ),
    ],
)
def test_each_thing_is_done_in_one_place(pattern, home):
    found = {
        str(path.relative_to(ROOT))
        for path, tree in sources()
        for _, name in calls(tree)
        if re.fullmatch(pattern, name)
    }
    assert found <= home


def test_only_shells_open_a_transaction():
    shells = {"views", "api", "cli", "worker", "demo", "jobs"}
    wrong = []
    for path, tree in sources():
        parts = set(path.relative_to(LMS).with_suffix("").parts)
        if parts & shells or path.name == "db.py":
            continue
        wrong += [where(path, line) for line, name in calls(tree) if name == "transaction"]
    assert wrong == []


def test_no_file_is_one_that_a_newcomer_would_dread():
    long = {
        str(path.relative_to(ROOT)): count
        for path, _ in sources()
        if (count := len(path.read_text("utf-8").splitlines())) > 480
    }
    assert long == {}


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("httpx", {"lms/core/http.py"}),
        ("httpcore", {"lms/core/http.py"}),
        ("smtplib", {"lms/core/mail.py"}),
        # A socket looks names up in the guard; elsewhere it is asked for the own machine's name or a free port.
        ("socket", {"lms/core/http.py", "lms/worker.py", "lms/demo/cli.py", "lms/accounts/cli.py", "lms/serving.py"}),
        ("requests", set()),
        ("urllib.request", set()),
        ("http.client", set()),
        ("ftplib", set()),
        ("telnetlib", set()),
    ],
)
def test_only_the_two_ways_out_open_a_connection(library, home):
    found = {
        str(path.relative_to(ROOT))
        for path, tree in sources()
        for _, module in imports(tree)
        if module == library or module.startswith(f"{library}.")
    }
    assert found <= home
