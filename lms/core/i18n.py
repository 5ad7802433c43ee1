"""Languages: Chinese is the message, English comes from translations/en/*.po, one file a slice.

The catalogue is read from the .po files at start (no compiled files to forget) and kept for the life of the process.
Templates and views call `gettext`, which costs a dictionary look-up: the language is resolved once per request.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from flask import g

from lms.core.texts import Text

LOCALES = ("zh_CN", "en")
FOLDER = Path(__file__).parent.parent / "translations"


class Sentences(GNUTranslations):
    """A catalogue. many: of each counted sentence the form for many, for whoever asks for it without a number."""

    many: Mapping[str, str]

    def gettext(self, message: str) -> str:
        return self.many.get(message) or super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return super().ngettext(msgid1, msgid2, n) if msgid1 in self.many else self.gettext(msgid1)


@cache
def translations(locale: str) -> NullTranslations:
    """Return the catalogue of a language; the empty one for Chinese, whose sentences are the ids."""
    folder = FOLDER / locale
    if not folder.is_dir():
        return NullTranslations()
    whole, many = Catalog(locale=locale), {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale=locale):
                if message.id and message.string and not message.fuzzy:
                    whole.add(message.id, message.string)
                    if isinstance(message.id, tuple):
                        many[message.id[0]] = message.string[-1]
    buffer = BytesIO()
    mofile.write_mo(buffer, whole)
    buffer.seek(0)
    found = Sentences(buffer)
    found.many = many
    return found


def current_locale() -> str:
    """Return the language of this request; the installation's outside of one."""
    try:
        found: str = g._get_current_object().locale  # a page asks hundreds of times: not through the proxy
    except (AttributeError, RuntimeError):
        return "zh_CN"
    return found


def set_locale(locale: str) -> None:
    """Choose the language for the rest of this request or command."""
    g.locale = locale if locale in LOCALES else "zh_CN"
    g.pop("gettext", None)
    g.pop("ngettext", None)


def gettext(message: str) -> str:
    """Translate a sentence without filling its places (Jinja fills and escapes them)."""
    try:
        found: Callable[[str], str] = g._get_current_object().gettext
    except AttributeError:
        found = g.gettext = translations(current_locale()).gettext
    return found(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a counted sentence. Chinese has one form, so the two ids are usually the same."""
    found: Callable[[str, str, int], str] | None = g.get("ngettext")
    if found is None:
        found = g.ngettext = translations(current_locale()).ngettext
    return found(singular, plural, n)


def _(message: str, /, **values: object) -> str:
    """Translate and fill a sentence in Python code that answers one request."""
    return say(Text(message, values))


def say(text: Text) -> str:
    """Return a Text in the language of this request."""
    return text.render(gettext, lambda day: day_text(day, current_locale(), True))


def say_in(text: Text, locale: str) -> str:
    """Return a Text in a language, whatever the language of the request is."""
    return text.render(translations(locale).gettext, lambda day: day_text(day, locale, True))


WEEKDAYS = {
    "zh_CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def day_text(day: date, locale: str, year: bool) -> str:
    """Return "11月23日" or "23 Nov", with the year where asked."""
    if locale == "en":
        return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
    return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日"


def weekday_text(day: date, locale: str) -> str:
    return WEEKDAYS[locale][day.weekday()]


def clock_text(at: datetime) -> str:
    """Return "10:32" of an instant already in the installation's zone."""
    return f"{at.hour:02}:{at.minute:02}"
