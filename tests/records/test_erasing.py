"""A person is given away as a file and erased: nothing that says who it was is left, and the log stays whole."""

import io
import json
import zipfile

import pytest
from sqlalchemy import func, select

from lms.accounts import actions as accounts
from lms.accounts.models import Person
from lms.core import privacy
from lms.core.db import Base, session, transaction
from lms.core.errors import Conflict
from lms.core.here import settings
from lms.records import erasing, queries
from tests.support.make import as_actor
from tests.support.make_house import a_house, address, all_rules, browser_of, values_of
from tests.support.pages import token


@pytest.fixture
def house(world):
    return a_house()


def closed(house):
    """阿南 has left; return his number."""
    hr = as_actor(house.people["hr"])
    with transaction():
        accounts.close(hr, house.own.id)
    return house.own.id


def erased(house):
    person_id = closed(house)
    with transaction():
        erasing.erase(as_actor(house.people["hr"]), person_id)
    return person_id


def telling_rows(person_id):
    """Return (table, column) of everything about the person that still says something."""
    left = []
    for each in privacy.held(Base.metadata):
        if each.table.name in privacy.KEPT:
            continue
        for column in each.table.columns:
            if column.info["privacy"] not in privacy.TELLING:
                continue
            rows = session().scalars(select(column).where(each.of(person_id), column.is_not(None))).all()
            left += [(each.table.name, column.name) for value in rows if value not in ("", {}, [])]
    return left


# which tables there are


def test_every_table_that_tells_something_belongs_to_somebody_or_says_why_not():
    owned = {each.table.name for each in privacy.held(Base.metadata)} | {"person"}
    telling = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(column.info["privacy"] in privacy.TELLING for column in table.columns)
    }
    assert telling - owned == set(privacy.OF_NOBODY)
    assert set(privacy.KEPT) <= owned


# erasing


def test_nothing_of_an_erased_person_is_left(house):
    person_id = closed(house)
    assert len(telling_rows(person_id)) > 20
    with transaction():
        erasing.erase(as_actor(house.people["hr"]), person_id)
    assert telling_rows(person_id) == []
    person = session().get_one(Person, person_id)
    assert (person.employee_no, person.name, person.phone, person.password_hash, person.hired_on) == (None,) * 5
    assert person.erased_at is not None


def test_the_log_stays_whole_and_says_that_somebody_was_erased(house):
    person_id = closed(house)
    hr = as_actor(house.people["hr"])
    assert queries.verify().problems == ()
    with transaction():
        erasing.erase(hr, person_id)
    assert queries.verify().problems == ()


def test_a_note_that_is_missing_without_an_erasure_is_found(house):
    erased(house)
    other = erasing.privacy.held(Base.metadata)
    notes = next(each for each in other if each.table.name == "record_note").table
    kept = session().scalars(select(notes.c.seq)).all()
    if kept:
        session().execute(notes.delete().where(notes.c.seq == kept[0]))
        assert len(queries.verify().problems) == 1


def test_others_keep_what_is_theirs(house):
    mate = house.people["mentor"].id
    before = telling_rows(mate)
    erased(house)
    assert telling_rows(mate) == before


def test_what_is_scored_stays_under_the_number(house):
    def scores():
        record, attempt = Base.metadata.tables["record"], Base.metadata.tables["attempt"]
        own = house.own.id
        lines = select(func.count()).where(record.c.person_id == own, record.c.verb != "erased")
        results = select(func.sum(attempt.c.earned)).where(attempt.c.person_id == own)
        return session().scalar(lines), session().scalar(results)

    before = scores()
    erased(house)
    assert scores() == before


def test_who_is_still_here_is_not_erased(house):
    with pytest.raises(Conflict, match="停用"), transaction():
        erasing.erase(as_actor(house.people["hr"]), house.own.id)


def test_nobody_is_erased_twice(house):
    person_id = erased(house)
    with pytest.raises(Conflict, match="已经删除"), transaction():
        erasing.erase(as_actor(house.people["hr"]), person_id)


@pytest.mark.parametrize("who", ["hr", "director", "trainer", "lead"])
def test_every_page_bears_somebody_who_was_erased(world, house, who):
    """Asked for what was his by whoever sees it: no page falls over a person without a name."""
    places = [
        (rule, address(world, rule, values))
        for rule in all_rules(world)
        if "GET" in rule.methods
        for values in (values_of(house, rule) if rule.arguments else [{}])
    ]
    erased(house)
    client, _ = browser_of(world, house.people[who])
    wrong = []
    for rule, path in places:
        with client.get(path) as answer:
            if answer.status_code >= 500:
                wrong.append((rule.endpoint, answer.status_code))
    assert wrong == []


# the file


def opened(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return archive, json.loads(archive.read("data.json"))


def test_the_file_holds_everything_and_no_secret(house):
    archive, data = opened(erasing.package(house.own.id))
    assert data["person"]["name"] == "阿南"
    assert {"attempt", "attempt_item", "task_work", "comment", "record"} <= set(data["tables"])
    assert data["tables"]["task_work"][0]["evidence"] == "听了两小时"
    assert "password_hash" not in json.dumps(data)
    assert [name for name in archive.namelist() if name.startswith("files/")] != []


def test_the_file_holds_nothing_of_others(house):
    _, data = opened(erasing.package(house.people["stranger"].id))
    assert "阿南" not in json.dumps(data, ensure_ascii=False)


# pages and the list of erasures


def test_one_gets_ones_own_file(world, house):
    client, csrf = browser_of(world, house.own)
    with client.post("/me/export", data={"csrf_token": csrf}) as answer:
        assert answer.mimetype == "application/zip"
        assert opened(answer.data)[1]["person"]["employee_no"] == house.own.employee_no


def test_hr_sees_what_goes_and_writes_the_number_once_more(world, house):
    number = house.own.employee_no
    closed(house)
    client, _ = browser_of(world, house.people["hr"])
    path = f"/people/{number}/privacy"
    with client.get(path) as page:
        assert "整行删除" in page.text
    csrf = token(client, path)
    with client.post(f"{path}/erase", data={"csrf_token": csrf, "again": "another"}) as answer:
        assert answer.status_code == 422
        assert "再写一遍工号" in answer.text
    with client.post(f"{path}/erase", data={"csrf_token": csrf, "again": number}) as answer:
        assert answer.status_code == 302
    with client.get(path) as answer:
        assert answer.status_code == 404


def test_every_erasure_is_noted_once_for_backups(house):
    path = settings().instance_path / erasing.LOG
    path.unlink(missing_ok=True)
    person_id = erased(house)
    public_id = session().get_one(Person, person_id).public_id
    assert erasing.note_erasures() >= 1
    assert erasing.note_erasures() == 0
    assert path.read_text("utf-8").split().count(public_id) == 1
    path.unlink()
