"""`lms staff admin`: how the first person gets into an empty installation."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms import cli, create_app
from lms.accounts import queries
from lms.accounts.actions.slips import SlipRefused, count_code, slip_by_code
from lms.accounts.models import Person, Team
from lms.core.access import Role
from lms.core.db import db, session, transaction
from tests.support.make import as_actor


def lms(app, *arguments):
    return CliRunner().invoke(cli.main, ["staff", "admin", *arguments], obj=app)


def code_of(printed):
    return printed.stdout.splitlines()[0].split("\t")[1]


def lets_in(employee_no, code):
    with transaction():
        return slip_by_code(employee_no, code, count_code(employee_no, "127.0.0.1")) is not None


def test_it_makes_the_company_and_its_administrator_with_a_slip(world):
    printed = lms(world, "ADMIN", "--name", "王芳")
    assert printed.exit_code == 0
    person = queries.active_by_no("ADMIN")
    assert Role.ADMIN in as_actor(person).roles
    assert session().get_one(Team, person.team_id).name == "客服学院"
    assert lets_in("ADMIN", code_of(printed))


def test_again_it_prints_a_new_slip_and_changes_nothing_else(world):
    first, second = lms(world, "ADMIN", "--name", "王芳"), lms(world, "ADMIN", "--name", "王芳")
    with pytest.raises(SlipRefused):
        lets_in("ADMIN", code_of(first))
    assert lets_in("ADMIN", code_of(second))
    assert session().scalar(select(func.count()).select_from(Person)) == 1
    assert session().scalar(select(func.count()).select_from(Team)) == 1


def test_it_needs_a_name(world):
    assert lms(world, "ADMIN").exit_code == 2


@pytest.mark.committed
def test_on_a_database_that_was_never_made_every_command_says_what_to_run_first(tmp_path):
    app = create_app({"instance_path": tmp_path, "database_url": f"sqlite:///{tmp_path / 'x.sqlite3'}"})
    refused = lms(app, "ADMIN", "--name", "王芳")
    assert (refused.exit_code, "lms db upgrade" in refused.output) == (1, True)
    with app.app_context():
        db.engine.dispose()
