"""Markdown to safe HTML: the one place that makes `Markup`.

`render` compiles once per revision; what it returns is stored and knows neither a reader's language nor an
address. Two things are therefore left open in it and filled each time a page is shown, in one pass each:
- links between documents are kept as `href="lms:kb_content/after-sales/return-7d.md#时效"`; `resolve(html, url)`
  asks `url` for each of them and drops the link (not its text) where there is none;
- pictures are kept as `src="lms:…"` likewise; `picture` gives address and size, and where there is none the picture's
  words stand in its place;
- the visible words of a script box (话术, 复制) and an internal note (内部) are `data-say` marks; `localise(html,
  gettext)` puts the words and the copy button in.
`shown(html, url, gettext, picture)` does all of it.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from typing import Any, TypeAlias

import nh3
from markupsafe import Markup

from lms.core.errors import Unreadable
from lms.core.markup_tree import LinkOf, Renderer
from lms.core.texts import Text, text

MAX_CHARACTERS = 2_000_000
MAX_OPEN_BRACKETS = 1_000
MAX_LINES = 60_000
MAX_LINE = 20_000  # characters: a line is copied for each mend that it is offered
MAX_PARAGRAPH = 50_000  # characters without an empty line: inline Markdown costs the square of this

_REFERENCE = re.compile(r'(<a\b[^>]*?)\s(href)="lms:([^"]*)"')
_IMAGE = re.compile(r"<img\b([^>]*)>")
_SOURCE = re.compile(r'\ssrc="lms:[^"]*"')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
# What stands on a new item, heading, quote or row is inline text of its own.
_PARAGRAPH_END = re.compile(r"\n(?=[ \t]*(?:\n|[-*+#>|]|\d+\.))")
_BRACKET = re.compile(r"[\[\]]")
_TARGET = re.compile(r"\]\([^()\n]{0,2000}\)")
_MAX_STEPS = 40_000_000  # about three seconds of Python-Markdown looking for the end of a link
_INLINE_MARKS = re.compile(r"[`*_!\\<&\[]")
_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "input",
    "label", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "code": {"class"},
    "div": {"class", "tabindex"},
    "img": {"src", "alt", "title", "loading"},
    "input": {"type", "checked", "disabled"},
    "li": {"class"},
    "ol": {"start"},
    "p": {"class"},
    "span": {"class", "data-say"},
    "table": {"class"},
    "td": {"align"},
    "th": {"align", "scope"},
} | {f"h{level}": {"id"} for level in range(1, 7)}
_SCHEMES = {"http", "https", "mailto", "tel", "lms"}
_COPY_BUTTON = (
    '<button class="btn btn-bare btn-sm" type="button" data-copy>'
    '<svg class="icon icon-sm" viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M9 9h11v11H9zM5 15H4V4h11v1"/></svg> {word}</button>'
)
_LOCK = (
    '<svg class="icon icon-sm" viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/></svg> {word}'
)
SAID: dict[str, tuple[Text, str]] = {
    "script": (text("话术"), "{word}"),
    "copy": (text("复制"), _COPY_BUTTON),
    "internal": (text("内部 · 不能发给顾客"), _LOCK),
}
_SAY = re.compile(r'<span data-say="(\w+)"></span>')


def why_refused(markdown: str) -> Text | None:
    """Return why a source is not rendered at all: too long, or made to be slow. None for everything sane."""
    if len(markdown) > MAX_CHARACTERS:
        return text("内容超过 %(limit)s 万字，请拆成几篇。", limit=MAX_CHARACTERS // 10_000)
    lines = markdown.split("\n")
    if len(lines) > MAX_LINES:
        return text("内容超过 %(limit)s 万行，请拆成几篇。", limit=MAX_LINES // 10_000)
    if max(map(len, lines)) > MAX_LINE:
        return text("有一行超过 %(limit)s 万字，请分段。", limit=MAX_LINE // 10_000)
    steps = 0
    for paragraph in _PARAGRAPH_END.split(markdown):
        marks = len(_INLINE_MARKS.findall(paragraph)) if len(paragraph) > MAX_PARAGRAPH else 0
        if marks > MAX_OPEN_BRACKETS or len(paragraph) > 4 * MAX_PARAGRAPH:
            return text("有一段超过 %(limit)s 万字，请用空行分段。", limit=MAX_PARAGRAPH // 10_000)
        unmatched = _open_brackets(paragraph)
        steps += unmatched * len(paragraph)
        if unmatched > MAX_OPEN_BRACKETS or steps > _MAX_STEPS:
            return text("“[”或“](”没有配对的太多，请检查，每个“[”都要有“]”。")
    return None


def _open_brackets(paragraph: str) -> int:
    """Return how many `[` and `](` are never closed; each costs a walk to the end of its paragraph."""
    if "[" not in paragraph:
        return 0
    depth = 0
    for bracket in _BRACKET.findall(paragraph):
        if bracket == "[":
            depth += 1
        elif depth:
            depth -= 1
    return depth + paragraph.count("](") - len(_TARGET.findall(paragraph))


def render(markdown: str, *, link: LinkOf | None = None) -> Markup:
    """Return the safe HTML of a Markdown source; front matter and comments are left out.

    link: what a relative target becomes, a path of the repository (`courses/a.md#时效`) or None for no link;
    without it relative links are dropped and their text stays.
    Raises Unreadable if the source is larger than 2 million characters or made to be slow.
    """
    refusal = why_refused(markdown)
    if refusal is not None:
        raise Unreadable(refusal)
    html = _renderer().render(markdown, link)
    return Markup(_clean(html))  # noqa: S704 (sanitised on this line)


def block_tree(markdown: str) -> Any:
    """Return the element tree of the blocks, inline Markdown untouched: what `agree` compares the scanner with."""
    return _renderer().block_tree(markdown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Where a picture is. width, height: pixels, 0 where they are not known."""

    address: str
    width: int = 0
    height: int = 0


