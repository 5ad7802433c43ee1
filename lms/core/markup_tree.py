"""Python-Markdown as the authoring format has it: no raw HTML, no reference links, own fences, boxes and quotes."""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import TypeAlias
from urllib.parse import quote, unquote
from xml.etree import ElementTree as etree  # noqa: N813 (its usual name)

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockQuoteProcessor
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import slugify_unicode
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from lms.core.lines import RegionKind, is_rule, regions, split_lines

LinkOf: TypeAlias = Callable[[str], str | None]

BOX = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
_CALLOUT = re.compile(r"(话术|内部|script|internal)(?:[（(]([^（）()\n]{1,40})[）)])?[：:]\s*", re.IGNORECASE)
_CALLOUTS = {"话术": "script", "script": "script", "内部": "internal", "internal": "internal"}
_SLOT = re.compile(r"\{([^{}\n]{1,20})\}")
_OUTWARD = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STASHED = re.compile("\x02[^\x03]*\x03")
SHOWN_FILES = (".pdf", ".pptx", ".mp4", ".m4a", ".webm")
"""What a link that stands alone in its paragraph shows in place."""
_WIDE_CHIP = re.compile(r"【[^【】\n]{1,80}】")
_REMOVED_INLINE = (
    "reference", "image_reference", "short_reference", "short_image_ref", "automail", "html", "entity",
)  # fmt: skip


def heading_id(heading: str) -> str:
    """Return the id of a heading, by which `#heading` finds it; Chinese stays."""
    return slugify_unicode(unescape(heading), "-")


class Renderer:
    """One Python-Markdown, set up once; not thread-safe."""

    def __init__(self) -> None:
        self._md = Markdown(
            extensions=[
                TableExtension(use_align_attribute=True),
                SaneListExtension(),
            ]
        )
        self._links = _Links(self._md)
        md = self._md
        md.parser = _parser_of(md)
        md.parser.blockprocessors.register(_Quotes(md.parser), "quote", 20)
        md.parser.blockprocessors.deregister("reference")
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(_Apart(md), "apart", 25)
        for name in _REMOVED_INLINE:
            md.inlinePatterns.deregister(name)
        md.treeprocessors.register(_Boxes(md), "boxes", 32)
        md.treeprocessors.register(_Callouts(md), "callouts", 31)
        md.treeprocessors.register(_HeadingIds(md), "heading_ids", 16)
        md.treeprocessors.register(_Slots(md), "slots", 15)
        md.treeprocessors.register(_Tables(md), "wide_tables", 14)
        md.treeprocessors.register(self._links, "safe_links", 13)
        md.treeprocessors.register(_Files(md), "files", 12)
        # The indentation that it adds between tags is stored a hundred thousand times for nothing.
        md.treeprocessors.deregister("prettify")

    def render(self, markdown: str, link: LinkOf | None) -> str:
        """Return HTML that still has to be sanitised."""
        self._links.link = link
        return self._md.reset().convert("\n".join(split_lines(markdown)))

    def block_tree(self, markdown: str) -> etree.Element:
        """Return the tree before anything inline is looked at."""
        self._md.reset()
        lines = split_lines(markdown)
        for preprocessor in self._md.preprocessors:
            lines = preprocessor.run(lines)
        root = self._md.parser.parseDocument(lines).getroot()
        assert root is not None
        return root


class _Queue(list[str]):
    """The waiting blocks, last one first: Python-Markdown takes from the front, which costs a list its length."""

    def __init__(self, blocks: list[str]) -> None:
        super().__init__(reversed(blocks))

    def pop(self, index: int = -1) -> str:  # type: ignore[override]
        return super().pop(-1 - index)

    def insert(self, index: int, block: str) -> None:  # type: ignore[override]
        super().insert(len(self) - index, block)

    def __getitem__(self, index: int) -> str:  # type: ignore[override]
        return super().__getitem__(-1 - index)

    def __setitem__(self, index: int, block: str) -> None:  # type: ignore[override]
        super().__setitem__(-1 - index, block)


class _Parser(BlockParser):
    def parseChunk(self, parent: etree.Element, text: str) -> None:  # noqa: N802
        self.parseBlocks(parent, _Queue(text.split("\n\n")))


