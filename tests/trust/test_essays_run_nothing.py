"""Trust row 35: what a learner writes never runs in the page of whoever marks it, nor a marker's words in a learner's."""

import pytest

from lms.core.access import Role
from lms.core.db import transaction
from lms.quizzes.actions import marking
from tests.support.make import a_person, as_actor
from tests.support.make_house import browser_of
from tests.support.make_marking import a_written, a_written_quiz, marked, written
from tests.support.payloads import PAYLOADS
from tests.trust.test_xss import ONLY_SQLITE, Page

ESSAYS = [
    *PAYLOADS[:: len(PAYLOADS) // 20][:20],
    "抱歉<script>alert(1)</script>",
    "<b>抱</b>歉",
    "抱歉</mark><img src=x onerror=alert(1)>",
    "{{7*7}}抱歉${7*7}",
]


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    page = Page(answer.text)
    assert page.troubles == [], path
    return page.skeleton


@ONLY_SQLITE
def test_no_essay_adds_an_element_to_any_page_of_its_marker(world):
    assert len(ESSAYS) == 24
    trainer, learner = a_person(Role.TRAINER), a_person(Role.AGENT)
    slug = a_written_quiz(*(a_written(f"第 {n} 问？", rubric=a_written().shape.rubric[:2]) for n in range(25)))
    attempt = written(as_actor(learner), slug, "您好", *ESSAYS)
    client, _ = browser_of(world, trainer)
    plain = shown(client, f"/marking/{attempt}/1")
    for position, essay in enumerate(ESSAYS, start=2):
        found = shown(client, f"/marking/{attempt}/{position}")
        extra = {tag for tag, *_ in found} - {tag for tag, *_ in plain}
        assert extra <= {"mark", "sup"}, essay
        assert "undefined" not in essay
    for path in ("/marking", f"/exams/{slug}/marking", f"/attempts/{attempt}/result"):
        shown(client, path)


@ONLY_SQLITE
def test_no_comment_and_no_name_adds_one_to_the_learner_s_page(world):
    trainer, learner = a_person(Role.TRAINER, name=ESSAYS[3]), a_person(Role.AGENT, name=ESSAYS[5])
    slug = a_written_quiz(title=ESSAYS[7])
    attempt = written(as_actor(learner), slug, "抱歉")
    client, _ = browser_of(world, learner)
    marked(as_actor(trainer), attempt, 3, 0, 1, 0, note=" ".join(ESSAYS)[:900])
    shown(client, f"/attempts/{attempt}/result")
    shown(client, "/")
    marker, csrf = browser_of(world, trainer)
    shown(marker, f"/marking/{attempt}/1")
    form = {"csrf_token": csrf, "version": "0", "turn": "first", "points-0": ESSAYS[1], "note": ESSAYS[2]}
    clash = marker.post(f"/marking/{attempt}/1", data=form)
    assert clash.status_code in (409, 422)
    assert Page(clash.text).troubles == []


@pytest.mark.browser
def test_a_browser_runs_nothing_of_an_essay(floor):
    trainer, learner = a_person(Role.TRAINER), as_actor(a_person())
    slug = a_written_quiz(*(a_written(f"第 {n} 问？") for n in range(4)))
    parts = [" 抱歉 ".join(ESSAYS[start::4]) for start in range(4)]
    attempt = written(learner, slug, *(part[:5_000] for part in parts))
    with transaction():
        marking.set_plan(as_actor(trainer), slug, blind=False, second_percent=0)
    floor.fresh_read()
    page, seen = floor.page_of(trainer), []
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.route(
        lambda url: not url.startswith(floor.url), lambda leaves: (seen.append(leaves.request.url), leaves.abort())
    )
    for path in ("/marking", f"/exams/{slug}/marking", *(f"/marking/{attempt}/{n}" for n in range(1, 5))):
        page.goto(path)
        page.wait_for_load_state("load")
    page.goto(f"/attempts/{attempt}/result")
    assert seen == []
