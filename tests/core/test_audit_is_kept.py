"""What administrators did is kept for at least 184 days, whatever is set and whatever the worker does. On both databases."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.core import clock, retention
from lms.core.audit import KEPT_AT_LEAST, audit
from lms.core.db import AppendOnlyError, session, transaction
from lms.core.models import AuditEntry
from lms.core.settings import SettingsError, load
from lms.worker import SCHEDULE
from tests.support.make import a_person

LMS = Path(__file__).parents[2] / "lms"
AGES = (0, 1, 183, 184, 185, 400, 3_661)
"""Days; the last is older than anything may be set to be kept."""


def entries():
    return set(session().execute(select(AuditEntry.id, AuditEntry.at, AuditEntry.verb)).all())


def written():
    """Write an entry of each age and return what is there."""
    person = a_person()
    for days in AGES:
        with clock.frozen(clock.now() - timedelta(days=days)), transaction():
            audit(person.id, f"tried.{days}", "person", person.id, person_id=person.id)
    found = entries()
    assert {verb for _, _, verb in found} >= {f"tried.{days}" for days in AGES}
    return found


def test_what_it_is_about_may_have_a_long_name(world):
    with transaction():
        audit(None, "tried", "thing", "https://" + "long." * 60)
    assert session().scalar(select(func.length(AuditEntry.object_id)).order_by(AuditEntry.id.desc()).limit(1)) == 80


def test_it_is_kept_longer_than_half_a_year():
    assert timedelta(days=184) == KEPT_AT_LEAST
    assert "audit" not in retention.NAMES


@pytest.mark.parametrize("days", ["1", "183", "184", "3660"])
def test_no_setting_shortens_it(tmp_path, days):
    with pytest.raises(SettingsError, match=r"LMS_KEEP_AUDIT_DAYS.*184 days"):
        load({"instance_path": tmp_path}, {"LMS_KEEP_AUDIT_DAYS": days})
    (tmp_path / "lms.toml").write_text(f"keep_audit_days = {days}\n")
    with pytest.raises(SettingsError, match=r"keep_audit_days.*184 days"):
        load({"instance_path": tmp_path}, {})


def test_every_job_of_the_worker_leaves_it(world, monkeypatch):
    """With everything else kept for one day, and on a day long after: nothing of the audit is gone."""
    before = written()
    monkeypatch.setitem(world.extensions, "lms_settings", shortened(world))
    assert {retention.kept(name) for name in retention.NAMES} == {timedelta(days=1)}
    jobs = [job for job in SCHEDULE if "forget" in job.name or "trim" in job.name or job.every >= timedelta(hours=6)]
    assert len(jobs) > 10
    for later in (0, 183, 185, 4_000):
        with clock.shifted(timedelta(days=later)):
            for job in jobs:
                job.work()
    assert entries() >= before


def shortened(app):
    """Return the settings with everything forgotten as soon as may be."""
    return replace(app.extensions["lms_settings"], **{f"keep_{name}_days": 1 for name in retention.NAMES})


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntry).values(verb="nothing"),
        delete(AuditEntry),
        text("DELETE FROM audit_entry WHERE verb = 'tried.3661'"),
        text("UPDATE audit_entry SET at = at"),
    ],
    ids=["update", "delete", "sql delete", "sql update"],
)
def test_no_way_changes_or_deletes_an_entry(world, statement):
    before = written()
    with pytest.raises((DBAPIError, AppendOnlyError), match="append-only"), session().begin_nested():
        session().execute(statement)
    assert entries() == before


def test_nor_by_the_object(world):
    written()
    entry = session().scalars(select(AuditEntry).limit(1)).one()
    entry.verb = "nothing"
    with pytest.raises(AppendOnlyError):
        session().flush()
    session().rollback()
    assert session().scalar(select(func.count()).where(AuditEntry.verb == "nothing")) == 0


def test_nothing_in_the_program_tries_to():
    """`AuditEntry` is made in one place and nowhere put into a statement that changes or deletes."""
    wrong = []
    for path in sorted(LMS.rglob("*.py")):
        source = path.read_text("utf-8")
        if "AuditEntry" not in source and "audit_entry" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call):
                called, given = ast.unparse(node.func), [ast.unparse(each) for each in node.args]
                if called in {"delete", "update"} and "AuditEntry" in given:
                    wrong.append(f"{path.name}:{node.lineno}")
                if called == "AuditEntry" and path.name != "audit.py":
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []
