"""Ground of the suite: both databases, a world per test that is rolled back, and real commits where a test asks.

`world` runs a test inside one outer transaction that is rolled back (fast, most tests). `fresh` gives an own database
with real commits (races, kills, worker); mark such tests `committed`.
"""

import atexit
import contextlib
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask import g, has_app_context
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import delete, event

for _name in [name for name in os.environ if name.startswith("LMS_")]:
    del os.environ[_name]

from lms import create_app
from lms.accounts import passwords
from lms.core.bus import Bus
from lms.core.db import db
from lms.search.models import SearchBuild
from tests.support import postgres
from tests.support.live import browser, floor  # noqa: F401 - fixtures for tests in a browser
from tests.support.machine import a_browser

# A busy machine is no failed law: an example may take as long as it takes. The suite tries the same examples each
# time, so that a change is judged by itself; `make soak` looks for new ones.
settings.register_profile("steady", deadline=None, derandomize="SOAK" not in os.environ)
settings.load_profile("steady")

DATABASES = ("sqlite", "postgresql")
HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> None:
    """Passwords are hashed as cheaply as argon2 allows: the suite tests what is done with them, not their cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.hasher = lambda: cheap  # type: ignore[assignment]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoServer as reason:
        pytest.skip(f"not run: {reason}")


class Browser(FlaskClient):
    """A test's browser. Inside `world` all requests share one app context; each must begin with an empty `g`."""

    def open(self, *args: Any, **options: Any) -> Any:
        if has_app_context():
            g.__dict__.clear()
        return super().open(*args, **options)


_PATTERNS = Path(tempfile.mkdtemp(prefix="lms-tests-"))
atexit.register(shutil.rmtree, _PATTERNS, ignore_errors=True)


class Compiled(BytecodeCache):
    """Templates that were compiled once in this process, for every app of it."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()


def _from_the_last(connection: Any, _: object) -> None:
    """Let SQLite give rows that nobody asked to order from the last to the first.

    PostgreSQL gives them as they lie, which is the order of their making until a page is used again: what counts on
    that breaks one run in a hundred there, and every run here.
    """
    connection.execute("PRAGMA reverse_unordered_selects=ON").close()


def _bare_app(folder: Path, url: str, **settings: Any) -> APIFlask:
    unlimited = {"api_per_minute": 0, "api_per_minute_address": 0}
    app = create_app({"instance_path": folder, "database_url": url, **unlimited, **settings})
    app.testing = True
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = _COMPILED
    if url.startswith("sqlite:"):
        with app.app_context():
            event.listen(db.engine, "connect", _from_the_last)
    return app


def make_tables(app: APIFlask) -> None:
    """Make the tables of the models and mark them as of the newest migration; that both are the same is tested."""
    with app.app_context():
        db.create_all()
        with db.engine.begin() as connection:
            scripts = ScriptDirectory(app.extensions["migrate"].directory)
            MigrationContext.configure(connection).stamp(scripts, "head")
        db.engine.dispose()


def an_app(folder: Path, url: str, **settings: Any) -> APIFlask:
    """Return an app on an empty database whose tables are made: on SQLite a copy of a file that is made once."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        pattern = _PATTERNS / "lms.sqlite3"
        if not pattern.exists():
            make_tables(_bare_app(_PATTERNS, f"sqlite:///{pattern}"))
        shutil.copyfile(pattern, file)
        return _bare_app(folder, url, **settings)
    app = _bare_app(folder, url, **settings)
    make_tables(app)
    return app


@pytest.fixture(scope="session")
def postgres_pattern(postgres_url: str) -> Iterator[str]:
    """The name of a database whose tables are made, on the server of the run; others are copied from it."""
    with postgres.empty_database(postgres_url) as url:
        make_tables(_bare_app(_PATTERNS, url))
        yield url.rpartition("/")[2]


