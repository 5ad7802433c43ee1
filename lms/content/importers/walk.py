"""From a parsed page to pieces: each element is visited once, whatever it is nested in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bs4.element import NavigableString, PreformattedString, Tag

from lms.content.importers import looks
from lms.content.importers.elements import (
    BLOCKS,
    LOWERED,
    OBJECTS,
    RAISED,
    ROLES,
    SIMPLE,
    SKIPPED,
    code_of_card,
    language_of_code,
    said_of,
)
from lms.content.importers.markers import Counted, read_marker
from lms.content.importers.pieces import Code, Entry, Heading, Paragraph, Piece, Run, Runs, words_of
from lms.content.importers.runs import lines_of
from lms.content.importers.tables import Cell, joined, table_of

DEEPEST = 120
"""Elements nested deeper than this are read as plain text."""

_TOKEN = re.compile(r"lms-picture:(\d+)$")


@dataclass(frozen=True, slots=True)
class _Look:
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""


@dataclass(slots=True)
class _List:
    level: int
    ordered: bool
    letters: bool
    next: int


@dataclass(slots=True)
class _Item:
    """The item that text goes to. place: where its Entry stands among the pieces, None before its first text."""

    level: int
    counted: Counted
    checked: bool | None = None
    place: int | None = None


@dataclass(slots=True)
class _Room:
    """What is being filled: the document, or one cell, or one heading."""

    pieces: list[Piece] = field(default_factory=list)
    buffer: list[Run] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    item: _Item | None = None


class Walker:
    """pictures: how many tokens `lms-picture:n` there are. After `walk`: pieces, words of pictures, what is lost."""

    def __init__(self, pictures: int) -> None:
        self._known = pictures
        self._room = _Room()
        self._quote = 0
        self._quotes = 0
        self.words: dict[int, str] = {}
        self.lost_pictures = 0
        self.lost_objects = 0
        self.is_feed_article = False

    def read(self, root: Tag) -> tuple[Piece, ...]:
        self._children(root, _Look(), 0)
        self._flush()
        return tuple(self._room.pieces)

    # one node

    def _children(self, tag: Tag, look: _Look, depth: int) -> None:
        for child in tag.children:
            if isinstance(child, Tag):
                self._element(child, look, depth + 1)
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                self._text(str(child), look)

    def _text(self, text: str, look: _Look) -> None:
        if text:
            self._room.buffer.append(
                Run(text=text, strong=look.strong, emphasis=look.emphasis, code=look.code, href=look.href)
            )

    def _element(self, tag: Tag, look: _Look, depth: int) -> None:
        name = tag.name
        if name in SKIPPED or looks.is_hidden(tag) or looks.is_word_marker(tag) or looks.is_apart(tag):
            return
        if looks.attribute(tag, "role") in ROLES:
            return
        if depth > DEEPEST:
            self._text(tag.get_text(" "), look)
            return
        if name in OBJECTS:
            self.lost_objects += 1
        elif name == "br":
            self._room.buffer.append(Run(is_break=True))
        elif name == "hr":
            self._flush()
        elif name == "img":
            self._picture(tag, look)
        elif name == "input":
            self._box(tag)
        elif name == "card":
            self._card(tag)
        elif name == "pre":
            self._code(tag)
        elif name == "table":
            self._table(tag, depth)
        elif name in ("ul", "ol"):
            self._list(tag, look, depth)
        elif name in ("li", "ne-uli", "ne-oli"):
            self._list_item(tag, look, depth)
        elif level := looks.heading_level(tag):
            self._heading(tag, level, depth)
        elif level := looks.word_list_level(tag) if name in ("p", "div") else 0:
            self._word_item(tag, level, look, depth)
        elif name in ("blockquote", "ne-quote"):
            self._quoted(tag, look, depth)
        elif name in BLOCKS or looks.is_shown_as_block(tag):
            self._block(tag, look, depth)
        else:
            self._inline(tag, look, depth)

    def _block(self, tag: Tag, look: _Look, depth: int) -> None:
        classes = looks.attribute(tag, "class")
        self._flush()
        if "MsoListParagraph" in classes and self._room.item is None and self._continues(tag, look, depth):
            return
        strong = tag.name == "dt" or looks.strong_of(tag, look.strong)
        self._children(tag, replace(look, strong=strong, emphasis=looks.emphasis_of(tag, look.emphasis)), depth)
        self._flush()

    def _continues(self, tag: Tag, look: _Look, depth: int) -> bool:
        """Take a paragraph of Word's list style without a number of its own as the item's next paragraph."""
        pieces = self._room.pieces
        if not pieces or not isinstance(pieces[-1], Entry):
            return False
        last = pieces[-1]
        self._room.item = _Item(level=last.level, counted=Counted(), place=len(pieces) - 1)
        self._children(tag, look, depth)
        self._flush()
        self._room.item = None
        return True

    def _inline(self, tag: Tag, look: _Look, depth: int) -> None:
        name = tag.name
        if name in ("sup", "sub") and SIMPLE.fullmatch(tag.get_text().strip()):
            self._text(tag.get_text().strip().translate(RAISED if name == "sup" else LOWERED), look)
            return
        href = look.href
        if name == "a":
            href = looks.clean_address(looks.attribute(tag, "href"))
        inner = _Look(
            strong=looks.strong_of(tag, look.strong),
            emphasis=looks.emphasis_of(tag, look.emphasis),
            code=look.code or name in ("code", "kbd", "samp", "tt", "ne-code"),
            href=href,
        )
        self._children(tag, inner, depth)

    # blocks

    def _flush(self) -> None:
        """Make paragraphs of the text so far, one for each line of it."""
        room = self._room
        if not room.buffer:
            return
        lines, room.buffer = lines_of(room.buffer), []
        for runs in lines:
            self._put(runs)

    def _put(self, runs: Runs) -> None:
        room, item = self._room, self._room.item
        if item is None:
            room.pieces.append(Paragraph(runs=runs, quote=self._quote))
        elif item.place is None:
            item.place = len(room.pieces)
            room.pieces.append(
                Entry(
                    level=item.level,
                    runs=runs,
                    number=item.counted.number,
                    letter=item.counted.letter,
                    checked=item.checked,
                    quote=self._quote,
                )
            )
        elif item.place == len(room.pieces) - 1:
            entry = room.pieces[-1]
            assert isinstance(entry, Entry)
            room.pieces[-1] = replace(entry, more=(*entry.more, runs))
        else:  # something stands between that an item can't hold, or items of its own
            room.pieces.append(Paragraph(runs=runs, quote=self._quote))

    def _inside(self, tag: Tag, depth: int) -> list[Piece]:
        """Return what an element holds, apart from everything around it."""
        outer, quote = self._room, self._quote
        self._room, self._quote = _Room(), 0
        self._children(tag, _Look(), depth)
        self._flush()
        found = self._room.pieces
        self._room, self._quote = outer, quote
        return found

    def _heading(self, tag: Tag, level: int, depth: int) -> None:
        self._flush()
        room = self._room
        texts = []
        behind: list[Piece] = []
        for piece in self._inside(tag, depth):
            if isinstance(piece, Paragraph | Entry | Heading) and not any(r.picture is not None for r in piece.runs):
                texts.append(piece.runs)
            else:
                behind.append(piece)
        runs = joined(texts)
        if words_of(runs):
            if room.item is not None:
                self._put(tuple(replace(run, strong=True) for run in runs))
            else:
                room.pieces.append(Heading(level=level, runs=runs))
        room.pieces.extend(behind)

    def _quoted(self, tag: Tag, look: _Look, depth: int) -> None:
        self._flush()
        before = self._quote
        if not before and self._room.item is None:
            self._quotes += 1
            self._quote = self._quotes
        self._children(tag, look, depth)
        self._flush()
        self._quote = before

    def _code(self, tag: Tag) -> None:
        self._flush()
        for line_end in tag.find_all("br"):
            line_end.replace_with("\n")
        lines = tag.find_all(("div", "li"))
        text = "\n".join(line.get_text() for line in lines) if lines else tag.get_text()
        self._put_code(text, language_of_code(tag))

    def _put_code(self, text: str, language: str) -> None:
        cleaned = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff]", "", text.replace("\u00a0", " ").replace("\r\n", "\n"))
        lines = "\n".join(line.expandtabs(4).rstrip() for line in re.split(r"[\n\r\u2028]", cleaned)).strip("\n")
        if lines.strip():
            plain = "" if language.lower() in ("plain", "plaintext", "text", "none") else language
            self._room.pieces.append(Code(lines=lines, language=plain))

    # lists

    def _list(self, tag: Tag, look: _Look, depth: int) -> None:
        self._flush()
        room = self._room
        start = looks.attribute(tag, "start")
        room.lists.append(
            _List(
                level=looks.list_level(tag, len(room.lists) + 1),
                ordered=tag.name == "ol",
                letters=looks.counts_letters(tag),
                next=int(start) if start.isdigit() and len(start) < 5 else 1,
            )
        )
        item, room.item = room.item, None
        self._children(tag, look, depth)
        self._flush()
        room.lists.pop()
        room.item = item

    def _list_item(self, tag: Tag, look: _Look, depth: int) -> None:
        self._flush()
        room = self._room
        holder = room.lists[-1] if room.lists else None
        level = holder.level if holder else 1
        ordered = holder.ordered if holder else tag.name == "ne-oli"
        letters = holder.letters if holder else False
        if tag.name != "li":
            level = looks.list_level(tag, level)
        value = looks.attribute(tag, "value")
        number = int(value) if value.isdigit() and len(value) < 5 else holder.next if holder else 1
        if holder:
            holder.next = number + 1
        outer = room.item
        room.item = _Item(level=level, counted=Counted(number=number if ordered else None, letter=ordered and letters))
        self._children(tag, look, depth)
        self._flush()
        room.item = outer

    def _word_item(self, tag: Tag, level: int, look: _Look, depth: int) -> None:
        self._flush()
        marker = next((one for one in tag.find_all(True) if looks.is_word_marker(one)), None)
        counted = read_marker(marker.get_text()) if marker is not None else Counted()
        outer, self._room.item = self._room.item, _Item(level=level, counted=counted)
        self._children(tag, look, depth)
        self._flush()
        self._room.item = outer

    def _box(self, tag: Tag) -> None:
        item = self._room.item
        if looks.attribute(tag, "type").lower() == "checkbox" and item is not None and item.place is None:
            item.checked = "checked" in tag.attrs

    # tables

    def _table(self, tag: Tag, depth: int) -> None:
        self._flush()
        rows: list[list[Cell]] = []
        caption: list[Piece] = []
        for row in self._rows(tag):
            if row.name == "caption":
                caption += self._inside(row, depth)
                continue
            if looks.is_hidden(row):
                continue
            cells = [each for each in row.children if isinstance(each, Tag) and each.name in ("td", "th")]
            rows.append(
                [
                    Cell(
                        pieces=tuple(self._inside(cell, depth + 1)),
                        across=_count(looks.attribute(cell, "colspan")),
                        down=_count(looks.attribute(cell, "rowspan")),
                    )
                    for cell in cells
                    if not looks.is_hidden(cell)
                ]
            )
        room = self._room
        room.pieces.extend(caption)
        for piece in table_of(rows):
            room.pieces.append(replace(piece, quote=self._quote) if isinstance(piece, Paragraph) else piece)

    def _rows(self, tag: Tag) -> Iterable[Tag]:
        for child in tag.children:
            if not isinstance(child, Tag):
                continue
            if child.name in ("tr", "caption"):
                yield child
            elif child.name in ("thead", "tbody", "tfoot"):
                yield from (row for row in child.children if isinstance(row, Tag) and row.name == "tr")

    # pictures and cards

    def _picture(self, tag: Tag, look: _Look) -> None:
        source = looks.attribute(tag, "src").strip()
        alt = looks.attribute(tag, "alt").strip()
        if "data-src" in tag.attrs:
            self.is_feed_article = True
        if looks.is_tiny(tag):
            return
        if 0 < len(alt) <= 3 and not alt.isascii() and not alt.isalnum():  # a smiley
            self._text(alt, look)
            return
        token = _TOKEN.fullmatch(source)
        if token is None or int(token[1]) >= self._known:
            self.lost_pictures += 1
            return
        number = int(token[1])
        self.words[number] = said_of(alt)
        self._room.buffer.append(Run(picture=number, href=""))

    def _card(self, tag: Tag) -> None:
        """Read what 语雀 keeps in one attribute: code has its text there, the rest only an address."""
        name = looks.attribute(tag, "name")
        code = code_of_card(tag)
        if name == "hr":
            self._flush()
        elif name == "image":
            self.lost_pictures += 1
        elif code is not None:
            self._flush()
            self._put_code(*code)
        else:
            self.lost_objects += 1


def _count(written: str) -> int:
    return max(1, min(1000, int(written))) if written.isdigit() and len(written) < 5 else 1
