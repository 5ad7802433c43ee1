"""The files of 话术 and answers for other tools, as bytes."""

from collections.abc import Sequence

from lms.core.here import today
from lms.core.i18n import say
from lms.core.sheets import csv_bytes
from lms.core.texts import Text
from lms.kb.rules import exporting
from lms.kb.rules.exporting import Article, Places


def scripts_csv(articles: Sequence[Article], places: Places) -> bytes:
    """Return the table for a chat tool's 快捷短语."""
    rows = exporting.script_rows(articles, places, today())
    return csv_bytes([say(each) for each in exporting.SCRIPT_HEADERS], rows)


def faq_csv(articles: Sequence[Article]) -> bytes:
    """Return the table for a bot."""
    rows = exporting.faq_rows(articles, today())
    said = [[say(cell) if isinstance(cell, Text) else cell for cell in row] for row in rows]
    return csv_bytes([say(each) for each in exporting.FAQ_HEADERS], said)
