"""The compiled HTML of a section taken apart: its blocks, its 话术 and 内部, the rows of its tables. Pure.

What is taken apart has been sanitised and is well formed; every piece is the very text of the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import escape, unescape

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*/?>')
_VOID = frozenset({"br", "hr", "img", "input"})
_CLASS = re.compile(r'\sclass="([^"]*)"')
_SLOT = re.compile(r'<span class="slot">([^<]*)</span>')
_SAYS = re.compile(r'<div class="(?:script|internal)-head">(.*?)</div>', re.DOTALL)
_SCRIPT_TEXT = re.compile(r'<p class="script-text">(.*?)</p>', re.DOTALL)
_SCRIPT = '<span data-say="script"></span>'
_COPY = '<span data-say="copy"></span>'
_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
_ANY = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<br\s*/?>")
_LINE_END = re.compile(r"</(?:p|li|h\d|div|pre)>|<br\s*/?>")
_SPACES = re.compile(r"[ \t]*\n\s*")
LONGEST_LABEL = 24
"""Characters of a line above a 话术 that still is its name: “未发货：”."""
KEY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a section. kind: script | internal | table | list | text | other."""

    kind: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One 话术. key: names its wording; label: when it is said, as the author put it; slots: its places, each once.

    text: what is sent, places as `{昵称}`, paragraphs on lines of their own. anchor: of its section.
    """

    key: str
    label: str
    text: str
    slots: tuple[str, ...]
    html: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A section taken apart. html: as it is shown, with the mark `\\x04key\\x04` behind each copy button."""

    anchor: str
    title: str
    level: int
    blocks: tuple[Block, ...]
    scripts: tuple[Script, ...]
    html: str


def taken(html: str, *, anchor: str, title: str, level: int) -> Taken:
    """Take a section apart. A line above a 话术 that ends in a colon names it, else the section does."""
    blocks = tuple(_blocks(html))
    scripts = []
    shown = []
    for number, block in enumerate(blocks):
        end = 0
        for first, last in _divs(block.html, "script"):
            above = _label(blocks, number) if block.kind == "script" else ""
            script = _script(block.html[first:last], anchor, above or title)
            scripts.append(script)
            shown += [block.html[end:first], marked(script)]
            end = last
        shown.append(block.html[end:])
    return Taken(anchor=anchor, title=title, level=level, blocks=blocks, scripts=tuple(scripts), html="".join(shown))


def marked(script: Script, *, named: bool = False) -> str:
    """Return a 话术 with its mark behind the copy button. named: with its label, if its head says none itself."""
    html = script.html.replace(_COPY, f"{_COPY}\x04{script.key}\x04", 1)
    if named and script.label:
        html = html.replace(f"{_SCRIPT}{_COPY}", f"{_SCRIPT} · {escape(script.label)}{_COPY}", 1)
    return html


def without_internal(html: str) -> str:
    """Return the HTML without what may not leave the house, wherever it stands."""
    kept, end = [], 0
    for first, last in _divs(html, "internal"):
        kept.append(html[end:first])
        end = last
    return "".join([*kept, html[end:]])


def plain(html: str) -> str:
    """Return the words of some HTML, each block on a line of its own; a row of a table is a line, its cells parted."""
    html = _ROW.sub(lambda row: "；".join(filter(None, map(plain, cells(row[1])))) + "\n", html)
    html = _SLOT.sub(lambda slot: "{" + slot[1] + "}", _SAYS.sub("", html))
    words = unescape(_ANY.sub("", _LINE_END.sub("\n", html)))
    return _SPACES.sub("\n", words).strip()


def rows(html: str) -> list[list[str]]:
    """Return the cells of the body of a table, row by row, as HTML."""
    return [cells(row) for row in _ROW.findall(html) if "<td" in row]


def cells(row: str) -> list[str]:
    return [inner.strip() for _, inner in _CELL.findall(row)]


def _blocks(html: str) -> Iterator[Block]:
    depth = begin = 0
    name = css = ""
    for tag in _TAG.finditer(html):
        closing, element = tag[1], tag[2]
        if depth == 0:
            begin, name = tag.start(), element
            found = _CLASS.search(tag[3])
            css = found[1] if found else ""
        if element not in _VOID:
            depth += -1 if closing else 1
        if depth == 0:
            yield Block(kind=_kind(name, css), html=html[begin : tag.end()])


def _divs(html: str, css: str) -> Iterator[tuple[int, int]]:
    """Yield where each div of this class begins and ends; what stands inside one is part of it."""
    head = f'<div class="{css}">'
    begin = html.find(head)
    while begin >= 0:
        depth = 0
        end = len(html)
        for tag in _TAG.finditer(html, begin):
            if tag[2] == "div":
                depth += -1 if tag[1] else 1
                if depth == 0:
                    end = tag.end()
                    break
        yield begin, end
        begin = html.find(head, end)


def _kind(element: str, css: str) -> str:
    if css in ("script", "internal"):
        return css
    if css == "table-scroll":
        return "table"
    if element in ("ul", "ol"):
        return "list"
    return "text" if element == "p" and not css else "other"


def _script(html: str, anchor: str, above: str) -> Script:
    parts = _SCRIPT_TEXT.findall(html)
    words = "\n".join(plain(_BREAK.sub("\n", part)) for part in parts)
    head = _SAYS.search(html)
    named = plain(head[1]).removeprefix("·").strip() if head else ""
    return Script(
        key=sha256(words.encode()).hexdigest()[:KEY],
        label=named or above,
        text=words,
        slots=tuple(dict.fromkeys(unescape(slot) for part in parts for slot in _SLOT.findall(part))),
        html=html,
        anchor=anchor,
    )


def _label(blocks: tuple[Block, ...], number: int) -> str:
    """Return the line above a 话术, if it names it."""
    before = blocks[number - 1] if number else None
    if before is None or before.kind != "text":
        return ""
    words = plain(before.html)
    return words[:-1].strip() if words[-1:] in ("：", ":") and len(words) <= LONGEST_LABEL else ""
