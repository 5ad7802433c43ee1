"""Matching: `左 => 右`, and `（干扰项） => 右` for a right side that belongs to nothing."""

from collections.abc import Sequence

from lms.content.grammar.blocks import Item as ListItem
from lms.content.grammar.inline import split_arrow
from lms.content.grammar.keywords import Word, find_word
from lms.content.grammar.reading import Reading
from lms.core.texts import text
from lms.questions.parse.items import note_of, report_equal
from lms.questions.rich import rich_line
from lms.questions.spec import Item, Matching


def is_pair(item: ListItem) -> bool:
    return split_arrow(item.text) is not None


def read_matching(reading: Reading, line: int, items: Sequence[ListItem]) -> Matching | None:
    """Return the pairs. Right sides with the same words are one, so that two left sides may share it."""
    left: list[Item] = []
    right: dict[str, Item] = {}
    key: list[str] = []
    lines: list[int] = []
    for item in items:
        sides = split_arrow(item.text)
        if sides is None or not sides[0] or not sides[1]:
            reading.error("Q214", item.first, text("匹配题每行写成“左 => 右”，两边都要有内容。"))
            continue
        body = rich_line(sides[1], reading.link)
        is_new = body.source not in right
        answer = right.setdefault(body.source, Item(id=f"r{len(right) + 1}", body=body))
        if find_word(sides[0].strip("（()） "), (Word.DISTRACTOR,)):
            if not is_new:
                reading.error("Q203", item.first, text("干扰项“%(side)s”也是正确的右项，请改写。", side=body.text[:20]))
            continue
        note = note_of(reading, item)
        left.append(Item(id=f"l{len(left) + 1}", body=rich_line(sides[0], reading.link), note=note))
        key.append(answer.id)
        lines.append(item.first)
    report_equal(reading, [(line, item.body) for line, item in zip(lines, left, strict=True)])
    if len(left) < 2:
        reading.error("Q214", line, text("匹配题至少要有两对“左 => 右”。"))
        return None
    if len(right) < 2:
        reading.error("Q214", line, text("右边只有一种内容，不用想就能连对，请加一个干扰项。"))
        return None
    return Matching(left=tuple(left), right=tuple(right.values()), key=tuple(key))
