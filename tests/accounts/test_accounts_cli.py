"""`lms staff` and `lms token`: what an administrator does without a page."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lms.accounts import actions, queries
from lms.cli import main
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.models import AuditEntry
from tests.support.make import a_person, a_team


@pytest.fixture
def lms(world):
    def run(*words):
        return CliRunner().invoke(main, list(words), obj=world)

    return run


def test_a_list_is_shown_by_a_dry_run_and_taken_in_without(lms, tmp_path):
    a_team("公司")
    file = tmp_path / "staff.csv"
    file.write_bytes("工号,姓名,团队\nN1,程新,公司\n".encode("gbk"))
    assert "新增 1 人" in lms("staff", "import", str(file), "--dry-run").output
    assert queries.active_by_no("N1") is None
    assert lms("staff", "import", str(file)).exit_code == 0
    assert queries.active_by_no("N1").name == "程新"


def test_a_refused_row_is_named_and_the_exit_code_is_1(lms, tmp_path):
    file = tmp_path / "staff.csv"
    file.write_text("工号,姓名,团队\nN1,程新,没有\n", "utf-8")
    answer = lms("staff", "import", str(file), "--json")
    assert (answer.exit_code, json.loads(answer.output)["refused"][0]["line"]) == (1, 2)


def test_missing_teams_are_made_where_asked_for(lms, tmp_path):
    a_team("公司")
    file = tmp_path / "staff.csv"
    file.write_text("工号,姓名,团队\nN1,程新,公司/售后一组\n", "utf-8")
    assert lms("staff", "import", str(file), "--make-teams").exit_code == 0
    assert "售后一组" in [team.name for team in queries.team_tree()]


def test_slips_of_a_cohort_open_the_door(lms, client, tmp_path):
    person = a_person(no="N1")
    boss = queries.console()
    with transaction():
        cohort = actions.open_cohort(boss, name="2611 期", starts_on=date(2026, 11, 23))
        actions.add_members(boss, cohort.id, [person.id])
    no, code, url, _ = lms("staff", "slips", "--cohort", "2611 期").output.splitlines()[0].split("\t")
    assert (no, len(code)) == ("N1", 9)
    assert client.get("/slip/" + url.rsplit("/", 1)[1]).location == "/slip/password"
    page = tmp_path / "slips.html"
    lms("staff", "slips", "--cohort", "2611 期", "-o", str(page))
    assert "data:image/svg+xml" in page.read_text("utf-8")
    assert lms("staff", "slips", "--cohort", "2612 期").exit_code == 1


def test_the_first_administrator_comes_from_the_command_line(lms):
    assert lms("staff", "admin", "ADMIN", "--name", "王芳").exit_code == 0
    admin = queries.active_by_no("ADMIN")
    assert queries.actor_by_id(admin.id).roles == {Role.ADMIN}


def test_a_token_is_printed_alone_and_works(lms, client):
    a_person(no="L1")
    answer = lms("token", "create", "L1", "--scope", "read")
    token = answer.output.removesuffix("\n")
    assert (answer.exit_code, " " in token, "\n" in token) == (0, False, False)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json["employee_no"] == "L1"
    made = session().scalars(select(AuditEntry).where(AuditEntry.verb == "token.made")).one()
    assert (made.actor_id, made.person_id) == (None, queries.active_by_no("L1").id)  # not by the person's own hand
    assert lms("token", "create", "nobody").exit_code == 1


def test_who_took_a_copy_of_what_is_kept_about_somebody_is_noted(lms, tmp_path):
    person = a_person(no="L1")
    out = tmp_path / "L1.zip"
    assert lms("person", "export", "L1", "-o", str(out)).exit_code == 0
    noted = session().scalars(select(AuditEntry).where(AuditEntry.verb == "person.exported")).one()
    assert (noted.actor_id, noted.person_id, out.read_bytes()[:2]) == (None, person.id, b"PK")
