"""An installation as large as one likes, on PostgreSQL: what people leave behind in years is written by SQL.

Each person has, as in the small one: the duties of the bench's pattern people with their standings, 100 lines in the
log, ten attempts of five answers, 48 figures of work, a composite, five notices, two searches. Teams have 50 people,
forty teams are a region. The hashes of the log are made up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from lms.accounts import passwords
from lms.accounts.models import Membership, Person, RoleGrant, Team
from lms.accounts.queries import actor_by_employee_no
from lms.content.jobs import sync_files
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.here import today
from lms.kb.jobs.indexing import rebuild_index
from tests.benchmarks import data
from tests.benchmarks.data import PASSWORD, QUIZ, Installation
from tests.support.make_quizzes import begun, handed_in

TEAM_LEAD = "L2"
IN_A_TEAM = 50
TEAMS_OF_A_REGION = 40
LINES = 100
"""Of each person in the log."""
LARGE = ("record", "standing", "assignment", "assignment_item", "assignment_reason", "attempt", "attempt_item",
         "kpi_value", "composite_snapshot", "notice", "search_log", "membership", "role_grant")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a database is. rows: of each table that grows, as the planner estimates them."""

    rows: dict[str, int]
    megabytes: float


def size_of(url: str) -> Size:
    """Return how large the database is."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(:names)"),
                                  {"names": ["person", "team", *LARGE]})  # fmt: skip
        found = {row.relname: int(row.reltuples) for row in rows}
        size = connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
    engine.dispose()
    return Size(rows=found, megabytes=size / 1e6)


def build(folder: Path, people: int, url: str, *, takers: int) -> Installation:
    """Fill an empty database with an installation of so many people. takers: how many get a token."""
    app = data.open_app(folder, url)
    with app.app_context():
        db.create_all()
        with _unchecked(url):
            data.staff()
            _more_teams(people)
            sync_files(data.content_folder(folder / "content"))
            data.assign_patterns()
            _team_lead()
            _a_paper()
            db.session.remove()
            db.engine.dispose()
            with _without_indices(url):
                data.copies(people)
                data.with_a_profile()
                _years(people)
        db.session.remove()
        db.engine.dispose()
        _analyze(url)
        rebuild_index()
        found = Installation(
            folder=folder,
            people=people,
            learner="P3",
            lead="L1",
            trainer="T1001",
            paths={},
            tokens=data.tokens(takers),
            database_url=url,
        )
        db.session.remove()
        db.engine.dispose()
    return found


@contextmanager
def _unchecked(url: str) -> Iterator[None]:
    """Let the database take what it is given, without looking up what each row refers to."""
    name = url.rpartition("/")[2]
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET session_replication_role = replica"))
    db.engine.dispose()
    try:
        yield
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} RESET session_replication_role"))
        engine.dispose()
        db.engine.dispose()


@contextmanager
def _without_indices(url: str) -> Iterator[None]:
    """Take the indices that keep nothing apart from the large tables, and make them anew at the end."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        those = connection.execute(
            text(
                "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i "
                "WHERE i.indrelid::regclass::text = ANY(:names) AND NOT i.indisunique"
            ),
            {"names": list(LARGE)},
        ).all()
        for each in those:
            connection.execute(text(f"DROP INDEX {each.name}"))
    yield
    with engine.connect() as connection:
        for each in those:
            connection.exec_driver_sql(each.made)
    engine.dispose()


