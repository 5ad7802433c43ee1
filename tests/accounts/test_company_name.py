"""What the company is called: written once, shown on every page; a setting wins and is said to."""

import pytest

from lms.accounts import actions, queries
from lms.accounts.models import Team
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.core.settings import Settings
from tests.support.make import a_person, as_actor, sign_in
from tests.support.pages import send


@pytest.fixture
def admin(world):
    with transaction():
        root = actions.found_company("客服学院")
    return a_person(Role.ADMIN, team=session().get_one(Team, root.id), name="管理员")


def named(admin, company="春和商贸", help_line=""):
    with transaction():
        actions.describe_company(as_actor(admin), company=company, help_line=help_line)


def with_settings(world, monkeypatch, **more):
    values = {name: getattr(world.extensions["lms_settings"], name) for name in Settings.__dataclass_fields__}
    monkeypatch.setitem(world.extensions, "lms_settings", Settings(**values | more))


def test_it_is_shown_before_and_after_sign_in(admin, client):
    named(admin, help_line="分机 8001")
    gate = client.get("/sign-in").text
    assert "春和商贸" in gate
    assert "分机 8001" in gate
    sign_in(client, admin)
    assert "春和商贸" in client.get("/").text


def test_the_root_team_takes_the_name_as_long_as_it_has_that_of_the_company(admin):
    named(admin)
    named(admin, "春和集团")
    assert session().get_one(Team, queries.root_id()).name == "春和集团"


def test_a_root_team_with_a_name_of_its_own_keeps_it(admin):
    with transaction():
        actions.change_team(as_actor(admin), queries.root_id(), name="客服中心", parent_id=None)
    named(admin)
    assert session().get_one(Team, queries.root_id()).name == "客服中心"


def test_no_name_is_refused(admin):
    with pytest.raises(Invalid), transaction():
        actions.describe_company(as_actor(admin), company="  ", help_line="")


def test_the_setting_wins_and_the_page_says_so(admin, client, world, monkeypatch):
    named(admin)
    with_settings(world, monkeypatch, company="禾木生活")
    sign_in(client, admin)
    page = client.get("/setup/company").text
    assert "LMS_COMPANY" in page
    assert "<span>禾木生活</span>" in page


def test_the_name_costs_a_signed_in_page_no_statement(admin, client, statements):
    named(admin)
    sign_in(client, admin)
    statements.clear()
    client.get("/me")
    assert [each for each in statements if each.startswith("SELECT (SELECT installation")] == []


def test_the_form_saves_the_name_the_help_line_and_ones_own_name(admin, client):
    sign_in(client, admin)
    answer = send(client, "/setup/company", company="春和商贸", help_line="", name="王芳")
    assert answer.status_code == 302
    assert "王芳" in client.get("/").text


def test_an_empty_name_is_refused_at_its_field_and_nothing_is_saved(admin, client):
    sign_in(client, admin)
    answer = send(client, "/setup/company", company=" ", help_line="x", name="王芳")
    assert answer.status_code == 422
    assert 'id="company-error"' in answer.text
    assert "王芳" not in client.get("/").text
