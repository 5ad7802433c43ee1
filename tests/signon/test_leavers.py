"""A complete staff file: who is missing in it leaves, but never too many at once without a word, and never half."""

import io
import os
import re
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import cli
from lms.accounts.models import Person
from lms.accounts.rules.leavers import allowed, leavers
from lms.accounts.rules.staff import plan
from lms.accounts.rules.staff_known import Known, KnownPerson
from lms.accounts.rules.staff_words import COLUMNS
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.core.sheets import read
from lms.notifications.models import Notice
from lms.signon.jobs import staff_folder
from lms.signon.models import StaffFile
from tests.support.make import a_person, a_team, sign_in
from tests.support.pages import token

TODAY = date(2026, 11, 23)
HEAD = "工号,姓名,团队\n"


def somebody(no, **more):
    values = {"id": 1, "employee_no": no, "name": no, "active": True, "team_id": 2, "position": "", **more}
    usual = {"employment": "regular", "email": "", "phone": "", "hired_on": date(2020, 1, 1), "leaving_on": None}
    return KnownPerson(**{**usual, **values})


def rows(*numbers):
    return read((HEAD + "".join(f"{no},{no},\n" for no in numbers)).encode(), COLUMNS).rows


def numbers(people):
    return [each.employee_no for each in people]


KNOWN = Known(
    people={
        "a": somebody("A"),
        "b": somebody("B"),
        "boss": somebody("BOSS", grants=frozenset({(Role.ADMIN, 1)})),
        "me": somebody("ME"),
        "soon": somebody("SOON", hired_on=date(2026, 12, 1)),
        "gone": somebody("GONE", active=False),
        "past": somebody("PAST", active=False),
    },
    own_login="me",
)


def test_who_is_missing_leaves_but_administrators_oneself_and_who_starts_later():
    found = leavers(rows("a", "ＧＯＮＥ", "new"), KNOWN, percent=50, today=TODAY)
    assert numbers(found.people) == ["B"]
    assert numbers(found.kept) == ["BOSS", "ME", "SOON"]
    assert numbers(found.closed) == ["GONE"]
    assert (found.among, found.allowed, found.too_many) == (5, 2, False)


def test_a_closed_account_that_is_still_listed_refuses_nothing_and_stays_closed():
    given_rows = rows("A", "B", "GONE")
    found = plan(given_rows, KNOWN, leavers=leavers(given_rows, KNOWN, percent=10, today=TODAY))
    assert (found.refused, found.can_apply) == ((), False)
    assert plan(given_rows, KNOWN).refused != ()


@pytest.mark.parametrize(
    ("among", "percent", "most"), [(1, 10, 1), (19, 10, 1), (20, 10, 2), (100, 10, 10), (5000, 10, 10), (300, 1, 3)]
)
def test_how_many_may_leave_without_a_word(among, percent, most):
    assert allowed(among, percent) == most


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_everybody_here_is_listed_leaves_or_is_kept(listed, here):
    known = Known(people={no: somebody(no) for no in sorted(here)})
    found = leavers(rows(*sorted(listed)), known, percent=100, today=TODAY)
    assert set(numbers(found.people)) == here - listed


def the_house():
    team = a_team("售后组")
    boss = a_person(Role.ADMIN, team=team, no="BOSS")
    people = [a_person(team=team, no=f"P{n:02}") for n in range(30)]
    return team, boss, people


def listed(team, *people):
    return (HEAD + "".join(f"{one.employee_no},{one.name},{team.name}\n" for one in people)).encode()


def active():
    session().expire_all()
    return set(session().scalars(select(Person.employee_no).where(Person.active)))


def run(app, *arguments):
    return CliRunner().invoke(cli.main, ["staff", "import", *map(str, arguments)], obj=app)


