"""`lms content import`: the same plan as on the page, with lines and exit codes."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms import cli
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from lms.core.models import AuditEntry
from lms.core.sheets import xlsx_bytes
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text

HEAD = ["问题", "相似问", "答案", "分类", "店铺", "有效期"]


@pytest.fixture
def trainer(world):
    return a_person(Role.TRAINER, name="苏岩")


@pytest.fixture
def run(world, trainer, tmp_path):
    def called(*rows, **options):
        path = tmp_path / "问答.xlsx"
        path.write_bytes(xlsx_bytes("问答", HEAD, [[*row, *[""] * (6 - len(row))] for row in rows]))
        flags = [
            f"--{name.replace('_', '-')}" if value is True else f"--{name.replace('_', '-')}={value}"
            for name, value in options.items()
        ]
        return CliRunner().invoke(
            cli.main, ["content", "import", str(path), f"--owner={trainer.employee_no}", *flags], obj=world
        )

    return called


def count() -> int:
    return session().scalar(select(func.count()).select_from(Document)) or 0


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(run):
    done = run(("几天能退", "", "七天。"), dry_run=True)
    assert (done.exit_code, count()) == (0, 0)
    assert "可以导入 1 份" in done.output


def test_drafts_are_made_in_the_name_of_their_owner(run, trainer):
    assert run(("几天能退", "", "七天。")).exit_code == 0
    assert session().scalars(select(Document)).one().owner_id == trainer.id
    assert (
        session().scalars(select(AuditEntry.actor_id).where(AuditEntry.verb == "content.imported")).one() == trainer.id
    )


def test_a_bad_row_is_named_with_its_line_and_nothing_is_made(run):
    done = run(("几天能退", "", "七天。"), ("怎么换", "", ""))
    assert (done.exit_code, count()) == (1, 0)
    assert ":3: 没有写答案。" in done.output
    assert run(("几天能退", "", "七天。"), ("怎么换", "", ""), partial=True).exit_code == 1
    assert count() == 1


def test_dates_need_their_kind_of_day(run):
    row = ("几天能退", "", "七天。", "", "", "2026-11-01..2026-11-20")
    assert run(row).exit_code == 1
    assert run(row, day_kind="order").exit_code == 0


def test_twins_are_skipped_unless_said_otherwise(run, trainer):
    a_document(as_actor(trainer), an_article_text("几天能退"), slug="return")
    run(("几天能退", "", "八天。"))
    assert count() == 1
    run(("几天能退", "", "八天。"), twins="make")
    assert count() == 2


def test_an_unknown_owner_is_a_mistake_of_usage(world, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("问题,答案\n甲,乙\n")
    assert CliRunner().invoke(cli.main, ["content", "import", str(path), "--owner=none"], obj=world).exit_code == 2
