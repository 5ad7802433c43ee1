"""One line of a scene's list, before it is known what it is: its words, its chips, the 点评 under it."""

import re
from dataclasses import dataclass

from lms.content.grammar.blocks import Block, Item
from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.traps import one_line
from lms.core.texts import text
from lms.drills.parse.frame import Frame
from lms.questions.rich import rich_line
from lms.questions.spec import Rich, Span

_BULLET = re.compile(r"[-*+] +")
_NOTES = (Word.NOTE, Word.EXPLAIN)  # 解析 is what a quiz calls it: read as meant, and said


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """words: of the item itself, its lines joined. span: with what hangs under it."""

    words: str
    note: Rich | None
    span: Span

    @property
    def line(self) -> int:
        return self.span.first


def read_item(frame: Frame, item: Item) -> Line:
    """Return an item and its note; what else hangs under it is reported."""
    if item.checked is not None:
        new = re.sub(r"\[[ xX]\][ \t]+", "", frame.reading.lines[item.first - 1], count=1)
        fix = one_line(item.first, new, text("删去 [ ]"))
        frame.reading.error("D305", item.first, text("演练的选项没有对错的方框，请删去 [ ]。"), fix)
    words, glued = _own_words(item)
    note = glued
    for kid in item.kids:
        found = _notes_in(frame, kid)
        if found is None and len(kid.items) > 1 and all(read_label(each.text, _NOTES) for each in kid.items):
            frame.reading.error("D314", kid.items[1].first, text("一条下面只写一个点评，请合成一条。"))
        elif found is None:
            frame.reading.error("D314", kid.first, text("下面只能写一条“- 点评：…”，缩进 4 格。"))
        elif note is not None:
            frame.reading.error("D314", kid.first, text("一条下面只写一个点评，请合成一条。"))
        else:
            note = found
    shown = rich_line(note, frame.reading.link) if note else None
    return Line(words=words, note=shown, span=Span(first=item.first, last=item.last))


def _own_words(item: Item) -> tuple[str, str | None]:
    """Return the words of the item, and the note that was indented by too little: the grammar says so."""
    lines = item.text.split("\n")
    for index, line in enumerate(lines[1:], start=1):
        bare = _BULLET.sub("", line, count=1)
        label = read_label(bare, _NOTES) if bare != line else None
        if label is not None:
            return " ".join(lines[:index]).strip(), " ".join([label[2], *lines[index + 1 :]]).strip()
    return " ".join(lines).strip(), None


def _notes_in(frame: Frame, kid: Block) -> str | None:
    if not kid.is_list or len(kid.items) != 1 or kid.items[0].kids:
        return None
    item = kid.items[0]
    label = read_label(item.text, _NOTES)
    if label is None:
        return None
    written = re.split("[：:]", item.text, maxsplit=1)[0]
    if label[0] is Word.EXPLAIN:
        meant = Word.NOTE.written(frame.reading.language)
        fix: Fix | None = frame.mended(item.first, written, meant)
        frame.reading.error("D314", item.first, text("演练里叫“点评”，不叫“%(word)s”。", word=written), fix)
    else:
        frame.reading.note_word(written, item.first)
    return label[2].strip()