PictureOf: TypeAlias = Callable[[str], Shown | None]


def no_picture(_: str) -> Shown | None:
    return None


def resolve(html: str, url: Callable[[str], str | None], picture: PictureOf = no_picture) -> Markup:
    """Return compiled HTML with every `lms:` reference as the address that `url` gives.

    url: gets the reference without `lms:`; None: the reader has no such page, the link becomes plain text.
    picture: the same for pictures; None: the words of the picture stand there.
    """

    def replaced(match: re.Match[str]) -> str:
        address = url(unescape(match[3]))
        if address is None:
            return match[1]
        return f'{match[1]} {match[2]}="{escape(address)}"'

    def pictured(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        source = attributes.get("src", "")
        # One on another host is never loaded: the policy of every page forbids it.
        found = picture(unescape(source.removeprefix("lms:"))) if source.startswith("lms:") else None
        if found is None:
            words = escape(unescape(attributes.get("alt", "")))
            return f'<span class="no-picture">{words}</span>' if words else ""
        size = f' width="{found.width}" height="{found.height}"' if found.width and found.height else ""
        return _SOURCE.sub(lambda _: f' src="{escape(found.address)}"{size}', match[0], count=1)

    if "<img" in html:
        html = _IMAGE.sub(pictured, html)
    return Markup(_REFERENCE.sub(replaced, html))  # noqa: S704 (addresses are escaped)


def localise(html: str, gettext: Callable[[str], str]) -> Markup:
    """Return compiled HTML with the words 话术, 复制, 内部 in the reader's language."""
    if "data-say" not in html:
        return Markup(html)  # noqa: S704 (compiled before)
    words = {name: pattern.format(word=escape(word.render(gettext))) for name, (word, pattern) in SAID.items()}
    return Markup(_SAY.sub(lambda match: words.get(match[1], ""), html))  # noqa: S704 (words are escaped)


def shown(
    html: str,
    url: Callable[[str], str | None],
    gettext: Callable[[str], str],
    picture: PictureOf = no_picture,
) -> Markup:
    """Return compiled HTML as one reader sees it: addresses, pictures and words filled in."""
    return localise(resolve(html, url, picture), gettext)


def sentence(words: str) -> Markup:
    """Return one of our own sentences, which may hold HTML; what is filled into its places is escaped."""
    return Markup(words)  # noqa: S704 (from templates and translations alone)


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
        attribute_filter=_safe_attribute,
    )


def _safe_attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src") and value.replace("\\", "/").lstrip().startswith("//"):
        return None
    if tag == "img" and name == "src" and not value.startswith(("lms:", "https:", "http:")):
        return None
    return value


_local = threading.local()


def _renderer() -> Renderer:
    """One per thread: building it costs more than rendering, and Python-Markdown is not thread-safe."""
    renderer = getattr(_local, "renderer", None)
    if renderer is None:
        renderer = _local.renderer = Renderer()
    return renderer
