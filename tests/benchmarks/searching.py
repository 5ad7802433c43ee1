"""What a search costs: both engines of the academy beside two yardsticks, over the same tokens in the same run.

Sizes: 2,000 articles, with BENCH_FULL=1 also 20,000; BENCH_ARTICLES=500,5000 others. A build includes cutting the text. Each query is narrowed by the permission, as in use.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, select

from lms.accounts.models import Person
from lms.accounts.queries import actor_by_id
from lms.content.models import Document, Slug
from lms.core import clock
from lms.core.db import db, session, transaction
from lms.core.folding import folded
from lms.kb.jobs.indexing import rebuild_index
from lms.kb.models import ArticleEntry
from lms.search.engine import Clause, Entry, Query
from lms.search.engines import expected_version
from lms.search.models import SearchBuild, SearchEntry
from lms.search.postgresql import PostgreSQL
from lms.search.tokens import index_tokens, name_tokens
from lms.search.whoosh import Whoosh
from tests.benchmarks import data
from tests.benchmarks.articles import articles, questions
from tests.benchmarks.yardsticks import Fts5, Tantivy
from tests.support import postgres

SIZES = tuple(int(size) for size in os.environ.get("BENCH_ARTICLES", "").split(",") if size) or (
    (2_000, 20_000) if os.environ.get("BENCH_FULL") == "1" else (2_000,)
)
WORDS = (1, 2, 4)
QUERIES = 60
NAMES = tuple(f"search-{words}" for words in WORDS)
PERMISSION = (frozenset({"for:*", "for:客服"}),)
LIMIT_MS = 40.0
"""p95 of a query of Whoosh at 2,000 articles."""
PAGE_LIMIT_MS = 150.0
"""p95 of the whole page."""


HEAD = "search: ms of a query p50/p95 (x = so many times faster than Whoosh); -any: not every word needed"


def entries(count: int) -> Iterator[Entry]:
    for each in articles(count):
        yield Entry(
            id=each.id,
            tokens={
                "title": name_tokens(each.title),
                "headings": tuple(token for heading in each.headings for token in (*index_tokens(heading), "")),
                "body": index_tokens(each.text),
            },
            facets=frozenset({"for:组长" if each.restricted else "for:*", f"in:{each.folder}"}),
        )


def ms(act: Callable[[], object], clock_of: Callable[[], float] = time.perf_counter) -> float:
    began = clock_of()
    act()
    return (clock_of() - began) * 1000


def percentile(values: Sequence[float], percent: int) -> float:
    every = sorted(values)
    return every[min(len(every) - 1, max(0, -(-percent * len(every) // 100) - 1))]


def asked(words: int, every: bool) -> list[Query]:
    return [
        Query(clauses=tuple(Clause(phrases=word.phrases) for word in one), every=every, facets=PERMISSION, limit=50)
        for one in questions(words, QUERIES)
    ]


@contextlib.contextmanager
def engines(folder: Path) -> Iterator[list[tuple[str, Any, Callable[[Iterable[Entry]], object]]]]:
    """Give each engine with how it takes all entries at once."""
    with contextlib.ExitStack() as stack:
        whoosh = Whoosh(folder / "whoosh", expected_version())
        fts5, rust = Fts5(), Tantivy()
        stack.callback(fts5.close)
        stack.callback(rust.close)
        found: list[tuple[str, Any, Callable[[Iterable[Entry]], object]]] = [("whoosh", whoosh, whoosh.replace_all)]
        try:
            url = stack.enter_context(postgres.server())
        except postgres.NoServer as reason:
            print(f"postgresql        not run: {reason}", flush=True)
        else:
            database = create_engine(url)
            stack.callback(database.dispose)
            db.metadata.create_all(database, tables=[SearchEntry.__table__, SearchBuild.__table__])
            inside = PostgreSQL(lambda: database, expected_version())
            found.append(("postgresql", inside, inside.replace_all))
        yield [*found, ("fts5", fts5, fts5.put), ("tantivy", rust, rust.put)]


def timed(engine: Any, queries: Sequence[Query]) -> tuple[list[float], list[float]]:
    """Return the ms that each query took by the clock, and of this process's CPU."""
    took: list[float] = []
    cpu = [ms(lambda query=query: took.append(ms(lambda: engine.find(query))), time.thread_time) for query in queries]
    return took, cpu


def measure_engine(engine: Any, build: Callable[[Iterable[Entry]], object], size: int) -> dict[str, float]:
    began = time.process_time()
    figures = {"build_per_1000_s": ms(lambda: build(entries(size))) / size}
    figures["build_per_1000_cpu_s"] = (time.process_time() - began) * 1000 / size
    for words in WORDS:
        for every, name in ((True, f"search-{words}"), (False, f"search-{words}-any")):
            queries = asked(words, every)
            for query in queries[:10]:
                engine.find(query)
            took, cpu = timed(engine, queries)
            figures[f"{name}_p50"], figures[f"{name}_p95"] = percentile(took, 50), percentile(took, 95)
            figures[f"{name}_cpu_p95"] = percentile(cpu, 95)
    figures["update_ms"] = percentile([ms(lambda one=one: engine.put([one])) for one in entries(7)], 50)
    return {name: round(value, 2) for name, value in figures.items()}


