"""Two engines that the academy does not use, over the same tokens: what else a search could cost."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path

import tantivy

from lms.search.engine import FIELDS, Clause, Entry, Query


def spelt(token: str) -> str:
    """Return a token so that no tokenizer takes it apart."""
    return f"t{token.encode().hex()}" if token else "x"


def spelt_all(tokens: Iterable[str]) -> str:
    return " ".join(map(spelt, tokens))


class Fts5:
    """SQLite's own full-text search, weighed by field."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-fts5-"))
        self.database = sqlite3.connect(self.folder / "index.sqlite3")
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute(f"CREATE VIRTUAL TABLE entry USING fts5({', '.join(FIELDS)}, facets)")

    def put(self, entries: Iterable[Entry]) -> None:
        with self.database:
            for entry in entries:
                self.database.execute("DELETE FROM entry WHERE rowid = ?", (entry.id,))
                values = [spelt_all(entry.tokens.get(field, ())) for field in FIELDS] + [
                    spelt_all(sorted(entry.facets))
                ]
                self.database.execute(
                    "INSERT INTO entry (rowid, title, names, headings, body, facets) VALUES (?,?,?,?,?,?)",
                    (entry.id, *values),
                )

    def find(self, query: Query) -> list[int]:
        joint = " AND " if query.every else " OR "
        asked = joint.join(f"({_fts(clause)})" for clause in query.clauses)
        narrowed = "".join(f" AND (facets : ({' OR '.join(map(spelt, sorted(group)))}))" for group in query.facets)
        rows = self.database.execute(
            "SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY bm25(entry, 16, 10, 4, 1, 0) LIMIT ?",
            (f"{{{' '.join(FIELDS)}}} : ({asked}){narrowed}", query.limit),
        )
        return [row[0] for row in rows]

    def close(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)


def _fts(clause: Clause) -> str:
    return " OR ".join(f'"{spelt_all(phrase)}"' for phrase in clause.phrases)


class Tantivy:
    """The Rust engine, in a folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-tantivy-"))
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, indexed=True)
        for field in (*FIELDS, "facets"):
            builder.add_text_field(field, tokenizer_name="whitespace")
        self.index = tantivy.Index(builder.build(), path=str(self.folder))

    def put(self, entries: Iterable[Entry]) -> None:
        writer = self.index.writer()
        for entry in entries:
            writer.delete_documents("id", entry.id)
            values = {field: spelt_all(entry.tokens.get(field, ())) for field in FIELDS}
            writer.add_document(tantivy.Document(id=entry.id, facets=spelt_all(sorted(entry.facets)), **values))
        writer.commit()
        self.index.reload()

    def find(self, query: Query) -> list[int]:
        sign = "+" if query.every else ""
        parts = [f"{sign}({_fts(clause)})" for clause in query.clauses]
        if not query.every:
            parts = [f"+({' '.join(parts)})"]
        parts += [f"+facets:IN [{' '.join(map(spelt, sorted(group)))}]" for group in query.facets]
        parsed = self.index.parse_query(
            " ".join(parts), list(FIELDS), field_boosts={"title": 16.0, "names": 10.0, "headings": 4.0}
        )
        searcher = self.index.searcher()
        return [searcher.doc(place)["id"][0] for _, place in searcher.search(parsed, query.limit).hits]

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
