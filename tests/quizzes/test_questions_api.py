"""题库 over the API: found, tagged and rated several at once, brought into a quiz."""

import pytest

from lms.content.queries import open_work, text
from lms.core.access import Role
from tests.quizzes.test_bank_pages import BANK, QUIZ
from tests.support.asked_api import Program
from tests.support.make import a_person
from tests.support.make_content import a_document


@pytest.fixture
def trainer(world, client):
    program = Program(client, a_person(Role.TRAINER))
    a_document(program.actor, BANK, kind="quiz", slug="banks/a")
    a_document(program.actor, QUIZ, kind="quiz", slug="small")
    return program


def latest(slug):
    return text(open_work("quiz", slug).head_id)


def keys(trainer, query=""):
    return [each["key"] for each in trainer("GET", f"/questions?{query}").json["items"]]


def test_questions_are_listed_narrowed_and_paged(trainer):
    every = trainer("GET", "/questions").json["items"]
    assert {each["file"] for each in every} == {"banks/a", "small"}
    assert len(keys(trainer, "file=banks/a")) == 3
    assert len(keys(trainer, "file=banks/a&level=1")) == 1
    first = trainer("GET", "/questions?limit=2").json
    assert (len(first["items"]), first["next"]) == (2, 2)
    for wrong in ("kind=none", "level=9", "state=x", "limit=0", "limit=201"):
        assert trainer("GET", f"/questions?{wrong}").status_code == 422


def test_several_are_tagged_and_rated_in_the_draft_of_their_file(trainer):
    chosen = keys(trainer, "file=banks/a")[:2]
    done = trainer("POST", "/questions/tags", {"questions": chosen, "add": ["大促"], "level": "2"})
    assert (done.status_code, done.json) == (200, {"questions": 2, "files": ["banks/a"], "count": 1})
    assert (latest("banks/a").count("#大促"), latest("banks/a").count("`难度2`")) == (2, 2)
    assert open_work("quiz", "banks/a").draft_id is not None


def test_they_come_into_a_quiz_once(trainer):
    chosen = keys(trainer, "file=banks/a&level=1")
    order = {"questions": chosen, "quiz": "small", "section": "补充"}
    assert trainer("POST", "/questions/add", order).json == {"quiz": "small", "added": True}
    assert "### 几天内可以退？" in latest("small")
    assert trainer("POST", "/questions/add", order).json["added"] is False
    drawn = trainer("POST", "/questions/add", order | {"how": "draw", "section": "抽题"})
    assert (drawn.status_code, drawn.json["added"], "banks/a.md" in latest("small")) == (200, True, True)


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("tags", {"questions": ["zzzzzz"], "add": ["x"]}, {"questions"}),
        ("tags", {"questions": [], "level": "7"}, {"questions", "level"}),
        ("tags", {}, {"questions"}),
        ("add", {"questions": ["zzzzzz"], "quiz": "none", "section": " "}, {"questions", "quiz", "section"}),
        ("add", {"questions": ["zzzzzz"], "quiz": "small", "section": "x", "how": "steal"}, {"how"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(trainer, path, body, fields):
    before = latest("banks/a"), latest("small")
    answer = trainer("POST", f"/questions/{path}", body)
    assert (answer.status_code, set(answer.json["error"]["fields"])) == (422, fields)
    assert (latest("banks/a"), latest("small")) == before


def test_a_change_that_changes_nothing_is_refused(trainer):
    assert trainer("POST", "/questions/tags", {"questions": keys(trainer)[:1]}).status_code == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.ADMIN])
def test_who_does_not_write_sees_none(trainer, client, role):
    other = Program(client, a_person(role))
    assert other("GET", "/questions").status_code == 403
    for path in ("tags", "add"):
        assert other("POST", f"/questions/{path}", {}).status_code == 403
