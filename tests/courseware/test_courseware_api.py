"""Packages over the API: looked through, kept as a document, given another version; refused whole with every reason."""

import io

import pytest

from lms.content.queries import open_work
from lms.core.access import Role
from lms.core.db import session
from lms.courseware.models import CoursewarePackage
from tests.support.asked_api import Program
from tests.support.make import a_person
from tests.support.make_courseware import a_zip, steps2004, talk12


@pytest.fixture
def trainer(world, client):
    return Program(client, a_person(Role.TRAINER))


def send(program, path, data, name="course.zip"):
    files = {} if data is None else {"file": (io.BytesIO(data), name)}
    return program.client.post(f"/api/v1/courseware{path}", headers=program.headers, data=files)


def count():
    return session().query(CoursewarePackage).count()


def test_a_package_is_looked_through_kept_and_published(trainer):
    looked = send(trainer, "?dry_run=true", talk12())
    assert (looked.status_code, looked.json["title"], looked.json["document"], count()) == (200, "退换货沟通", None, 0)
    made = send(trainer, "?slug=returns/speaking&rule=score&least=80&attempts=3&minutes=15&publish=true", talk12())
    assert (made.status_code, made.json["document"], made.json["published"]) == (201, "scorm:returns/speaking", True)
    taken = send(trainer, "?slug=returns/speaking", talk12())
    assert taken.status_code == 409


def test_another_version_goes_into_the_same_document(trainer):
    send(trainer, "?slug=returns/speaking&publish=true", talk12())
    before = open_work("scorm", "returns/speaking")
    made = send(trainer, "/returns/speaking/versions", steps2004())
    assert (made.status_code, made.json["published"], made.json["parts"]) == (201, False, 3)
    after = open_work("scorm", "returns/speaking")
    assert (after.card.published_id, after.draft_id is not None) == (before.card.published_id, True)
    assert send(trainer, "/none/versions", steps2004()).status_code == 404


def test_what_is_no_package_is_refused_with_every_reason(trainer):
    for data in (b"", b"not a zip", a_zip({"index.html": "x"})):
        answer = send(trainer, "?slug=x", data)
        assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, ["file"]), answer.json
    assert send(trainer, "?slug=x", None).status_code == 422
    assert count() == 0


@pytest.mark.parametrize(
    ("query", "fields"),
    [("?rule=score", {"least", "slug"}), ("?slug=x&rule=x", {"rule"}), ("?slug=x&attempts=0&minutes=601", {"attempts", "minutes"}),
     ("?slug=x&least=101", {"least"}), ("?slug=../up", {"slug"})],
)  # fmt: skip
def test_every_wrong_wish_is_said_and_nothing_is_kept(trainer, query, fields):
    answer = send(trainer, query, talk12())
    assert (answer.status_code, set(answer.json["error"]["fields"]), count()) == (422, fields, 0)


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ADMIN])
def test_who_does_not_write_is_refused(world, client, role):
    assert send(Program(client, a_person(role)), "?slug=x", talk12()).status_code == 403