def _parser_of(md: Markdown) -> BlockParser:
    parser = _Parser(md)
    parser.blockprocessors = md.parser.blockprocessors
    for processor in parser.blockprocessors:
        processor.parser = parser
    return parser


class _Apart(Preprocessor):
    """Take out front matter and comments, and fences, which become finished HTML.

    Headings and rules get empty lines around them: they end whatever is before them anyway, and without the
    gaps Python-Markdown copies the rest of a long block once for each.
    """

    def run(self, lines: list[str]) -> list[str]:
        kept: list[str] = []
        position = 0
        for region in regions(lines):
            self._keep(kept, lines[position : region.first])
            kept.append("")
            if region.kind is RegionKind.FENCE:
                kept.extend([self._fence(lines[region.first + 1 : region.last], region.info), ""])
            position = region.last + 1
        self._keep(kept, lines[position:])
        return kept

    def _keep(self, kept: list[str], lines: list[str]) -> None:
        for line in lines:
            if line.startswith("#"):
                kept.extend(["", _without_comments(line), ""])
            elif is_rule(line):
                kept.extend([line, ""])
            else:
                kept.append(_without_comments(line))

    def _fence(self, code: list[str], info: str) -> str:
        language = f' class="language-{escape(info)}"' if info else ""
        inner = escape("\n".join(code))
        return self.md.htmlStash.store(f"<pre><code{language}>{inner}\n</code></pre>")


def _without_comments(line: str) -> str:
    """Return the line without its `<!-- … -->`; one that is not closed on the line stays as text."""
    start = line.find("<!--")
    while start >= 0:
        end = line.find("-->", start + 4)
        if end < 0:
            break
        line = line[:start] + line[end + 3 :]
        start = line.find("<!--", start)
    return line


class _Quotes(BlockQuoteProcessor):
    """Two quotes parted by an empty line stay two: each 话术 is a variant of its own."""

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        sibling = self.lastChild(parent)
        if sibling is None or sibling.tag != "blockquote":
            super().run(parent, blocks)
            return
        # The parent class would go on in the quote before; a stand-in keeps it from being the last child.
        position = len(parent)
        etree.SubElement(parent, "between")
        super().run(parent, blocks)
        del parent[position]


class HeadingIds:
    """Gives each heading of one document its id: “时效”, the second one “时效_1”."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def id_of(self, heading: str) -> str:
        base = heading_id(heading) or "_"
        number = self._next.get(base, 0)
        name = f"{base}_{number}" if number else base
        # “时效_1” may be a heading itself; the counter makes the search linear over a whole document.
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._next[base] = number + 1
        self._taken.add(name)
        return name


class _HeadingIds(Treeprocessor):
    def run(self, root: etree.Element) -> None:
        ids = HeadingIds()
        for element in root.iter():
            if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                visible = "".join(texts_of(element))
                element.set("id", ids.id_of(_STASHED.sub("", visible)))


class _Boxes(Treeprocessor):
    """`[x]` at the start of an item becomes a box; the item's text is its label."""

    def run(self, root: etree.Element) -> None:
        for item in root.iter("li"):
            holder = item
            if not (item.text or "").strip() and len(item) and item[0].tag == "p":
                holder = item[0]
            match = BOX.match((holder.text or "").lstrip())
            if match is None:
                continue
            item.set("class", "task")
            label = etree.Element("label")
            box = etree.SubElement(label, "input", {"type": "checkbox", "disabled": "disabled"})
            if match[1] != " ":
                box.set("checked", "checked")
            box.tail = " " + (holder.text or "").lstrip()[match.end() :]
            holder.text = ""
            holder.insert(0, label)


class _Callouts(Treeprocessor):
    """`> 话术：…` becomes a script to copy, `> 内部：…` a note that is not."""

    def run(self, root: etree.Element) -> None:
        for quote_element in list(root.iter("blockquote")):
            first = quote_element[0] if len(quote_element) else None
            if first is None or first.tag != "p":
                continue
            match = _CALLOUT.match(first.text or "")
            if match:
                first.text = (first.text or "")[match.end() :]
                kind = _CALLOUTS[match[1].lower()]
                _make_callout(quote_element, kind, match[2] or "")


