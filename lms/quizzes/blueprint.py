"""The lines of a blueprint: how many questions a section draws from a bank, by tag and level. Read, written; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.content.grammar.blocks import Block, BlockKind, Item
from lms.content.grammar.chips import (
    DRAW,
    LEVELS,
    TAG,
    ChipValue,
    find_chips,
    read_chip,
    split_chips,
    write_chips,
)
from lms.content.grammar.inline import find_links, plain_text, resolve
from lms.content.grammar.keywords import Language
from lms.content.grammar.reading import Reading
from lms.core.texts import text

LINE_FORMS = (DRAW, TAG, LEVELS)
HARDEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One line. target: path of the bank in the repository; link: as written, relative to the file.

    count: questions drawn, at least 1. tags: a question has all of them; () = any. levels: lowest and highest, both
    included; None = any, also questions without one. line: 1-based.
    """

    target: str
    link: str
    title: str
    count: int
    tags: tuple[str, ...] = ()
    levels: tuple[int, int] | None = None
    line: int = field(default=0, compare=False)

    def takes(self, tags: Sequence[str], level: int | None) -> bool:
        """Say whether a question with these tags and this level is one of those it draws from."""
        if self.levels is not None and not (level is not None and self.levels[0] <= level <= self.levels[1]):
            return False
        return {tag.casefold() for tag in self.tags} <= {tag.casefold() for tag in tags}


def is_blueprint(block: Block) -> bool:
    """Whether a list says what to draw: a line of it has the chip 抽N题."""
    return block.kind is BlockKind.BULLET and any(
        read_chip(chip.text, (DRAW,)) for item in block.items for chip in find_chips(item.text)
    )


def read_draws(reading: Reading, blocks: Sequence[Block]) -> tuple[Draw, ...]:
    """Return the lines of every blueprint among the blocks; a line that cannot be one is an error."""
    found: list[Draw] = []
    for block in blocks:
        for item in block.items if is_blueprint(block) else ():
            line = _read(reading, item)
            if line is None:
                continue
            twin = next((each for each in found if _same(each, line)), None)
            if twin is not None:
                reading.error("Q264", item.first, text("和第 %(line)s 行抽的是同样的题，请合成一行。", line=twin.line))
            found.append(line)
    return tuple(found)


def write_draw(line: Draw, language: Language) -> str:
    """Return the line in canonical form."""
    chips = [DRAW.written(language, n=line.count), *(TAG.written(language, text=tag) for tag in line.tags)]
    if line.levels is not None:
        low, high = line.levels
        chips.append(LEVELS.written(language, a=low) if low == high else LEVELS.written(language, a=low, b=high))
    return f"- [{line.title}]({line.link}) {write_chips(chips)}"


def levels_of(value: ChipValue) -> tuple[int, int]:
    """Return lowest and highest level that a chip says, the lower one first."""
    low = value.number("a")
    high = value.number("b") if value.values.get("b") else low
    return min(low, high), max(low, high)


def _read(reading: Reading, item: Item) -> Draw | None:
    written, chips = split_chips(item.text.replace("\n", " "))
    links = [link for link in find_links(written) if not link.is_image and not link.is_external]
    values = [value for chip in chips if (value := reading.chip(item.first, chip.text, LINE_FORMS))]
    draw = [value for value in values if value.form is DRAW]
    levels = [value for value in values if value.form is LEVELS]
    rest = (written[: links[0].start] + written[links[0].end :]).strip(" ，。、；：") if len(links) == 1 else written
    if len(links) != 1 or not links[0].target.endswith(".md") or rest or item.kids or item.checked is not None:
        problem = text("抽题的每一行写一个题库的链接和要求，如“- [售后题库](banks/a.md) `抽3题`”。")
        reading.error("Q264", item.first, problem)
        return None
    if len(draw) != 1 or len(levels) > 1:
        problem = text("这一行要写一次“抽N题”，难度最多写一次，如 `抽3题` `#退货` `难度2-3`。")
        reading.error("Q264", item.first, problem)
        return None
    count, span = draw[0].number(), levels_of(levels[0]) if levels else None
    if count == 0:
        reading.error("Q253", item.first, text("抽 0 题就没有题了，请写至少 1 题，或用“全部”。"))
    if span and not 1 <= span[0] <= span[1] <= HARDEST:
        reading.error("Q209", item.first, text("难度写 1 到 5，1 最容易。"))
    target = resolve(reading.path, links[0].target)
    if target is None or not count:
        return None  # said where links are read
    return Draw(
        target=target,
        link=links[0].target,
        title=plain_text(links[0].label) or target,
        count=count,
        tags=tuple(dict.fromkeys(value.values["text"].strip() for value in values if value.form is TAG)),
        levels=span,
        line=item.first,
    )


def _same(one: Draw, other: Draw) -> bool:
    return (one.target, set(one.tags), one.levels) == (other.target, set(other.tags), other.levels)
