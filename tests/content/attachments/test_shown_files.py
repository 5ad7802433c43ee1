"""A file is shown where a text has it: pages, cards, a player. Only to who may read the text."""

import io
import re
import resource
from functools import cache

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from lms.content.attachments import jobs
from lms.content.attachments.marks import filled, marks
from lms.content.models import Attachment, AttachmentPage
from lms.core import files
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.core.here import settings
from lms.core.markup import render
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.make_files import a_deck, a_pdf, with_entry
from tests.support.make_search import indexed
from tests.support.make_shown import a_lesson_of, a_shown_deck, a_shown_film, a_shown_pdf, attached, film_bytes, link
from tests.support.pages import token

ARTICLE = "kb_content/film.md"


def learner(client: FlaskClient) -> None:
    sign_in(client, a_person(Role.AGENT))


def lesson_page(client: FlaskClient) -> BeautifulSoup:
    answer = client.get("/learn/lesson/film")
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def fetched(client: FlaskClient, address: str, **headers: str) -> tuple[int, str, str]:
    """Return status, type and caching of a file."""
    with client.get(address, headers=headers) as answer:
        return answer.status_code, answer.mimetype, answer.headers["Cache-Control"]


# marks


def test_the_words_and_the_percent_of_a_mark_are_read_back():
    html = render("[看 *K2* & 壶](a-3f9a2c.mp4) `看完80%`", link=lambda target: f"courses/{target}")
    (mark,) = marks([html])
    assert (mark.path, mark.label, mark.percent) == ("courses/a-3f9a2c.mp4", "看 K2 & 壶", 80)


@pytest.mark.parametrize("chip", ["【看完80%】", "`看完 80 %`", "`watched 80%`"])
def test_the_chip_is_read_in_each_way_of_writing(chip: str):
    assert [mark.percent for mark in marks([render(f"[a](a.mp4) {chip}", link=str)])] == [80]


def test_what_is_not_there_stays_a_link():
    html = str(render("[a](a.mp4)", link=str))
    assert filled(html, lambda mark: "") == html


def test_an_author_cannot_write_a_mark_by_hand():
    assert marks([render('<p class="file"><a href="lms:a.mp4">x</a></p>', link=str)]) == []


# pdf


def test_a_pdf_is_shown_page_by_page_with_its_words(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_pdf(trainer)
    a_lesson_of(trainer, link(row, "退货手册"))
    learner(client)
    deck = lesson_page(client).select_one("[data-deck]")
    assert [picture["alt"] for picture in deck.select("img")] == ["第 1 页，共 2 页", "第 2 页，共 2 页"]
    assert "七天无理由" in deck.get_text()
    assert deck.select_one("a[download]")["href"].startswith("/files/courses/files/")
    assert all(picture["loading"] == "lazy" for picture in deck.select("img"))


def test_the_picture_of_a_page_is_a_picture(client: FlaskClient):
    trainer = a_trainer()
    a_lesson_of(trainer, link(a_shown_pdf(trainer)))
    learner(client)
    status, kind, caching = fetched(client, lesson_page(client).select_one("[data-deck] img")["src"])
    assert (status, kind) == (200, "image/webp")
    assert caching == "private, no-cache"


def test_pages_that_are_still_made_are_said(client: FlaskClient):
    trainer = a_trainer()
    row = attached(trainer, "手册.pdf", a_pdf(["一", "二"]))
    a_lesson_of(trainer, link(row))
    learner(client)
    assert "页面图片还在准备：0/2 页" in lesson_page(client).get_text()


def test_the_words_of_a_pdf_can_be_read_alone(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_pdf(trainer)
    a_lesson_of(trainer, link(row))
    learner(client)
    assert "运费谁出" in client.get(f"/files/{row.path}/words").get_data(as_text=True)


# slides


def test_slides_are_cards_of_words_pictures_and_notes(client: FlaskClient):
    trainer = a_trainer()
    a_lesson_of(trainer, link(a_shown_deck(trainer)))
    learner(client)
    card = lesson_page(client).select_one(".deck-card")
    assert card.select_one(".deck-title").get_text() == "退货三步"
    assert [line.get_text() for line in card.select("li")] == ["先看签收时间", "再看商品", "店铺 | 时效", "京东 | 7 天"]
    assert card.select_one("details p").get_text() == "讲五分钟"
    assert fetched(client, card.select_one("img")["src"])[:2] == (200, "image/webp")


# films


def test_a_film_is_played_with_native_controls_and_a_poster(client: FlaskClient):
    trainer = a_trainer()
    a_lesson_of(trainer, link(a_shown_film(trainer)))
    learner(client)
    film = lesson_page(client).select_one("video")
    assert film.has_attr("controls")
    assert film["preload"] == "metadata"
    assert fetched(client, film["poster"])[1] == "image/webp"
    assert film.source["type"] == "video/webm"
    assert fetched(client, film.source["src"], Range="bytes=0-99")[0] == 206


VTT = "WEBVTT\n\n00:00.000 --> 00:04.000\n先看杯底\n".encode()


def test_captions_of_the_same_name_beside_a_film_are_shown_with_it(client: FlaskClient):
    trainer = a_trainer()
    a_lesson_of(trainer, link(a_shown_film(trainer)))
    attached(trainer, "水壶.vtt", VTT)
    attached(trainer, "别的.vtt", VTT + b"\n")
    learner(client)
    (track,) = lesson_page(client).select("video track")
    assert fetched(client, track["src"])[:2] == (200, "text/vtt")


def test_captions_of_a_film_that_one_may_not_see_are_hidden(client: FlaskClient):
    row = attached(a_trainer(), "水壶.vtt", VTT)
    learner(client)
    assert client.get(f"/files/{row.path}").status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("WEBVTT\n\n没有时间".encode(), "没有时间行"),
        (b"WEBVTT\n\n00:00.000 --> 00:04.000\n\xb0\xa1\n", "不是 UTF-8"),
        (b"1\n00:00:01,000 --> 00:00:04,000\nx\n", "SRT"),
        (VTT + b"x" * 1_000_001, "超过 1 MB"),
    ],
    ids=["no times", "not utf-8", "srt", "too long"],
)
def test_captions_that_no_browser_shows_are_refused(client: FlaskClient, data: bytes, said: str):
    with pytest.raises(DomainError) as refused:
        attached(a_trainer(), "水壶.vtt", data)
    assert said in str(refused.value.message)


