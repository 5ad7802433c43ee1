"""A PDF, slides and a film from the trainer's desk to the learner's phone, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.models import Attachment
from lms.core.access import Role
from lms.core.db import session
from lms.learning.models import Watching
from lms.records.models import Record
from tests.support.live import PHONE, Floor
from tests.support.make import a_person, as_actor
from tests.support.make_content import edited
from tests.support.make_files import a_deck, a_film, a_pdf
from tests.support.make_shown import a_lesson_of, a_shown_deck, a_shown_film, a_shown_pdf, link
from tests.support.waiting import until as until_so

pytestmark = pytest.mark.browser


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return a PDF of three pages, a deck of two slides and a film of eight seconds, as they lie on a trainer's disk."""
    (tmp_path / "手册.pdf").write_bytes(a_pdf(["七天无理由", "运费谁出", "怎么说"]))
    (tmp_path / "三步.pptx").write_bytes(
        a_deck([("退货三步", ("先看签收时间",), "讲五分钟"), ("第二张", ("再看",), "")])
    )
    a_film(tmp_path / "水壶.webm", seconds=8, rate=5, sound="libopus")
    return [tmp_path / name for name in ("手册.pdf", "三步.pptx", "水壶.webm")]


def uploaded(floor: Floor, trainer: Person, files: list[Path]) -> dict[str, Attachment]:
    """Send the files as the trainer does and wait until the page has made the pictures of their pages."""
    page = floor.page_of(trainer)
    page.goto("/studio/lesson/film/files")
    page.set_input_files("#file", [str(path) for path in files])
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator(".file-card")).to_have_count(3)

    def made() -> dict[str, Attachment]:
        floor.fresh_read()
        rows = session().scalars(select(Attachment)).all()
        return {row.kind: row for row in rows} if all(row.state == "ready" for row in rows) else {}

    return until_so(made)


def ready(page: Page) -> None:
    """Wait until the browser knows how long the film is."""
    page.locator("video").evaluate(
        "film => new Promise(done => { if (film.readyState) done(); film.addEventListener('loadedmetadata', done); })"
    )


def reaching(page: Page, until: float, *, stop: bool = False) -> None:
    """Let the film play until there, in seconds; stop: no further. A fixed page forbids to look by a string of program."""
    page.locator("video").evaluate(
        """(film, [until, stop]) => new Promise((done, fail) => {
          film.muted = true;
          film.addEventListener("timeupdate", () => {
            if (film.currentTime < until) return;
            if (stop) film.pause();
            done();
          });
          film.play().catch(fail);
        })""",
        [until, stop],
    )


def playing(floor: Floor, page: Page, until: float) -> None:
    """Let the film play until there and stop it; the server has been told so when this returns."""
    reaching(page, until, stop=True)
    until_so(lambda: stopped_at(floor) >= until * 1000 or stopped_at(floor) == 0)  # 0: it came to its end before


def stopped_at(floor: Floor) -> int:
    """Return where the film stopped as the server has it, in milliseconds; -1 before it has heard of it."""
    floor.fresh_read()
    position = session().scalar(select(Watching.position))
    return -1 if position is None else position


def test_what_a_trainer_brings_along_is_watched_resumed_and_completed(floor: Floor, trainer: Person, files: list[Path]):
    document = a_lesson_of(as_actor(trainer), "还没有视频。")
    rows = uploaded(floor, trainer, files)
    body = "\n\n".join(
        [link(rows["pdf"], "退货手册"), link(rows["slides"], "三步"), link(rows["video"], "看水壶", "看完80%")]
    )
    edited(as_actor(trainer), document, f"---\n类型: 课时\n时长: 10分钟\n---\n# 看水壶\n\n## 演示\n\n{body}\n")
    learner = a_person(Role.AGENT)
    page = floor.page_of(learner, size=PHONE)
    page.goto("/learn/lesson/film")

    deck = page.locator("[data-deck]").first
    expect(deck.locator("img").first).to_be_visible()
    deck.get_by_role("button", name="下一页").click()
    expect(deck.locator("[data-deck-at]")).to_have_text("第 2 页，共 3 页")
    expect(deck.locator("[data-leaf]").nth(1)).to_be_visible()
    expect(deck.locator("[data-leaf]").first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    expect(page.locator("[data-unwatched]")).to_contain_text("还差")
    page.get_by_role("button", name=re.compile("读完了")).click()
    expect(page.locator("body")).to_contain_text("视频还没看够")

    playing(floor, page, 3)
    expect(page.locator("[data-film-said]")).to_contain_text("还差")
    page.reload()
    ready(page)
    page.locator("[data-film-speed] select").select_option("2")
    playing(floor, page, 7)
    expect(page.locator("[data-film-said]")).to_have_text("要看完 80%，已看够。")
    expect(page.locator("[data-unwatched-all]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-film-speed] select")).to_have_value("2")
    page.get_by_role("button", name=re.compile("读完了")).click()
    expect(page.locator("body")).to_contain_text("已记录")
    floor.fresh_read()
    assert session().scalar(select(Record.verb).where(Record.person_id == learner.id)) == "completed"


def test_jumping_to_the_end_is_not_watching(floor: Floor, trainer: Person):
    row = a_shown_film(as_actor(trainer))
    a_lesson_of(as_actor(trainer), link(row, "看水壶", "看完80%"))
    learner = a_person(Role.AGENT)
    page = floor.page_of(learner)
    page.goto("/learn/lesson/film")
    ready(page)
    page.locator("video").evaluate("film => { film.currentTime = 51; }")
    playing(floor, page, 52)
    floor.fresh_read()
    kept = session().scalars(select(Watching)).one()
    assert sum(end - start for start, end in kept.watched) < 5_000
    assert kept.position > 50_000


def test_leaving_the_page_keeps_the_place(floor: Floor, trainer: Person):
    row = a_shown_film(as_actor(trainer))
    a_lesson_of(as_actor(trainer), link(row, "看水壶"))
    page = floor.page_of(a_person(Role.AGENT))
    page.goto("/learn/lesson/film")
    ready(page)
    page.locator("video").evaluate("film => { film.currentTime = 20; }")
    reaching(page, 22)
    page.goto("/courses")

    def place() -> float:
        page.goto("/learn/lesson/film")
        source = page.locator("video source").get_attribute("src") or ""
        return float(source.partition("#t=")[2] or 0)

    until_so(lambda: place() >= 21)  # what is sent on leaving may come after the next page was asked for
    assert place() <= 30
    expect(page.locator("[data-film-resume]")).to_contain_text("接着看")


def test_pages_cards_and_films_stand_there_without_javascript(floor: Floor, trainer: Person):
    actor = as_actor(trainer)
    a_lesson_of(actor, link(a_shown_pdf(actor)), link(a_shown_deck(actor)), link(a_shown_film(actor)))
    page = floor.page_of(a_person(Role.AGENT), java_script_enabled=False)
    page.goto("/learn/lesson/film")
    expect(page.locator("[data-deck]").first.locator("img")).to_have_count(2)
    expect(page.locator(".deck-card")).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    expect(page.locator("[data-deck-bar]").first).to_be_hidden()


def test_this_browser_plays_what_is_accepted(floor: Floor, trainer: Person, tmp_path: Path):
    page = floor.page_of(trainer)
    page.goto("/studio")
    assert page.evaluate("document.createElement('video').canPlayType('video/webm; codecs=vp8,opus')") == "probably"
