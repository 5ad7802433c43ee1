"""What journeys in a browser share: standing clocks, the line that says what was done, a row by its words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from lms.core import clock
from tests.support.live import Floor


@contextmanager
def at(floor: Floor, moment: datetime) -> Iterator[None]:
    """Hold the clocks of the test and the server at this instant."""
    with clock.frozen(moment), floor.standing_still():
        yield


def said(page: Page, words: str) -> None:
    """The page says in one line that something has been done."""
    expect(page.locator("p.notice[role=status]").filter(has_text=words)).to_be_visible()


def row(within: Page | Locator, words: str) -> Locator:
    """Return the first row or list item in which these words stand."""
    return within.locator("tr, li").filter(has_text=words).first
