"""The comparison of teams reads the results of its days only, however long the log is."""

from datetime import date

from sqlalchemy import event

from lms.core.access import Role
from lms.core.db import db, session
from lms.reports.leading.teams import lines
from tests.support.make import a_person, a_team, as_actor


def plans_of(statements):
    """Return how the database reads the log for these statements, with what they are given."""
    sqlite = db.engine.dialect.name == "sqlite"
    if not sqlite:
        session().connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table of nothing is read whole
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    return [
        "\n".join(str(row[-1]) for row in session().connection().exec_driver_sql(explain + statement, given))
        for statement, given in statements
    ]


def test_results_are_found_by_their_day(world):
    actor = as_actor(a_person(Role.TRAINER, team=a_team()))
    asked = []

    def note(_connection, _cursor, statement, given, *_rest):
        if "FROM record" in statement:
            asked.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        lines(actor, date(2026, 8, 1), date(2026, 10, 31))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    plans = plans_of(asked)
    assert len(plans) == 2
    assert all("ix_record_graded" in plan for plan in plans)
    assert all("'graded'" in statement for statement, _ in asked)
