"""The fields of one question of Moodle XML: texts with their format and their files. Pure."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from lxml import etree

from lms.core.texts import text
from lms.quizzes.importers.collecting import Unfit
from lms.quizzes.importers.markup import HELD, LOOKS_HTML, Texts

Element: TypeAlias = etree._Element
_FORMS = {"html": "html", "markdown": "markdown", "plain_text": "plain"}


def words_of(element: Element | None) -> str:
    """Return the words of an element: of its `text` where it has one, else its own; "" for none."""
    if element is None:
        return ""
    found = element.find("text")
    return _inner(element if found is None else found).strip()


@dataclass(frozen=True, slots=True)
class Fields:
    """A question element, and what turns its texts into Markdown."""

    element: Element
    texts: Texts

    def words(self, name: str) -> str:
        return words_of(self.element.find(name))

    def says(self, name: str) -> bool:
        return self.words(name).lower() in ("1", "true")

    def rich(self, name: str) -> str:
        """Return a text as Markdown, "" where there is none. Raises Unfit for what can't come along."""
        found = self.element.find(name)
        return "" if found is None else self.rich_of(found)

    def rich_of(self, element: Element) -> str:
        words, form = raw_of(element)
        return self.texts.markdown(words, form, files_of(element) if HELD in words else {})


def raw_of(element: Element) -> tuple[str, str]:
    """Return a text and its format: html, markdown or plain."""
    words = words_of(element)
    form = _FORMS.get((element.get("format") or "").lower())
    if form is None:  # “moodle_auto_format”, or none: line ends count, tags may stand in it
        form = "html" if LOOKS_HTML.search(words) else "plain"
        words = words.replace("\n", "<br>") if form == "html" and "<p" not in words else words
    return words, form


def files_of(element: Element) -> dict[str, bytes]:
    """Return the files beside a text by their names. Raises Unfit for one that can't be read."""
    found = {}
    for each in element.iterchildren("file"):
        name = f"{(each.get('path') or '/').strip('/')}/{each.get('name') or ''}".lstrip("/")
        try:
            found[name] = b64decode(re.sub(r"\s", "", each.text or ""), validate=True)
        except (NotBase64, ValueError) as error:
            raise Unfit(text("图片“%(name)s”坏了，读不出来。请重新导出。", name=name[:60])) from error
    return found


def _inner(element: Element) -> str:
    """Return what stands in an element; HTML that is not wrapped up comes as elements."""
    if not len(element):
        return element.text or ""
    parts = [escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(parts)
