"""Items of an answer list: their text, what hangs below them, and the boxes that were typed wrong."""

import re
from collections.abc import Iterable, Sequence

from lms.content.grammar.blocks import Block, BlockKind, walk
from lms.content.grammar.blocks import Item as ListItem
from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.reading import Reading
from lms.core.texts import text
from lms.questions.rich import rich_line
from lms.questions.spec import Item, Rich

# [√] [Ｘ] [ x ] 【x】 [x]7 天: meant as a box, read by nobody as one. The traps of the grammar offer the fix.
_TYPED_BOX = re.compile(r"[\[［【]\s*([xXｘＸ✓✔√☑]?)\s*[\]］】]\s*")
_BULLET = re.compile(r"[-*+] +")
HIDDEN = (Word.EXPLAIN, Word.HINT, Word.MODEL, Word.ANSWER)  # never among what a learner reads of an option


def is_checked(item: ListItem) -> bool | None:
    """Say whether the item is marked right; None: it has no box. A box that was typed wrong is read as meant."""
    if item.checked is not None:
        return item.checked
    match = _TYPED_BOX.match(item.text)
    return None if match is None else bool(match[1])


def has_boxes(block: Block) -> bool:
    return any(is_checked(item) is not None for item in block.items)


def read_items(reading: Reading, letter: str, items: Sequence[ListItem]) -> tuple[Item, ...]:
    """Return the items with ids o1, o2 … and what their authors remark below them; reports empty and equal ones."""
    found = []
    for index, item in enumerate(items, start=1):
        words = item.text if item.checked is not None else _TYPED_BOX.sub("", item.text, count=1)
        body, note = _with_kids(reading, item, words)
        if not body.source.strip():
            reading.error("Q204", item.first, text("这一项是空的，请写上内容或删去这一行。"))
        found.append(Item(id=f"{letter}{index}", body=body, note=note))
    report_equal(reading, [(item.first, each.body) for item, each in zip(items, found, strict=True)])
    return tuple(found)


def report_equal(reading: Reading, rows: Iterable[tuple[int, Rich]]) -> None:
    """Report a text that is there twice; rows: line and text."""
    first: dict[str, int] = {}
    for line, body in rows:
        words = body.source if "![" in body.source else body.text.casefold()
        if not words:
            continue
        if words in first:
            reading.error(
                "Q203",
                line,
                text(
                    "“%(option)s”和第 %(first)s 行重复，请改写或删去一项。", option=body.text[:20], first=first[words]
                ),
            )
        first.setdefault(words, line)


def note_of(reading: Reading, item: ListItem) -> Rich | None:
    """Return the remark below an item that has nothing else below it; reports everything else."""
    note = None
    for kid in item.kids:
        source = _note_in(kid)
        if source is None or note is not None:
            reading.error("Q217", kid.first, text("这一段放在这里不会显示，请移到题干，或删去。"))
        else:
            note = rich_line(source, reading.link)
    only_one_line(reading, item)
    return note


def only_one_line(reading: Reading, item: ListItem) -> None:
    """Report text that goes on below an item of which only the first line is read."""
    if "\n" in item.text:
        reading.error("Q217", item.first + 1, text("这一行并到了上一行的答案里，请在前面空一行，或写在同一行。"))


def nothing_below(reading: Reading, item: ListItem) -> None:
    """Report what stands below an answer that is one line."""
    for kid in item.kids:
        reading.error("Q217", kid.first, text("这一段放在这里不会显示，请移到题干，或删去。"))
    only_one_line(reading, item)


def _with_kids(reading: Reading, item: ListItem, words: str) -> tuple[Rich, Rich | None]:
    words, note_source = _split_glued(reading, item, words)
    parts = [words] if words else []
    for kid in item.kids:
        note = _note_in(kid)
        if note is None and not _gives_away(kid):
            parts.append(_dedented(reading, kid))
        elif note is not None and note_source is None:
            note_source = note
        else:
            _report_hidden(reading, kid)
    shown = None if note_source is None else rich_line(note_source, reading.link)
    return rich_line("\n\n".join(parts), reading.link), shown


def _note_in(kid: Block) -> str | None:
    if kid.kind is not BlockKind.BULLET or len(kid.items) != 1 or kid.items[0].kids:
        return None
    label = read_label(kid.items[0].text, (Word.EXPLAIN,))
    return None if label is None else label[2]


def _gives_away(kid: Block) -> bool:
    """Say whether any line of a block is labelled as what a learner must not see among the options."""
    return any(
        read_label(_BULLET.sub("", line, count=1), HIDDEN)
        for block in walk((kid,))
        for words in (block.text, *(item.text for item in block.items))
        for line in words.split("\n")
    )


def _report_hidden(reading: Reading, kid: Block) -> None:
    line = reading.lines[kid.first - 1]
    if kid.kind is BlockKind.QUOTE and line.startswith(">"):
        reading.error(
            "Q206",
            kid.first,
            text("这段引用紧跟着选项，成了选项的一部分，请在前面空一行。"),
            Fix(first=kid.first, last=kid.first - 1, lines=("",), label=text("前面空一行")),
        )
    else:
        reading.error("Q206", kid.first, text("选项下面只能写一条“- 解析：…”，缩进 4 格，不再分条。"))


def _split_glued(reading: Reading, item: ListItem, words: str) -> tuple[str, str | None]:
    """Take `- 解析：…` and the like off the end of the item's own text, where a learner would read it.

    With a bullet it was indented by less than four spaces: the traps of the grammar say so, here it is read as
    meant.
    """
    lines = words.split("\n")
    for index, line in enumerate(lines[1:], start=1):
        bare = _BULLET.sub("", line, count=1)
        label = read_label(bare, HIDDEN)
        if label is None:
            continue
        if label[0] is Word.EXPLAIN and bare != line:
            return "\n".join(lines[:index]), "\n".join([label[2], *lines[index + 1 :]])
        number = item.first + index
        fix = None
        if label[0] is not Word.ANSWER:
            fix = Fix(first=number, last=number, lines=("", f"> {bare}"), label=text("另起一段"))
        reading.error(
            "Q206", number, text("“%(label)s”成了选项的一部分，请另起一段，前面空一行。", label=label[0].zh), fix
        )
        return "\n".join(lines[:index]), None
    return words, None


def _dedented(reading: Reading, kid: Block) -> str:
    lines = reading.lines[kid.first - 1 : kid.last]
    return "\n".join(line[4:] if line.startswith("    ") else line.lstrip() for line in lines)
