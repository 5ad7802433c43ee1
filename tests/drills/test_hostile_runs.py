"""What people write in a run is text wherever it is shown again: no markup, no formula, no broken page."""

import io

import pytest
from openpyxl import load_workbook

from lms.core.access import Role
from lms.core.db import transaction
from lms.drills.actions import rating, reviewing
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_played import WARM, a_drill_text, a_published_drill, begun, chose, played_well, wrote

HOSTILE = [
    "<script>alert(1)</script>抱歉",
    "抱歉**粗**[点](javascript:alert(1))",
    "\u202e抱歉\u202d右到左",
    "=cmd|'/C calc'!A0抱歉",
    "\x00抱歉\x00让您久等",
    "抱歉<img src=x onerror=alert(1)>",
    "抱歉" * 29,
]


@pytest.fixture
def trainer(world):
    actor = an_actor(Role.TRAINER)
    a_published_drill(actor)
    return actor


def browser(world, person):
    client = world.test_client()
    sign_in(client, person)
    return client


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_reply_a_comment_and_an_answer_of_hostile_text_are_shown_as_text(world, trainer, words):
    person, reviewer = a_person(Role.AGENT), a_person(Role.TRAINER)
    actor = as_actor(person)
    run_id = begun(actor)
    chose(actor, run_id, WARM)
    wrote(actor, run_id, words)
    with transaction():
        reviewing.review(trainer, run_id, rating=3, comment=words, version=0)
        reviewing.overrule(trainer, run_id, 3, 2, held=True, reason=words)
        rating.rate(
            actor, run_id, {"共情": 3, "准确": 3, "效率": 3}, [("问", words)], dimensions=("共情", "准确", "效率")
        )
    for who, path in (
        (person, f"/runs/{run_id}/debrief"),
        (person, f"/runs/{run_id}"),
        (reviewer, f"/runs/{run_id}/review"),
        (reviewer, f"/runs/{run_id}/guide"),
        (reviewer, "/drills/drills/urge/mends"),
        (reviewer, "/drills/replies"),
        (reviewer, "/drills/drills/urge/runs"),
    ):
        answer = browser(world, who).get(path)
        assert answer.status_code == 200, path
        for live in ("<script>alert", "<img src=x", 'href="javascript:', "\x00"):
            assert live not in answer.text, path


def test_a_name_that_is_a_formula_is_text_in_the_workbook_of_runs(world, trainer):
    person = a_person(Role.AGENT, name="=cmd|'/C calc'!A0")
    played_well(as_actor(person))
    client = browser(world, a_person(Role.TRAINER))
    answer = client.get("/drills/drills/urge/runs?format=xlsx")
    assert answer.status_code == 200
    cells = [cell for sheet in load_workbook(io.BytesIO(answer.data)) for row in sheet.iter_rows() for cell in row]
    named = [cell for cell in cells if "cmd|" in str(cell.value)]
    assert named
    assert {cell.data_type for cell in named} == {"s"}


def test_a_title_of_markup_is_text_before_during_and_after_a_run(world, trainer):
    a_published_drill(trainer, a_drill_text("催<script>alert(1)</script>发货", free=False), slug="drills/markup")
    person = a_person(Role.AGENT)
    actor = as_actor(person)
    run_id = begun(actor, "drills/markup")
    client = browser(world, person)
    pages = [client.get("/drills"), client.get("/drills/drills/markup"), client.get(f"/runs/{run_id}"), client.get("/")]
    chose(actor, run_id, WARM)
    pages += [client.get(f"/runs/{run_id}/debrief"), client.get(f"/runs/{run_id}")]
    assert {page.status_code for page in pages} == {200}
    assert not any("<script>alert" in page.text for page in pages)
