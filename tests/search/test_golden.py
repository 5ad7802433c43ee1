"""The golden set over the shipped articles: what people type finds its article, on both engines alike."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from lms import create_app
from lms.content import jobs
from lms.core.access import Actor, Role
from lms.core.db import db
from lms.kb import queries
from lms.kb.jobs.indexing import rebuild_index
from lms.search.engines import engine
from tests.search.golden import GOLDEN, NOTHING
from tests.support import postgres
from tests.support.make import a_person, as_actor

pytestmark = pytest.mark.committed
FIRST = 5
SHARE = 0.95


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """An installation with everything that is shipped, indexed once; on SQLite with Whoosh, on PostgreSQL with its own."""
    folder = tmp_path_factory.mktemp(f"golden-{request.param}")
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{folder / 'lms.sqlite3'}"
        else:
            url = stack.enter_context(postgres.empty_database(request.getfixturevalue("postgres_url")))
        made = create_app({"instance_path": folder, "database_url": url})
        made.testing = True
        with made.app_context():
            db.create_all()
            jobs.sync_files(Path.cwd())
            rebuild_index()
            yield made
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def agent(school: APIFlask) -> Actor:
    return as_actor(a_person(Role.AGENT))


@pytest.fixture(scope="module")
def missed(agent: Actor) -> dict[str, list[tuple[str, str]]]:
    """By kind the queries whose article is not among the first five; each is asked once."""
    return {
        kind: [
            pair for pair in pairs if pair[1] not in [hit.slug for hit in queries.search(agent, pair[0], limit=FIRST)]
        ]
        for kind, pairs in GOLDEN.items()
    }


def test_the_set_is_large_and_every_article_of_it_is_shipped():
    every = [pair for pairs in GOLDEN.values() for pair in pairs]
    assert len({query for query, _ in every}) == len(every) >= 120
    assert [slug for _, slug in every if not Path(f"kb_content/{slug}.md").exists()] == []


def test_each_engine_is_its_own(school: APIFlask):
    assert type(engine()).__name__ == ("Whoosh" if db.engine.dialect.name == "sqlite" else "PostgreSQL")


@pytest.mark.parametrize("kind", GOLDEN)
def test_nearly_all_of_each_kind_of_query_find_their_article_among_the_first_five(missed, kind: str):
    assert len(missed[kind]) <= max(1, len(GOLDEN[kind]) // 10), missed[kind]


def test_of_all_at_least_95_of_100_find_their_article_among_the_first_five(missed):
    every = sum(map(len, GOLDEN.values()))
    assert 1 - sum(map(len, missed.values())) / every >= SHARE, missed


@pytest.mark.parametrize("query", NOTHING)
def test_what_the_articles_do_not_say_is_never_given_as_an_answer(agent: Actor, query: str):
    assert [hit.slug for hit in queries.search(agent, query) if hit.full] == []
