"""`lms quiz import` and `export`: the same as on the page, with lines and exit codes."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms import cli
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from lms.core.sheets import xlsx_bytes
from lms.quizzes.importers.xlsx import read
from tests.support.make import a_person

HEAD = ["题型", "题干", "选项A", "选项B", "答案"]
GOOD = ["单选", "几天内可以退货？", "3 天", "7 天", "B"]
BAD = ["单选", "这道题没有答案。", "甲", "乙", ""]


@pytest.fixture
def run(world):
    def called(*arguments: str):
        return CliRunner().invoke(cli.main, ["quiz", *arguments], obj=world)

    return called


@pytest.fixture
def trainer(world):
    return a_person(Role.TRAINER, name="苏岩").employee_no


@pytest.fixture
def bank(tmp_path):
    def made(*rows) -> str:
        path = tmp_path / "题库.xlsx"
        path.write_bytes(xlsx_bytes("题库", HEAD, rows))
        return str(path)

    return made


def documents() -> int:
    return session().scalar(select(func.count()).select_from(Document)) or 0


def test_a_dry_run_needs_no_author_and_writes_nothing(run, bank):
    done = run("import", bank(GOOD), "--dry-run")
    assert (done.exit_code, documents()) == (0, 0)
    assert "可以导入 1 道题" in done.output


def test_a_refused_question_is_told_with_its_row_and_stops_all(run, bank, trainer):
    done = run("import", bank(GOOD, BAD), "--owner", trainer)
    assert (done.exit_code, documents()) == (1, 0)
    assert "第 3 行: 没有答案" in done.output


def test_the_good_ones_alone_are_taken_where_that_was_said(run, bank, trainer):
    done = run("import", bank(GOOD, BAD), "--owner", trainer, "--partial", "--new", "banks/a", "--json")
    said = json.loads(done.output)
    assert (done.exit_code, said["slug"], said["imported"]) == (1, "banks/a", 1)
    assert documents() == 1


def test_somebody_has_to_be_its_author(run, bank):
    assert run("import", bank(GOOD)).exit_code == 2


def test_what_was_imported_is_exported_again(run, bank, trainer, tmp_path):
    run("import", bank(GOOD), "--owner", trainer, "--new", "banks/a")
    out = tmp_path / "out.xlsx"
    done = run("export", "banks/a", "--format", "xlsx", "-o", str(out))
    assert done.exit_code == 0
    assert read(out.read_bytes()).questions[0].question.stem.text == GOOD[1]


def test_an_export_says_which_quizzes(run, tmp_path):
    assert run("export", "--format", "xlsx", "-o", str(tmp_path / "out.xlsx")).exit_code == 2
    assert run("export", "gone", "--format", "xlsx", "-o", str(tmp_path / "out.xlsx")).exit_code == 1