def _analyze(url: str) -> None:
    engine: Engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _more_teams(people: int) -> None:
    """Add teams until there is one for fifty people, in regions of forty; the first twenty are there."""
    here = today()
    began = date(here.year - 2, 1, 1)
    count = max(data.TEAMS, people // IN_A_TEAM)
    with transaction() as s:
        root = s.query(Team).filter_by(code="b0").one().id
        s.add_all(Team(code=f"b{number}", name=f"测量{number}组") for number in range(data.TEAMS + 1, count + 1))
        if count > TEAMS_OF_A_REGION:
            s.add_all(Team(code=f"r{number}", name=f"测量{number}区") for number in range(count // TEAMS_OF_A_REGION))
        s.flush()
        s.execute(
            text(
                "INSERT INTO team_place (team_id, parent_id, from_on) SELECT t.id, :root, :began FROM team t "
                "WHERE NOT EXISTS (SELECT 1 FROM team_place p WHERE p.team_id = t.id)"
            ),
            {"root": root, "began": began},
        )
        s.execute(
            text(
                "UPDATE team_place p SET parent_id = r.id FROM team t, team r WHERE t.id = p.team_id "
                "AND t.code LIKE 'b%' AND t.id <> :root "
                "AND r.code = 'r' || ((substr(t.code, 2)::int - 1) / :size)"
            ),
            {"root": root, "size": TEAMS_OF_A_REGION},
        )


def _team_lead() -> None:
    """Give the team of the pattern people its own lead."""
    began = date(today().year - 2, 1, 1)
    with transaction() as s:
        team = s.query(Team).filter_by(code="b1").one().id
        person = Person(
            employee_no=TEAM_LEAD,
            login_name=TEAM_LEAD.casefold(),
            name="测量组长",
            team_id=team,
            hired_on=began,
            password_hash=passwords.hash_password(PASSWORD),
            created_at=clock.now(),
        )
        s.add(person)
        s.flush()
        s.add(Membership(person_id=person.id, team_id=team, from_on=began))
        s.add(RoleGrant(person_id=person.id, role=Role.LEAD, team_id=team, from_on=began))


def _a_paper() -> None:
    """Let one person sit the quiz; what the others have sat are copies of it."""
    actor = actor_by_employee_no("P1")
    handed_in(actor, begun(actor, QUIZ))


def _years(people: int) -> None:
    """Write what people leave behind in two years."""
    with transaction() as s:
        quiz = data.document_of("quiz", QUIZ)
        for statement in _YEARS:
            s.execute(text(statement), {"quiz": quiz, "people": people, "lines": LINES, "today": today()})


_LINE = (
    "INSERT INTO record (seq, at, day, person_id, team_id, verb, document_id, revision_id, earned, possible, passed, "
    "credited_minutes, observed_seconds, source, ref, hash) "
)
_YEARS = (
    # Papers: ten of each person over two years, five questions of each.
    "INSERT INTO attempt (public_id, person_id, document_id, revision_id, occasion, number, mode, state, started_at, "
    "submitted_at, ended_by, total, limits, earned, possible, passed) "
    "SELECT md5(p.id::text || 'a' || g), p.id, o.document_id, o.revision_id, o.occasion, g, o.mode, o.state, "
    "now() - make_interval(days => ((p.id * 7 + g * 67) % 700)::int, mins => 30), "
    "now() - make_interval(days => ((p.id * 7 + g * 67) % 700)::int), o.ended_by, "
    "5, o.limits, o.possible / 10 * ((p.id + g) % 6 + 5), o.possible, (p.id + g) % 6 > 0 "
    "FROM (SELECT * FROM attempt ORDER BY id LIMIT 1) o, generate_series(1, 10) g, person p WHERE p.id <> o.person_id "
    "ORDER BY g, p.id",
    "INSERT INTO attempt_item (attempt_id, position, key, part_id, part_version_sha, option_order, points, value, "
    "answered, seq, saved_at, earned) "
    "SELECT a.id, i.position, i.key, i.part_id, i.part_version_sha, i.option_order, i.points, i.value, true, "
    "i.position + 1, a.submitted_at, CASE WHEN (a.id + i.position) % 5 = 0 THEN 0 ELSE i.points END "
    "FROM attempt a, attempt_item i WHERE i.attempt_id = (SELECT min(id) FROM attempt) AND a.id <> i.attempt_id "
    "AND i.position < (SELECT min(position) + 5 FROM attempt_item) "
    "ORDER BY a.id, i.position",
    "ANALYZE",
    # The log: each paper, and what else makes 100 lines of everybody.
    _LINE + "SELECT h.seq + row_number() OVER (ORDER BY a.submitted_at, a.id), a.submitted_at, a.submitted_at::date, "
    "a.person_id, p.team_id, 'graded', a.document_id, a.revision_id, a.earned, a.possible, a.passed, 5, 240, 'quiz', "
    "a.public_id, decode(md5(a.public_id) || md5('q' || a.public_id), 'hex') "
    "FROM log_head h, attempt a JOIN person p ON p.id = a.person_id",
    "UPDATE log_head SET seq = (SELECT max(seq) FROM record)",
    "WITH p AS MATERIALIZED (SELECT person.id, person.team_id, coalesce(n, 0) AS lines FROM person LEFT JOIN "
    "(SELECT person_id, count(*) AS n FROM record GROUP BY person_id) r ON r.person_id = person.id), "
    "d AS MATERIALIZED (SELECT id, published_id, row_number() OVER (ORDER BY id) - 1 AS place FROM document "
    "WHERE kind IN ('lesson', 'article') AND published_id IS NOT NULL), "
    "l AS (SELECT p.id, p.team_id, g, (p.id + g) % (SELECT count(*) FROM d) AS place, "
    "now() - make_interval(days => (700 - g * 6)::int, mins => (p.id % 1440)::int) AS moment "
    "FROM p, generate_series(1, :lines) g WHERE g <= :lines - p.lines) "
    + _LINE
    + "SELECT h.seq + row_number() OVER (ORDER BY l.g, l.id), l.moment, l.moment::date, l.id, l.team_id, 'completed', "
    "d.id, d.published_id, NULL, NULL, NULL, 5, 240, 'bench', '', "
    "decode(md5('l' || l.id || '-' || l.g) || md5(l.g || '-' || l.id), 'hex') "
    "FROM log_head h, l JOIN d ON d.place = l.place",
    "UPDATE log_head SET seq = (SELECT max(seq) FROM record), hash = (SELECT hash FROM record ORDER BY seq DESC LIMIT 1)",
    "INSERT INTO standing (person_id, document_id, state, tries, best_earned, best_possible, last_earned, last_possible, "
    "first_done_at, last_done_at, last_seq, last_at) "
    "SELECT r.person_id, r.document_id, 'done', CASE WHEN r.verb = 'graded' THEN count(*) ELSE 0 END, max(r.earned), "
    "max(r.possible), max(r.earned), max(r.possible), min(r.at), max(r.at), max(r.seq), max(r.at) FROM record r "
    "WHERE r.document_id IS NOT NULL GROUP BY r.person_id, r.document_id, r.verb ON CONFLICT DO NOTHING",
    # Work: eight figures of six months, and what came of them.
    "INSERT INTO kpi_value (metric, grain, start, person_id, value, count) "
    "SELECT m, 'month', (date_trunc('month', CAST(:today AS date)) - make_interval(months => g))::date, p.id, "
    "60 + (p.id * 7 + g * 3 + length(m)) % 40, 100 "
    "FROM unnest(ARRAY['csat', 'fcr', 'first_response', 'avg_response', 'reply_3min', 'conversion', 'qa_pass', 'sessions']) m, "
    "generate_series(0, 5) g, person p ON CONFLICT DO NOTHING",
    "INSERT INTO composite_snapshot (person_id, period, formula_id, total, raw_total, parts, digest, at) "
    "SELECT p.id, o.period, o.formula_id, 60 + p.id % 40, 60 + p.id % 40, o.parts, o.digest, o.at "
    "FROM (SELECT * FROM composite_snapshot ORDER BY id LIMIT 1) o, person p WHERE p.id <> o.person_id",
    "INSERT INTO notice (person_id, topic, sentence, link, dedup_key, at, read_at) "
    "SELECT p.id, 'duty', CAST('{\"id\": \"测量\", \"values\": {}}' AS jsonb), CAST('{}' AS jsonb), 'b' || p.id || '-' || g, "
    "now() - make_interval(days => g * 9), CASE WHEN g > 2 THEN now() END FROM person p, generate_series(1, 5) g",
    "INSERT INTO search_log (at, person_id, query, folded, hits, origin, shop) "
    "SELECT now() - make_interval(days => (p.id % 80)::int, mins => g), p.id, '退款' || p.id % 500, '退款' || p.id % 500, 3, 'page', '' "
    "FROM person p, generate_series(1, 2) g",
)