def test_an_article_shows_files_too(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_film(trainer, where=ARTICLE)
    a_document(trainer, an_article_text(body=f"## 时效\n\n{link(row)}"), slug="film")
    learner(client)
    page = BeautifulSoup(client.get("/kb/film").get_data(as_text=True), "html.parser")
    assert page.select_one("video") is not None
    assert any("player" in script["src"] for script in page.select("script[src]"))


def test_a_file_that_is_shown_twice_has_two_places(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_film(trainer)
    a_lesson_of(trainer, link(row), link(row))
    learner(client)
    places = [film["id"] for film in lesson_page(client).select("figure.film")]
    assert len(set(places)) == len(places) == 2


def test_a_page_without_files_loads_no_script_for_them(client: FlaskClient):
    a_lesson_of(a_trainer(), "只有字。")
    learner(client)
    loaded = [script["src"] for script in lesson_page(client).select("script[src]")]
    assert not any("player" in name or "deck" in name for name in loaded)


def test_a_link_inside_a_sentence_stays_a_download(client: FlaskClient):
    trainer = a_trainer()
    a_lesson_of(trainer, f"请先看{link(a_shown_film(trainer))}。")
    learner(client)
    page = lesson_page(client)
    assert page.select_one("video") is None
    assert page.select_one("a[href^='/files/']").get_text() == "看一遍"


def test_who_may_not_read_the_text_gets_no_page_of_its_files(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_pdf(trainer, where=ARTICLE)
    a_document(trainer, an_article_text(body=f"## 时效\n\n{link(row)}", 可见="讲师"), slug="film")
    learner(client)
    for path in (f"/files/{row.path}/pages/1", f"/files/{row.path}/words", f"/files/{row.path}"):
        assert client.get(path).status_code == 404


# how many statements


def test_a_page_with_many_files_asks_no_more_than_with_one(client: FlaskClient, statements: list[str]):
    trainer = a_trainer()
    rows = [a_shown_pdf(trainer, (f"第{n}份",)) for n in range(4)] + [a_shown_film(trainer), a_shown_deck(trainer)]
    a_lesson_of(trainer, link(rows[0]), link(rows[4]), slug="few")
    a_lesson_of(trainer, *(link(row) for row in rows))
    learner(client)
    counts = []
    for slug in ("few", "film"):
        client.get(f"/learn/lesson/{slug}")
        statements.clear()
        client.get(f"/learn/lesson/{slug}")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


def test_a_page_without_files_asks_nothing_for_them(client: FlaskClient, statements: list[str]):
    a_lesson_of(a_trainer(), "只有字。")
    learner(client)
    client.get("/learn/lesson/film")
    statements.clear()
    client.get("/learn/lesson/film")
    assert not any("attachment" in statement for statement in statements)


# making pages


def test_pages_are_made_in_steps_that_anybody_may_go_on_with(client: FlaskClient):
    row = attached(a_trainer(), "手册.pdf", a_pdf(["一", "二", "三"]))
    assert jobs.make_pages(row.id, seconds=0).made == 1
    assert jobs.make_pages(row.id, seconds=0).made == 2
    assert jobs.make_left() == 1
    assert jobs.progress(row.id).state == "ready"


def test_a_step_answers_how_far_it_is(client: FlaskClient):
    row = attached(a_trainer(), "手册.pdf", a_pdf(["一"]))
    sign_in(client, a_person(Role.TRAINER))
    send = {"csrf_token": token(client, "/me")}
    answer = client.post(f"/studio/files/{row.id}/pages", data=send, headers={"Accept": "application/json"})
    assert answer.json == {"made": 1, "total": 1, "state": "ready"}


def test_without_a_script_a_step_leads_back(client: FlaskClient):
    row = attached(a_trainer(), "手册.pdf", a_pdf(["一"]))
    sign_in(client, a_person(Role.TRAINER))
    send = {"csrf_token": token(client, "/me"), "next": "/studio"}
    assert client.post(f"/studio/files/{row.id}/pages", data=send).location == "/studio"


def test_a_page_that_cannot_be_drawn_stops_no_other(client: FlaskClient):
    row = attached(a_trainer(), "手册.pdf", a_pdf(["一", "二"], size=(3_000_000, 1)))
    assert jobs.make_pages(row.id, seconds=20).state == "failed"
    pages = session().query(AttachmentPage).filter_by(attachment_id=row.id).all()
    assert [page.sha for page in pages] == [None, None]


def test_a_page_that_two_draw_at_once_is_kept_once(client: FlaskClient):
    row = attached(a_trainer(), "手册.pdf", a_pdf(["一", "二"]))
    before = session().get_one(Attachment, row.id)
    jobs.make_pages(row.id, seconds=0)
    session().expire(before)
    with files.local(before.sha) as path:
        drawn = jobs.draw(before.kind, path, 1)
    jobs._keep(row.id, 1, drawn)
    assert jobs.progress(row.id).made == 1


# search


def test_words_of_a_pdf_are_found_in_the_section_that_shows_it(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_pdf(trainer, ("乌鸡白凤丸",), where=ARTICLE)
    a_document(trainer, an_article_text(body=f"## 时效\n\n{link(row)}"), slug="film")
    learner(client)
    indexed()
    page = client.get("/kb?q=乌鸡白凤丸").get_data(as_text=True).replace("%E6%97%B6%E6%95%88", "时效")
    assert re.search(r'/kb/film[^"]*#时效"', page)


def test_words_of_slides_and_notes_are_found(client: FlaskClient):
    trainer = a_trainer()
    row = a_shown_deck(trainer, where=ARTICLE)
    a_document(trainer, an_article_text(body=f"## 时效\n\n{link(row)}"), slug="film")
    learner(client)
    indexed()
    assert "/kb/film" in client.get("/kb?q=讲五分钟").get_data(as_text=True)


def test_words_that_were_read_later_are_found_too(client: FlaskClient):
    trainer = a_trainer()
    row = attached(trainer, "手册.pdf", a_pdf(["乌鸡白凤丸"]), ARTICLE)
    with transaction() as current:
        current.get_one(AttachmentPage, (row.id, 1)).words = current.get_one(Attachment, row.id).words = ""
    a_document(trainer, an_article_text(body=f"## 时效\n\n{link(row)}"), slug="film")
    learner(client)
    indexed()
    assert "/kb/film" not in client.get("/kb?q=乌鸡白凤丸").get_data(as_text=True)
    jobs.make_pages(row.id, seconds=20)
    indexed()
    assert "/kb/film" in client.get("/kb?q=乌鸡白凤丸").get_data(as_text=True)


# what is not taken


@cache
def hostile() -> dict[str, bytes]:
    film = film_bytes(".mp4", 6)
    deck = a_deck()
    return {
        "half.pdf": a_pdf()[:-60],
        "locked.pdf": a_pdf(encrypted=True),
        "pages.pdf": a_pdf(copies=60_000),
        "picture.pdf": b"%PDF-1.7\n" + bytes(5_000) + b"%%EOF",
        "half.pptx": deck[:-300],
        "bomb.pptx": with_entry(deck, "ppt/media/a.bin", bytes(200_000_000)),
        "macro.pptx": with_entry(deck, "ppt/vbaProject.bin", b"x"),
        "nested.pptx": with_entry(deck, "ppt/media/a.zip", deck),
        "half.mp4": film[: len(film) // 2],
        "noise.mp4": film[:32] + bytes(range(256)) * 40,
        "half.webm": film_bytes()[:3_000],
        "program.mp4": b"MZ" + bytes(4_000),
    }


@pytest.mark.parametrize("name", list(hostile()))
def test_a_hostile_file_is_refused_with_a_sentence_and_nothing_is_stored(client: FlaskClient, name: str):
    trainer = a_person(Role.TRAINER)
    a_lesson_of(as_actor(trainer), "只有字。")
    sign_in(client, trainer)
    before = sorted(path for path in settings().uploads.rglob("*") if path.is_file())
    answer = client.post(
        "/studio/lesson/film/files",
        data={"csrf_token": token(client, "/studio/lesson/film/files"), "file": (io.BytesIO(hostile()[name]), name)},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code in (400, 413, 422)
    assert answer.json["error"].endswith("。")
    assert session().query(Attachment).count() == 0
    assert sorted(path for path in settings().uploads.rglob("*") if path.is_file()) == before


def test_a_hostile_file_costs_no_more_than_two_seconds(client: FlaskClient):
    for name, data in hostile().items():
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        with pytest.raises(DomainError):
            attached(a_trainer(), name, data)
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2