def _make_callout(element: etree.Element, kind: str, title: str) -> None:
    element.tag = "div"
    element.set("class", kind)
    head = etree.Element("div", {"class": f"{kind}-head"})
    name = etree.SubElement(head, "span", {"data-say": kind})
    name.tail = f" · {title}" if title else ""
    if kind == "script":
        etree.SubElement(head, "span", {"data-say": "copy"})
        for paragraph in element.iter("p"):
            paragraph.set("class", "script-text")
    element.insert(0, head)


class _Slots(Treeprocessor):
    """`{昵称}` in a script becomes a marked place. After inline Markdown: a slot may stand inside bold text."""

    def run(self, root: etree.Element) -> None:
        for paragraph in root.iter("p"):
            if paragraph.get("class") == "script-text":
                for element in list(paragraph.iter()):
                    _mark_slots(element)


def _mark_slots(element: etree.Element) -> None:
    for index, child in reversed(list(enumerate(element))):
        if child.tail and "{" in child.tail:
            child.tail, spans = _slots_of(child.tail)
            for span in reversed(spans):
                element.insert(index + 1, span)
    if element.text and "{" in element.text:
        element.text, spans = _slots_of(element.text)
        for span in reversed(spans):
            element.insert(0, span)


def _slots_of(written: str) -> tuple[str, list[etree.Element]]:
    parts = _SLOT.split(written)
    spans = []
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        span = etree.Element("span", {"class": "slot"})
        span.text = name
        span.tail = after
        spans.append(span)
    return parts[0], spans


class _Tables(Treeprocessor):
    """A table scrolls inside its own box, so that a phone's page does not become wider than the phone."""

    def run(self, root: etree.Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(parent):
                if child.tag == "table":
                    child.set("class", "table-plain")
                    for cell in child.iter("th"):
                        cell.set("scope", "col")
                    box = etree.Element("div", {"class": "table-scroll", "tabindex": "0"})
                    box.tail, child.tail = child.tail, None
                    parent[index] = box
                    box.append(child)


class _Links(Treeprocessor):
    """Links out get rel, links to documents become `lms:` references, everything else loses its address."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.link: LinkOf | None = None

    def run(self, root: etree.Element) -> None:
        for element in root.iter("a"):
            self._mend(element, "href")
        for element in root.iter("img"):
            self._mend(element, "src")
            element.set("loading", "lazy")

    def _mend(self, element: etree.Element, name: str) -> None:
        target = _CONTROL.sub("", unescape(element.attrib.pop(name, ""))).strip()
        if _OUTWARD.match(target):
            element.set(name, target)
            if name == "href":
                element.set("rel", "noopener noreferrer")
        elif target.startswith("#"):
            element.set(name, "#" + quote(heading_id(unquote(target[1:]))))
        elif not _SCHEME.match(target):
            reference = self.link(unquote(target)) if self.link else None
            if reference is not None:
                element.set(name, f"lms:{reference}")


class _Files(Treeprocessor):
    """A link to a document, slides, a film or a sound that stands alone in its paragraph is marked: it is shown there.

    Behind it may stand chips.
    """

    def run(self, root: etree.Element) -> None:
        for paragraph in root.iter("p"):
            if paragraph.get("class") is None and _is_file(paragraph):
                paragraph.set("class", "file")


def _is_file(paragraph: etree.Element) -> bool:
    if len(paragraph) == 0 or paragraph[0].tag != "a" or (paragraph.text or "").strip():
        return False
    target = paragraph[0].get("href", "")
    if not (target.startswith("lms:") and target.lower().endswith(SHOWN_FILES)):
        return False
    behind = "".join(each.tail or "" for each in paragraph)
    return all(each.tag == "code" for each in paragraph[1:]) and not _WIDE_CHIP.sub("", behind).strip()


def texts_of(element: etree.Element) -> Iterator[str]:
    """Yield the texts inside an element in order, its own and those behind its children."""
    if element.text:
        yield element.text
    for child in element:
        yield from texts_of(child)
        if child.tail:
            yield child.tail
