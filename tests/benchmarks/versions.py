"""Versions: a history of 2,000, a megabyte compared and merged, a Git history of 1,000 commits out and in again."""

import time
from collections.abc import Callable
from pathlib import Path

from lms.accounts.models import Person, Team, TeamPlace
from lms.accounts.queries import actor_by_id, console
from lms.content import actions, queries
from lms.content.models import Revision
from lms.content.rules.compare import compare
from lms.content.rules.merge import merge
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import db, session, transaction
from lms.kb.git.jobs import export_git, import_git
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample

NAMES = ("history-2000", "compare-1mb", "merge-1mb", "git-export", "git-import")
VERSIONS = 2_000
PAGES, EDITS = 50, 20
"""Of the Git history: articles, and versions of each: 1,000 commits."""
TEXT = "---\n类型: 知识\n---\n# 第 {n} 篇\n\n## 时效\n签收次日起 {days} 天内可以申请，商品要完好。\n\n## 运费\n由商家承担。\n"
PARAGRAPH = (
    "## 第 {n} 节\n\n签收次日起 {n} 天内可以申请退货。商品要完好。运费由顾客承担。\n\n- 核实订单\n- 发起退货\n\n"
)


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Run each in turn, the first round thrown away. hello: the CPU of one hello, in ms."""
    found = {name: (Figures(), 0) for name in NAMES}
    app = data.open_app(folder / "from")
    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        author = _an_author()
        long_id = _a_long_history(author)
        _a_knowledge_base(author)
        big = "---\n类型: 知识\n---\n# 大\n\n" + "".join(PARAGRAPH.format(n=number) for number in range(6_000))
        mine, theirs = big.replace("第 9 节", "第九节"), big.replace("第 5990 节", "新的一节")
        for number in range(rounds + 1):
            target = folder / f"git-{number}"
            works: dict[str, Callable[[], object]] = {
                "history-2000": lambda: queries.history(long_id, before=1_000),
                "compare-1mb": lambda: compare(mine, theirs, most=2_000),
                "merge-1mb": lambda: merge(big, mine, theirs),
                "git-export": lambda at=target: export_git(at),  # type: ignore[misc]
            }
            for name, work in works.items():
                _note(found, name, work, hello, seen, bool(number))
        db.session.remove()
    for number in range(rounds + 1):
        other = data.open_app(folder / f"to-{number}")
        with other.app_context(), counted(other) as seen:  # type: ignore[attr-defined]
            db.create_all()
            source = folder / f"git-{number}"
            _note(found, "git-import", lambda at=source: import_git(console(), at), hello, seen, bool(number))  # type: ignore[misc]
            db.session.remove()
    return found


def _note(
    found: dict[str, tuple[Figures, int]],
    name: str,
    work: Callable[[], object],
    hello: Callable[[], float],
    seen: list[str],
    counts: bool,
) -> None:
    one = hello()
    seen.clear()
    began, started = time.process_time(), time.perf_counter()
    work()
    took = (time.perf_counter() - started) * 1000
    if counts:
        figures = found[name][0]
        figures.hello.append(one)
        figures.samples.append(Sample((time.process_time() - began) * 1000, [took]))
        found[name] = (figures, len(seen))


def _an_author() -> Actor:
    now = clock.now()
    with transaction() as current:
        team = Team(code="all", name="客服中心")
        current.add(team)
        current.flush()
        current.add(TeamPlace(team_id=team.id, from_on=now.date()))
        person = Person(employee_no="T1", name="员工", team_id=team.id, created_at=now)
        current.add(person)
        current.flush()
        person_id = person.id
    found = actor_by_id(person_id)
    assert found is not None
    return found


def _a_long_history(author: Actor) -> int:
    with transaction():
        made = actions.create(author, "article", "long", TEXT.format(n=0, days=7))
    first = session().get_one(Revision, made.revision_id)
    rows = [
        {"document_id": made.document_id, "number": number, "blob_sha": first.blob_sha, "kind": "draft", "minor": False}
        | {"note": f"改动 {number}", "parser": "", "audience": [], "at": clock.now()}
        for number in range(2, VERSIONS + 1)
    ]
    with transaction() as current:
        current.execute(Revision.__table__.insert(), rows)  # type: ignore[attr-defined]
    return made.document_id


def _a_knowledge_base(author: Actor) -> None:
    for page in range(PAGES):
        with transaction():
            made = actions.create(author, "article", f"page-{page}", TEXT.format(n=page, days=7))
            base = made.revision_id
            for edit in range(1, EDITS):
                base = actions.save_draft(
                    author, made.document_id, base, TEXT.format(n=page, days=7 + edit), f"改动 {edit}"
                ).revision_id
