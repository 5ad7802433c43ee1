"""A drill is tried as it stands on the desk: from any scene, with its effects shown, and nothing of it is stored."""

import html
import re

import pytest
from sqlalchemy import func, select

from lms.content.actions import autosave
from lms.content.queries.studio import open_work
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.drills.models import Run, RunEvent
from lms.drills.parse import parse
from lms.drills.rules.trial import Step, trial
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_draft
from tests.support.make_played import BAD_REPLY, COLD, GOOD_REPLY, WARM, a_drill_text
from tests.support.pages import token

TEXT = a_drill_text()
DRILL = parse(TEXT, "courses/drills/urge.md").spec
PAGE = "/drills/drills/urge/try"


def choice(said: str) -> Step:
    return Step("choice", next(each.id for each in DRILL.scenes[0].choices if each.text == said))


def test_the_steps_lead_where_they_lead_in_a_run():
    done = trial(DRILL, (choice(WARM), Step("text", GOOD_REPLY)))
    assert [each.after.scene for each in done.steps][-1] == "等消息"
    assert done.now.end == "pass"


def test_a_trial_begins_in_any_scene_with_any_mood():
    done = trial(DRILL, (Step("text", BAD_REPLY),), scene="核实", mood=7)
    assert (done.first.scene, done.first.mood, done.now.scene) == ("核实", 7, "走人")


def test_steps_that_the_draft_no_longer_has_are_dropped_and_counted():
    done = trial(DRILL, (choice(WARM), Step("choice", "c00000000"), Step("late")))
    assert (len(done.steps), done.dropped, done.now.scene) == (1, 2, "核实")


def test_a_clock_may_run_out():
    assert trial(DRILL, (Step("late"),)).steps[0].route.kind == "timeout"


@pytest.fixture
def trainer(world, client):
    person = a_person(Role.TRAINER)
    person_actor = as_actor(person)
    a_draft(person_actor, TEXT, kind="drill", slug="drills/urge")
    sign_in(client, person)
    return person_actor


def go(client, page: str, **more: str):
    """Press a button of the page, with what its form carries along."""
    form = page[page.index('name="steps"') - 20 :]
    carried = {
        name: html.unescape(re.search(rf'name="{name}" value="([^"]*)"', form)[1])
        for name in ("steps", "scene", "mood")
    }
    return client.post(PAGE, data={**carried, **more, "csrf_token": token(client, PAGE)})


def test_each_step_shows_its_effects_and_which_lines_of_the_rubric_held(client, trainer):
    page = client.get(PAGE).text
    assert WARM in page
    assert COLD in page
    page = go(client, page, choice=choice(WARM).said).text
    assert "第 1 步" in page
    assert "记录" in page
    page = go(client, page, text=GOOD_REPLY).text
    assert "said-earns" in page
    assert "结局：通过" in page
    assert "通过</span>" in page


def test_a_step_is_taken_back(client, trainer):
    page = go(client, client.get(PAGE).text, choice=choice(WARM).said).text
    assert "第 1 步" not in go(client, page, back="1").text


def test_a_reply_too_short_is_refused_with_its_length(client, trainer):
    page = client.get(PAGE + "?scene=核实").text
    answer = go(client, page, text="好")
    assert answer.status_code == 422
    assert "现在是 1 个" in answer.text
    assert ">好</textarea>" in answer.text


def test_nothing_is_stored(client, trainer):
    go(client, client.get(PAGE).text, choice=choice(WARM).said)
    assert [session().scalar(select(func.count()).select_from(each)) for each in (Run, RunEvent)] == [0, 0]


def test_a_draft_with_errors_says_what_to_mend(client, world):
    person = a_person(Role.TRAINER)
    a_draft(as_actor(person), TEXT.replace("(#走人)", "(#没有)"), kind="drill", slug="drills/urge")
    sign_in(client, person)
    answer = client.get(PAGE)
    assert answer.status_code == 409
    assert "再试玩" in answer.text


def test_what_was_typed_and_not_saved_is_what_is_tried(client, trainer):
    work = open_work("drill", "drills/urge")
    with transaction():
        autosave.keep(trainer, work.card.document_id, work.head_id, TEXT.replace(COLD, "换一句。"))
    page = client.get(PAGE).text
    assert "换一句。" in page
    assert "没保存的文字" in page


def test_whoever_writes_no_content_is_turned_away(client, world):
    sign_in(client, a_person())
    assert client.get(PAGE).status_code == 403
