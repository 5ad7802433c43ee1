"""Both engines of search, each in a place of its own."""

from pathlib import Path

from sqlalchemy import NullPool, create_engine

from lms.search.engine import Clause, Engine, Entry, Query
from lms.search.postgresql import PostgreSQL
from lms.search.tokens import index_tokens, name_tokens, phrases_of
from lms.search.whoosh import Whoosh

VERSION = "t"


def an_engine(name: str, where: str, version: str = VERSION) -> Engine:
    """Return an engine; where: a folder, or the URL of a database with the tables of search."""
    if name == "whoosh":
        return Whoosh(Path(where), version)
    database = create_engine(where, poolclass=NullPool)
    return PostgreSQL(lambda: database, version)


def an_entry(id: int, title: str, body: str = "", *facets: str, names: str = "", headings: str = "") -> Entry:
    return Entry(
        id=id,
        tokens={
            "title": name_tokens(title),
            "names": name_tokens(names),
            "headings": index_tokens(headings),
            "body": index_tokens(body),
        },
        facets=frozenset(facets),
    )


def a_query(*words: str, **more) -> Query:
    return Query(clauses=tuple(Clause(phrases=phrases_of(word)) for word in words), **more)
