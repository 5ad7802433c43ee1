"""Rules over 5,000 people: 40 of them given, looked at again on the next day, and kept in step when one person moves."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from lms.accounts import actions as accounts
from lms.accounts.models import Membership, Person, Team, TeamPlace
from lms.accounts.queries import console
from lms.assignments import actions
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.content.models import Blob, Document, Revision, Slug
from lms.core import clock
from lms.core.db import db, session, transaction
from lms.core.here import today
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample

NAMES = ("rules-first", "rules-again", "rules-move")
PEOPLE, RULES, TEAMS = 5_000, 40, 50
POSITIONS = ("客服专员", "资深客服", "组长", "质检", "夜班客服")
MOVES = 20
"""Moves of one sample; its time is that of one."""


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Give once (it can be done only once), look again in each round, and move 20 people. hello: CPU of one, in ms."""
    found = {name: (Figures(), 0) for name in NAMES}
    app = data.open_app(folder)

    def sample(name: str, work: Callable[[], object], times: int = 1) -> None:
        one = hello()
        seen.clear()
        began, started = time.process_time(), time.perf_counter()
        work()
        took = (time.perf_counter() - started) * 1000 / times
        figures = found[name][0]
        figures.hello.append(one)
        figures.samples.append(Sample((time.process_time() - began) * 1000 / times, [took]))
        found[name] = (figures, len(seen) // times)

    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        teams, people = floor()
        _rules(teams)
        sample("rules-first", recompute)
        for number in range(rounds):
            sample("rules-again", recompute)
            chosen = people[number * MOVES : (number + 1) * MOVES]
            sample("rules-move", lambda who=chosen: _move(who, teams), MOVES)  # type: ignore[misc]
        db.session.remove()
    return found


def _move(people: list[int], teams: list[int]) -> None:
    """Move each of them into another team, in a transaction of its own as it is in life."""
    for person_id in people:
        now = session().get_one(Person, person_id).team_id
        assert now is not None
        with transaction():
            accounts.move(console(), person_id, teams[(teams.index(now) + 7) % TEAMS], today())


def _rules(teams: list[int]) -> None:
    """Write 40 rules, each about a document of its own, that mean from a fiftieth to all of the people."""
    now = clock.now()
    with transaction() as current:
        for number in range(RULES):
            sha = number.to_bytes(32, "big")
            current.add(Blob(sha=sha, zlib=b"", size=0))
            document = Document(
                kind="lesson",
                folder="courses",
                title=f"课时{number}",
                minutes=12,
                state="published",
                created_at=now,
            )
            current.add(document)
            current.flush()
            current.add(Slug(kind="lesson", slug=f"made/{number}", document_id=document.id, is_current=True))
            revision = Revision(document_id=document.id, number=1, blob_sha=sha, kind="sync", at=now)
            current.add(revision)
            current.flush()
            document.published_id = revision.id
            audience: tuple[dict[str, Any], ...] = (
                {"teams": tuple(teams[number % TEAMS : number % TEAMS + 5])},
                {"positions": (POSITIONS[number % len(POSITIONS)],)},
                {"employment": ("temporary",), "hired_within": 90},
                {} if number < 8 else {"teams": (teams[number],), "positions": POSITIONS[:2]},
            )
            actions.make_rule(
                None,
                name=f"规则{number}",
                document_id=document.id,
                audience=Audience(**audience[number % 4]),
                due_plan=DuePlan(workdays=10),
            )


def floor() -> tuple[list[int], list[int]]:
    """Make 50 teams under a root and 5,000 people; return the ids of the teams and of the people."""
    now, day = clock.now(), today()
    with transaction() as current:
        root = Team(code="all", name="客服中心")
        current.add(root)
        current.flush()
        current.add(TeamPlace(team_id=root.id, from_on=day))
        made = [Team(code=f"t{number:02}", name=f"团队{number}") for number in range(TEAMS)]
        current.add_all(made)
        current.flush()
        teams = [team.id for team in made]
        current.add_all(TeamPlace(team_id=id, parent_id=root.id, from_on=day) for id in teams)
        people = list(
            current.scalars(
                insert(Person).returning(Person.id, sort_by_parameter_order=True),
                [
                    {
                        "employee_no": f"P{number:04}",
                        "login_name": f"p{number:04}",
                        "name": f"员工{number}",
                        "team_id": teams[number % TEAMS],
                        "position": POSITIONS[number % 7 % len(POSITIONS)],
                        "employment": "temporary" if number % 9 == 0 else "regular",
                        "hired_on": day,
                        "active": True,
                        "created_at": now,
                    }
                    for number in range(PEOPLE)
                ],
            )
        )
        current.execute(
            insert(Membership),
            [
                {"person_id": id, "team_id": teams[number % TEAMS], "from_on": day.replace(year=day.year - 1)}
                for number, id in enumerate(people)
            ],
        )
    return teams, people
