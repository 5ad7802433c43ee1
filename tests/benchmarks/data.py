"""An installation to measure: the repository's own content and some thousands of people half way through it.

A few pattern people are made through the real actions; the others are copies of their rows, because 5,000 people
through the actions would take longer than the measuring.
"""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import insert, select, text, update

from lms import create_app
from lms.accounts import passwords
from lms.accounts.models import ApiToken, Membership, Mentor, Person, RoleGrant, Team, TeamPlace
from lms.accounts.queries import actor_by_employee_no
from lms.assignments import actions as duties
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.queries import duties as duties_of
from lms.content.jobs import sync_files
from lms.content.models import Document, Part, Slug
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.here import today
from lms.core.quarters import quarter_of
from lms.learning.models import Cycle, CycleWave
from lms.performance.models import Competency, CompositeSnapshot, Formula, KpiValue
from lms.performance.rules.trends import months_until
from lms.questions.rules.identity import asked_sha
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from tests.support.make_cohort_of_attempts import MISKEYED, simulated, write
from tests.support.make_quizzes import a_quiz

REPOSITORY = Path(__file__).parents[2]
HERE = Path(__file__).parent
PASSWORD = "bench-password"
QUIZ = "bench/twenty"
DRILL = "bench/urging"
TEAMS = 20
THIRTY = "bench/thirty"
CYCLE = "c" * 32
WRONG = "wrong4"
"""Key of its question with the wrong key."""
SAT = 5_000
"""People who have sat the quiz of thirty questions, whose analysis and regrade are measured; only where there are so
many."""
TAKERS = 400
"""People with a token, each of whom takes the quiz once, so that nobody's history grows while it is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """learner: half way through, late with a few things. paths: the page measured for each word."""

    folder: Path
    people: int
    learner: str
    lead: str
    trainer: str
    paths: dict[str, str]
    tokens: tuple[str, ...]
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Return what tells a process where the installation is. An empty address of a database is SQLite's file."""
        database = {"LMS_DATABASE_URL": self.database_url} if self.database_url else {}
        return {"LMS_INSTANCE_PATH": str(self.folder), **database}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Somebody whom others are copies of. share: of all people, percent; done: of the items, percent."""

    no: str
    share: int
    began: int  # days ago
    done: int


PATTERNS = (
    Pattern("P1", 50, 60, 100),
    Pattern("P2", 10, 12, 40),  # late
    Pattern("P3", 25, 5, 35),
    Pattern("P4", 15, 0, 0),
)


def content_folder(into: Path) -> Path:
    """Return a copy of the repository's content with the quiz of the bench."""
    for name in ("courses", "quizzes", "kb_content"):
        shutil.copytree(REPOSITORY / name, into / name)
    shutil.copytree(HERE / "content", into, dirs_exist_ok=True)
    return into


def open_app(folder: Path, database_url: str = "") -> APIFlask:
    """Return the academy of a folder. database_url: "" = a file of SQLite in it."""
    return create_app({"instance_path": folder, **({"database_url": database_url} if database_url else {})})