@contextlib.contextmanager
def _an_app_on(database: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[APIFlask]:
    with contextlib.ExitStack() as stack:
        if database == "sqlite":
            made = an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}")
        else:
            server, pattern = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_pattern")
            made = _bare_app(folder, stack.enter_context(postgres.empty_database(server, pattern)))
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    with _an_app_on("sqlite", tmp_path_factory.mktemp("instance-sqlite"), request) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    with _an_app_on("postgresql", tmp_path_factory.mktemp("instance-postgresql"), request) as made:
        yield made


@pytest.fixture(scope="session", params=DATABASES)
def app(request: pytest.FixtureRequest) -> APIFlask:
    """The app on one database for the whole run; every test that uses it runs on SQLite and on PostgreSQL.

    pytest drops this fixture with every change of the database, twice a file; the apps themselves stay.
    """
    made: APIFlask = request.getfixturevalue(f"{request.param}_app")
    return made


def forget_index(app: APIFlask) -> None:
    """Drop the search index: it holds what was rolled back just now, under numbers that may be given out again."""
    shutil.rmtree(app.extensions["lms_settings"].instance_path / "search", ignore_errors=True)
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(delete(SearchBuild))


@pytest.fixture
def world(app: APIFlask) -> Iterator[APIFlask]:
    """The app with everything that a test writes inside one outer transaction, rolled back at the end."""
    with app.app_context():
        connection = db.engine.connect().execution_options(write=True)
        outer = connection.begin()
        app.extensions["lms_pinned_connection"] = connection
        try:
            yield app
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            app.extensions["lms_pinned_connection"] = None
            forget_index(app)
            app.extensions.pop("lms_article_views", None)  # looks of people who were rolled back can't be written


@pytest.fixture
def client(world: APIFlask) -> FlaskClient:
    return world.test_client()


@pytest.fixture(params=DATABASES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[APIFlask]:
    """The app on a database of its own, with real commits."""
    with _an_app_on(request.param, tmp_path, request) as made:
        yield made


@pytest.fixture
def a_postgres_database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Make empty PostgreSQL databases, each given by its URL; the server is asked for at the first one."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(postgres.empty_database(request.getfixturevalue("postgres_url")))


@pytest.fixture
def own_bus(world: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """The bus of this test alone, with everybody on it who is there anyway."""
    copied = deepcopy(world.extensions["lms_bus"])
    monkeypatch.setitem(world.extensions, "lms_bus", copied)
    return copied


@pytest.fixture
def empty_sqlite_app(tmp_path: Path) -> Iterator[APIFlask]:
    """An app on an SQLite database of its own, with real commits."""
    made = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}")
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def statements(world: APIFlask) -> Iterator[list[str]]:
    """Every SQL statement run while the fixture is held, without BEGIN, COMMIT and SAVEPOINT."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; where there is none the test is reported as not run."""
    found = a_browser()
    if found is None:
        pytest.skip("not run: no chromium on the path; install the package chromium-headless-shell or chromium")
    return found


LONG = ("cluster", "trust", "demo", "year", "web", "journeys")
"""The folders whose files take longest. They begin: with several processes none is left alone with a long file."""
CRAWLING = ("trust", "web")
"""The folders whose tests ask every route of the house, so that each new route makes them longer."""


@pytest.hookimpl(trylast=True)  # after pytest's own order, by database
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order long files first; give each kind of test its time; leave out what takes hours, but with SOAK=1."""
    places = {folder: place for place, folder in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.relative_to(HERE).parts[0], len(LONG)))
    for item in items:
        if item.get_closest_marker("timeout"):
            continue
        if item.path.relative_to(HERE).parts[0] in CRAWLING:
            item.add_marker(pytest.mark.timeout(900))
        elif item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(300))
    if os.environ.get("SOAK") != "1":
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="a soak test: SOAK=1 runs it"))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector of rubbish need not look at it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say on the last lines what could not be run and why; with several processes only the reports know."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[-1]).removeprefix("Skipped: ")
        if reason.startswith("not run"):
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} tests {reason}", yellow=True)