def measure_page(folder: Path, count: int) -> dict[str, float]:
    """Measure the search as a person waits for it: the whole page of an app in this process, on SQLite and Whoosh."""
    app = data.open_app(folder)
    with app.app_context():
        db.create_all()
        data.staff()
        fill(count)
        rebuild_index()
        person = session().scalars(select(Person).where(Person.employee_no == "P3")).one()
        assert actor_by_id(person.id) is not None
        mark = f"{person.public_id}.{person.session_version}"
        db.session.remove()
    browser = app.test_client()
    with browser.session_transaction() as kept:
        kept["_user_id"] = mark
    texts = [" ".join(word.text for word in one) for one in questions(2, QUERIES)]
    took, cpu = [], []

    def ask(text: str) -> None:
        answer = browser.get("/kb", query_string={"q": text})
        assert answer.status_code == 200, answer.status_code

    for text in (*texts[:10], *texts):
        cpu.append(ms(lambda text=text: took.append(ms(lambda: ask(text))), time.thread_time))
    with app.app_context():
        db.engine.dispose()
    return {
        "page_p50": round(percentile(took[10:], 50), 1),
        "page_p95": round(percentile(took[10:], 95), 1),
        "page_cpu_p50": round(percentile(cpu[10:], 50), 1),
        "page_cpu_p95": round(percentile(cpu[10:], 95), 1),
    }


def fill(count: int) -> None:
    """Write rows of published articles as publishing would, without versions: a search reads none."""
    now = clock.now()
    with transaction() as s:
        documents, slugs, found = [], [], []
        for each in articles(count):
            sections = [["", "", ""], *([f"h{n}", heading, ""] for n, heading in enumerate(each.headings))]
            sections[0][2] = each.text
            documents.append(
                {
                    "id": each.id,
                    "kind": "article",
                    "folder": "kb_content",
                    "title": each.title,
                    "state": "published",
                    "created_at": now,
                    "published_at": now,
                    "audience": ["组长"] if each.restricted else [],
                }
            )
            slugs.append(
                {"kind": "article", "slug": f"{each.folder}/a{each.id}", "document_id": each.id, "is_current": True}
            )
            found.append(
                {
                    "document_id": each.id,
                    "title": folded(each.title),
                    "aliases": "",
                    "tags": "",
                    "summary": "",
                    "body": "\n".join(folded(part) for _, heading, text in sections for part in (heading, text)),
                    "sections": sections,
                }
            )
        s.execute(insert(Document), documents)
        s.execute(insert(Slug), slugs)
        s.execute(insert(ArticleEntry), found)


def measure() -> dict[str, Any]:
    """Measure everything, print it, and return it."""
    result: dict[str, Any] = {}
    for size in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="lms-bench-search-"))
        try:
            with engines(folder) as every:
                for name, engine, build in every:
                    result[f"{name}@{size}"] = measure_engine(engine, build, size)
                    show(name, size, result)
            result[f"page@{size}"] = measure_page(folder / "page", size)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        page = result[f"page@{size}"]
        verdict = f"limit {PAGE_LIMIT_MS:.0f} {'ok' if page['page_p95'] <= PAGE_LIMIT_MS else 'OVER'}"
        print(
            f"search page {size:>6}  p50 {page['page_p50']:.1f}  p95 {page['page_p95']:.1f}  "
            f"(CPU {page['page_cpu_p50']:.1f}/{page['page_cpu_p95']:.1f})  {verdict}",
            flush=True,
        )
    return result


def show(name: str, size: int, result: dict[str, Any]) -> None:
    """Print an engine's line: ms at p50/p95, and how many times faster (x) than Whoosh at p50."""
    one, whoosh = result[f"{name}@{size}"], result[f"whoosh@{size}"]
    cells = []
    for each in (*NAMES, *(f"{each}-any" for each in NAMES)):
        faster = whoosh[f"{each}_p50"] / max(one[f"{each}_p50"], 0.001)
        cells.append(f"{each} {one[f'{each}_p50']:.1f}/{one[f'{each}_p95']:.1f} ({faster:.1f}x)")
    verdict = ""
    if name == "whoosh" and size == 2_000:
        verdict = "ok" if max(one[f"{each}_p95"] for each in NAMES) <= LIMIT_MS else f"OVER {LIMIT_MS:.0f}"
    print(
        f"{name:<11}{size:>7}  {'  '.join(cells)}  "
        f"build {one['build_per_1000_s']:.2f} s/1000 (CPU {one['build_per_1000_cpu_s']:.2f})  "
        f"update {one['update_ms']:.1f} ms  {verdict}",
        flush=True,
    )


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=2)