def test_the_command_previews_refuses_too_many_and_does_it_when_told(world, tmp_path):
    team, _, people = the_house()
    file = tmp_path / "all.csv"
    file.write_bytes(listed(team, *people[2:]))
    before = active()
    shown = run(world, file, "--leavers", "--dry-run")
    assert shown.exit_code == 0
    assert f"离职：P00 {people[0].name}" in shown.stdout
    assert "BOSS" in shown.stdout
    assert active() == before
    assert run(world, file, "--leavers").exit_code == 0
    assert before - active() == {"P00", "P01"}
    file.write_bytes(listed(team, *people[20:]))
    refused = run(world, file, "--leavers")
    assert refused.exit_code == 1
    assert before - active() == {"P00", "P01"}
    assert run(world, file, "--leavers", "--confirm-leavers").exit_code == 0
    assert active() == {"BOSS", *(f"P{n}" for n in range(20, 30))}
    file.write_bytes(HEAD.encode())
    assert run(world, file, "--leavers", "--confirm-leavers").exit_code == 1


def test_on_the_page_the_names_stand_before_the_button(world, client):
    team, boss, people = the_house()
    sign_in(client, boss)
    for kept in (people[1:], people[20:]):
        data = {
            "csrf_token": token(client, "/people/import"),
            "file": (io.BytesIO(listed(team, *kept)), "all.csv"),
            "complete": "1",
        }
        page = client.post("/people/import", data=data, content_type="multipart/form-data").text
        assert "BOSS" in page
        fields = dict(_hidden(page))
        assert ("confirmed" in fields) == (len(kept) == 10)
        tampered = {**fields, "confirmed": ""}
        answer = client.post("/people/import/apply", data=tampered)
        assert answer.status_code == (422 if len(kept) == 10 else 302)
        if len(kept) == 10:
            assert client.post("/people/import/apply", data=fields).status_code == 302
    assert active() == {"BOSS", *(f"P{n}" for n in range(20, 30))}


def _hidden(page):
    form = page[page.index('action="/people/import/apply"') :]
    form = form[: form.index("</form>")]
    return re.findall(r'name="([^"]+)" value="([^"]*)"', form)


@pytest.fixture
def folder(world, tmp_path):
    held = world.extensions["lms_settings"]
    world.extensions["lms_settings"] = replace(held, staff_folder=tmp_path)
    yield tmp_path
    world.extensions["lms_settings"] = held


def lay(folder, data, name="all.csv"):
    file = folder / name
    file.write_bytes(data)
    old = clock.now().timestamp() - 60
    os.utime(file, (old, old))
    return file


def told(person):
    return [str(each) for each in session().scalars(select(Notice.sentence).where(Notice.person_id == person.id))]


def test_a_file_in_the_folder_is_taken_in_once_put_away_and_told_of(world, folder):
    team, boss, people = the_house()
    data = listed(team, *people[1:])
    lay(folder, data)
    assert staff_folder.import_files() == 1
    assert "P00" not in active()
    assert [path.name[16:] for path in (folder / "done").iterdir()] == ["all.csv"]
    assert any("离职" in each or "left" in each for each in told(boss))
    lay(folder, data, "again.csv")  # as after a crash between the import and the moving
    assert staff_folder.import_files() == 0
    assert not list(folder.glob("*.csv"))


def test_a_file_that_would_close_too_many_or_has_a_bad_row_changes_nothing_and_is_told_of(world, folder):
    team, boss, people = the_house()
    before = active()
    lay(folder, listed(team, *people[20:]))
    lay(folder, HEAD.encode() + b"\xff\xfe\x00", "bad.csv")
    lay(folder, (HEAD + "P00,x,no such team\n").encode(), "row.csv")
    assert staff_folder.import_files() == 3
    assert active() == before
    assert len(list((folder / "refused").iterdir())) == 3
    assert len(told(boss)) == 3
    assert set(session().scalars(select(StaffFile.state))) == {"refused"}


def test_a_file_that_is_still_being_written_waits(world, folder):
    team, _, people = the_house()
    (folder / "all.csv").write_bytes(listed(team, *people[1:]))
    (folder / "link.csv").symlink_to("/etc/passwd")
    assert staff_folder.import_files() == 0
    assert "P00" in active()


def test_killed_in_the_middle_nothing_is_half_done(world, folder, monkeypatch):
    team, _, people = the_house()
    before = active()
    lay(folder, listed(team, *people[2:]))
    monkeypatch.setattr(staff_folder, "_note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        staff_folder.import_files()
    assert active() == before
    monkeypatch.undo()
    world.extensions["lms_settings"] = replace(world.extensions["lms_settings"], staff_folder=folder)
    assert staff_folder.import_files() == 1
    assert before - active() == {"P00", "P01"}