def build(folder: Path, people: int, *, takers: int = TAKERS, database_url: str = "") -> Installation:
    """Fill an empty folder with an installation of so many people. takers: how many get a token, at most half.

    database_url: of an empty database, or of one that has its tables; "" = a file of SQLite in the folder.
    """
    app = open_app(folder, database_url)
    with app.app_context():
        db.create_all()
        staff()
        sync_files(content_folder(folder / "content"))
        assign_patterns()
        copies(people)
        with_a_profile()
        if people >= SAT:
            sat_by_many()
            in_a_cycle()
        found = Installation(
            folder=folder,
            people=people,
            learner="P3",
            lead="L1",
            trainer="T1001",
            paths=paths(),
            tokens=tokens(min(takers, people // 2)),
            database_url=database_url,
        )
        db.session.remove()
        db.engine.dispose()
    return found


def staff() -> None:
    """Make the teams, the lead of all, the trainer and the pattern people."""
    here, now = today(), clock.now()
    began = date(here.year - 2, 1, 1)
    hashed = passwords.hash_password(PASSWORD)
    with transaction() as s:
        teams = [Team(code=f"b{number}", name=f"测量{number}组") for number in range(TEAMS + 1)]
        s.add_all(teams)
        s.flush()
        root = teams[0].id
        s.add_all(
            TeamPlace(team_id=team.id, parent_id=None if team.id == root else root, from_on=began) for team in teams
        )
        plans = [("L1", Role.LEAD, root, 700), ("T1001", Role.TRAINER, root, 700)]
        plans += [(each.no, Role.AGENT, teams[1].id, each.began) for each in PATTERNS]
        for no, role, team_id, days in plans:
            person = Person(
                employee_no=no,
                login_name=no.casefold(),
                name=f"测量{no}",
                team_id=team_id,
                hired_on=here - timedelta(days=days),
                password_hash=hashed,
                created_at=now,
                position="" if role is not Role.AGENT else "测量员",
            )
            s.add(person)
            s.flush()
            s.add(Membership(person_id=person.id, team_id=team_id, from_on=began))
            s.add(RoleGrant(person_id=person.id, role=role, team_id=team_id, from_on=began))
        ids = people_by_no()
        s.add(Mentor(person_id=ids["P3"], mentor_id=ids["L1"], from_on=began))


def people_by_no() -> dict[str, int]:
    return {row.employee_no: row.id for row in session().execute(select(Person.employee_no, Person.id))}


def document_of(kind: str, slug: str) -> int:
    return session().execute(select(Slug.document_id).where(Slug.kind == kind, Slug.slug == slug)).scalar_one()


def assign_patterns() -> None:
    """Give the pattern people the curriculum and let them do their share of it, all through the actions."""
    ids = people_by_no()
    document_id = (
        session()
        .execute(select(Document.id).where(Document.kind == "curriculum").order_by(Document.id).limit(1))
        .scalar_one()
    )
    lead = actor_by_employee_no("L1")
    for each in PATTERNS:
        person_id = ids[each.no]
        with transaction():
            duties.assign(lead, [person_id], document_id, starts_on=today() - timedelta(days=each.began))
        items = [duty for duty in duties_of(person_id, today()) if duty.item.required]
        for duty in items[: len(items) * each.done // 100]:
            with transaction():
                lock_people([person_id])
                complete(person_id, duty)


def complete(person_id: int, duty: Any) -> None:
    revision = session().get_one(Document, duty.item.document_id).published_id
    verb = {"quiz": Verb.GRADED, "task": Verb.CONFIRMED}.get(duty.kind, Verb.COMPLETED)
    signs = duty.item.purpose == "sign_off"
    graded = {"earned": 27_720 * 18, "possible": 27_720 * 20, "passed": True} if verb is Verb.GRADED else {}
    append(
        None,
        person_id,
        Verb.SIGNED_OFF if signs else verb,
        document_id=duty.item.document_id,
        revision_id=revision,
        source="bench",
        ref=str(duty.item.stage) if signs else "",
        credited_minutes=duty.item.minutes,
        observed_seconds=duty.item.minutes * 50,
        **graded,
    )


def copies(people: int) -> None:
    """Copy the rows of the pattern people until there are so many; numbers of the log go on without a gap."""
    ids = people_by_no()
    shared = []
    for each in PATTERNS:
        shared += [each] * (people * each.share // 100 - 1)
    teams = session().scalars(select(Team.id).where(Team.code != "b0")).all()
    here, now = today(), clock.now()
    with transaction() as s:
        s.execute(
            insert(Person),
            [
                {
                    "employee_no": f"B{number:05}",
                    "login_name": f"b{number:05}",
                    "name": f"{'赵钱孙李周吴郑王冯陈'[number % 10]}{'小晓明文一子若思安嘉'[number // 10 % 10]}{number}",
                    "team_id": teams[number % len(teams)],
                    "hired_on": here - timedelta(days=each.began),
                    "created_at": now,
                    "position": "测量员",
                }
                for number, each in enumerate(shared)
            ],
        )
        made = people_by_no()
        copied = [
            {"person": made[f"B{number:05}"], "pattern": ids[each.no], "team": teams[number % len(teams)]}
            for number, each in enumerate(shared)
        ]
        s.execute(text("CREATE TEMP TABLE copied (person INTEGER PRIMARY KEY, pattern INTEGER, team INTEGER)"))
        s.execute(text("INSERT INTO copied VALUES (:person, :pattern, :team)"), copied)
        for statement in _COPIES[s.get_bind().dialect.name]:
            s.execute(text(statement))
        s.execute(text("DROP TABLE copied"))


def _columns(table: Any, **changed: str) -> str:
    """Return `INSERT INTO t (…) SELECT …` that copies every column but the changed ones; `o` is the row copied."""
    names = [column.name for column in table.__table__.columns if changed.get(column.name) != "-"]
    values = [changed.get(name, f"o.{name}") for name in names]
    return f"INSERT INTO {table.__tablename__} ({', '.join(names)}) SELECT {', '.join(values)} FROM "


def _copies(some_hash: str) -> list[str]:
    from lms.assignments.models import Assignment, AssignmentReason
    from lms.records.models import Record, Standing

    seq = "(SELECT seq FROM log_head) + row_number() OVER (ORDER BY c.person, o.seq)"
    return [
        _columns(Membership, id="-", person_id="c.person", team_id="c.team")
        + "copied c JOIN membership o ON o.person_id = c.pattern",
        _columns(RoleGrant, id="-", person_id="c.person", team_id="c.team")
        + "copied c JOIN role_grant o ON o.person_id = c.pattern",
        _columns(Assignment, id="-", person_id="c.person")
        + "copied c JOIN assignment o ON o.person_id = c.pattern ORDER BY c.person",
        _columns(AssignmentReason, id="-", assignment_id="a.id")
        + "copied c JOIN assignment a ON a.person_id = c.person JOIN assignment p ON p.person_id = c.pattern "
        "JOIN assignment_reason o ON o.assignment_id = p.id",
        _columns(AssignmentItem, assignment_id="a.id")
        + "copied c JOIN assignment a ON a.person_id = c.person JOIN assignment p ON p.person_id = c.pattern "
        "JOIN assignment_item o ON o.assignment_id = p.id ORDER BY a.id, o.position",
        _columns(Standing, person_id="c.person")
        + "copied c JOIN standing o ON o.person_id = c.pattern ORDER BY c.person",
        _columns(Record, seq=seq, person_id="c.person", team_id="c.team", hash=some_hash)
        + "copied c JOIN record o ON o.person_id = c.pattern",
        "UPDATE log_head SET seq = (SELECT max(seq) FROM record), "
        "hash = (SELECT hash FROM record ORDER BY seq DESC LIMIT 1)",
    ]


_COPIES = {
    "sqlite": _copies("randomblob(32)"),
    "postgresql": _copies("sha256(random()::text::bytea)"),
}
"""The hashes of the lines copied are made up, by the means of either database."""


def with_a_profile() -> None:
    """Let the learner have figures of half a year, a composite of this quarter and competencies to be judged by."""
    here, now = today(), clock.now()
    learner = people_by_no()["P3"]
    codes = ("csat", "fcr", "first_response", "avg_response", "reply_3min", "conversion", "qa_pass", "sessions")
    with transaction() as s:
        s.execute(
            insert(KpiValue),
            [
                {
                    "metric": code,
                    "grain": "month",
                    "start": month.start,
                    "person_id": learner,
                    "value": 70.0 + place + number,
                    "count": 100,
                }
                for place, code in enumerate(codes)
                for number, month in enumerate(months_until(here))
            ],
        )
        tags = sorted({tag for each in s.scalars(select(Document.tags)) for tag in each})
        for number in range(6):
            words = tags[number::6] or ["沟通"]
            s.add(
                Competency(
                    code=f"bench{number}", name=f"测量{number}", words=words, levels=[50, 65, 80, 90], made_at=now
                )
            )
        formula = Formula(version=1, name="测量", spec={}, state="published", from_on=here.replace(day=1), made_at=now)
        s.add(formula)
        s.flush()
        part = {"weight": 12.5, "asked_weight": 12.5, "raw": 80.0, "adjusted": 79.0, "mean": 75.0, "n": 30}
        points = {"raw_normalised": 80.0, "normalised": 79.0, "raw_points": 10.0, "points": 9.88}
        s.add(
            CompositeSnapshot(
                person_id=learner,
                period=quarter_of(here),
                formula_id=formula.id,
                total=79.04,
                raw_total=80.0,
                parts=[{"source": f"kpi:{code}", **part, **points} for code in codes],
                digest=bytes(32),
                at=now,
            )
        )


def sat_by_many() -> None:
    """Let 5,000 people have sat a quiz of thirty questions, one of which has a wrong key."""
    cohort = simulated(people=SAT, questions=30, planted={3: MISKEYED})
    a_quiz(*cohort.questions, slug=THIRTY, title="三十题")
    with transaction() as s:
        wrong = asked_sha(cohort.questions[3])
        s.execute(update(Part).where(Part.text_sha == wrong).values(key=WRONG))
    ids = list(people_by_no().values())
    write(cohort, THIRTY, team_id=0, people=ids[:SAT])


def in_a_cycle() -> None:
    """Let a cycle run that everybody owes: a wave for each team, two thirds finished on the days since it began."""
    here, now = today(), clock.now()
    starts_on, due_on = here - timedelta(days=40), here + timedelta(days=14)
    with transaction() as s:
        course = s.execute(select(Document.id, Document.published_id).where(Document.kind == "course").limit(1)).one()
        cycle = Cycle(
            public_id=CYCLE,
            name="测量季",
            quarter="2026Q4",
            document_id=course.id,
            starts_on=starts_on,
            due_on=due_on,
            made_at=now,
            state="running",
            report={},
        )
        s.add(cycle)
        s.flush()
        for team in s.scalars(select(Team.id).where(Team.code != "b0")).all():
            s.add(CycleWave(cycle_id=cycle.id, team_id=team, starts_on=starts_on, due_on=due_on))
        s.execute(
            insert(Assignment),
            [
                {
                    "person_id": person_id,
                    "document_id": course.id,
                    "revision_id": course.published_id,
                    "occasion": f"cycle:{cycle.id}",
                    "counts_from": now - timedelta(days=40),
                    "starts_on": starts_on,
                    "due_on": due_on,
                    "next_due_on": None if number % 3 else due_on - timedelta(days=number % 20),
                    "done_items": 6 if number % 3 else number % 6,
                    "total_items": 6,
                    "state": "done" if number % 3 else "open",
                    "done_at": now - timedelta(hours=7 * (number % 130)) if number % 3 else None,
                }
                for number, person_id in enumerate(people_by_no().values())
            ],
        )


def paths() -> dict[str, str]:
    """Return the addresses that are measured: the course that comes next for the learner, its first lesson, an article."""
    learner = people_by_no()["P3"]
    mine = duties_of(learner, today())
    lesson = next(each for each in mine if each.kind == "lesson" and not each.item.done_at)
    article = (
        session()
        .scalars(
            select(Slug.slug)
            .join(Document, Document.id == Slug.document_id)
            .where(Slug.kind == "article", Slug.is_current, Document.state == "published")
            .order_by(Slug.slug)
        )
        .first()
    )
    return {
        "curriculum": f"/learn/curriculum/{mine[0].goal_slug}",
        "course": f"/learn/course/{lesson.container_slug}",
        "lesson": f"/learn/lesson/{lesson.slug}",
        "article": f"/kb/{article}",
        "cycle-5000": f"/cycles/{CYCLE}",
    }


def tokens(count: int) -> tuple[str, ...]:
    """Give so many people a token each and return them."""
    made = [f"bench-token-{number:05}" for number in range(count)]
    ids = people_by_no()
    with transaction() as s:
        s.execute(
            insert(ApiToken),
            [
                {
                    "person_id": ids[f"B{number:05}"],
                    "digest": sha256(token.encode()).digest(),
                    "made_at": clock.now(),
                    "expires_at": clock.now() + timedelta(days=366),
                }
                for number, token in enumerate(made)
            ],
        )
        lead = "bench-token-lead"
        s.add(
            ApiToken(
                person_id=ids["L1"],
                digest=sha256(lead.encode()).digest(),
                made_at=clock.now(),
                expires_at=clock.now() + timedelta(days=366),
                scope="read",
            )
        )
    return tuple(made)
