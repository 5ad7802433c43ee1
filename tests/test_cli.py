"""The command `lms`: exit codes, sentences, and that it runs in the academy's app wherever it is called."""

import json
from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import text

from lms import cli, create_app
from lms.content import queries
from lms.core.db import db, session, transaction
from lms.core.settings import Settings
from lms.records.actions import append
from lms.records.events import Verb
from lms.records.models import Standing
from tests.support.make import a_person
from tests.support.make_content import a_document, a_trainer, an_article_text, write


def lms(app: Flask | None, *arguments: str) -> Result:
    return CliRunner().invoke(cli.main, list(arguments), obj=app)


@pytest.fixture
def authors(world: APIFlask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the authors, empty."""
    values = {name: getattr(world.extensions["lms_settings"], name) for name in Settings.__dataclass_fields__}
    monkeypatch.setitem(world.extensions, "lms_settings", Settings(**values | {"content_path": tmp_path}))
    return tmp_path


def commands() -> list[list[str]]:
    found = []
    for name, command in cli.main.commands.items():
        inner = getattr(command, "commands", None)
        found += [[name, each] for each in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_explains_itself_with_an_example_and_starts_nothing(path: list[str]):
    shown = CliRunner().invoke(cli.main, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Example:" in shown.output
    assert f"lms {' '.join(path)}" in shown.output


def test_an_unknown_command_is_a_mistake_of_usage(world: APIFlask):
    assert lms(world, "nonsense").exit_code == 2


# content


def test_a_clean_tree_is_checked_with_exit_code_0(world: APIFlask, authors: Path):
    write(authors, "kb_content/a.md", an_article_text())
    assert lms(world, "content", "check").exit_code == 0


def test_every_problem_is_one_line_with_path_and_line(world: APIFlask, authors: Path):
    write(authors, "kb_content/a.md", an_article_text(body="[x](none.md)\n[y](nothing.md)"))
    write(authors, "courses/b.md", "nichts")
    done = lms(world, "content", "check")
    assert done.exit_code == 1
    lines = [line.split(" ")[0] for line in done.stdout.splitlines()]
    assert {"kb_content/a.md:6:", "kb_content/a.md:7:", "courses/b.md:1:"} <= set(lines)


def test_only_what_was_asked_for_is_spoken_about(world: APIFlask, authors: Path):
    write(authors, "kb_content/a.md", "nichts")
    write(authors, "courses/b.md", a := an_article_text())
    assert a
    done = lms(world, "content", "check", str(authors / "courses"))
    assert done.exit_code == 0
    assert "kb_content/a.md" not in done.stdout
    assert lms(world, "content", "check", str(authors / "nowhere")).exit_code == 2
    assert lms(world, "content", "check", "/etc/hostname").exit_code == 2


def test_a_program_reads_the_same_findings(world: APIFlask, authors: Path):
    write(authors, "kb_content/a.md", "nichts")
    found = json.loads(lms(world, "content", "check", "--json").stdout)
    assert (found["errors"], found["findings"][0]["path"], found["findings"][0]["line"]) == (1, "kb_content/a.md", 1)


def test_sync_says_what_it_did_and_exits_with_1_where_something_waits(world: APIFlask, authors: Path):
    write(authors, "kb_content/a.md", an_article_text())
    done = lms(world, "content", "sync")
    assert done.exit_code == 0
    assert "新建: kb_content/a.md" in done.stdout
    write(authors, "kb_content/b.md", "nichts")
    done = lms(world, "content", "sync")
    assert done.exit_code == 1
    assert "kb_content/b.md:1:" in done.stdout


def test_a_dry_run_leaves_the_store_alone(world: APIFlask, authors: Path):
    write(authors, "kb_content/a.md", an_article_text())
    said = json.loads(lms(world, "content", "sync", "--dry-run", "--json").stdout)
    assert (said["dry_run"], said["created"]) == (True, ["kb_content/a.md"])
    assert queries.by_path(["kb_content/a.md"]) == {}


def test_export_writes_a_tree_and_names_what_it_left_alone(world: APIFlask, authors: Path, tmp_path: Path):
    a_document(a_trainer(), slug="a")
    folder = tmp_path / "out"
    assert lms(world, "content", "export", str(folder)).exit_code == 0
    assert (folder / "kb_content/a.md").exists()
    write(folder, "kb_content/a.md", "ungesichert")
    done = lms(world, "content", "export", str(folder))
    assert done.exit_code == 1
    assert "kb_content/a.md:1:" in done.stdout


def test_sentences_come_in_the_language_of_the_installation(
    world: APIFlask, authors: Path, monkeypatch: pytest.MonkeyPatch
):
    values = {name: getattr(world.extensions["lms_settings"], name) for name in Settings.__dataclass_fields__}
    monkeypatch.setitem(world.extensions, "lms_settings", Settings(**values | {"locale": "en"}))
    write(authors, "kb_content/a.md", an_article_text())
    assert "created 1," in lms(world, "content", "sync").stdout


# records


def test_a_whole_log_is_verified_with_exit_code_0(world: APIFlask):
    person = a_person()
    with transaction():
        append(None, person.id, Verb.COMPLETED, document_id=None, revision_id=None, source="test")
    assert lms(world, "records", "verify").exit_code == 0


def test_a_standing_that_does_not_fit_the_log_is_named_and_mended(world: APIFlask):
    person = a_person()
    document = a_document(a_trainer())
    document_id, revision_id = document.id, document.published_id
    with transaction():
        append(None, person.id, Verb.COMPLETED, document_id=document_id, revision_id=revision_id, source="test")
    with transaction() as s:
        s.get_one(Standing, (person.id, document_id)).state = "failed"
    broken = lms(world, "records", "verify", "--json")
    assert broken.exit_code == 1
    assert len(json.loads(broken.stdout)["problems"]) == 1
    assert lms(world, "records", "rebuild").exit_code == 0
    session().expire_all()
    assert lms(world, "records", "verify").exit_code == 0


# where it runs


def test_under_a_host_application_it_runs_in_the_academy(world: APIFlask, authors: Path):
    host = Flask("host")
    host.extensions["lms_app"] = world
    done = CliRunner().invoke(cli.main, ["content", "check"], obj=ScriptInfo(create_app=lambda: host))
    assert done.exit_code == 0


@pytest.mark.committed
def test_the_schema_is_made_once_and_serving_waits_for_that_of_an_older_version(tmp_path: Path):
    app = create_app({"instance_path": tmp_path, "database_url": f"sqlite:///{tmp_path / 'x.sqlite3'}"})
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE older (id INTEGER)"))
    refused = lms(app, "serve")
    assert (refused.exit_code, "lms db upgrade" in refused.output) == (1, True)
    assert lms(app, "db", "upgrade").exit_code == 0
    assert lms(app, "db", "upgrade").exit_code == 0
    with app.app_context():
        db.engine.dispose()


def test_a_wrong_setting_is_one_sentence_and_no_traceback(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LMS_TIMEZONE", "Mond")
    done = CliRunner().invoke(cli.main, ["content", "check"])
    assert done.exit_code == 1
    assert "LMS_TIMEZONE" in done.output
    assert "Traceback" not in done.output
