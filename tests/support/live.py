"""A served app and a signed-in browser: a request to another host or an error in the console fails the test."""

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from apiflask import APIFlask
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright
from werkzeug.serving import make_server

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import session
from tests.support.make import sign_in
from tests.support.waiting import until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LOOKS: dict[str, dict[str, object]] = {
    "size": {"phone": PHONE, "desk": DESK},
    "shade": {"light": "light", "dark": "dark"},
    "language": {"zh": "zh_CN", "en": "en"},
}
PAIRED = ({"size": "phone", "shade": "dark", "language": "en"}, {"size": "desk", "shade": "light", "language": "zh"})
"""Each width, shade and language once, the longer words on the narrower screen. `make soak` looks at the other pairings:
contrast depends on the shade alone, what scrolls sideways on the width and the words."""
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""Sets of axe: WCAG 2.2 AA as far as it can see it, without what it calls best practice."""

AXE = Axe()
AXE_OPTIONS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
"""No rule of ours reads the style sheets that axe would fetch anew for each look; what plays is asked for its length."""

# Milliseconds after which what never comes has failed. A wait ends as soon as the thing is there, so a long limit costs
# nothing, and a short one fails on a busy machine.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def closed_at_its_end(app: "WSGIApplication") -> "WSGIApplication":
    """Close each answer when its last byte is read or nobody reads it any more.

    Werkzeug's server (3.1) reads what is left of a request before it closes the answer; where the browser has gone in
    between, that read fails and a file that was being sent stays open.
    """

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterator[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:
            if hasattr(body, "close"):
                body.close()

    return serve


@contextmanager
def served(app: APIFlask, port: int = 0) -> Iterator[str]:
    """Serve the app in threads of this process; yield its address. port: 0 = any free one."""
    server = make_server("127.0.0.1", port, closed_at_its_end(app), threaded=True)
    server.daemon_threads = True
    # Seconds between two looks at whether it shall stop: the first look is what each test waits for at its end.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Floor:
    """A served app with its browser. `allowed`: patterns of console messages that a test brings about on purpose."""

    app: APIFlask
    url: str
    browser: Browser
    trouble: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page_of(self, person: Person | None, *, size: dict[str, int] = DESK, **options: object) -> Page:
        """Return a page of a browser of its own, in which the person is signed in."""
        context = self.browser.new_context(viewport=size, base_url=self.url, **options)  # type: ignore[arg-type]
        self.contexts.append(context)
        if person is not None:
            self.sign_in(context, person)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self._heard(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._heard(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        return page

    def sign_in(self, context: BrowserContext, person: Person) -> None:
        client = self.app.test_client()
        sign_in(client, person)
        cookie = client.get_cookie("lms_session")
        assert cookie is not None
        context.add_cookies([{"name": "lms_session", "value": cookie.value, "url": self.url}])
        self.fresh_read()

    def fresh_read(self) -> None:
        """Forget what this test has read: the server's threads have written since."""
        session().rollback()

    @contextmanager
    def standing_still(self) -> Iterator[datetime]:
        """Hold the clock of the server and of the test at this instant, however long the machine takes."""
        at, serve = clock.now(), self.app.wsgi_app

        def held(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
            with clock.frozen(at):
                return serve(environ, start_response)

        self.app.wsgi_app = held  # type: ignore[method-assign]
        try:
            with clock.frozen(at):
                yield at
        finally:
            self.app.wsgi_app = serve  # type: ignore[method-assign]

    def _heard(self, text: str) -> None:
        self.trouble.append(text)

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in {"http", "https"} and not url.startswith(self.url):
            self.trouble.append(f"asked another host: {url}")

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.trouble if not any(re.search(pattern, text) for pattern in self.allowed)]


def looks(*factors: str) -> pytest.MarkDecorator:
    """Run a test of how pages look in the two pairings of these factors, and with SOAK=1 in every one."""
    return pytest.mark.parametrize(
        factors,
        [
            pytest.param(
                *(LOOKS[factor][name] for factor, name in zip(factors, names, strict=True)),
                id="-".join(names),
                marks=()
                if any(names == tuple(pair[factor] for factor in factors) for pair in PAIRED)
                else pytest.mark.soak,
            )
            for names in itertools.product(*(LOOKS[factor] for factor in factors))
        ],
    )


def press(page: Page, button: Locator | None = None) -> None:
    """Press what leads to another page, or the one solid button of this one, and wait until that page is there."""
    with page.expect_navigation():
        (button or page.locator("main .btn-primary:visible").first).click()


class StoppedClock:
    """The clock of a page that is still to be opened: it stands but for what it is told, and waits for what is on its way.

    A page gives up a request after some seconds of its own clock; moved on at one go, that clock would end a request
    that has had no time at all.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.on_its_way: set[Request] = set()
        page.clock.install(time=0)
        page.clock.pause_at(1_000)
        page.on("request", lambda request: self.on_its_way.add(request))
        page.on("requestfinished", lambda request: self.on_its_way.discard(request))
        page.on("requestfailed", lambda request: self.on_its_way.discard(request))
        page.on("framenavigated", lambda _: self.on_its_way.clear())

    def goes_on(self, seconds: int) -> None:
        for _ in range(seconds):
            until(self._is_quiet)
            self.page.clock.run_for(1_000)
        until(self._is_quiet)

    def goes_on_until(self, condition: Callable[[], object]) -> None:
        def found() -> object:
            self.goes_on(1)
            return condition()

        until(found)

    def _is_quiet(self) -> bool:
        self.page.evaluate("true")  # what has happened meanwhile is heard of
        return not self.on_its_way


def fits(page: Page, what: object = "", *, rules: Sequence[str] = (), part: str | None = None) -> None:
    """Nothing that axe finds (in a part of the page), nothing that scrolls sideways, at most one solid button."""
    page.wait_for_load_state()
    page.evaluate(AXE.axe_script)
    found = page.evaluate(
        "([part, options]) => axe.run(part || document, options).then(found => found.violations)",
        [part, {**AXE_OPTIONS, **({"runOnly": list(rules)} if rules else {})}],
    )
    where = what or page.url
    broken = [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]
    assert broken == [], f"{where}: {broken}"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], where  # type: ignore[index]
    assert page.locator("main .btn-primary:visible").count() <= 1, where


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def floor(browser: Browser, empty_sqlite_app: APIFlask, tmp_path: Path) -> Iterator[Floor]:
    """A served app on an SQLite database of its own, with a browser; builders work in the test itself."""
    with served(empty_sqlite_app) as url, empty_sqlite_app.app_context():
        here = Floor(app=empty_sqlite_app, url=url, browser=browser)
        yield here
        for context in here.contexts:
            context.close()
        session().rollback()
    assert here.unexpected == []


def text(page: Page) -> str:
    """Return the Markdown that stands on the desk now."""
    return page.locator("#markdown").input_value()


def holds(page: Page, words: str) -> None:
    """The Markdown on the desk holds these words, now or as soon as what was pressed has come into it."""
    expect(page.locator("#markdown")).to_have_value(re.compile(re.escape(words)))
