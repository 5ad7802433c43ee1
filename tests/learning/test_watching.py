"""A film counts as watched when it was played, and a lesson that asks for it is completed no sooner."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import delete

from lms.content.models import Attachment, AttachmentPage
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, NotFound
from lms.learning.actions import reading, watching
from lms.learning.models import Watching
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.make_shown import a_lesson_of, a_shown_film, a_shown_pdf, link
from tests.support.pages import token


@pytest.fixture
def film(client: FlaskClient) -> str:
    """Return the path of a film of a minute of which a lesson asks for four fifths."""
    trainer = a_trainer()
    row = a_shown_film(trainer)
    a_lesson_of(trainer, link(row, "看水壶", "看完80%"))
    return row.path


def report(actor: Actor, path: str, *ranges: tuple[int, int], position: int = 0) -> watching.Watched:
    with transaction():
        return watching.report(actor, path, ranges=ranges, position=position)


def play(actor: Actor, path: str, until: int) -> None:
    """Watch from the beginning, with a report every ten seconds of the clock."""
    now = clock.now()
    for second in range(0, until + 1, 10):
        with clock.frozen(now + timedelta(seconds=second)):
            report(actor, path, (0, second * 1000), position=second * 1000)


def complete(actor: Actor) -> reading.Done:
    with transaction():
        return reading.complete(actor, "lesson", "film", number=2)


def test_what_was_played_is_kept_with_the_place(film: str):
    actor = an_actor(Role.AGENT)
    play(actor, film, 30)
    kept = session().query(Watching).filter_by(person_id=actor.id).one()
    assert (kept.watched, kept.position) == ([[0, 30_000]], 30_000)


def test_a_whole_film_claimed_at_once_is_not_believed(film: str):
    found = report(an_actor(Role.AGENT), film, (0, 60_000))
    assert (found.percent, found.waiting) == (50, 30_000)


def test_a_lesson_is_not_completed_before_enough_is_watched(film: str):
    actor = an_actor(Role.AGENT)
    play(actor, film, 40)
    with pytest.raises(Conflict) as refused:
        complete(actor)
    assert refused.value.code == "not_watched"
    assert "还差 8 秒" in str(refused.value.message)


def test_a_lesson_is_completed_when_enough_is_watched(film: str):
    actor = an_actor(Role.AGENT)
    play(actor, film, 50)
    assert complete(actor).fresh


def test_a_film_that_is_gone_is_not_asked_for(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_film(trainer)
    a_lesson_of(trainer, link(row, chip="看完80%"))
    with transaction() as current:
        current.execute(delete(AttachmentPage).where(AttachmentPage.attachment_id == row.id))
        current.execute(delete(Attachment).where(Attachment.id == row.id))
    assert complete(an_actor(Role.AGENT)).fresh


def test_a_lesson_that_asks_for_nothing_is_completed_without_watching(client: FlaskClient):
    trainer = a_trainer()
    a_lesson_of(trainer, link(a_shown_film(trainer)))
    assert complete(an_actor(Role.AGENT)).fresh


def test_what_was_asked_when_the_lesson_was_read_counts(film: str):
    actor = an_actor(Role.AGENT)
    play(actor, film, 50)
    first = complete(actor)
    assert complete(actor).at == first.at


def test_the_page_says_what_is_missing(client: FlaskClient, film: str):
    person = a_person(Role.AGENT)
    play(as_actor(person), film, 40)
    sign_in(client, person)
    page = BeautifulSoup(client.get("/learn/lesson/film").get_data(as_text=True), "html.parser")
    assert page.select_one("[data-unwatched]").get_text() == "看水壶：要看完 80%，已看 66%，还差 8 秒。"
    assert page.select_one("video source")["src"].endswith("#t=40.0")


def test_the_page_says_when_it_is_enough(client: FlaskClient, film: str):
    person = a_person(Role.AGENT)
    play(as_actor(person), film, 50)
    sign_in(client, person)
    page = BeautifulSoup(client.get("/learn/lesson/film").get_data(as_text=True), "html.parser")
    assert page.select_one("[data-unwatched]") is None
    assert page.select_one("[data-film-said]").get_text() == "要看完 80%，已看够。"


def test_a_form_that_completes_too_early_leads_back_with_the_reason(client: FlaskClient, film: str):
    sign_in(client, a_person(Role.AGENT))
    form = {"csrf_token": token(client, "/learn/lesson/film"), "revision": "2", "seconds": "0"}
    answer = client.post("/learn/done/lesson/film", data=form)
    assert answer.location == "/learn/lesson/film"
    assert "视频还没看够，还差 48 秒" in client.get("/learn/lesson/film").get_data(as_text=True)


def test_the_api_refuses_a_lesson_that_is_not_watched(client: FlaskClient, film: str):
    sign_in(client, a_person(Role.AGENT))
    headers = {"X-CSRFToken": token(client, "/learn/lesson/film")}
    answer = client.post("/api/v1/documents/lesson/film/completions", json={"revision": 2}, headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "not_watched")


def test_the_player_is_told_in_words_how_far_it_is(client: FlaskClient, film: str):
    sign_in(client, a_person(Role.AGENT))
    form = {"csrf_token": token(client, "/learn/lesson/film"), "file": film, "percent": "80"}
    answer = client.post("/learn/watching", data={**form, "ranges": "0-10000,20000-25000", "position": "25000"})
    assert answer.json == {"percent": 25, "still": 33_000, "waiting": 0, "said": "要看完 80%，已看 25%，还差 33 秒。"}


@pytest.mark.parametrize("ranges", ["5", "a-b", "1-2-3", "-5-9", "1-2,", "0-9999999999"])
def test_ranges_that_nobody_can_read_are_refused(client: FlaskClient, film: str, ranges: str):
    sign_in(client, a_person(Role.AGENT))
    form = {"csrf_token": token(client, "/learn/lesson/film"), "file": film, "percent": "0", "position": "0"}
    assert client.post("/learn/watching", data={**form, "ranges": ranges}).status_code == 422


def test_the_api_takes_the_same_report(client: FlaskClient, film: str):
    sign_in(client, a_person(Role.AGENT))
    headers = {"X-CSRFToken": token(client, "/learn/lesson/film")}
    answer = client.post(
        "/api/v1/watching", json={"file": film, "ranges": [[0, 9_000]], "position": 9_000}, headers=headers
    )
    assert (answer.status_code, answer.json["percent"], answer.json["ranges"]) == (200, 15, [[0, 9_000]])


def test_a_film_that_one_may_not_see_cannot_be_watched(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_film(trainer, where="kb_content/secret.md")
    a_document(trainer, an_article_text(body=f"## 时效\n\n{link(row)}", 可见="讲师"), slug="secret")
    with pytest.raises(NotFound):
        report(an_actor(Role.AGENT), row.path, (0, 5_000))


def test_a_document_is_read_and_not_watched(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_pdf(trainer)
    a_lesson_of(trainer, link(row))
    with pytest.raises(NotFound):
        report(an_actor(Role.AGENT), row.path, (0, 5_000))


def test_two_people_watch_each_their_own(film: str):
    one, two = an_actor(Role.AGENT), an_actor(Role.AGENT)
    play(one, film, 30)
    assert report(two, film).percent == 0
