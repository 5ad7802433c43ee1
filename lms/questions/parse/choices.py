"""Choices and orderings: lists whose items are options or steps."""

from lms.content.grammar.blocks import Block, BlockKind
from lms.content.grammar.blocks import Item as ListItem
from lms.content.grammar.chips import ADJACENT_PAIRS, HALF_IF_INCOMPLETE, NONE_IF_WRONG
from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.reading import Reading
from lms.content.grammar.traps import one_line
from lms.core.texts import text
from lms.questions.parse.items import has_boxes, is_checked, read_items
from lms.questions.parse.settings import Settings
from lms.questions.spec import Multiple, Ordering, Single


def read_choice(reading: Reading, block: Block, settings: Settings) -> Single | Multiple | None:
    """Return the choice that a list with boxes is: ordered = one right option, bullets = any number of them."""
    items = _options(reading, block)
    if len(items) < 2:
        reading.error("Q204", block.first, text("选择题至少要有两个选项。"))
        return None
    for item in items:
        if is_checked(item) is None:
            reading.error(
                "Q207",
                item.first,
                text("这个选项没有方括号，请写成 [ ]（不选）或 [x]（正确答案）。"),
                _box_fix(reading, item),
            )
    options = read_items(reading, "o", items)
    right = tuple(option.id for option, item in zip(options, items, strict=True) if is_checked(item))
    if not right:
        reading.error("Q201", block.first, text("没有正确答案，请在正确选项的方括号里写 x：[x]。"))
        return None
    if block.kind is BlockKind.BULLET:
        return Multiple(
            options=options,
            right=right,
            half_if_incomplete=settings.has(HALF_IF_INCOMPLETE),
            none_if_wrong=settings.has(NONE_IF_WRONG),
        )
    if len(right) > 1:
        reading.error(
            "Q202",
            block.first,
            text("单选题有 %(count)s 个正确答案；若是多选，请改为 - 开头。", count=len(right)),
            _multiple_fix(reading, block),
        )
        return None
    return Single(options=options, right=right[0])


def read_ordering(reading: Reading, block: Block, settings: Settings) -> Ordering | None:
    """Return the ordering that an ordered list with the chip is; the author writes it in the right order."""
    if has_boxes(block):
        reading.error("Q207", block.first, text("排序题按正确顺序写 1. 2. 3.，不用方括号。"))
        return None
    if len(block.items) < 2:
        reading.error("Q204", block.first, text("排序题至少要有两个步骤。"))
        return None
    steps = read_items(reading, "s", block.items)
    return Ordering(steps=steps, by_neighbours=settings.has(ADJACENT_PAIRS))


def _options(reading: Reading, block: Block) -> list[ListItem]:
    """Return the options without remarks that stand beside them instead of below them."""
    options: list[ListItem] = []
    for item in block.items:
        label = read_label(item.text, (Word.EXPLAIN,)) if is_checked(item) is None else None
        if label is None or not options:
            options.append(item)
            continue
        if reading.lines[item.first - 1].startswith(" "):
            continue  # indented by too little: the traps of the grammar say so
        reading.error(
            "Q206",
            item.first,
            text("整题的解析写成 > 解析：…；某个选项的解析写在选项下一行，缩进 4 格。"),
            one_line(item.first, f"    {reading.lines[item.first - 1]}", text("作为上一个选项的解析")),
        )
    return options


def _box_fix(reading: Reading, item: ListItem) -> Fix:
    line = reading.lines[item.first - 1]
    marker = line[: len(line) - len(line.lstrip())] + item.marker
    return one_line(item.first, f"{marker} [ ] {line[len(marker) :].strip()}", text("加上 [ ]"))


def _multiple_fix(reading: Reading, block: Block) -> Fix:
    lines = list(reading.lines[block.first - 1 : block.last])
    for item in block.items:
        old = lines[item.first - block.first]
        lines[item.first - block.first] = old.replace(item.marker, "-", 1)
    return Fix(first=block.first, last=block.last, lines=tuple(lines), label=text("改为多选"))
