"""Publishing an article that 500 people have confirmed: the publication itself, and asking them all again."""

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert

from lms.accounts.models import Membership, Person, RoleGrant, Team, TeamPlace
from lms.accounts.queries import actor_by_id
from lms.content import actions
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.kb.jobs.cards import ask_waiting
from lms.records.actions import append
from lms.records.events import Verb
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample

NAMES = ("publish-500", "ask-500")
PEOPLE = 500
TEXT = "---\n类型: 知识\n必读: [客服]\n---\n# 退货时效\n\n## 时效\n第 {n} 版：七天内可以申请。\n\n## 运费\n商家承担。\n"


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Publish another version in each round, then let the worker ask everybody. hello: the CPU of one hello, in ms."""
    found = {name: (Figures(), 0) for name in NAMES}
    app = data.open_app(folder)
    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        trainer, document = _people_who_know()
        for number in range(rounds + 1):
            works: tuple[Callable[[], object], ...] = (lambda n=number: _publish(trainer, document, n), ask_waiting)
            for name, work in zip(NAMES, works, strict=True):
                one = hello()
                seen.clear()
                began, started = time.process_time(), time.perf_counter()
                work()
                took = (time.perf_counter() - started) * 1000
                if number:
                    figures = found[name][0]
                    figures.hello.append(one)
                    figures.samples.append(Sample((time.process_time() - began) * 1000, [took]))
                    found[name] = (figures, len(seen))
        db.session.remove()
    return found


def _publish(trainer_id: int, document_id: int, number: int) -> None:
    actor = actor_by_id(trainer_id)
    assert actor is not None
    document = session().get_one(Document, document_id)
    base = document.published_id
    with transaction():
        saved = actions.save_draft(actor, document_id, base, TEXT.format(n=number + 2))
    with transaction():
        actions.publish(actor, document_id, saved.revision_id, "改时效")


def _people_who_know() -> tuple[int, int]:
    """Make a trainer, an article and 500 agents who have confirmed it; return the ids of the first two."""
    now = clock.now()
    with transaction() as current:
        team = Team(code="all", name="客服中心")
        current.add(team)
        current.flush()
        current.add(TeamPlace(team_id=team.id, from_on=now.date()))
        made = current.scalars(
            insert(Person).returning(Person.id),
            [
                {"employee_no": f"P{number:04}", "name": f"员工{number}", "team_id": team.id, "created_at": now}
                for number in range(PEOPLE + 1)
            ],
        ).all()
        current.execute(
            insert(Membership), [{"person_id": id, "team_id": team.id, "from_on": now.date()} for id in made]
        )
        current.add(RoleGrant(person_id=made[0], role=Role.TRAINER, team_id=team.id, from_on=now.date()))
    actor = actor_by_id(made[0])
    assert actor is not None
    with transaction():
        draft = actions.create(actor, "article", "after-sales/time", TEXT.format(n=1))
        revision = actions.publish(actor, draft.document_id, draft.revision_id, "新写")
    for first in range(1, PEOPLE + 1, 100):
        with transaction():
            for person_id in made[first : first + 100]:
                append(
                    None,
                    person_id,
                    Verb.ACKNOWLEDGED,
                    document_id=draft.document_id,
                    revision_id=revision.id,
                    source="web",
                )
    ask_waiting()
    return made[0], draft.document_id
